//! List files from disk.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use super::import::{ImportError, ImportOptions, Report, import_each};
use super::index::{Index, IndexBuilder, IndexError};

/// Why a list file could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// It cannot be opened.
    #[error("{file}: cannot be opened: {source}", file = file.display())]
    Open {
        /// The file.
        file: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// It cannot be used as a list.
    #[error("{file}: {source}", file = file.display())]
    Import {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        source: ImportError,
    },
    /// It is too big.
    #[error("{file}: {source}", file = file.display())]
    Index {
        /// The file.
        file: PathBuf,
        /// What is too big.
        source: IndexError,
    },
}

/// Opens a list file.
///
/// # Errors
/// [`LoadError::Open`], also for a folder.
pub fn open(path: &Path) -> Result<File, LoadError> {
    let open = || {
        let file = File::open(path)?;
        if file.metadata()?.is_dir() {
            return Err(std::io::Error::other("it is a folder, give a CSV file"));
        }
        Ok(file)
    };
    open().map_err(|source| LoadError::Open { file: path.to_owned(), source })
}

/// Loads a list file into an index, row by row: its entries are never in memory as such.
///
/// # Errors
/// [`LoadError`] when the file as a whole cannot be used; bad rows are in the report.
pub fn load(path: &Path, options: &ImportOptions) -> Result<(Index, Report), LoadError> {
    let file = open(path)?;
    index_from(path, file, options)
}

/// Like [`load`], from an open file or anything else that gives its bytes; `path` is
/// only named in errors.
///
/// # Errors
/// [`LoadError`] when the content as a whole cannot be used.
pub fn index_from(
    path: &Path,
    content: impl Read,
    options: &ImportOptions,
) -> Result<(Index, Report), LoadError> {
    let mut builder = IndexBuilder::default();
    let mut too_big = None;
    let report = import_each(BufReader::with_capacity(1 << 18, content), options, |entry| {
        if too_big.is_none() {
            too_big = builder.add(entry).err();
        }
    })
    .map_err(|source| LoadError::Import { file: path.to_owned(), source })?;
    let index = match too_big {
        Some(error) => Err(error),
        None => builder.build(),
    };
    let index = index.map_err(|source| LoadError::Index { file: path.to_owned(), source })?;
    Ok((index, report))
}
