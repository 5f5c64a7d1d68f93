//! Croatia, Albania, Bulgaria, Romania and Greece.

use super::format::{Format, Frequency};

const CROATIA: &str = "Pravilnik o registraciji i označavanju vozila; en.wikipedia.org, Vehicle registration plates of Croatia";
const ROMANIA: &str = "en.wikipedia.org, Vehicle registration plates of Romania; antena3.ro, Numerele de înmatriculare din București vor avea trei cifre (2009)";
const ROMANIA_SPECIAL: &str =
    "liquisearch.com, Vehicle Registration Plates of Romania (Current License Plates)";
const GREECE: &str = "en.wikipedia.org, Vehicle registration plates of Greece; athens-times.com, Traffic signs: What letters and which are not used means";
/// Those that look the same in the Greek and the Latin alphabet.
const GREEK: &str = "ABEHIKMNOPTXYZ";

/// Č, Š and Ž are read as C, S and Z.
const CROATIAN_TOWNS: &[&str] = &[
    "BJ", "BM", "CK", "DA", "DE", "DJ", "DU", "GS", "IM", "KA", "KC", "KR", "KT", "KZ", "MA", "NA",
    "NG", "OG", "OS", "PS", "PU", "PZ", "RI", "SB", "SI", "SK", "SL", "ST", "VK", "VT", "VU", "VZ",
    "ZD", "ZG", "ZU",
];

const ROMANIAN_COUNTIES: &[&str] = &[
    "AB", "AG", "AR", "B", "BC", "BH", "BN", "BR", "BT", "BV", "BZ", "CJ", "CL", "CS", "CT", "CV",
    "DB", "DJ", "GJ", "GL", "GR", "HD", "HR", "IF", "IL", "IS", "MH", "MM", "MS", "NT", "OT", "PH",
    "SB", "SJ", "SM", "SV", "TL", "TM", "TR", "VL", "VN", "VS",
];

const BULGARIAN_PROVINCES: &[&str] = &[
    "A", "AA", "B", "BH", "BP", "BT", "C", "CA", "CB", "CC", "CH", "CM", "CO", "CT", "E", "EB",
    "EH", "K", "KH", "M", "H", "OB", "P", "PA", "PB", "PK", "PP", "T", "TX", "X", "Y",
];

/// The formats.
pub(super) const FORMATS: &[Format] = &[
    Format {
        name: "town, number, letters",
        patterns: &["c9999?ll?"],
        letters: "ABCDEFGHIJKLMNOPRSTUVZ",
        codes: CROATIAN_TOWNS,
        examples: &["ZG1234AB", "DU123A"],
        ..Format::base(*b"HR", CROATIA)
    },
    Format {
        name: "since 2011",
        patterns: &["ll999ll"],
        examples: &["AA123BB"],
        ..Format::base(*b"AL", "en.wikipedia.org, Vehicle registration plates of Albania (2011)")
    },
    Format {
        name: "province, number, letters",
        patterns: &["c9999ll?"],
        letters: "ABCEHKMOPTXY",
        codes: BULGARIAN_PROVINCES,
        examples: &["CB1234AB", "A5678KH"],
        ..Format::base(
            *b"BG",
            "Наредба I-45/2000 на МВР; en.wikipedia.org, Vehicle registration plates of Bulgaria",
        )
    },
    Format {
        name: "county, number, letters",
        patterns: &["c99[ABCDEFGHJKLMNPRSTUVWXYZ]ll", "B999[ABCDEFGHJKLMNPRSTUVWXYZ]ll"],
        letters: "ABCDEFGHIJKLMNOPRSTUVWXYZ",
        codes: ROMANIAN_COUNTIES,
        examples: &["CJ12ABC", "B123XYZ", "B01AAA"],
        ..Format::base(*b"RO", ROMANIA)
    },
    Format {
        name: "temporary (0 first), leasing and foreign owners, trial: county, number",
        patterns: &["c[0]199?9?9?", "c1999?9?9?", "c199PROBE"],
        codes: ROMANIAN_COUNTIES,
        frequency: Frequency::Rare,
        examples: &["TM012345", "B101234", "CJ101PROBE"],
        ..Format::base(*b"RO", ROMANIA_SPECIAL)
    },
    Format {
        name: "diplomats (CD), consuls (CO), mission staff (TC)",
        patterns: &["CD199199", "CO199199", "TC199199"],
        frequency: Frequency::Rare,
        examples: &["CD123101", "TC123145"],
        ..Format::base(*b"RO", ROMANIA_SPECIAL)
    },
    Format {
        name: "cars (four digits), motorcycles",
        patterns: &["lll1999", "lll19?9?"],
        letters: GREEK,
        examples: &["YZA1234", "AXB12"],
        ..Format::base(*b"GR", GREECE)
    },
    Format {
        name: "cars, 1972 to 1983; heavy trailers (P)",
        patterns: &["ll9999", "P99999?"],
        letters: GREEK,
        frequency: Frequency::Rare,
        examples: &["AB1234", "P12345"],
        ..Format::base(
            *b"GR",
            "en.wikipedia.org, Vehicle registration plates of Greece (history, trailers)",
        )
    },
];
