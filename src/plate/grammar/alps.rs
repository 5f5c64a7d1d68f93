//! Austria, Switzerland and Slovenia.

use super::format::{AZ, Format, Frequency};

const AUSTRIA: &str = "Kraftfahrgesetz 1967 § 48 and KDV § 26; en.wikipedia.org, Vehicle registration plates of Austria";
const SWITZERLAND: &str = "Verkehrszulassungsverordnung (VZV) art. 84; license-plates.ch, Fahrzeug-Kontrollschilder seit 1933";
const SLOVENIA: &str =
    "Pravilnik o registrskih tablicah; en.wikipedia.org, Vehicle registration plates of Slovenia";

const CANTONS: &[&str] = &[
    "AG", "AI", "AR", "BE", "BL", "BS", "FR", "GE", "GL", "GR", "JU", "LU", "NE", "NW", "OW", "SG",
    "SH", "SO", "SZ", "TG", "TI", "UR", "VD", "VS", "ZG", "ZH",
];

const AUSTRIAN_DISTRICTS: &[&str] = &[
    "AM", "B", "BA", "BB", "BH", "BL", "BM", "BN", "BR", "BZ", "DL", "DO", "E", "EF", "EU", "FB",
    "FE", "FF", "FK", "FR", "FV", "G", "GB", "GC", "GD", "GF", "GM", "GR", "GS", "GU", "HA", "HB",
    "HE", "HF", "HL", "HO", "I", "IL", "IM", "JE", "JO", "JU", "JW", "K", "KB", "KF", "KG", "KI",
    "KL", "KN", "KO", "KR", "KS", "KU", "L", "LA", "LB", "LE", "LF", "LI", "LL", "LN", "LZ", "MA",
    "MD", "ME", "MI", "MT", "MU", "MW", "MZ", "ND", "NK", "OP", "OW", "P", "PE", "PL", "RA", "RE",
    "RI", "RO", "S", "SB", "SD", "SE", "SL", "SO", "SP", "SR", "ST", "SV", "SW", "SZ", "TA", "TU",
    "UU", "VB", "VI", "VK", "VL", "VO", "W", "WB", "WE", "WK", "WL", "WN", "WO", "WT", "WU", "WY",
    "WZ", "ZE", "ZT", "ZW",
];

/// The formats.
pub(super) const FORMATS: &[Format] = &[
    Format {
        name: "district, number, letters",
        patterns: &["c1999?9?l", "c199?9?ll", "c19?9?lll"],
        letters: "ABCDEFGHIJKLMNOPRSTUVWXYZ",
        codes: AUSTRIAN_DISTRICTS,
        examples: &["W12345A", "GU123AB", "FK1ABC", "L1234AB"],
        ..Format::base(*b"AT", AUSTRIA)
    },
    Format {
        name: "own choice: district, letters, number",
        patterns: &["cll?l?l?l?19?9?9?"],
        letters: "ABCDEFGHIJKLMNOPRSTUVWXYZ",
        codes: AUSTRIAN_DISTRICTS,
        frequency: Frequency::Rare,
        examples: &["WMAX1"],
        ..Format::base(*b"AT", AUSTRIA)
    },
    Format {
        name: "canton, number",
        patterns: &["c19?9?9?9?9?"],
        codes: CANTONS,
        examples: &["ZH123456", "TI7", "VD99999"],
        ..Format::base(*b"CH", SWITZERLAND)
    },
    Format {
        name: "dealers (U), customs (Z): canton, number, letter",
        patterns: &["c19?9?9?9?9?[UZ]"],
        codes: CANTONS,
        frequency: Frequency::Rare,
        examples: &["ZH1234U", "GE567Z"],
        ..Format::base(
            *b"CH",
            "Verkehrszulassungsverordnung (VZV) art. 82; suissebook.ch, Dafür stehen die Buchstaben am Ende von Schweizer Kontrollschildern",
        )
    },
    Format {
        name: "Army",
        patterns: &["M99999"],
        frequency: Frequency::Rare,
        examples: &["M12345"],
        ..Format::base(
            *b"CH",
            "Verkehrszulassungsverordnung (VZV) art. 84; en.wikipedia.org, Vehicle registration plates of Switzerland",
        )
    },
    Format {
        name: "district, five characters",
        patterns: &[
            "cll999", "cl9999", "c999ll", "c99l99", "c99lll", "c999l9", "c9l99l", "c99l9l",
            "c9l999", "cl999l", "c9999l", "cl99l9", "cl9l99", "c9ll99", "c9l9l9", "c99ll9",
        ],
        letters: AZ,
        codes: &["CE", "GO", "KK", "KP", "KR", "LJ", "MB", "MS", "NM", "PO", "SG"],
        examples: &["LJAB123", "MBA1234", "KP12A34"],
        ..Format::base(*b"SI", SLOVENIA)
    },
];
