//! Belgium and the Netherlands.

use super::format::{Format, Frequency};

const BELGIUM: &str = "gocar.be, Tout savoir sur les plaques belges (2015); de.wikipedia.org, Systematik der Kraftfahrzeugkennzeichen (Belgien)";
const NETHERLANDS: &str = "Regeling kentekens en kentekenplaten; en.wikipedia.org, Vehicle registration plates of the Netherlands (sidecodes)";
/// No vowels, no C, no Q; M and W mark motorcycles and trailers.
const DUTCH: &str = "BDFGHJKLMNPRSTVWXYZ";

/// The formats.
pub(super) const FORMATS: &[Format] = &[
    Format {
        name: "cars, since 2010",
        patterns: &["[12]lll999"],
        examples: &["1ABC234", "2XYZ001"],
        ..Format::base(
            *b"BE",
            "autofans.be, La première plaque d'immatriculation 2-AAA-001 est déjà là (2020); vrt.be, Bald neue Autonummern in Belgien (2019)",
        )
    },
    Format {
        name: "motorcycles (M), trailers (Q)",
        patterns: &["Mlll999", "Qlll999"],
        examples: &["MABC123", "QAAA001"],
        ..Format::base(*b"BE", BELGIUM)
    },
    Format {
        name: "international institutions (8), own choice (9), since 2010",
        patterns: &["[89]lll999", "[9]999lll"],
        frequency: Frequency::Rare,
        examples: &["8ABC123", "9XYZ001", "9123ABC"],
        ..Format::base(*b"BE", BELGIUM)
    },
    Format {
        name: "tractors (G), historic (O), mopeds (S), taxis (TX), hired with driver (TL)",
        patterns: &["[GOS]lll999", "TXll999", "TLll999"],
        frequency: Frequency::Rare,
        examples: &["OABC123", "SAAA001", "TXAB123"],
        ..Format::base(*b"BE", BELGIUM)
    },
    Format {
        name: "temporary, export, dealers: two letters, year, letters",
        patterns: &["[WXYZ]l99lll"],
        frequency: Frequency::Rare,
        examples: &["WX16ABC"],
        ..Format::base(
            *b"BE",
            "de.wikipedia.org, Systematik der Kraftfahrzeugkennzeichen (Belgien)",
        )
    },
    Format {
        name: "cars, 1973 to 2010",
        patterns: &["lll999", "999lll"],
        frequency: Frequency::Rare,
        examples: &["ABC123", "123ABC"],
        ..Format::base(*b"BE", "en.wikipedia.org, Vehicle registration plates of Belgium")
    },
    Format {
        name: "sidecodes 4 to 6, 1991 to 2010",
        patterns: &["ll99ll", "llll99", "99llll"],
        letters: DUTCH,
        examples: &["DX12GH", "FGHJ12", "12GHJK"],
        ..Format::base(*b"NL", NETHERLANDS)
    },
    Format {
        name: "sidecodes 7 to 14, since 2008",
        patterns: &["99lll9", "9lll99", "ll999l", "l999ll", "lll99l", "l99lll", "9ll999", "999ll9"],
        letters: DUTCH,
        examples: &["12GHJ3", "1GHJ23", "GH123J", "H123JK"],
        ..Format::base(*b"NL", NETHERLANDS)
    },
    Format {
        name: "sidecodes 1 to 3, 1951 to 1991",
        patterns: &["ll9999", "9999ll", "99ll99"],
        letters: "ABDEFGHJKLMNPRSTUVWXYZ",
        frequency: Frequency::Rare,
        examples: &["GH1234", "1234GH", "12GH34"],
        ..Format::base(*b"NL", NETHERLANDS)
    },
];
