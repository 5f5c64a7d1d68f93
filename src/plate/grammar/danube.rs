//! Czechia, Slovakia and Hungary.

use super::format::{Format, Frequency};

const CZECHIA: &str =
    "vyhláška 343/2014 Sb.; en.wikipedia.org, Vehicle registration plates of the Czech Republic";
const SLOVAKIA: &str =
    "zákon 106/2018 Z. z.; en.wikipedia.org, Vehicle registration plates of Slovakia";
const HUNGARY: &str =
    "326/2011. Korm. rendelet; en.wikipedia.org, Vehicle registration plates of Hungary";

const SLOVAK_DISTRICTS: &[&str] = &[
    "BA", "BB", "BJ", "BL", "BN", "BR", "BS", "BT", "BY", "CA", "DK", "DS", "DT", "EC", "GA", "GL",
    "HC", "HE", "IL", "KA", "KE", "KK", "KM", "KN", "KS", "LC", "LE", "LM", "LV", "MA", "MI", "ML",
    "MT", "MY", "NM", "NO", "NR", "NZ", "PB", "PD", "PE", "PK", "PN", "PO", "PP", "PT", "PU", "RA",
    "RK", "RS", "RV", "SA", "SB", "SC", "SE", "SI", "SK", "SL", "SN", "SO", "SP", "SV", "TN", "TO",
    "TR", "TS", "TT", "TV", "VK", "VT", "ZA", "ZC", "ZH", "ZM", "ZV",
];

/// The formats.
pub(super) const FORMATS: &[Format] = &[
    Format {
        name: "cars, since 2001: number, region, series",
        patterns: &["1c99999", "1cl9999"],
        letters: "ABCDEFHIJKLMNPRSTUVXYZ",
        codes: &["A", "B", "C", "E", "H", "J", "K", "L", "M", "P", "S", "T", "U", "Z"],
        examples: &["1A23456", "5AB1234"],
        ..Format::base(*b"CZ", CZECHIA)
    },
    Format {
        name: "motorcycles, since 2001",
        patterns: &["1c9999", "1cl999"],
        letters: "ABCDEFHIJKLMNPRSTUVXYZ",
        codes: &["A", "B", "C", "E", "H", "J", "K", "L", "M", "P", "S", "T", "U", "Z"],
        frequency: Frequency::Rare,
        examples: &["1A1234"],
        ..Format::base(*b"CZ", CZECHIA)
    },
    Format {
        name: "electric vehicles",
        patterns: &["EL999ll"],
        frequency: Frequency::Rare,
        examples: &["EL123AB"],
        ..Format::base(*b"CZ", CZECHIA)
    },
    Format {
        name: "district, number, letters, until 2022",
        patterns: &["c999ll"],
        letters: "ABCDEFGHIJKLMNOPRSTUVXYZ",
        codes: SLOVAK_DISTRICTS,
        examples: &["BA123AB", "ZA999ZZ"],
        ..Format::base(*b"SK", SLOVAKIA)
    },
    Format {
        name: "without district, since 2023",
        patterns: &["ll999ll"],
        letters: "ABCDEFGHIJKLMNOPRSTUVXYZ",
        examples: &["AA123BC"],
        ..Format::base(*b"SK", SLOVAKIA)
    },
    Format {
        name: "four letters, since 2022",
        patterns: &["llll999"],
        examples: &["AABC123"],
        ..Format::base(*b"HU", HUNGARY)
    },
    Format {
        name: "three letters, until 2022",
        patterns: &["lll999"],
        examples: &["ABC123"],
        ..Format::base(*b"HU", HUNGARY)
    },
];
