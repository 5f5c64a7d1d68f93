//! A picture or a folder of pictures as a source.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::clock::FrameTimes;
use super::error::VideoError;
use super::picture_file::{is_picture_file, read_picture};
use super::queue::Pushed;
use super::source::{End, Item, Shared};

/// The pictures of a folder, by name; sub-folders are left out.
///
/// # Errors
/// [`VideoError`] when the folder cannot be read or holds no picture.
pub fn pictures_in(folder: &Path) -> Result<Vec<PathBuf>, VideoError> {
    let unreadable = |error: std::io::Error| VideoError::Unreadable {
        path: folder.to_owned(),
        reason: error.to_string(),
    };
    let mut pictures = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if is_picture_file(&path) && path.is_file() {
            pictures.push(path);
        }
    }
    if pictures.is_empty() {
        return Err(VideoError::EmptyFolder { path: folder.to_owned() });
    }
    pictures.sort();
    Ok(pictures)
}

/// Time from one picture to the next on the source's time line.
const PICTURE_STEP: Duration = Duration::from_secs(1);

/// Reads pictures into the queue until all are read or nobody takes them.
/// A broken one in a folder is told and passed over.
pub(super) fn play(shared: &Arc<Shared>, pictures: &[PathBuf], alone: bool) {
    for (n, path) in (0_u32..).zip(pictures) {
        let item = match read_picture(path) {
            Ok(picture) => {
                let times = FrameTimes {
                    pts: Some(PICTURE_STEP * n),
                    age: None,
                    camera: None,
                    duration: None,
                    now: (Instant::now(), Timestamp::now()),
                };
                Item::Frame(shared.framed(picture, None, times))
            }
            Err(error) if alone => {
                shared.down(&error);
                shared.queue.finish(End::Failed(error));
                return;
            }
            Err(error) => {
                shared.decode_error();
                Item::Skipped(error)
            }
        };
        if shared.queue.push(item) == Pushed::Closed {
            return;
        }
    }
    shared.ended();
    shared.queue.finish(End::Ended);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_come_by_name() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(pictures_in(folder.path()), Err(VideoError::EmptyFolder { .. })));
        for name in ["b.jpg", "a.PNG", "notes.txt", "c.webp"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        std::fs::create_dir(folder.path().join("d.jpg")).unwrap();
        let names: Vec<_> = pictures_in(folder.path())
            .unwrap()
            .iter()
            .map(|p| p.file_name().unwrap().to_str().unwrap().to_owned())
            .collect();
        assert_eq!(names, ["a.PNG", "b.jpg", "c.webp"]);
        assert!(matches!(
            pictures_in(&folder.path().join("none")),
            Err(VideoError::Unreadable { .. })
        ));
    }
}
