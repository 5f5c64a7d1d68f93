//! Great Britain, Northern Ireland and Ireland.

use super::format::{Format, Frequency};

const BRITAIN: &str = "nationalnumbers.co.uk, Number Plate Formats; github.com, ZionFox/DVLARegCheck, README (asked of the DVLA)";
const IRELAND: &str = "en.wikipedia.org, Vehicle registration plates of the Republic of Ireland; dashdynamics.co.uk, Irish Number Plate Rules and Regulations";

/// March of the year, and September with 50 more: from September 2001 to this decade's end.
const AGES: &[&str] = &[
    "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15", "16", "17",
    "18", "19", "20", "21", "22", "23", "24", "25", "26", "27", "28", "29", "51", "52", "53", "54",
    "55", "56", "57", "58", "59", "60", "61", "62", "63", "64", "65", "66", "67", "68", "69", "70",
    "71", "72", "73", "74", "75", "76", "77", "78", "79",
];

/// Neither I nor Q nor Z.
const BRITISH: &str = "ABCDEFGHJKLMNOPRSTUVWXY";

/// Counties and cities; AZ to YZ came when those with I were used up.
const NORTHERN_IRISH: &[&str] = &[
    "AZ", "BZ", "CZ", "DZ", "EZ", "FZ", "GZ", "HZ", "IA", "IB", "IG", "IJ", "IL", "IW", "JI", "JZ",
    "KZ", "LZ", "MZ", "NZ", "OI", "OZ", "PZ", "RZ", "SZ", "TZ", "UI", "UZ", "VZ", "WZ", "XI", "XZ",
    "YZ",
];

const COUNTIES: &[&str] = &[
    "C", "CE", "CN", "CW", "D", "DL", "G", "KE", "KK", "KY", "L", "LD", "LH", "LM", "LS", "MH",
    "MN", "MO", "OY", "RN", "SO", "T", "W", "WH", "WW", "WX",
];

/// Until 2013 Limerick and Waterford had a code for the city and one for the county, and
/// Tipperary one for each half.
const COUNTIES_BEFORE_2014: &[&str] = &[
    "C", "CE", "CN", "CW", "D", "DL", "G", "KE", "KK", "KY", "L", "LD", "LH", "LK", "LM", "LS",
    "MH", "MN", "MO", "OY", "RN", "SO", "TN", "TS", "W", "WD", "WH", "WW", "WX",
];

/// The formats.
pub(super) const FORMATS: &[Format] = &[
    Format {
        name: "since 2001: area, age, letters",
        patterns: &["[ABCDEFGHKLMNOPRSVWXY][ABCDEFGHJKLMNOPRSTUVWXY]clll"],
        letters: "ABCDEFGHJKLMNOPRSTUVWXYZ",
        codes: AGES,
        examples: &["AB51ABC", "LM04XYZ", "WX24JKL"],
        ..Format::base(
            *b"GB",
            "bristolpress.co.uk, What do car number plate letters and numbers mean (2022); ultimatecarcheck.co.uk, Number plates",
        )
    },
    Format {
        name: "own choice in the style of 2001 (J, T, U first)",
        patterns: &["[JTU][ABCDEFGHJKLMNOPRSTUVWXY]clll"],
        letters: "ABCDEFGHJKLMNOPRSTUVWXYZ",
        codes: AGES,
        frequency: Frequency::Rare,
        examples: &["JA51MES"],
        ..Format::base(*b"GB", "github.com, ZionFox/DVLARegCheck, README (asked of the DVLA)")
    },
    Format {
        name: "1983 to 2001: age letter first (Q: age unknown)",
        patterns: &["[ABCDEFGHJKLMNPQRSTVWXY]19?9?lll"],
        letters: BRITISH,
        examples: &["A123BCD", "R1WXY", "Q456ABC"],
        ..Format::base(*b"GB", BRITAIN)
    },
    Format {
        name: "1963 to 1983: age letter last",
        patterns: &["lll19?9?[ABCDEFGHJKLMNPRSTVWXY]"],
        letters: BRITISH,
        frequency: Frequency::Rare,
        examples: &["ABC123D", "WXY1T"],
        ..Format::base(*b"GB", BRITAIN)
    },
    Format {
        name: "Northern Ireland: letter, county, number",
        patterns: &["lc19?9?9?"],
        letters: BRITISH,
        codes: NORTHERN_IRISH,
        examples: &["AIG1234", "RUZ567", "YXI89"],
        ..Format::base(
            *b"GB",
            "en.wikipedia.org, Vehicle registration plates of Northern Ireland; vauxhallviva.com, forum (county codes)",
        )
    },
    Format {
        name: "without age, before 1963",
        patterns: &["ll?l?19?9?", "19?9?ll?l?", "ll?1999", "1999ll?"],
        letters: "ABCDEFGHIJKLMNOPRSTUVWXYZ",
        frequency: Frequency::Rare,
        examples: &["ABC1", "1234AB"],
        ..Format::base(*b"GB", "github.com, ZionFox/DVLARegCheck, README (asked of the DVLA)")
    },
    Format {
        name: "since 2014: half-year, county, number",
        patterns: &["[1][456789][12]c19?9?9?9?9?", "[2]9[12]c19?9?9?9?9?"],
        codes: COUNTIES,
        examples: &["141T1234", "242KY7"],
        ..Format::base(*b"IE", IRELAND)
    },
    Format {
        name: "1987 to 2013: year (2013: half-year), county, number",
        patterns: &[
            "[8][789]c19?9?9?9?9?",
            "[09]9c19?9?9?9?9?",
            "[1][012]c19?9?9?9?9?",
            "[1][3][12]c19?9?9?9?9?",
        ],
        codes: COUNTIES_BEFORE_2014,
        examples: &["06D12345", "99LK123", "131D12345"],
        ..Format::base(
            *b"IE",
            "en.wikipedia.org, Vehicle registration plates of the Republic of Ireland; fact-archive.com, Irish vehicle registration plates",
        )
    },
    Format {
        name: "temporary (ZZ), older than thirty years (ZV)",
        patterns: &["ZZ99999", "ZV1999?9?"],
        frequency: Frequency::Rare,
        examples: &["ZZ12345", "ZV1234"],
        ..Format::base(*b"IE", "memim.com, Vehicle registration plates of Ireland")
    },
];
