//! Monaco, Andorra, Liechtenstein, Luxembourg, Malta, Gibraltar, Jersey and the Isle of Man.

use super::format::Format;

const MONACO: &str = "monservicepublic.gouv.mc, How to request a specific registration number";

/// The formats.
pub(super) const FORMATS: &[Format] = &[
    Format {
        name: "cars: four signs",
        patterns: &["9999", "l999", "999[BCDEFGHJKLNPQRSTUVXY]"],
        letters: "BCDEFGHJKLMNPQRSTUVXYZ",
        examples: &["0123", "B123", "123C"],
        ..Format::visitor(*b"MC", MONACO)
    },
    Format {
        name: "motorcycles",
        patterns: &["ll99"],
        letters: "ABCDEFGHJKLMNPQRSTUVXYZ",
        examples: &["AB12"],
        ..Format::visitor(*b"MC", MONACO)
    },
    Format {
        name: "since 1989",
        patterns: &["l9999"],
        examples: &["A1234"],
        ..Format::visitor(
            *b"AD",
            "en.wikipedia.org, Vehicle registration plates of Andorra (since 1989)",
        )
    },
    Format {
        name: "FL and a number",
        patterns: &["FL19?9?9?9?"],
        examples: &["FL1", "FL12345"],
        ..Format::visitor(*b"LI", "en.wikipedia.org, Vehicle registration plates of Liechtenstein")
    },
    Format {
        name: "two letters, number",
        patterns: &["ll9999"],
        examples: &["AB1234"],
        ..Format::visitor(
            *b"LU",
            "en.wikipedia.org, Vehicle registration plates of Luxembourg (letters)",
        )
    },
    Format {
        name: "since 1995",
        patterns: &["lll999"],
        examples: &["ABC123"],
        ..Format::visitor(
            *b"MT",
            "en.wikipedia.org, Vehicle registration plates of Malta (since 1995)",
        )
    },
    Format {
        name: "since 2001; before by number",
        patterns: &["G9999l", "G19?9?9?9?"],
        letters: "ABCDEFGHJKLMNOPRSTUVWXYZ",
        examples: &["G1234A", "G12345"],
        ..Format::visitor(
            *b"GI",
            "en.wikipedia.org, Vehicle registration plates of Gibraltar (since 2001)",
        )
    },
    Format {
        name: "J and a number",
        patterns: &["J19?9?9?9?9?"],
        examples: &["J1", "J123456"],
        ..Format::visitor(
            *b"JE",
            "en.wikipedia.org, Vehicle registration plates of Jersey (J and a number)",
        )
    },
    Format {
        name: "MN or MAN, number, letter",
        patterns: &["lMN19?9?l", "MAN19?9?l", "lMN19?9?9?", "MAN19?9?9?", "19?9?9?MAN"],
        letters: "ABCDEFGHJKLMNOPRSTUVWXYZ",
        examples: &["BMN123C", "MAN12X", "1234MAN"],
        ..Format::visitor(
            *b"IM",
            "en.wikipedia.org, Vehicle registration plates of the Isle of Man (MN, MAN)",
        )
    },
];
