//! The plates that were read wrongly or not at all, as a table: what to look at next.

use std::fmt;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::cli::failure::Failure;
use crate::cli::read::PlateLine;
use crate::frame::Rect;

/// Where the reader was told to look.
#[derive(Debug, Clone, Copy)]
pub(super) enum Way {
    /// Through the labelled box.
    Labelled,
    /// Where the detector found it.
    Found,
    /// The picture is the plate.
    CutOut,
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Labelled => "labelled box",
            Self::Found => "found",
            Self::CutOut => "cut out",
        })
    }
}

/// The file that it is written into. It holds plates' texts: personal data.
pub(super) struct Misread {
    path: PathBuf,
    file: File,
}

impl Misread {
    pub(super) fn create(path: &Path) -> Result<Self, Failure> {
        let create = || {
            let mut file = File::create(path)?;
            writeln!(file, "picture\tbox\tway\ttruth\tread\tconfidence")?;
            Ok(file)
        };
        let file = create().map_err(|error| failure(path, &error))?;
        Ok(Self { path: path.to_owned(), file })
    }

    /// Writes the plate down if what was read is not the `truth`.
    pub(super) fn tell(
        &mut self,
        image: &str,
        rect: Rect,
        way: Way,
        truth: &str,
        read: Option<&PlateLine>,
    ) -> Result<(), Failure> {
        let text = read.map(|read| read.text.to_string()).unwrap_or_default();
        if text == truth {
            return Ok(());
        }
        let Rect { x, y, w, h } = rect;
        let confidence = read.map_or(0.0, |read| read.confidence);
        let written = writeln!(
            self.file,
            "{image}\t{x:.0} {y:.0} {w:.0} {h:.0}\t{way}\t{truth}\t{text}\t{confidence:.3}"
        );
        written.map_err(|error| failure(&self.path, &error))
    }
}

fn failure(path: &Path, error: &std::io::Error) -> Failure {
    Failure::failed(format!("cannot write {}: {error}", path.display()))
}
