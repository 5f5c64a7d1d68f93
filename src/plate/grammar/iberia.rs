//! Spain and Portugal.

use super::format::Format;

const SPAIN: &str =
    "Real Decreto 2822/1998, annex XVIII; en.wikipedia.org, Vehicle registration plates of Spain";
const PORTUGAL: &str = "Decreto-Lei 54/2005 and Decreto-Lei 2/2020; en.wikipedia.org, Vehicle registration plates of Portugal";
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
        common: false,
        examples: &["C1234BBB", "R5678DFG"],
        ..Format::base(*b"ES", SPAIN)
    },
    Format {
        name: "by province, 1971 to 2000",
        patterns: &["c9999ll?"],
        letters: "ABCDEFGHIJKLMNOPSTUVWXYZ",
        codes: PROVINCES,
        common: false,
        examples: &["M1234AB", "SE5678Z"],
        ..Format::base(*b"ES", SPAIN)
    },
    Format {
        name: "by province, before 1971",
        patterns: &["c19?9?9?9?9?"],
        codes: PROVINCES,
        common: false,
        examples: &["M123456"],
        ..Format::base(*b"ES", SPAIN)
    },
    Format {
        name: "since 2020",
        patterns: &["ll99ll"],
        examples: &["AB12CD"],
        ..Format::base(*b"PT", PORTUGAL)
    },
    Format {
        name: "1992 to 2020",
        patterns: &["99ll99", "9999ll"],
        letters: "ABCDEFGHIJLMNOPQRSTUVXZ",
        examples: &["12AB34", "1234AB"],
        ..Format::base(*b"PT", PORTUGAL)
    },
    Format {
        name: "before 1992",
        patterns: &["ll9999"],
        letters: "ABCDEFGHIJLMNOPQRSTUVXZ",
        common: false,
        examples: &["AB1234"],
        ..Format::base(*b"PT", PORTUGAL)
    },
];
