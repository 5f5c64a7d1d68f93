//! Great Britain, Northern Ireland and Ireland.

use super::format::Format;

const BRITAIN: &str = "Road Vehicles (Display of Registration Marks) Regulations 2001; DVLA INF104, Vehicle registration numbers and number plates";
const IRELAND: &str = "S.I. 318/1992, Vehicle Registration and Taxation Regulations; en.wikipedia.org, Vehicle registration plates of the Republic of Ireland";

const COUNTIES: &[&str] = &[
    "C", "CE", "CN", "CW", "D", "DL", "G", "KE", "KK", "KY", "L", "LD", "LH", "LK", "LM", "LS",
    "MH", "MN", "MO", "OY", "RN", "SO", "T", "TN", "TS", "W", "WD", "WH", "WW", "WX",
];

/// The formats.
pub(super) const FORMATS: &[Format] = &[
    Format {
        name: "since 2001: area, age, letters",
        patterns: &["ca[012567]9lll"],
        letters: "ABCDEFGHJKLMNOPRSTUVWXYZ",
        codes: &[
            "A", "B", "C", "D", "E", "F", "G", "H", "K", "L", "M", "N", "O", "P", "R", "S", "T",
            "V", "W", "X", "Y",
        ],
        examples: &["AB51ABC", "LM04XYZ", "WX24JKL"],
        ..Format::base(*b"GB", BRITAIN)
    },
    Format {
        name: "1983 to 2001: age letter first",
        patterns: &["l19?9?aaa"],
        letters: "ABCDEFGHJKLMNPRSTVWXY",
        examples: &["A123BCD", "R1XYZ"],
        ..Format::base(*b"GB", BRITAIN)
    },
    Format {
        name: "1963 to 1983: age letter last",
        patterns: &["aaa19?9?l"],
        letters: "ABCDEFGHJKLMNPRSTVWXY",
        common: false,
        examples: &["ABC123D", "XYZ1T"],
        ..Format::base(*b"GB", BRITAIN)
    },
    Format {
        name: "Northern Ireland (with I or Z)",
        patterns: &["aIl19?9?9?", "aaZ19?9?9?", "aIZ19?9?9?"],
        examples: &["AIG1234", "RUZ567"],
        ..Format::base(*b"GB", BRITAIN)
    },
    Format {
        name: "without age, before 1963",
        patterns: &["ll?l?19?9?", "19?9?ll?l?", "ll?1999", "1999ll?"],
        common: false,
        examples: &["ABC1", "1234AB"],
        ..Format::base(*b"GB", BRITAIN)
    },
    Format {
        name: "since 2013: half-year, county, number",
        patterns: &["[12]9[12]c19?9?9?9?9?"],
        codes: COUNTIES,
        examples: &["131D12345", "242KY7"],
        ..Format::base(*b"IE", IRELAND)
    },
    Format {
        name: "1987 to 2012: year, county, number",
        patterns: &["99c19?9?9?9?9?"],
        codes: COUNTIES,
        examples: &["06D12345", "99LK123"],
        ..Format::base(*b"IE", IRELAND)
    },
];
