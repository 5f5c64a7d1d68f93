//! Files that are whole or as they were before, whatever is cut off: a write, the program,
//! the power.
//!
//! What is new is written beside its place, flushed, and renamed over the old file; then
//! the folder is flushed too, without which the rename itself could be lost.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Why a file cannot be written so that it lasts.
#[derive(Debug, thiserror::Error)]
pub enum DurableError {
    /// The system refuses. The file is as it was before, but for a failed flush of its
    /// folder, after which it may be either.
    #[error("cannot {action} {}: {source}", path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// Who may use a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// As with the file that is replaced, and for a new one as the system has it.
    Usual,
    /// The own user alone (mode 0600), also where the file was open to others.
    OwnUser,
}

/// Writes a file, or replaces it. When this returns, it is safe on the disk. Unfinished it
/// is called `<name>.part`, so a file has one writer at a time; what a killed one left is
/// written over.
///
/// # Errors
/// [`DurableError`] says what the system refused.
pub fn write(path: &Path, bytes: &[u8], access: Access) -> Result<(), DurableError> {
    let mut unfinished = OsString::from(path);
    unfinished.push(".part");
    write_by(Path::new(&unfinished), path, bytes, access)
}

/// The same, with another name while it is unfinished, on the same file system: for files
/// that several may write at a time. What has that name is removed.
///
/// # Errors
/// [`DurableError`] says what the system refused.
pub fn write_by(
    unfinished: &Path,
    path: &Path,
    bytes: &[u8],
    access: Access,
) -> Result<(), DurableError> {
    let written = remove(unfinished)
        .and_then(|()| fill(unfinished, bytes, mode(path, access)))
        .map_err(failed("write", unfinished))
        .and_then(|()| fs::rename(unfinished, path).map_err(failed("write", path)));
    if written.is_err() {
        // The first error is the one to tell.
        let _ = fs::remove_file(unfinished);
    }
    written?;
    path.parent().map_or(Ok(()), flush_folder)
}

/// Makes what was made, renamed or removed in a folder last.
///
/// # Errors
/// [`DurableError`] says what the system refused.
pub fn flush_folder(folder: &Path) -> Result<(), DurableError> {
    // The parent of a bare file name is empty.
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    File::open(folder).and_then(|it| it.sync_all()).map_err(failed("flush the folder", folder))
}

/// Permission bits for the new file; `None`: as the system has it.
fn mode(path: &Path, access: Access) -> Option<u32> {
    match access {
        Access::OwnUser => Some(0o600),
        Access::Usual => fs::metadata(path).ok().map(|it| it.permissions().mode() & 0o777),
    }
}

fn fill(path: &Path, bytes: &[u8], mode: Option<u32>) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    if let Some(mode) = mode {
        // From the start: nobody else reads it in between.
        options.mode(mode);
    }
    let mut file = options.open(path)?;
    if let Some(mode) = mode {
        // What the umask took away from the file before was put back by somebody.
        file.set_permissions(Permissions::from_mode(mode))?;
    }
    file.write_all(bytes)?;
    file.sync_all()
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> DurableError + use<> {
    let path = path.to_owned();
    move |source| DurableError::File { action, path, source }
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    const CHILD: &str = "VARCO_TEST_DURABLE_FILE";

    fn bits(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    /// The test starts itself anew with files limited to some KiB: the system kills that
    /// process in the middle of its write.
    #[test]
    fn a_write_that_is_cut_off_leaves_the_file_before() {
        let new = vec![b'n'; 1 << 20];
        if let Some(path) = std::env::var_os(CHILD) {
            return write(Path::new(&path), &new, Access::Usual).unwrap();
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.varcolist");
        write(&path, b"old", Access::Usual).unwrap();
        let status = Command::new("sh")
            .args(["-c", "ulimit -c 0; ulimit -f 8; exec \"$0\" --exact \"$1\""])
            .arg(std::env::current_exe().unwrap())
            .arg("durable::tests::a_write_that_is_cut_off_leaves_the_file_before")
            .env(CHILD, &path)
            // Where the tests' output is a file, it has its share of the limit, too.
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert!(!status.success(), "it was to be killed");
        assert_eq!(fs::read(&path).unwrap(), b"old");
        let unfinished = folder.path().join("list.varcolist.part");
        let half = fs::metadata(&unfinished).unwrap().len();
        assert!(0 < half && half < new.len() as u64, "{half} bytes were written");
        // What it left is in nobody's way.
        write(&path, &new, Access::Usual).unwrap();
        assert_eq!(fs::read(&path).unwrap(), new);
        assert!(!unfinished.exists());
    }

    #[test]
    fn a_write_that_fails_leaves_the_file_before_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taken");
        fs::create_dir_all(path.join("by a folder")).unwrap();
        let error = write(&path, b"new", Access::Usual).unwrap_err().to_string();
        assert!(error.contains(&path.display().to_string()), "{error}");
        assert!(path.join("by a folder").is_dir());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn permissions_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        write(&path, b"1", Access::Usual).unwrap();
        for mode in [0o640, 0o666, 0o400] {
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            write(&path, b"2", Access::Usual).unwrap();
            assert_eq!(bits(&path), mode);
        }
    }

    #[test]
    fn a_secret_is_for_the_own_user_alone_whatever_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        for name in ["key", "key.part"] {
            let open = folder.path().join(name);
            fs::write(&open, b"old").unwrap();
            fs::set_permissions(&open, Permissions::from_mode(0o644)).unwrap();
        }
        write(&path, b"new", Access::OwnUser).unwrap();
        assert_eq!((bits(&path), fs::read(&path).unwrap()), (0o600, b"new".to_vec()));
    }
}
