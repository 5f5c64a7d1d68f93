//! Spain and Portugal.

use super::format::{Format, Frequency};

const SPAIN: &str =
    "Real Decreto 2822/1998, annex XVIII; en.wikipedia.org, Vehicle registration plates of Spain";
const PORTUGAL: &str = "en.wikipedia.org, Vehicle registration plates of Portugal; publico.pt, Novas matrículas AA-01-AA (2018)";
/// K, W and Y are used since 2020; K was in 1997, for imported vehicles, in first place.
const PORTUGUESE: &str = "ABCDEFGHIJLMNOPQRSTUVXZ";

/// Districts and islands on trailers.
const PORTUGUESE_DISTRICTS: &[&str] = &[
    "A", "AN", "AV", "BE", "BN", "BR", "C", "CB", "E", "FA", "GD", "H", "L", "LE", "M", "P", "PT",
    "SA", "SE", "VC", "VI", "VR",
];
/// No vowels, no Ñ, no Q.
const CONSONANTS: &str = "BCDFGHJKLMNPRSTVWXYZ";

const PROVINCES: &[&str] = &[
    "A", "AB", "AL", "AV", "B", "BA", "BI", "BU", "C", "CA", "CC", "CE", "CO", "CR", "CS", "CU",
    "GC", "GE", "GI", "GR", "GU", "H", "HU", "IB", "J", "L", "LE", "LO", "LU", "M", "MA", "ML",
    "MU", "NA", "O", "OR", "OU", "P", "PM", "PO", "S", "SA", "SE", "SG", "SO", "SS", "T", "TE",
    "TF", "TO", "V", "VA", "VI", "Z", "ZA",
];

/// The formats.
pub(super) const FORMATS: &[Format] = &[
    Format {
        name: "cars and motorcycles, since 2000",
        patterns: &["9999lll"],
        letters: CONSONANTS,
        examples: &["1741GWY", "0000BBB"],
        ..Format::base(*b"ES", SPAIN)
    },
    Format {
        name: "mopeds, trailers, special, historic, temporary, since 2000",
        patterns: &[
            "C9999lll", "E9999lll", "H9999lll", "P9999lll", "R9999lll", "S9999lll", "V9999lll",
        ],
        letters: CONSONANTS,
        frequency: Frequency::Rare,
        examples: &["C1234BBB", "R5678DFG"],
        ..Format::base(*b"ES", SPAIN)
    },
    Format {
        name: "by province, 1971 to 2000",
        patterns: &["c9999ll?"],
        letters: "ABCDEFGHIJKLMNOPSTUVWXYZ",
        codes: PROVINCES,
        frequency: Frequency::Rare,
        examples: &["M1234AB", "SE5678Z"],
        ..Format::base(*b"ES", SPAIN)
    },
    Format {
        name: "by province, before 1971",
        patterns: &["c19?9?9?9?9?"],
        codes: PROVINCES,
        frequency: Frequency::Rare,
        examples: &["M123456"],
        ..Format::base(*b"ES", SPAIN)
    },
    Format {
        // A pair ends in a vowel only where it is the same vowel twice.
        name: "since 2020",
        patterns: &["al99al", "c99al", "al99c", "AA99c"],
        letters: "BCDFGHJKLMNPQRSTVWXYZ",
        codes: &["AA", "EE", "II", "OO", "UU"],
        examples: &["AB12CD", "AA01AA", "BK34EE"],
        ..Format::base(
            *b"PT",
            "Decreto-Lei 2/2020; diariodistrito.pt, IMT garante que novas matrículas não vão ter palavras a evitar (2020)",
        )
    },
    Format {
        name: "1992 to 2020",
        patterns: &["99ll99", "9999ll", "9999Kl"],
        letters: PORTUGUESE,
        examples: &["12AB34", "1234AB", "1234KA"],
        ..Format::base(*b"PT", PORTUGAL)
    },
    Format {
        name: "before 1992",
        patterns: &["ll9999"],
        letters: PORTUGUESE,
        frequency: Frequency::Rare,
        examples: &["AB1234"],
        ..Format::base(*b"PT", PORTUGAL)
    },
    Format {
        name: "trailers: district, number",
        patterns: &["c1999?9?9?"],
        codes: PORTUGUESE_DISTRICTS,
        frequency: Frequency::Rare,
        examples: &["L123456", "FA1234"],
        ..Format::base(
            *b"PT",
            "Portaria 884/91; myusefultools.com, Matrículas de reboques em Portugal",
        )
    },
];
