//! Poland, Ukraine and Moldova.

use super::format::Format;

const POLAND: &str = "rozporządzenie Ministra Infrastruktury w sprawie rejestracji i oznaczania pojazdów (2022); en.wikipedia.org, Vehicle registration plates of Poland";
/// After the district B, D, I, O, Q and Z are not used.
const POLISH_SERIES: &str = "ACEFGHJKLMNPRSTUVWXY";

/// Voivodeships: first letter, and those that were added in 2022.
const VOIVODESHIPS: &[&str] = &[
    "A", "B", "C", "D", "E", "F", "G", "I", "J", "K", "L", "M", "N", "O", "P", "R", "S", "T", "V",
    "W", "X", "Y", "Z",
];

/// Those that look the same in the Ukrainian and the Latin alphabet. Each region has had
/// up to four codes of two of them, so codes are known by shape only.
const UKRAINIAN: &str = "ABCEHIKMOPTX";

const MOLDOVA: &str = "en.wikipedia.org, Vehicle registration plates of Moldova (1992 and 2015)";

/// Those of the larger places; C and K are the capital's.
const MOLDOVAN_REGIONS: &[&str] = &[
    "AN", "BL", "BR", "BS", "C", "CG", "CH", "CL", "CM", "CO", "CR", "CS", "CT", "CU", "DB", "DN",
    "DR", "ED", "FL", "FR", "GE", "GL", "HN", "IL", "K", "LV",
];

/// The formats. Polish districts (one or two letters after the voivodeship) are known
/// by shape only.
pub(super) const FORMATS: &[Format] = &[
    Format {
        name: "two letters of origin",
        patterns: &["ca99999", "ca9999l", "ca999ll", "ca9l999", "ca9ll99"],
        letters: POLISH_SERIES,
        codes: VOIVODESHIPS,
        examples: &["KR12345", "WA1234A", "PO123AC"],
        ..Format::base(*b"PL", POLAND)
    },
    Format {
        name: "three letters of origin",
        patterns: &[
            "caal999", "caa99ll", "caa9l99", "caa99l9", "caa9ll9", "caall99", "caa99999",
            "caa9999l", "caa999ll", "caal99l", "caal9ll",
        ],
        letters: POLISH_SERIES,
        codes: VOIVODESHIPS,
        examples: &["WPIA123", "GDA12345", "KRA12AC"],
        ..Format::base(*b"PL", POLAND)
    },
    Format {
        name: "own choice",
        patterns: &["c9aaaa?a?", "c9aaa99?", "c9aaaa9"],
        codes: VOIVODESHIPS,
        common: false,
        examples: &["B4BMW99", "F0MAREK"],
        ..Format::base(*b"PL", POLAND)
    },
    Format {
        name: "since 2004: region, number, series (trailers: XX, XT…)",
        patterns: &["ll9999ll"],
        letters: UKRAINIAN,
        examples: &["AA1234BB", "KA7777AX", "BC0001XX"],
        ..Format::base(
            *b"UA",
            "en.wikipedia.org, Vehicle registration plates of Ukraine; uamotors.com.ua, news 56311",
        )
    },
    Format {
        name: "electric vehicles, since 2020; electric taxis (T)",
        patterns: &["ll9999[YZ]l", "ll9999T[VWYZ]"],
        letters: UKRAINIAN,
        common: false,
        examples: &["AA1234ZB", "KA0001YE", "AA1234TZ"],
        ..Format::base(
            *b"UA",
            "uamotors.com.ua, news 56311; ukrrain.com, В Україні з'явилися зелені номерні знаки",
        )
    },
    Format {
        name: "number, series, 1995 to 2004",
        patterns: &["99999ll"],
        letters: UKRAINIAN,
        common: false,
        examples: &["12345KA"],
        ..Format::base(
            *b"UA",
            "en.wikipedia.org, Vehicle registration plates of Ukraine; moto.pl, Ściągawka z ukraińskimi tablicami",
        )
    },
    Format {
        name: "since 2015",
        patterns: &["lll999"],
        examples: &["ABC123"],
        ..Format::base(*b"MD", MOLDOVA)
    },
    Format {
        name: "region, letters, number, 1992 to 2015",
        patterns: &["cll99?9?"],
        codes: MOLDOVAN_REGIONS,
        examples: &["CAB123", "BLXY7"],
        ..Format::base(*b"MD", MOLDOVA)
    },
];
