//! Serbia, Bosnia and Herzegovina, Montenegro, North Macedonia, Kosovo, Türkiye and Cyprus.
//!
//! Visitors on the roads that the product watches. Letters with marks (Serbian `ŠA`) are read
//! without them, so towns are known by shape only where many have one.

use super::format::Format;

/// Those of Serbia, Montenegro, North Macedonia and Kosovo: Q, W and Y are not used.
const SERBIAN: &str = "ABCDEFGHIJKLMNOPRSTUVXZ";

const BOSNIA: &str =
    "en.wikipedia.org, Vehicle registration plates of Bosnia and Herzegovina (1998 and 2009)";
/// Those that Latin and Cyrillic share.
const BOSNIAN: &str = "AEJKMOT";

const TURKEY: &str =
    "en.wikipedia.org, Vehicle registration plates of Turkey (Q, W and X are not used)";

const TURKISH_PROVINCES: &[&str] = &[
    "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15", "16",
    "17", "18", "19", "20", "21", "22", "23", "24", "25", "26", "27", "28", "29", "30", "31", "32",
    "33", "34", "35", "36", "37", "38", "39", "40", "41", "42", "43", "44", "45", "46", "47", "48",
    "49", "50", "51", "52", "53", "54", "55", "56", "57", "58", "59", "60", "61", "62", "63", "64",
    "65", "66", "67", "68", "69", "70", "71", "72", "73", "74", "75", "76", "77", "78", "79", "80",
    "81",
];

const MONTENEGRIN_TOWNS: &[&str] = &[
    "AN", "BA", "BD", "BP", "BR", "CT", "DG", "GS", "HN", "KL", "KO", "MK", "NK", "PG", "PL", "PT",
    "PV", "RO", "SN", "TV", "TZ", "UL", "ZB", "ZT",
];

/// The formats.
pub(super) const FORMATS: &[Format] = &[
    Format {
        name: "since 2011: town, number, letters",
        patterns: &["ll9999?ll"],
        letters: SERBIAN,
        examples: &["BG123AA", "NS1234AB"],
        ..Format::visitor(
            *b"RS",
            "en.wikipedia.org, Vehicle registration plates of Serbia (since 2011)",
        )
    },
    Format {
        name: "since 2009; 1998 to 2009 (number first)",
        patterns: &["l99l999", "999l999"],
        letters: BOSNIAN,
        examples: &["A12K345", "123M456"],
        ..Format::visitor(*b"BA", BOSNIA)
    },
    Format {
        name: "taxis, trial",
        patterns: &["TA999999", "TT999999"],
        examples: &["TA123456"],
        ..Format::visitor(*b"BA", BOSNIA)
    },
    Format {
        name: "since 2008: town, letters, number",
        patterns: &["cll999"],
        letters: SERBIAN,
        codes: MONTENEGRIN_TOWNS,
        examples: &["PGAB123"],
        ..Format::visitor(
            *b"ME",
            "en.wikipedia.org, Vehicle registration plates of Montenegro (since 2008)",
        )
    },
    Format {
        name: "since 2012: town, number, letters; before with three digits",
        patterns: &["ll9999?ll"],
        letters: SERBIAN,
        examples: &["SK1234AB", "SK123AB"],
        ..Format::visitor(
            *b"MK",
            "en.wikipedia.org, Vehicle registration plates of North Macedonia (2012)",
        )
    },
    Format {
        name: "since 2010: region, number, letters",
        patterns: &["[0][1234567]999ll"],
        letters: SERBIAN,
        examples: &["01123AB"],
        ..Format::visitor(
            *b"XK",
            "en.wikipedia.org, Vehicle registration plates of Kosovo (since 2010)",
        )
    },
    Format {
        name: "province, letters, number",
        patterns: &["cl99999?", "cll9999?", "clll999?"],
        letters: "ABCDEFGHIJKLMNOPRSTUVYZ",
        codes: TURKISH_PROVINCES,
        examples: &["34AB1234", "06A1234", "35ABC12"],
        ..Format::visitor(*b"TR", TURKEY)
    },
    Format {
        name: "since 1990",
        patterns: &["lll999"],
        examples: &["ABC123"],
        ..Format::visitor(
            *b"CY",
            "en.wikipedia.org, Vehicle registration plates of Cyprus (since 1990)",
        )
    },
];
