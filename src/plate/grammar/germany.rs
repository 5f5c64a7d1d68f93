//! Germany.

use super::format::Format;

const LAW: &str = "Fahrzeug-Zulassungsverordnung, annex 1-4; en.wikipedia.org, Vehicle registration plates of Germany";

/// The formats. District codes are known by shape only: one to three letters, also
/// umlauts; in all at most eight characters.
pub(super) const FORMATS: &[Format] = &[
    Format {
        name: "district, letters, number",
        patterns: &["ull?19?9?9?", "uull?19?9?9?", "uuull?19?9?", "uuul1999"],
        examples: &["BAB1234", "GÖXY123", "WOBA1", "FFBKL12"],
        ..Format::base(*b"DE", LAW)
    },
    Format {
        name: "electric (E) and historic (H) vehicles",
        patterns: &["uaa?19?9?9?l", "uuaa?19?9?l", "uuuaa?19?l", "uuua199l"],
        letters: "EH",
        common: false,
        examples: &["BA123E", "MXY77H", "HHAB123E"],
        ..Format::base(*b"DE", LAW)
    },
    Format {
        name: "authorities and fire brigades (district, number)",
        patterns: &["u19?9?9?9?9?", "uu19?9?9?9?", "uuu19?9?9?"],
        common: false,
        examples: &["B12345", "MS1234"],
        ..Format::base(*b"DE", LAW)
    },
];
