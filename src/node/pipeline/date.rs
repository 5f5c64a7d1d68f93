//! Days in a TOML file, with or without quotes.

use std::fmt;

use jiff::civil::Date;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

struct DayVisitor;

impl<'de> Visitor<'de> for DayVisitor {
    type Value = Date;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a day such as 2027-12-31")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Date, E> {
        text.parse().map_err(|_| E::custom(format!("{text:?} is no day; write it as 2027-12-31")))
    }

    // TOML's own dates come as a map that only `toml` can take apart.
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Date, A::Error> {
        let date = toml::value::Datetime::deserialize(MapAccessDeserializer::new(map))?;
        self.visit_str(&date.to_string())
    }
}

/// A day, or nothing when the key is missing.
pub(super) fn optional<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Date>, D::Error> {
    from.deserialize_any(DayVisitor).map(Some)
}
