//! One way in which a country writes its plates, and the compiled table of all of them.

use std::sync::LazyLock;

use super::super::text::{ALPHABET, Country, character_index};

/// One format: which texts a country gives to one class of vehicles.
#[derive(Debug)]
pub struct Format {
    /// The country.
    pub country: Country,
    /// The class of vehicles or the period.
    pub name: &'static str,
    /// Patterns of which a text must fit one. A capital letter stands for itself; `9`
    /// is any digit, `1` a digit from 1 to 9, `l` one of [`Format::letters`], `x` one
    /// of them or a digit, `a` any letter from A to Z, `u` also Ä Ö Ü, `[12]` what
    /// stands in brackets, `c` one of [`Format::codes`]; `?` makes the one before
    /// optional.
    pub patterns: &'static [&'static str],
    /// Letters that `l` and `x` stand for.
    pub letters: &'static str,
    /// District or province codes, or ages, that `c` stands for.
    pub codes: &'static [&'static str],
    /// Beginnings that this format never has.
    pub never: &'static [&'static str],
    /// How often plates of this format are met.
    pub frequency: Frequency,
    /// Texts of this format, for tests and for the reference page.
    pub examples: &'static [&'static str],
    /// The law or public page that says so.
    pub source: &'static str,
}

/// How often plates of a format are met on the roads of Italy and its neighbours, oftenest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Frequency {
    /// Common today.
    Common,
    /// Old, or of a special class of vehicles.
    Rare,
    /// Of a country from which so few vehicles come that its formats say something of a
    /// text only when the picture suggests that country.
    Visitor,
}

/// All of A to Z.
pub(super) const AZ: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

impl Format {
    /// A common format that uses all letters; rows say what differs.
    pub(super) const fn base(country: [u8; 2], source: &'static str) -> Self {
        Self {
            country: Country::literal(country),
            name: "",
            patterns: &[],
            letters: AZ,
            codes: &[],
            never: &[],
            frequency: Frequency::Common,
            examples: &[],
            source,
        }
    }

    /// A format of a country from which few vehicles come to Italy and its neighbours.
    pub(super) const fn visitor(country: [u8; 2], source: &'static str) -> Self {
        Self { frequency: Frequency::Visitor, ..Self::base(country, source) }
    }
}

/// Longest text that a format may have, in characters.
const MAX_CHARACTERS: usize = 12;

/// A pattern with one length: the characters allowed at each place.
struct Shape {
    format: &'static Format,
    allowed: Vec<u64>,
    /// Where a code stands and the codes of its length, packed and sorted.
    code: Option<(usize, usize, Vec<u32>)>,
    /// Beginnings that are refused: length and packed text.
    never: Vec<(usize, u32)>,
}

impl Shape {
    fn fits(&self, text: &[u8]) -> bool {
        self.allowed.iter().zip(text).all(|(allowed, c)| allowed >> *c & 1 == 1)
            && self.code.as_ref().is_none_or(|(start, length, codes)| {
                text.get(*start..start + length)
                    .is_some_and(|code| codes.binary_search(&pack(code)).is_ok())
            })
            && !self
                .never
                .iter()
                .any(|(length, never)| text.get(..*length).is_some_and(|t| pack(t) == *never))
    }
}

/// Up to five characters as one number.
fn pack(characters: &[u8]) -> u32 {
    characters.iter().fold(1, |packed, c| packed << 6 | u32::from(*c))
}

/// A text as places in [`ALPHABET`]; characters that are in no plate are left out.
pub(super) fn indices(text: &str) -> Vec<u8> {
    text.chars().filter_map(character_index).map(|index| index as u8).collect()
}

fn mask(characters: &str) -> u64 {
    characters.chars().filter_map(character_index).fold(0, |mask, index| mask | 1 << index)
}

/// Every shape of every format.
struct Table {
    shapes: Vec<Shape>,
    /// Places of the shapes that a text can fit, by [`class`].
    by_class: Vec<Vec<u16>>,
}

/// Which places of a text are digits, and its length, in one small number: few shapes
/// share it, so a text is compared with a handful and not with hundreds.
fn class(text: &[u8]) -> usize {
    text.iter().fold(1, |class, c| class << 1 | usize::from(*c < 10))
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table =
        Table { shapes: Vec::new(), by_class: vec![Vec::new(); 1 << (MAX_CHARACTERS + 1)] };
    for format in super::all() {
        for pattern in format.patterns {
            for shape in shapes(format, pattern) {
                let place = table.shapes.len() as u16;
                for class in shape.classes() {
                    if let Some(places) = table.by_class.get_mut(class) {
                        places.push(place);
                    }
                }
                table.shapes.push(shape);
            }
        }
    }
    table
});

/// Takes a pattern apart into shapes of one length each.
fn shapes(format: &'static Format, pattern: &str) -> Vec<Shape> {
    let never: Vec<(usize, u32)> = format
        .never
        .iter()
        .map(|text| indices(text))
        .map(|text| (text.len(), pack(&text)))
        .collect();
    let mut shapes = vec![Shape { format, allowed: Vec::new(), code: None, never }];
    let mut tokens = pattern.chars().peekable();
    while let Some(token) = tokens.next() {
        let class: String = if token == '[' {
            tokens.by_ref().take_while(|c| *c != ']').collect()
        } else {
            String::new()
        };
        let optional = tokens.next_if_eq(&'?').is_some();
        let mut grown = Vec::new();
        for shape in shapes {
            if optional {
                grown.push(shape.copy());
            }
            if token == 'c' {
                grown.extend(shape.with_codes());
            } else {
                grown.push(shape.with(token, &class));
            }
        }
        shapes = grown;
    }
    shapes
}

impl Shape {
    /// The classes of the texts that can fit.
    fn classes(&self) -> Vec<usize> {
        const DIGITS: u64 = (1 << 10) - 1;
        self.allowed.iter().fold(vec![1], |classes, allowed| {
            let mut grown = Vec::new();
            for class in classes {
                if allowed & !DIGITS != 0 {
                    grown.push(class << 1);
                }
                if allowed & DIGITS != 0 {
                    grown.push(class << 1 | 1);
                }
            }
            grown
        })
    }

    fn copy(&self) -> Self {
        Self {
            format: self.format,
            allowed: self.allowed.clone(),
            code: self.code.clone(),
            never: self.never.clone(),
        }
    }

    /// One place more; `class` is what stood in brackets.
    fn with(mut self, token: char, class: &str) -> Self {
        let digits = mask("0123456789");
        self.allowed.push(match token {
            '9' => digits,
            '1' => digits & !1,
            'l' => mask(self.format.letters),
            'x' => mask(self.format.letters) | digits,
            'a' => mask(AZ),
            '[' => mask(class),
            'u' => ((1 << ALPHABET.len()) - 1) & !digits,
            literal => mask(literal.encode_utf8(&mut [0; 4])),
        });
        self
    }

    /// One shape for each length that the format's codes have.
    fn with_codes(&self) -> Vec<Self> {
        let codes: Vec<Vec<u8>> = self.format.codes.iter().map(|code| indices(code)).collect();
        let mut lengths: Vec<usize> = codes.iter().map(Vec::len).collect();
        lengths.sort_unstable();
        lengths.dedup();
        lengths
            .into_iter()
            .map(|length| {
                let mut shape = self.copy();
                let start = shape.allowed.len();
                shape.allowed.resize(start + length, 0);
                let mut packed = Vec::new();
                for code in codes.iter().filter(|code| code.len() == length) {
                    for (place, character) in code.iter().enumerate() {
                        shape.allowed[start + place] |= 1 << character;
                    }
                    packed.push(pack(code));
                }
                packed.sort_unstable();
                shape.code = Some((start, length, packed));
                shape
            })
            .collect()
    }
}

/// The formats that a text (as places in [`ALPHABET`]) fits; one may come twice.
pub(super) fn fitting(text: &[u8]) -> impl Iterator<Item = &'static Format> {
    let table = &*TABLE;
    let places = table.by_class.get(class(text)).map_or(&[][..], Vec::as_slice);
    places
        .iter()
        .filter_map(|place| table.shapes.get(usize::from(*place)))
        .filter(move |shape| shape.fits(text))
        .map(|shape| shape.format)
}
