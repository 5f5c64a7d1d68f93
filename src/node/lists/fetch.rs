//! Downloads that survive a broken line, a kill and a restart.
//!
//! What has come lies in a `.part` file (sealed where the list is to be); the next try
//! asks for the rest.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::link::{ListClient, ListFault};
use crate::store::{SealKey, SealedError, SealedWriter};

/// Why a download gave nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    /// The line or the centre.
    #[error(transparent)]
    Link(#[from] ListFault),
    /// The disk.
    #[error("cannot keep what comes in {}: {source}", path.display())]
    File { path: PathBuf, source: io::Error },
    /// More came than was announced.
    #[error("more came than the {0} bytes that were announced")]
    TooLong(u64),
}

/// What has come so far.
enum Part<'a> {
    Plain(File),
    Sealed(SealedWriter<'a>),
}

impl<'a> Part<'a> {
    fn open(path: &Path, key: Option<&'a SealKey>) -> io::Result<(Self, u64)> {
        if let Some(key) = key {
            let (writer, held) = SealedWriter::open(path, key).map_err(io)?;
            return Ok((Self::Sealed(writer), held));
        }
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path)?;
        let held = file.seek(SeekFrom::End(0))?;
        Ok((Self::Plain(file), held))
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(file) => file.write_all(bytes),
            Self::Sealed(writer) => writer.write(bytes).map_err(io),
        }
    }

    /// The whole content.
    fn finish(self, path: &Path, key: Option<&SealKey>) -> io::Result<Vec<u8>> {
        match (self, key) {
            (Self::Sealed(writer), Some(key)) => {
                writer.finish().map_err(io)?;
                key.open(&fs::read(path)?).map_err(io)
            }
            (Self::Plain(mut file), _) => {
                let mut bytes = Vec::new();
                file.seek(SeekFrom::Start(0))?;
                file.read_to_end(&mut bytes)?;
                Ok(bytes)
            }
            (Self::Sealed(_), None) => Err(io::Error::other("the key is gone")),
        }
    }
}

fn io(error: SealedError) -> io::Error {
    match error {
        SealedError::Io(error) => error,
        error => io::Error::other(error),
    }
}

/// Downloads what is at `path` of the centre into `part`, from where an earlier try ended,
/// and gives all of it. `exact` is its length where that is known, `most` what it
/// may be at most. The file stays until [`discard`]: what came may be asked for again.
pub(super) async fn fetch(
    client: &ListClient,
    path: &str,
    part: &Path,
    key: Option<&SealKey>,
    exact: Option<u64>,
    most: u64,
) -> Result<Vec<u8>, FetchError> {
    let failed = |source| FetchError::File { path: part.to_owned(), source };
    if let Some(folder) = part.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let (mut file, mut held) = Part::open(part, key).map_err(failed)?;
    if exact.is_none_or(|exact| held != exact) {
        let begun = match client.download(path, held).await {
            Err(ListFault::Range) => client.download(path, 0).await,
            begun => begun,
        };
        let mut download = begun?;
        if download.starts_at == held && held > 0 {
            tracing::info!("a broken download goes on after {held} bytes");
        }
        if download.starts_at != held {
            drop(file);
            discard(part);
            (file, held) = Part::open(part, key).map_err(failed)?;
        }
        while let Some(bytes) = download.next().await? {
            held += bytes.len() as u64;
            if held > most {
                discard(part);
                return Err(FetchError::TooLong(most));
            }
            file.write(&bytes).map_err(failed)?;
        }
    }
    file.finish(part, key).map_err(failed)
}

/// Forgets what has come.
pub(super) fn discard(part: &Path) {
    if let Err(error) = fs::remove_file(part)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!("cannot remove {}: {error}", part.display());
    }
}
