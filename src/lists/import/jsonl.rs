//! Text with a JSON object in each line.

use std::borrow::Cow;
use std::fmt;
use std::io::BufRead;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::ImportError;
use super::collect::Collector;
use crate::lists::columns::Column;
use crate::lists::format::{ColumnAt, SourceFormat};
use crate::lists::lines::{Line, Lines, line_too_long};

pub(super) fn read(
    reader: &mut dyn BufRead,
    collector: &mut Collector<'_>,
) -> Result<(), ImportError> {
    let mut lines = Lines::new(reader);
    lines.skip(collector.options.format.skip_lines)?;
    while let Some((number, line)) = lines.next_numbered()? {
        match line {
            Line::TooLong => {
                collector.report.rows += 1;
                collector.reject(number, None, "", line_too_long());
            }
            Line::Text(line) if line.contains(&0) => return Err(ImportError::Binary(number)),
            Line::Text(line) if line.trim_ascii().is_empty() => {}
            Line::Text(line) => object(line, number, collector),
        }
    }
    if lines.number == 0 { Err(ImportError::Empty) } else { Ok(()) }
}

fn object(line: &[u8], number: u64, collector: &mut Collector<'_>) {
    collector.report.rows += 1;
    let text = match collector.decoder.decode(line, number) {
        Ok(text) => text,
        Err(error) => {
            let start = String::from_utf8_lossy(line);
            collector.reject(number, None, &start, error.to_string());
            return;
        }
    };
    let fields = Fields {
        format: &collector.options.format,
        ignore_unknown: collector.options.ignore_unknown,
    };
    let mut json = serde_json::Deserializer::from_str(&text);
    let read = json.deserialize_map(fields).and_then(|found| json.end().map(|()| found));
    match read {
        Ok(found) => {
            let found = found.iter().map(|(column, value)| (*column, value.trim()));
            collector.row(number, found);
        }
        Err(error) => {
            // The place in the line says more than its number, which is always 1 here.
            let said = error.to_string();
            let said = said.split(" at line ").next().unwrap_or_default();
            let reason = format!("no row: {said} (character {})", error.column());
            collector.reject(number, None, &text, reason);
        }
    }
}

/// Reads the columns of one object, each once.
struct Fields<'a> {
    format: &'a SourceFormat,
    ignore_unknown: bool,
}

impl Fields<'_> {
    fn column(&self, key: &str) -> Option<Column> {
        let given = |at: &ColumnAt| matches!(at, ColumnAt::Name(name) if name == key);
        let mapped = self.format.columns.iter().find(|(_, at)| given(at)).map(|(c, _)| *c);
        let known =
            || Column::from_name(key).filter(|column| !self.format.columns.contains_key(column));
        mapped.or_else(known)
    }

    fn put<E: Error>(
        &self,
        column: Column,
        Text(value): Text,
        found: &mut Vec<(Column, String)>,
    ) -> Result<(), E> {
        if found.iter().any(|(other, _)| *other == column) {
            return Err(Error::custom(format_args!("{column} comes twice")));
        }
        found.push((column, value.unwrap_or_default()));
        Ok(())
    }

    fn unknown<'de, A: MapAccess<'de>>(&self, key: &str, map: &mut A) -> Result<(), A::Error> {
        if self.ignore_unknown {
            return map.next_value::<IgnoredAny>().map(drop);
        }
        let near = Column::nearest(key)
            .map_or_else(String::new, |near| format!(" (did you mean {near:?}?)"));
        let key: String = key.chars().take(40).collect();
        Err(Error::custom(format_args!("{key:?} is no column{near}")))
    }
}

impl<'de> Visitor<'de> for Fields<'_> {
    type Value = Vec<(Column, String)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object such as {\"plate\": \"AB123CD\"}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = Vec::new();
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            match self.column(&key) {
                Some(column) => self.put(column, map.next_value()?, &mut found)?,
                None if key == "vehicle" => {
                    map.next_value_seed(Nested { fields: &self, found: &mut found })?;
                }
                None => self.unknown(&key, &mut map)?,
            }
        }
        Ok(found)
    }
}

/// The object `vehicle`, as `varco lists show --json` writes it.
struct Nested<'a, 'f> {
    fields: &'a Fields<'a>,
    found: &'f mut Vec<(Column, String)>,
}

impl<'de> DeserializeSeed<'de> for Nested<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Nested<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with make, model and colour")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            let column = self
                .fields
                .column(&key)
                .filter(|column| matches!(column, Column::Make | Column::Model | Column::Colour));
            match column {
                Some(column) => self.fields.put(column, map.next_value()?, self.found)?,
                None => self.fields.unknown(&key, &mut map)?,
            }
        }
        Ok(())
    }
}

/// A value as text: what is neither text nor a number nor nothing is refused.
struct Text(Option<String>);

impl<'de> serde::Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor).map(Text)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a number or null")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(text.to_owned()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    // Said in our own words: serde's would show the whole value.
    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
        Err(Error::custom("an array where a text is expected"))
    }

    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
        Err(Error::custom("an object where a text is expected"))
    }
}
