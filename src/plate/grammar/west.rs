//! Belgium and the Netherlands.

use super::format::Format;

const BELGIUM: &str = "arrêté royal du 20 juillet 2001 relatif à l'immatriculation de véhicules; en.wikipedia.org, Vehicle registration plates of Belgium";
const NETHERLANDS: &str = "Regeling kentekens en kentekenplaten; en.wikipedia.org, Vehicle registration plates of the Netherlands (sidecodes)";
/// No vowels, no C, no Q; M and W mark motorcycles and trailers.
const DUTCH: &str = "BDFGHJKLMNPRSTVWXYZ";

/// The formats.
pub(super) const FORMATS: &[Format] = &[
    Format {
        name: "cars, since 2010",
        patterns: &["1lll999"],
        examples: &["1ABC234", "2XYZ001"],
        ..Format::base(*b"BE", BELGIUM)
    },
    Format {
        name: "motorcycles (M), trailers (Q), historic (O), since 2010",
        patterns: &["Mlll999", "Qlll999", "Olll999"],
        common: false,
        examples: &["MABC123", "QAAA001"],
        ..Format::base(*b"BE", BELGIUM)
    },
    Format {
        name: "cars, 1973 to 2010",
        patterns: &["lll999", "999lll"],
        common: false,
        examples: &["ABC123", "123ABC"],
        ..Format::base(*b"BE", BELGIUM)
    },
    Format {
        name: "sidecodes 4 to 6, 1991 to 2010",
        patterns: &["ll99ll", "llll99", "99llll"],
        letters: DUTCH,
        examples: &["DX12GH", "FGHJ12", "12GHJK"],
        ..Format::base(*b"NL", NETHERLANDS)
    },
    Format {
        name: "sidecodes 7 to 14, since 2008",
        patterns: &["99lll9", "9lll99", "ll999l", "l999ll", "lll99l", "l99lll", "9ll999", "999ll9"],
        letters: DUTCH,
        examples: &["12GHJ3", "1GHJ23", "GH123J", "H123JK"],
        ..Format::base(*b"NL", NETHERLANDS)
    },
    Format {
        name: "sidecodes 1 to 3, 1951 to 1991",
        patterns: &["ll9999", "9999ll", "99ll99"],
        letters: "ABDEFGHJKLMNPRSTUVWXYZ",
        common: false,
        examples: &["GH1234", "1234GH", "12GH34"],
        ..Format::base(*b"NL", NETHERLANDS)
    },
];
