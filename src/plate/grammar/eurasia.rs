//! Belarus, Russia, Georgia, Armenia, Azerbaijan and Kazakhstan. Visitors on the roads that the product watches.

use super::format::Format;

const BELARUS: &str = "en.wikipedia.org, Vehicle registration plates of Belarus (since 2004)";
const RUSSIA: &str = "en.wikipedia.org, Vehicle registration plates of Russia (since 1993)";
/// Those that look the same in the Russian and the Latin alphabet.
const RUSSIAN: &str = "ABCEHKMOPTXY";
const GEORGIA: &str = "en.wikipedia.org, Vehicle registration plates of Georgia (country)";

/// The formats.
pub(super) const FORMATS: &[Format] = &[
    Format {
        name: "cars: number, letters, region; lorries and buses: letters first",
        patterns: &["9999ll[12345678]", "ll9999[12345678]"],
        letters: "ABCEHIKMOPTX",
        examples: &["1234AB7", "AB12345"],
        ..Format::visitor(*b"BY", BELARUS)
    },
    Format {
        name: "cars: letter, number, letters, region",
        patterns: &["l999ll99", "l999ll[1279]99"],
        letters: RUSSIAN,
        examples: &["A123BC77", "M456KX750"],
        ..Format::visitor(*b"RU", RUSSIA)
    },
    Format {
        name: "armed forces: number, letters, district",
        patterns: &["9999ll99"],
        letters: RUSSIAN,
        examples: &["0076AA97"],
        ..Format::visitor(*b"RU", RUSSIA)
    },
    Format {
        name: "trailers, public transport: letters, number, region",
        patterns: &["ll999999", "ll99999", "ll9999[1279]99"],
        letters: RUSSIAN,
        examples: &["AB123477", "AB12377"],
        ..Format::visitor(*b"RU", RUSSIA)
    },
    Format {
        name: "since 2014; before three letters, number",
        patterns: &["ll999ll", "lll999"],
        examples: &["AB123CD", "ABC123"],
        ..Format::visitor(*b"GE", GEORGIA)
    },
    Format {
        name: "number, letters, number",
        patterns: &["99ll999", "999ll99"],
        examples: &["12AB345", "123AB45"],
        ..Format::visitor(
            *b"AM",
            "en.wikipedia.org, Vehicle registration plates of Armenia (since 1996)",
        )
    },
    Format {
        name: "region, letters, number",
        patterns: &["99ll999"],
        examples: &["10AB123"],
        ..Format::visitor(*b"AZ", "en.wikipedia.org, Vehicle registration plates of Azerbaijan")
    },
    Format {
        name: "since 2012: number, letters, region",
        patterns: &["999lll[012]9", "999ll[012]9"],
        examples: &["123ABC01", "123AB02"],
        ..Format::visitor(
            *b"KZ",
            "en.wikipedia.org, Vehicle registration plates of Kazakhstan (since 2012)",
        )
    },
];
