//! Building an index entry by entry, in little memory: some 12 bytes for a plate and 4
//! for each thing that is said of it.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};

use super::super::model::{Entry, Vehicle};
use super::Index;
use super::layout::{ColumnLayout, Field, GroupLayout, Layout, LayoutError, prefix_length};
use super::packed::{pack, suffix_bytes};
use super::texts::Texts;
use crate::plate::{Country, PlateKey, PlateText};

/// Why an index could not be built.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// More entries or text than the index can number.
    #[error("the list has too many {0} for one index (4 billion): split it")]
    TooBig(&'static str),
    /// What was built cannot be read.
    #[error("the list's index is damaged: {0}")]
    Layout(#[from] LayoutError),
    /// Its table of contents cannot be written.
    #[error("the list's table of contents cannot be written: {0}")]
    Contents(#[from] serde_json::Error),
}

/// A plate that came before with the same country.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeated {
    /// Line in the file.
    pub line: u64,
    /// Line where the plate came first.
    pub first_line: u64,
    /// The plate.
    pub plate: PlateText,
    /// True when everything else is the same too: then the row is left out. A row that
    /// says something else of the plate is kept beside the first.
    pub same: bool,
}

/// What came more than once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Repeats {
    /// Rows that say again, word for word, what an earlier one says; not kept.
    pub same_count: u64,
    /// Rows whose plate came before with something else said of it; kept.
    pub repeated_count: u64,
    /// The first rows of both kinds, in the order of plates.
    pub details: Vec<Repeated>,
}

/// One field of all rows.
#[derive(Default)]
struct Column {
    texts: Texts,
    /// Number of each row's text; empty as long as no row has one.
    codes: Vec<u32>,
}

impl Column {
    fn code(&self, row: u32) -> u32 {
        self.codes.get(row as usize).copied().unwrap_or(0)
    }
}

/// A row while the index is built: no bigger than its plate and number alone, for the
/// length takes what would be padding.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    key: PlateKey,
    number: u32,
    /// Characters of the plate.
    length: u8,
}

/// Builds an [`Index`] entry by entry, without keeping the entries themselves.
#[derive(Default)]
pub struct IndexBuilder {
    keys: Vec<PlateKey>,
    /// Line of each row, from the first one that was given with a line.
    lines: Vec<u32>,
    columns: [Column; Field::ALL.len()],
}

impl IndexBuilder {
    /// Adds an entry.
    ///
    /// # Errors
    /// [`IndexError::TooBig`] when there are more than four billion entries or texts.
    pub fn add(&mut self, entry: &Entry) -> Result<(), IndexError> {
        self.add_line(entry, self.keys.len() as u64 + 1)
    }

    /// Adds an entry that stands in a line of a file, by which repeated ones are told.
    ///
    /// # Errors
    /// See [`Self::add`].
    pub fn add_line(&mut self, entry: &Entry, line: u64) -> Result<(), IndexError> {
        let row = self.keys.len();
        if u32::try_from(row).is_err() {
            return Err(IndexError::TooBig("entries"));
        }
        let Entry { plate, country, reason, reference, valid_from, valid_to, vehicle } = entry;
        let Vehicle { make, model, colour } = vehicle;
        let [from, to] = [valid_from, valid_to].map(|day| day.map(|day| day.to_string()));
        let said = [
            country.as_ref().map(Country::code),
            from.as_deref(),
            to.as_deref(),
            reason.as_deref(),
            reference.as_deref(),
            make.as_deref(),
            model.as_deref(),
            colour.as_deref(),
        ];
        for (column, text) in self.columns.iter_mut().zip(said) {
            let Some(text) = text.filter(|text| !text.is_empty()) else { continue };
            let code = column.texts.number(text).ok_or(IndexError::TooBig("texts"))?;
            column.codes.resize(row, 0);
            column.codes.push(code);
        }
        self.keys.push(PlateKey::new(plate));
        self.lines.push(u32::try_from(line).unwrap_or(u32::MAX));
        Ok(())
    }

    /// Entries added so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// True when nothing was added.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Sorts what was added and builds the index. Rows that repeat another one word for
    /// word are left out.
    ///
    /// # Errors
    /// [`IndexError`] when there is more than can be numbered.
    pub fn build(self) -> Result<Index, IndexError> {
        self.build_telling(0).map(|(index, _)| index)
    }

    /// The same, and tells of repeated rows, at most `most` of them one by one.
    ///
    /// # Errors
    /// See [`Self::build`].
    pub fn build_telling(mut self, most: usize) -> Result<(Index, Repeats), IndexError> {
        for column in &mut self.columns {
            column.texts.finish();
        }
        let mut rows: Vec<Row> = std::mem::take(&mut self.keys)
            .into_iter()
            .zip(0..)
            .map(|(key, number)| Row { key, number, length: key.length() as u8 })
            .collect();
        // By plate, and as in the file where one comes again.
        rows.sort_unstable();
        let repeats = self.leave_out_repeated(&mut rows, most);
        self.lines = Vec::new();
        let index = self.write(rows)?;
        Ok((index, repeats))
    }

    fn leave_out_repeated(&self, rows: &mut Vec<Row>, most: usize) -> Repeats {
        let mut repeats = Repeats::default();
        let hasher = RandomState::new();
        let mut seen: HashSet<u64> = HashSet::new();
        let mut firsts: Vec<(u32, u32)> = Vec::new();
        let mut kept = 0;
        let mut start = 0;
        while start < rows.len() {
            let same = rows.get(start..).unwrap_or_default();
            let Some(key) = same.first().map(|row| row.key) else { break };
            let count = same.iter().take_while(|row| row.key == key).count();
            seen.clear();
            firsts.clear();
            for at in start..start + count {
                let Some(row) = rows.get(at).map(|row| row.number) else { break };
                if count > 1 {
                    let country = self.columns.first().map_or(0, |column| column.code(row));
                    let new = seen.insert(self.said(row, &hasher));
                    let first = firsts.iter().find(|(c, _)| *c == country).map(|(_, row)| *row);
                    match first {
                        None if new => firsts.push((country, row)),
                        first => {
                            self.tell(&mut repeats, key, first.unwrap_or(row), row, !new, most);
                        }
                    }
                    if !new {
                        continue;
                    }
                }
                rows.swap(kept, at);
                kept += 1;
            }
            start += count;
        }
        rows.truncate(kept);
        repeats
    }

    /// A hash of all that is said of a row.
    fn said(&self, row: u32, hasher: &RandomState) -> u64 {
        let mut state = hasher.build_hasher();
        for column in &self.columns {
            column.texts.get(column.code(row)).hash(&mut state);
        }
        state.finish()
    }

    fn tell(
        &self,
        repeats: &mut Repeats,
        key: PlateKey,
        first: u32,
        row: u32,
        same: bool,
        most: usize,
    ) {
        let count = if same { &mut repeats.same_count } else { &mut repeats.repeated_count };
        *count += 1;
        let line = |row: u32| u64::from(self.lines.get(row as usize).copied().unwrap_or(0));
        if repeats.details.len() < most
            && let Some(plate) = key.text()
        {
            let (line, first_line) = (line(row), line(first));
            repeats.details.push(Repeated { line, first_line, plate, same });
        }
    }

    fn write(self, mut rows: Vec<Row>) -> Result<Index, IndexError> {
        let entries = u32::try_from(rows.len()).map_err(|_| IndexError::TooBig("entries"))?;
        // A group for each length; the sort is stable, so each stays in order of plates.
        rows.sort_by_key(|row| row.length);
        let mut body = Vec::new();
        let mut groups: Vec<GroupLayout> = Vec::new();
        let (mut first, mut plates) = (0, 0);
        for of_length in rows.chunk_by(|a, b| a.length == b.length) {
            plates += of_length.chunk_by(|a, b| a.key == b.key).count() as u32;
            let group = write_group(of_length, first, &mut body);
            first += group.entries;
            groups.push(group);
        }
        // From here on only the order is needed; it takes the rows' own memory.
        let mut order: Vec<u32> = rows.into_iter().map(|row| row.number).collect();
        order.shrink_to_fit();
        let mut columns = Vec::new();
        for (field, column) in Field::ALL.into_iter().zip(self.columns) {
            if !column.codes.is_empty() {
                columns.push(write_column(field, &column, &order, &mut body)?);
            }
        }
        let layout = Layout { entries, plates, groups, columns, own_bytes: 0 };
        let text = serde_json::to_vec(&layout)?;
        let mut bytes = Vec::with_capacity(4 + text.len() + body.len());
        bytes.extend_from_slice(&(text.len() as u32).to_le_bytes());
        bytes.extend_from_slice(&text);
        bytes.append(&mut body);
        Ok(Index::from_bytes(bytes)?)
    }
}

fn write_group(rows: &[Row], first: u32, body: &mut Vec<u8>) -> GroupLayout {
    let at = body.len() as u64;
    let length = rows.first().map_or(0, |row| usize::from(row.length));
    let split = prefix_length(length);
    let width = suffix_bytes(length);
    let mut prefixes: Vec<u32> = Vec::new();
    let mut starts: Vec<u32> = Vec::new();
    let mut suffixes = Vec::with_capacity(rows.len() * width);
    for (place, row) in (0..).zip(rows) {
        let (indices, length) = row.key.indices();
        let (start, rest) = indices.get(..length).unwrap_or_default().split_at(split);
        let prefix = pack(start) as u32;
        if prefixes.last() != Some(&prefix) {
            prefixes.push(prefix);
            starts.push(place);
        }
        suffixes.extend(pack(rest).to_le_bytes().iter().take(width));
    }
    starts.push(rows.len() as u32);
    for number in prefixes.iter().chain(&starts) {
        body.extend_from_slice(&number.to_le_bytes());
    }
    body.append(&mut suffixes);
    GroupLayout {
        length: length as u8,
        prefixes: prefixes.len() as u32,
        entries: rows.len() as u32,
        first,
        at,
    }
}

fn write_column(
    field: Field,
    column: &Column,
    order: &[u32],
    body: &mut Vec<u8>,
) -> Result<ColumnLayout, IndexError> {
    let at = body.len() as u64;
    let codes = order.iter().map(|row| column.code(*row));
    let too_big = |_| IndexError::TooBig("texts");
    let (ends, texts) = column.texts.parts();
    let mut layout = ColumnLayout {
        field,
        texts: u32::try_from(column.texts.len()).map_err(too_big)?,
        text_bytes: u32::try_from(texts.len()).map_err(too_big)?,
        code_bytes: 0,
        code: 0,
        own: false,
        at,
    };
    if column.texts.len() > order.len() / 2 && column.texts.len() > usize::from(u16::MAX) {
        // Nearly every entry has its own: no code is worth its bytes.
        layout.own = true;
        layout.texts = order.len() as u32;
        let mut end = 0_u32;
        for code in codes.clone() {
            let length = column.texts.get(code).len() as u32;
            end = end.checked_add(length).ok_or(IndexError::TooBig("texts"))?;
            body.extend_from_slice(&end.to_le_bytes());
        }
        layout.text_bytes = end;
        for code in codes {
            body.extend_from_slice(column.texts.get(code));
        }
        return Ok(layout);
    }
    for end in ends {
        body.extend_from_slice(&end.to_le_bytes());
    }
    body.extend_from_slice(texts);
    let mut all = codes.clone();
    let first = all.next().unwrap_or(0);
    if all.all(|code| code == first) {
        layout.code = first;
        return Ok(layout);
    }
    layout.code_bytes = match column.texts.len() {
        0..=0xff => 1,
        0x100..=0xffff => 2,
        _ => 4,
    };
    let width = usize::from(layout.code_bytes);
    body.reserve(width * order.len());
    for code in codes {
        body.extend(code.to_le_bytes().iter().take(width));
    }
    Ok(layout)
}
