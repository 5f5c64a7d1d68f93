//! Denmark and the Faroes, Sweden, Norway, Finland, Iceland; Estonia, Latvia and Lithuania.
//!
//! Visitors on the roads that the product watches: `AB12345` without a hint from the
//! picture stays an Italian motorcycle.

use super::format::Format;

/// Those of Denmark and Norway: I, O, Q and W are not used.
const SCANDINAVIAN: &str = "ABCDEFGHJKLMNPRSTUVXYZ";

const NORWAY: &str = "en.wikipedia.org, Vehicle registration plates of Norway (since 1971)";
const FINLAND: &str = "en.wikipedia.org, Vehicle registration plates of Finland";
const ESTONIA: &str = "en.wikipedia.org, Vehicle registration plates of Estonia (since 1991)";
const LITHUANIA: &str =
    "en.wikipedia.org, Vehicle registration plates of Lithuania (Q, W and X are not used)";

/// The formats.
pub(super) const FORMATS: &[Format] = &[
    Format {
        name: "serial: two letters, number (four digits: trailers)",
        patterns: &["ll19999", "ll1999"],
        letters: SCANDINAVIAN,
        examples: &["AB12345", "XY1234"],
        ..Format::visitor(
            *b"DK",
            "en.wikipedia.org, Vehicle registration plates of Denmark (serials since 1976)",
        )
    },
    Format {
        name: "since 1996",
        patterns: &["ll999"],
        examples: &["AB123"],
        ..Format::visitor(
            *b"FO",
            "en.wikipedia.org, Vehicle registration plates of Denmark (Faroe Islands)",
        )
    },
    Format {
        name: "since 1973; since 2019 the last place may be a letter",
        patterns: &["lll999", "lll99[ABCDEFGHJKLMNPRSTUWXYZ]"],
        letters: "ABCDEFGHJKLMNOPRSTUWXYZ",
        examples: &["MLB123", "ABC12D"],
        ..Format::visitor(
            *b"SE",
            "en.wikipedia.org, Vehicle registration plates of Sweden (I, Q and V are not used)",
        )
    },
    Format {
        name: "district, number (four digits: motorcycles, trailers)",
        patterns: &["ll19999", "ll1999"],
        letters: SCANDINAVIAN,
        examples: &["DP70231", "EL12345", "AB1234"],
        ..Format::visitor(*b"NO", NORWAY)
    },
    Format {
        name: "since 1972",
        patterns: &["lll19?9?", "ll19?9?"],
        examples: &["ABC123", "XYZ1", "AB12"],
        ..Format::visitor(*b"FI", FINLAND)
    },
    Format {
        name: "since 1989; since 2004 the third place may be a letter",
        patterns: &["llx99"],
        examples: &["AB123", "ABC12"],
        ..Format::visitor(
            *b"IS",
            "en.wikipedia.org, Vehicle registration plates of Iceland (since 1989)",
        )
    },
    Format {
        name: "cars; motorcycles and trailers (two or three digits)",
        patterns: &["999lll", "99lll?", "999ll"],
        letters: "ABCDEFGHIJKLMNOPRSTUVWXYZ",
        examples: &["123ABC", "12AB", "123AB"],
        ..Format::visitor(*b"EE", ESTONIA)
    },
    Format {
        name: "serial",
        patterns: &["ll19?9?9?"],
        letters: "ABCDEFGHIJKLMNOPRSTUVXYZ",
        examples: &["AB1234", "LV1"],
        ..Format::visitor(
            *b"LV",
            "en.wikipedia.org, Vehicle registration plates of Latvia (since 1992)",
        )
    },
    Format {
        name: "cars; trailers (two letters), motorcycles (number first)",
        patterns: &["lll999", "ll999", "999ll"],
        letters: "ABCDEFGHIJKLMNOPRSTUVYZ",
        examples: &["AVA123", "AB123", "123AB"],
        ..Format::visitor(*b"LT", LITHUANIA)
    },
];
