//! Recorded NMEA logs: a file of a receiver's sentences.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::fix::Fix;
use super::nmea::{LONGEST_LINE, Said, Sentences};

/// Most positions of a log: eleven hours of one a second.
const MOST: usize = 40_000;

/// Why a log cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// It cannot be read.
    #[error("cannot read the NMEA log {}: {source}", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// There is no position in it.
    #[error(
        "{} has no position in it: {lines} lines, none of them a valid $..RMC sentence with a date",
        file.display()
    )]
    Empty {
        /// The file.
        file: PathBuf,
        /// How many lines were read.
        lines: u64,
    },
}

/// The positions of a recorded log, in its order; lines that say nothing are passed over.
///
/// # Errors
/// [`LogError`] when it cannot be read or has no position.
pub fn read_log(file: &Path) -> Result<Vec<Fix>, LogError> {
    let failed = |source| LogError::Read { file: file.to_owned(), source };
    let mut reader = BufReader::new(File::open(file).map_err(failed)?);
    let mut sentences = Sentences::default();
    let mut fixes: Vec<Fix> = Vec::new();
    let mut line = Vec::new();
    let mut lines = 0;
    while fixes.len() < MOST {
        line.clear();
        // A file without line ends must not fill the memory.
        let read = reader.by_ref().take(LONGEST_LINE as u64).read_until(b'\n', &mut line);
        if read.map_err(failed)? == 0 {
            break;
        }
        lines += 1;
        if let Said::Fix(fix) = sentences.push(&String::from_utf8_lossy(&line))
            && fixes.last().is_none_or(|last| last.at < fix.at)
        {
            fixes.push(fix);
        }
    }
    if fixes.is_empty() {
        return Err(LogError::Empty { file: file.to_owned(), lines });
    }
    Ok(fixes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recorded_ride_is_read_whole() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/gps/ride.nmea");
        let fixes = read_log(&file).unwrap();
        assert_eq!(fixes.len(), 90);
        assert_eq!(fixes[0].at.to_string(), "2026-05-04T08:15:00Z");
        assert_eq!((fixes[45].heading_deg, fixes[60].heading_deg), (None, Some(90.0)));
        assert!((fixes[10].speed_kmh.unwrap() - 40.0).abs() < 0.1);
    }

    #[test]
    fn a_file_that_is_no_log_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ride.nmea");
        assert!(matches!(read_log(&file), Err(LogError::Read { .. })));
        std::fs::write(&file, vec![b'x'; 3_000_000]).unwrap();
        let said = read_log(&file).unwrap_err().to_string();
        assert!(said.contains("no position in it"), "{said}");
    }
}
