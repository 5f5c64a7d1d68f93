//! What kind of file it is, by its first bytes.

use std::io::{self, BufRead};

use super::ImportError;
use crate::lists::format::{SourceFormat, SourceKind};

/// Bytes that are looked at.
const HEAD_BYTES: usize = 512;

/// The first bytes of a file, taken out of the reader.
pub(super) fn head(reader: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(HEAD_BYTES);
    while head.len() < HEAD_BYTES {
        let available = match reader.fill_buf() {
            Ok(available) => available,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let taken = available.len().min(HEAD_BYTES - head.len());
        if taken == 0 {
            break;
        }
        head.extend_from_slice(available.get(..taken).unwrap_or_default());
        reader.consume(taken);
    }
    Ok(head)
}

/// The kind that the format names, or else that the bytes show.
pub(super) fn kind(head: &[u8], format: &SourceFormat) -> Result<SourceKind, ImportError> {
    if head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]) {
        return Err(ImportError::Utf16);
    }
    // No list starts with the marks of packed files, whatever it is said to be.
    for (mark, name) in [
        (&b"\x1f\x8b"[..], "gzip"),
        (b"BZh", "bzip2"),
        (b"\xfd7zXZ", "xz"),
        (b"7z\xbc\xaf", "7-Zip"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
        (b"Rar!", "RAR"),
    ] {
        if head.starts_with(mark) {
            return Err(ImportError::Packed(name));
        }
    }
    if head.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(ImportError::OldExcel);
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        // Any other kind could not be read anyway.
        return Ok(SourceKind::Xlsx);
    }
    if let Some(kind) = format.kind {
        return Ok(kind);
    }
    if !format.fields.is_empty() {
        return Ok(SourceKind::FixedWidth);
    }
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    match text {
        [b'{', ..] => Ok(SourceKind::JsonLines),
        [b'[', rest @ ..] if matches!(rest.trim_ascii_start(), [b'{', ..]) => {
            Err(ImportError::JsonArray)
        }
        _ => Ok(SourceKind::Csv),
    }
}
