//! France.

use super::format::{Format, Frequency};

/// I and O were never used, U not since 1984.
const LETTERS: &str = "ABCDEFGHJKLMNPQRSTVWXYZ";
const LAW: &str = "arrêté du 9 février 2009 relatif aux modalités d'immatriculation, annexe VII; sivpro.fr, Comment est attribué un numéro de plaque SIV";

/// Departments on plates of before 2009.
const DEPARTMENTS: &[&str] = &[
    "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15", "16",
    "17", "18", "19", "21", "22", "23", "24", "25", "26", "27", "28", "29", "2A", "2B", "30", "31",
    "32", "33", "34", "35", "36", "37", "38", "39", "40", "41", "42", "43", "44", "45", "46", "47",
    "48", "49", "50", "51", "52", "53", "54", "55", "56", "57", "58", "59", "60", "61", "62", "63",
    "64", "65", "66", "67", "68", "69", "70", "71", "72", "73", "74", "75", "76", "77", "78", "79",
    "80", "81", "82", "83", "84", "85", "86", "87", "88", "89", "90", "91", "92", "93", "94", "95",
    "971", "972", "973", "974", "976",
];

/// The formats.
pub(super) const FORMATS: &[Format] = &[
    Format {
        name: "all vehicles, since 2009",
        patterns: &["ll999ll"],
        letters: LETTERS,
        never: &["SS", "WW"],
        examples: &["AB123CD", "FQ987ZZ"],
        ..Format::base(*b"FR", LAW)
    },
    Format {
        name: "provisional (WW) and dealers (W)",
        patterns: &["WW999ll", "W999ll"],
        letters: LETTERS,
        frequency: Frequency::Rare,
        examples: &["WW123AB", "W123AB"],
        ..Format::base(
            *b"FR",
            "inaxys.com, Système SIV (séries); leocare.eu, Pourquoi certaines plaques commencent par W",
        )
    },
    Format {
        name: "mopeds, since 2004",
        patterns: &["ll?999?l"],
        letters: LETTERS,
        frequency: Frequency::Rare,
        examples: &["A11A", "AB123C"],
        ..Format::base(
            *b"FR",
            "immatricule.fr, Plaques d'immatriculation du cyclomoteur; fr.headtopics.com, Les règles d'immatriculation en France (2025)",
        )
    },
    Format {
        name: "by department, before 2009",
        patterns: &["19?9?9?ll?c", "19?9?lllc"],
        letters: LETTERS,
        codes: DEPARTMENTS,
        frequency: Frequency::Rare,
        examples: &["1234AB75", "567CDE2A", "12AB974"],
        ..Format::base(
            *b"FR",
            "inaxys.com, Système FNI (séries); nouvellesplaques.com, Les numéros sur la plaque d'immatriculation française",
        )
    },
];
