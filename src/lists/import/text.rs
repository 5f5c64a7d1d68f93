//! Bytes as text.

use std::borrow::Cow;
use std::fmt;

use crate::lists::format::TextEncoding;

/// How the bytes of a file were read as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// All of it is UTF-8.
    Utf8,
    /// It was read as ISO 8859-1 (as Windows-1252, that is), as its format says.
    Latin1,
    /// From this line on there is text that is no UTF-8: it was read as Windows-1252,
    /// of which Latin-1 is a part.
    Windows1252 {
        /// First line with such text.
        line: u64,
    },
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Utf8 => f.write_str("UTF-8"),
            Self::Latin1 => f.write_str("Latin-1"),
            Self::Windows1252 { line } => write!(f, "Windows-1252 (from line {line} on)"),
        }
    }
}

/// Reads bytes as text, and notes what they were.
#[derive(Debug)]
pub(super) struct Decoder {
    wanted: TextEncoding,
    /// What was found until now.
    pub(super) found: Encoding,
}

/// Bytes that are not UTF-8 where the format wants nothing else.
#[derive(Debug)]
pub(super) struct NotUtf8;

impl fmt::Display for NotUtf8 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not UTF-8, as the format says that the file is")
    }
}

impl Decoder {
    pub(super) fn new(wanted: TextEncoding) -> Self {
        let found = if wanted == TextEncoding::Latin1 { Encoding::Latin1 } else { Encoding::Utf8 };
        Self { wanted, found }
    }

    /// The text of some bytes of a line.
    pub(super) fn decode<'a>(
        &mut self,
        bytes: &'a [u8],
        line: u64,
    ) -> Result<Cow<'a, str>, NotUtf8> {
        let latin = |bytes| encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0;
        if self.wanted == TextEncoding::Latin1 {
            return Ok(latin(bytes));
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Cow::Borrowed(text)),
            Err(_) if self.wanted == TextEncoding::Utf8 => Err(NotUtf8),
            Err(_) => {
                if self.found == Encoding::Utf8 {
                    self.found = Encoding::Windows1252 { line };
                }
                Ok(latin(bytes))
            }
        }
    }
}
