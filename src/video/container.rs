//! Whether an mp4 file is whole, by the sizes that its own boxes give.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// What the top-level boxes of a file tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wholeness {
    /// Not an mp4 file: nothing is known.
    Unknown,
    /// Every box ends within the file.
    Whole,
    /// A box reaches beyond the end of the file.
    Cut,
    /// The index of an mp4 file (`moov`) is not there.
    NoIndex,
}

/// Walks over the top-level boxes of a file (ISO/IEC 14496-12, section 4.2).
pub(super) fn wholeness(path: &Path) -> Wholeness {
    walk(path).unwrap_or(Wholeness::Unknown)
}

fn walk(path: &Path) -> std::io::Result<Wholeness> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let (mut at, mut has_index) = (0_u64, false);
    while at + 8 <= length {
        file.seek(SeekFrom::Start(at))?;
        let mut head = [0_u8; 8];
        file.read_exact(&mut head)?;
        let [a, b, c, d, kind @ ..] = head;
        if at == 0 && &kind != b"ftyp" {
            return Ok(Wholeness::Unknown);
        }
        has_index |= matches!(&kind, b"moov" | b"moof");
        let size = match u32::from_be_bytes([a, b, c, d]) {
            0 => length - at,
            1 => {
                let mut long = [0_u8; 8];
                file.read_exact(&mut long)?;
                u64::from_be_bytes(long)
            }
            short => u64::from(short),
        };
        match at.checked_add(size.max(8)) {
            Some(end) if end <= length => at = end,
            _ if has_index => return Ok(Wholeness::Cut),
            _ => return Ok(Wholeness::NoIndex),
        }
    }
    Ok(match (has_index, at == length) {
        (false, _) => Wholeness::NoIndex,
        (true, true) => Wholeness::Whole,
        (true, false) => Wholeness::Cut,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(boxes: &[(&[u8; 4], u32)], cut: usize) -> Wholeness {
        let mut bytes = Vec::new();
        for (kind, size) in boxes {
            bytes.extend(size.to_be_bytes());
            bytes.extend(*kind);
            bytes.resize(bytes.len() + *size as usize - 8, 0);
        }
        bytes.truncate(bytes.len() - cut);
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        wholeness(file.path())
    }

    #[test]
    fn a_cut_file_is_told_from_a_whole_one() {
        let index_first: &[(&[u8; 4], u32)] = &[(b"ftyp", 24), (b"moov", 100), (b"mdat", 500)];
        let index_last: &[(&[u8; 4], u32)] = &[(b"ftyp", 24), (b"mdat", 500), (b"moov", 100)];
        assert_eq!(of(index_first, 0), Wholeness::Whole);
        assert_eq!(of(index_first, 200), Wholeness::Cut);
        assert_eq!(of(index_first, 496), Wholeness::Cut);
        assert_eq!(of(index_last, 0), Wholeness::Whole);
        assert_eq!(of(index_last, 50), Wholeness::Cut);
        assert_eq!(of(index_last, 200), Wholeness::NoIndex);
        assert_eq!(of(&[(b"RIFF", 24)], 0), Wholeness::Unknown);
    }
}
