//! Country grammars: which texts are plates, where, and how much that may weigh.
//!
//! The formats are data, a file per country or region, each row with its public
//! source; `docs/reference/plates.md` shows them all. Syntax only *ranks* what the
//! reader could not decide ([`rank`]); it never overrides strong pixels and never
//! refuses a plate of no known format.

mod alps;
mod balkans;
mod danube;
mod east;
mod eurasia;
mod format;
mod france;
mod germany;
mod iberia;
mod isles;
mod italy;
mod nordic;
mod rank;
mod search;
mod small;
mod southeast;
mod west;

#[cfg(test)]
mod tests;

pub use format::{Format, Frequency};
pub use rank::{MAX_WEIGHT, MIN_WEIGHT, rank, weight, weight_of};

use super::text::{Country, PlateText};

/// Every format that is known, country by country, Italy first.
pub fn all() -> impl Iterator<Item = &'static Format> {
    [
        italy::FORMATS,
        germany::FORMATS,
        france::FORMATS,
        iberia::FORMATS,
        alps::FORMATS,
        balkans::FORMATS,
        danube::FORMATS,
        east::FORMATS,
        west::FORMATS,
        isles::FORMATS,
        nordic::FORMATS,
        southeast::FORMATS,
        small::FORMATS,
        eurasia::FORMATS,
    ]
    .into_iter()
    .flatten()
}

/// The formats that a text fits, without doubles, in the order of [`all`].
#[must_use]
pub fn formats(text: &PlateText) -> Vec<&'static Format> {
    let mut found: Vec<&'static Format> = Vec::new();
    for format in format::fitting(&format::indices(text.as_str())) {
        if !found.iter().any(|known| std::ptr::eq(*known, format)) {
            found.push(format);
        }
    }
    found
}

/// Probability that a picture's hint of a country outweighs a grammar it does not fit.
const STRONG_HINT: f32 = 0.8;

/// The country of a plate, from its text and from what the picture suggests.
///
/// The picture's country is taken when the text fits one of its formats or when the
/// picture is sure (0.8 or more); else the only country whose formats the text fits,
/// rare formats only where no common one fits, those of visitors last; else none: several countries write
/// `AB123CD`, and text alone does not tell them apart.
#[must_use]
pub fn country(text: &PlateText, hint: Option<(Country, f32)>) -> Option<Country> {
    let formats = formats(text);
    if let Some((country, probability)) = hint
        && (probability >= STRONG_HINT || formats.iter().any(|f| f.country == country))
    {
        return Some(country);
    }
    let oftenest = formats.iter().map(|f| f.frequency).min()?;
    let mut countries = formats.iter().filter(|f| f.frequency == oftenest).map(|f| f.country);
    let first = countries.next()?;
    countries.all(|country| country == first).then_some(first)
}
