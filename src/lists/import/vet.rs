//! Looks a workbook over before the spreadsheet library does: a workbook is packed XML, and
//! a few kilobytes can unpack to gigabytes. Every part is unpacked once, a piece at a time,
//! and counted; only what stays within the limits is read.

use std::io::{self, BufReader, Cursor, Read};

use quick_xml::events::Event;
use zip::ZipArchive;

use super::references;

/// Why a workbook cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum WorkbookError {
    /// It cannot be read from the disk or the network.
    #[error("it cannot be read: {0}")]
    Read(#[from] io::Error),
    /// No workbook at all.
    #[error("it is no workbook, or broken ({0}): save it again as .xlsx, or as CSV")]
    Broken(String),
    /// Unpacks to more than any list needs.
    #[error("{what} is bigger than {most_mib} MiB: split the list, or save it as CSV")]
    TooBig {
        /// What is.
        what: String,
        /// The limit.
        most_mib: u64,
    },
    /// Made to exhaust memory.
    #[error("{part} is made unlike any spreadsheet does ({what}): it is not opened")]
    Hostile {
        /// The part of the workbook.
        part: String,
        /// What is odd.
        what: &'static str,
    },
    /// A cell that no sheet has.
    #[error(
        "{part} names the place {reference:?}, and a sheet ends at XFD1048576: save the \
         workbook again with a spreadsheet program, or as CSV"
    )]
    Reference {
        /// The part of the workbook.
        part: String,
        /// What it names, as far as it is shown.
        reference: String,
    },
    /// The spreadsheet library gave up in the middle.
    #[error(
        "it is made unlike any that can be read, and reading it was given up: save it again \
         with a spreadsheet program, or as CSV"
    )]
    GivenUp,
    /// No such sheet.
    #[error("it has no sheet {wanted:?}; its sheets: {}", have.join(", "))]
    NoSheet {
        /// The sheet that the format names.
        wanted: String,
        /// The sheets that it has.
        have: Vec<String>,
    },
    /// No sheet with cells.
    #[error("it has no visible sheet")]
    NoSheets,
}

const MIB: u64 = 1024 * 1024;

/// Biggest workbook as it is packed; a million rows take 40 MiB.
pub(super) const MAX_PACKED_BYTES: u64 = 128 * MIB;
/// All its parts unpacked.
const MAX_UNPACKED_BYTES: u64 = 1024 * MIB;
/// Parts that the library keeps in memory: texts, styles, and the rest.
const MAX_TEXTS_BYTES: u64 = 128 * MIB;
const MAX_STYLES_BYTES: u64 = 2 * MIB;
const MAX_OTHER_BYTES: u64 = 16 * MIB;
const MAX_PARTS: usize = 10_000;
/// Longest stretch of a part without a tag; a cell holds at most 32,767 characters.
const MAX_BETWEEN_TAGS_BYTES: u64 = 256 * 1024;
/// Texts that a workbook may announce: the library makes room for them unseen.
const MAX_TEXTS: u64 = 10_000_000;

/// Unpacks every part and counts.
pub(super) fn vet(bytes: &[u8]) -> Result<(), WorkbookError> {
    let broken = |error: zip::result::ZipError| WorkbookError::Broken(error.to_string());
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    if archive.len() > MAX_PARTS {
        let part = "its contents".to_owned();
        return Err(WorkbookError::Hostile { part, what: "more than 10,000 parts" });
    }
    let mut unpacked = 0;
    for place in 0..archive.len() {
        let name = archive.by_index(place).map_err(broken)?.name().map_err(broken)?.to_lowercase();
        let left = MAX_UNPACKED_BYTES - unpacked;
        unpacked += measure(archive.by_index(place).map_err(broken)?, &name, left)?;
        if name.ends_with("sharedstrings.xml") {
            announced(archive.by_index(place).map_err(broken)?, &name)?;
        }
        references::vet(archive.by_index(place).map_err(broken)?, &name)?;
    }
    Ok(())
}

/// Unpacked size of a part, when it keeps within its limits.
fn measure(mut part: impl Read, name: &str, left: u64) -> Result<u64, WorkbookError> {
    let most = if name.ends_with("sharedstrings.xml") {
        MAX_TEXTS_BYTES
    } else if name.ends_with("styles.xml") {
        MAX_STYLES_BYTES
    } else if name.contains("sheet") && name.ends_with(".xml") {
        MAX_UNPACKED_BYTES
    } else {
        MAX_OTHER_BYTES
    };
    let mut buffer = [0; 16 * 1024];
    let mut size = 0;
    let mut since_tag = 0;
    loop {
        let count = match part.read(&mut buffer) {
            Ok(0) => return Ok(size),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(WorkbookError::Broken(format!("{name}: {error}"))),
        };
        size += count as u64;
        if size > left {
            let what = "what the workbook unpacks to".to_owned();
            return Err(WorkbookError::TooBig { what, most_mib: MAX_UNPACKED_BYTES / MIB });
        }
        if size > most {
            return Err(WorkbookError::TooBig { what: name.to_owned(), most_mib: most / MIB });
        }
        for byte in buffer.iter().take(count) {
            since_tag = if *byte == b'<' { 0 } else { since_tag + 1 };
            if since_tag > MAX_BETWEEN_TAGS_BYTES && name.ends_with(".xml") {
                let what = "a text or a tag of more than 256 KiB";
                return Err(WorkbookError::Hostile { part: name.to_owned(), what });
            }
        }
    }
}

/// Refuses a table of texts that says it holds more than any has.
fn announced(part: impl Read, name: &str) -> Result<(), WorkbookError> {
    let mut reader = quick_xml::Reader::from_reader(BufReader::new(part));
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer) {
            Ok(Event::Start(tag)) => {
                let digits = |value: &str| value.chars().filter(char::is_ascii_digit).count();
                let too_many = tag.attributes().with_checks(false).flatten().any(|attribute| {
                    let (key, value): (&str, &str) =
                        (attribute.key.as_ref(), attribute.value.as_ref());
                    let count = value.trim().parse().ok();
                    key.ends_with("uniqueCount")
                        && count.map_or(digits(value) > 8, |count: u64| count > MAX_TEXTS)
                });
                if too_many {
                    let what = "it announces more texts than a sheet has cells";
                    return Err(WorkbookError::Hostile { part: name.to_owned(), what });
                }
                return Ok(());
            }
            Ok(Event::Eof) | Err(_) => return Ok(()), // The library says what is wrong.
            Ok(_) => {}
        }
    }
}
