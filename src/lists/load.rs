//! List files from disk.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;

use super::change::Change;
use super::import::{ImportError, ImportOptions, Report, import_lines};
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
            return Err(std::io::Error::other("it is a folder, give a file"));
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
    content: impl Read + Send,
    options: &ImportOptions,
) -> Result<(Index, Report), LoadError> {
    let mut builder = IndexBuilder::default();
    let mut too_big = None;
    let mut report = on_two_cores(content, options, |line, change| {
        if let Change::Add(entry) = change
            && too_big.is_none()
        {
            too_big = builder.add_line(&entry, line).err();
        }
    })
    .map_err(|source| LoadError::Import { file: path.to_owned(), source })?;
    let built = match too_big {
        Some(error) => Err(error),
        None => builder.build_telling(options.max_details),
    };
    let (index, repeats) =
        built.map_err(|source| LoadError::Index { file: path.to_owned(), source })?;
    report.add(repeats);
    Ok((index, report))
}

/// Rows that one thread hands to the other at a time.
const BATCH: usize = 1024;

/// Imports on a thread of its own, while this one gives what it finds to `keep`: half of
/// the work is to understand rows, the other half to put them where they belong. Each row
/// comes with its line; repeated rows are for [`IndexBuilder`] to find.
///
/// # Errors
/// [`ImportError`] when the content as a whole cannot be used.
pub fn on_two_cores(
    content: impl Read + Send,
    options: &ImportOptions,
    mut keep: impl FnMut(u64, Change),
) -> Result<Report, ImportError> {
    let (send, receive) = mpsc::sync_channel::<Vec<(u64, Change)>>(8);
    thread::scope(|scope| {
        let importing = scope.spawn(move || {
            let mut batch = Vec::with_capacity(BATCH);
            // The receiver goes only after the sender: nothing sent is lost.
            let report = import_lines(
                BufReader::with_capacity(1 << 18, content),
                options,
                |line, change| {
                    batch.push((line, change));
                    if batch.len() == BATCH {
                        let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH));
                        drop(send.send(full));
                    }
                },
            );
            drop(send.send(batch));
            report
        });
        receive.into_iter().flatten().for_each(|(line, change)| keep(line, change));
        importing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
