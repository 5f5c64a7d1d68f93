//! Texts compared with labels.

use std::collections::BTreeMap;

use serde::Serialize;

use super::share::Share;
use crate::cli::read::PlateLine;
use crate::siting::PlateLook;

/// A wrong text at this confidence or above is the worst kind of error.
pub(super) const CONFIDENT: f32 = 0.9;
/// Upper edges of the width classes, pixels.
const WIDTHS_PX: [u32; 5] = [30, 60, 80, 120, 200];
/// The group of what the label does not say.
const UNKNOWN: &str = "?";

/// Texts by some property of the plate, in words that sort well.
pub(super) type Groups = BTreeMap<String, Texts>;

/// Texts compared with labels.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Texts {
    /// Whole plates, letter by letter.
    pub(super) exact: Share,
    /// Whole plates when O is 0 and I is 1, as many plates write them alike.
    pub(super) folded: Share,
    /// Characters of all labels, and those not lost to an edit (Levenshtein).
    pub(super) characters: Share,
    /// Wrong at a confidence of 0.9 or above, of all.
    pub(super) confident_and_wrong: Share,
}

impl Texts {
    /// One more plate with what was read of it.
    pub(super) fn count(&mut self, truth: &str, read: Option<&PlateLine>) {
        let text = read.map_or("", |plate| plate.text.as_str());
        let exact = text == truth;
        self.exact.count(exact);
        self.folded.count(folded(text) == folded(truth));
        let confident = read.is_some_and(|plate| plate.confidence >= CONFIDENT);
        self.confident_and_wrong.count(confident && !exact);
        let length = truth.chars().count() as u32;
        let edits = strsim::levenshtein(text, truth) as u32;
        self.characters.of += length;
        self.characters.right += length.saturating_sub(edits);
    }
}

/// One more plate of a group.
pub(super) fn count_in(
    groups: &mut Groups,
    group: impl Into<String>,
    truth: &str,
    read: Option<&PlateLine>,
) {
    groups.entry(group.into()).or_default().count(truth, read);
}

fn folded(text: &str) -> String {
    text.replace('O', "0").replace('I', "1")
}

/// The class of a plate's country.
pub(super) fn country_class(country: Option<&str>) -> &str {
    country.unwrap_or(UNKNOWN)
}

/// The class of a plate's rows.
pub(super) fn rows_class(rows: Option<u8>) -> String {
    match rows {
        None => UNKNOWN.to_owned(),
        Some(1) => "1 row".to_owned(),
        Some(rows) => format!("{rows} rows"),
    }
}

/// The class of a plate's width, in words that sort by width.
pub(super) fn width_class(width_px: f32) -> String {
    let mut lower = 0;
    for upper in WIDTHS_PX {
        if width_px < upper as f32 {
            return format!("{lower:03}-{:03} px", upper - 1);
        }
        lower = upper;
    }
    format!("{lower:03}+ px")
}

/// The class of a plate's sharpness, in words that sort by it.
pub(super) fn sharpness_class(look: Option<&PlateLook>) -> String {
    let Some(sharpness) = look.and_then(PlateLook::sharpness) else { return UNKNOWN.to_owned() };
    match sharpness {
        ..15.0 => "00-14 edges",
        15.0..25.0 => "15-24 edges",
        25.0..40.0 => "25-39 edges",
        _ => "40 edges or more",
    }
    .to_owned()
}

/// The class of a plate's contrast, in words that sort by it.
pub(super) fn contrast_class(look: Option<&PlateLook>) -> String {
    let Some(look) = look else { return UNKNOWN.to_owned() };
    match look.contrast {
        ..20.0 => "000-019 levels",
        20.0..40.0 => "020-039 levels",
        40.0..80.0 => "040-079 levels",
        _ => "080 levels or more",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_fall_into_their_classes() {
        assert_eq!(width_class(12.0), "000-029 px");
        assert_eq!(width_class(59.9), "030-059 px");
        assert_eq!(width_class(60.0), "060-079 px");
        assert_eq!(width_class(900.0), "200+ px");
    }

    #[test]
    fn what_is_not_labelled_is_a_group_of_its_own() {
        let classes = [rows_class(None), rows_class(Some(1)), rows_class(Some(2))];
        assert_eq!(classes, ["?", "1 row", "2 rows"]);
        assert_eq!(country_class(None), "?");
    }

    #[test]
    fn an_unread_plate_loses_all_its_characters() {
        let mut texts = Texts::default();
        texts.count("AB123CD", None);
        assert_eq!((texts.exact.right, texts.characters.of, texts.characters.right), (0, 7, 0));
    }
}
