//! Private keys in files that nobody but the own user can read.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Why a key file cannot be made, written or read.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The system refuses.
    #[error("cannot {action} the key file {}: {source}", path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Others can read the key.
    #[error(
        "the key file {} can be read by other users (mode {mode:o}); run: chmod 600 {}",
        path.display(), path.display()
    )]
    Open {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
}

/// The text of a key file.
///
/// # Errors
/// [`KeyFileError`] when it cannot be read, or can be read by others too.
pub fn read(path: &Path) -> Result<String, KeyFileError> {
    let failed = |source| KeyFileError::File { action: "read", path: path.into(), source };
    let mode = fs::metadata(path).map_err(failed)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeyFileError::Open { path: path.into(), mode });
    }
    fs::read_to_string(path).map_err(failed)
}

/// Writes a new key file (mode 0600), with its folder where that is missing. A file that
/// is there already, or that another process makes meanwhile, stays as it is.
///
/// # Errors
/// [`KeyFileError`] when it cannot be written.
pub fn make(path: &Path, text: &str) -> Result<(), KeyFileError> {
    let failed = |source| KeyFileError::File { action: "write", path: path.into(), source };
    let folder = path.parent().filter(|f| !f.as_os_str().is_empty());
    if let Some(folder) = folder {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    // Beside its place first: a start cut short must not leave half a key.
    let unfinished = path.with_extension("part");
    match fs::remove_file(&unfinished) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(failed(e)),
        _ => {}
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&unfinished)
        .map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    // Never over a key that another process made meanwhile.
    match fs::hard_link(&unfinished, path) {
        Err(e) if e.kind() != io::ErrorKind::AlreadyExists => return Err(failed(e)),
        _ => {}
    }
    fs::remove_file(&unfinished).map_err(failed)?;
    if let Some(folder) = folder {
        File::open(folder).and_then(|f| f.sync_all()).map_err(failed)?;
    }
    Ok(())
}
