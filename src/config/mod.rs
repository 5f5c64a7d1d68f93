//! Settings files: TOML text in, a typed value out, or an error that a person can act on.
//!
//! Nothing here opens a file: the caller reads the text and names it.
//!
//! A settings type derives `Deserialize` with `#[serde(deny_unknown_fields)]`, so
//! that a mistyped key is an error and never silently a default.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

/// How alike a mistyped name and a valid one must be to be offered (Jaro–Winkler, 0 to 1).
const ALIKE: f64 = 0.7;

/// What is wrong with a settings file, where, and what was probably meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    /// The file, as the user named it.
    pub file: PathBuf,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong, in words.
    pub message: String,
    /// The valid name nearest to the one that was written, if one is near.
    pub nearest: Option<String>,
}

impl ConfigError {
    /// An error about a value that the types cannot rule out (a range, a
    /// combination), placed at the first line of `text` that contains `needle`.
    #[must_use]
    pub fn at(file: &Path, text: &str, needle: &str, message: impl Into<String>) -> Self {
        let offset = text.find(needle).unwrap_or(0);
        let (line, column) = place(text, offset);
        Self { file: file.to_owned(), line, column, message: message.into(), nearest: None }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file.display(), self.line, self.column, self.message)?;
        if let Some(nearest) = &self.nearest {
            write!(f, "; did you mean `{nearest}`?")?;
        }
        Ok(())
    }
}

/// Reads settings from TOML `text`; `file` is only named in errors.
///
/// # Errors
/// [`ConfigError`] for bad TOML, an unknown key, a missing key or a bad value.
pub fn parse<T: DeserializeOwned>(text: &str, file: &Path) -> Result<T, ConfigError> {
    toml::from_str(text).map_err(|error| {
        let (line, column) = place(text, error.span().map_or(0, |span| span.start));
        let message = error.message().trim().replace('\n', "; ");
        let nearest = nearest_in(&message);
        ConfigError { file: file.to_owned(), line, column, message, nearest }
    })
}

/// The candidate most like `name`, if any is like it at all.
#[must_use]
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(alike, _)| *alike >= ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// Line and column, from 1, of a byte offset.
fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset.min(text.len())).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    (line, column)
}

/// serde writes "unknown field `a`, expected one of `b`, `c`" (and likewise for
/// variants): the first quoted word is what was written, the others what is valid.
fn nearest_in(message: &str) -> Option<String> {
    if !message.starts_with("unknown ") {
        return None;
    }
    let mut quoted = message.split('`').skip(1).step_by(2);
    let written = quoted.next()?;
    nearest(written, quoted).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        retention_days: u32,
        #[serde(default)]
        inner: Vec<Inner>,
    }

    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        name: String,
        mode: Mode,
    }

    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Mode {
        Entrance,
        Exit,
    }

    fn fault(text: &str) -> ConfigError {
        parse::<Sample>(text, Path::new("centre.toml")).unwrap_err()
    }

    #[test]
    fn good_text_is_read() {
        let text = "retention_days = 7\n[[inner]]\nname = \"a\"\nmode = \"exit\"\n";
        let sample: Sample = parse(text, Path::new("x")).unwrap();
        assert_eq!(sample.retention_days, 7);
        assert_eq!(sample.inner, [Inner { name: "a".into(), mode: Mode::Exit }]);
    }

    #[test]
    fn an_unknown_key_names_its_place_and_the_nearest_valid_one() {
        let error = fault("# città\nretention_day = 7\n");
        assert_eq!((error.line, error.column), (2, 1));
        assert_eq!(error.nearest.as_deref(), Some("retention_days"));
        let said = error.to_string();
        assert!(said.starts_with("centre.toml:2:1: unknown field"), "{said}");
        assert!(said.ends_with("did you mean `retention_days`?"), "{said}");
    }

    #[test]
    fn a_key_like_no_other_gets_no_suggestion() {
        assert_eq!(fault("zzz = 7\n").nearest, None);
    }

    #[test]
    fn a_bad_value_inside_a_table_names_its_place() {
        let error = fault("retention_days = 7\n[[inner]]\nname = \"a\"\nmode = \"entrence\"\n");
        assert_eq!(error.line, 4);
        assert_eq!(error.nearest.as_deref(), Some("entrance"));
        let error = fault("retention_days = \"seven\"\n");
        assert_eq!((error.line, error.column), (1, 18));
    }

    #[test]
    fn broken_toml_names_its_place() {
        assert_eq!(fault("retention_days = 7\n[[inner\n").line, 2);
    }

    #[test]
    fn a_fault_beyond_the_types_is_placed_by_its_text() {
        let error = ConfigError::at(Path::new("f"), "a = 1\nb = 2\n", "b = 2", "too small");
        assert_eq!(error.to_string(), "f:2:1: too small");
    }
}
