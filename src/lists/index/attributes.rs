//! What is said of an entry beyond its plate, read from the columns.

use super::super::model::{Entry, Vehicle};
use super::bytes::words;
use super::layout::{ColumnLayout, Field, Layout};
use crate::plate::{Country, PlateText};

/// The columns of an index.
#[derive(Clone, Copy)]
pub(super) struct Columns<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) layout: &'a Layout,
}

impl<'a> Columns<'a> {
    /// An entry by its number.
    pub(super) fn entry(&self, plate: PlateText, number: u32) -> Entry {
        let mut entry = Entry::new(plate);
        for column in &self.layout.columns {
            let Some(text) = self.text(column, number) else { continue };
            let owned = || Some(text.to_owned());
            let Entry { country, reason, reference, valid_from, valid_to, vehicle, .. } =
                &mut entry;
            let Vehicle { make, model, colour } = vehicle;
            match column.field {
                Field::Country => *country = Country::new(text).ok(),
                Field::ValidFrom => *valid_from = text.parse().ok(),
                Field::ValidTo => *valid_to = text.parse().ok(),
                Field::Reason => *reason = owned(),
                Field::Reference => *reference = owned(),
                Field::Make => *make = owned(),
                Field::Model => *model = owned(),
                Field::Colour => *colour = owned(),
            }
        }
        entry
    }

    /// What a column says of an entry.
    fn text(&self, column: &ColumnLayout, number: u32) -> Option<&'a str> {
        let bytes = self.bytes.get(self.layout.place(column.at)..)?;
        let (ends, bytes) = bytes.split_at_checked(column.texts as usize * 4)?;
        let (texts, codes) = bytes.split_at_checked(column.text_bytes as usize)?;
        let ends = words(ends);
        let place = if column.own {
            number as usize
        } else {
            let width = usize::from(column.code_bytes);
            let code = match width {
                0 => column.code,
                _ => codes
                    .get(number as usize * width..(number as usize + 1) * width)?
                    .iter()
                    .rev()
                    .fold(0, |code, byte| code << 8 | u32::from(*byte)),
            };
            (code as usize).checked_sub(1)?
        };
        let start = match place.checked_sub(1) {
            Some(before) => ends.get(before)?.get() as usize,
            None => 0,
        };
        let text = texts.get(start..ends.get(place)?.get() as usize)?;
        std::str::from_utf8(text).ok().filter(|text| !text.is_empty())
    }
}
