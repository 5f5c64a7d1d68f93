//! Italy.

use super::format::Format;

/// I, O, Q and U are not used since 1994.
const LETTERS: &str = "ABCDEFGHJKLMNPRSTVWXYZ";

const SINCE_1994: Format = Format {
    letters: LETTERS,
    ..Format::base(
        *b"IT",
        "d.P.R. 495/1992 art. 255-257 and appendix XII; it.wikipedia.org, Targhe d'immatricolazione dell'Italia",
    )
};

/// Provinces that had plates of their own before 1994; Rome wrote its name in full.
const PROVINCES: &[&str] = &[
    "AG", "AL", "AN", "AO", "AP", "AQ", "AR", "AT", "AV", "BA", "BG", "BL", "BN", "BO", "BR", "BS",
    "BZ", "CA", "CB", "CE", "CH", "CL", "CN", "CO", "CR", "CS", "CT", "CZ", "EN", "FE", "FG", "FI",
    "FO", "FR", "GE", "GO", "GR", "IM", "IS", "LE", "LI", "LT", "LU", "MC", "ME", "MI", "MN", "MO",
    "MS", "MT", "NA", "NO", "NU", "OR", "PA", "PC", "PD", "PE", "PG", "PI", "PN", "PR", "PS", "PT",
    "PV", "PZ", "RA", "RC", "RE", "RG", "RI", "RO", "ROMA", "SA", "SI", "SO", "SP", "SR", "SS",
    "SV", "TA", "TE", "TN", "TO", "TP", "TR", "TS", "TV", "UD", "VA", "VC", "VE", "VI", "VR", "VT",
];

/// The formats of Italy.
pub(super) const FORMATS: &[Format] = &[
    Format {
        name: "cars and lorries, since 1994",
        patterns: &["ll999ll"],
        never: &["EE", "X", "Y"],
        examples: &["AB123CD", "GM456ZZ", "ZA999ZZ"],
        ..SINCE_1994
    },
    Format {
        name: "motorcycles, since 1994",
        patterns: &["ll99999"],
        never: &["EE", "X", "Y"],
        examples: &["DX12345", "AA00000"],
        ..SINCE_1994
    },
    Format {
        name: "trailers, since 2013",
        patterns: &["Xl999ll"],
        examples: &["XA123BC"],
        ..SINCE_1994
    },
    Format {
        name: "local police, cars",
        patterns: &["Yl999ll"],
        examples: &["YA123AB"],
        ..SINCE_1994
    },
    Format {
        name: "cars, by province, before 1994",
        patterns: &["c99?9?9?9?9?", "cl99999", "c9l9999", "c99999l"],
        letters: LETTERS,
        codes: PROVINCES,
        common: false,
        examples: &["MI123456", "ROMA12345A", "TOA12345", "MI1N2345"],
        ..Format::base(
            *b"IT",
            "R.D.L. 314/1927 and l. 2730/1927; it.wikipedia.org, Targhe d'immatricolazione dell'Italia",
        )
    },
];
