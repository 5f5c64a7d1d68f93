//! Lists of files that the pipeline file names: read at the start, and again when a
//! file changes.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::{Timestamp, Zoned};
use tokio_util::sync::CancellationToken;

use super::board::{Board, Usable};
use crate::event::ListSource;
use crate::lists::{ListConfig, Report, Snapshot, load};
use crate::matching::Watch;
use crate::node::NodeError;

/// How often the files are looked at.
const EVERY: Duration = Duration::from_secs(2);
/// Bad rows of a list that are told one by one.
const ROWS_TOLD: usize = 5;

/// What tells that a file is another one than before: a copied file keeps its time, a
/// replaced one may have the same length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    modified_at: Option<Timestamp>,
    bytes: u64,
    inode: u64,
}

impl Stamp {
    fn of(file: &Path) -> Option<Self> {
        let metadata = fs::metadata(file).ok()?;
        let modified_at = metadata.modified().ok().and_then(|time| Timestamp::try_from(time).ok());
        Some(Self { modified_at, bytes: metadata.len(), inode: metadata.ino() })
    }
}

/// Lists of files, on the board.
pub(crate) struct LocalLists {
    board: Board,
    files: Vec<(ListConfig, Option<Stamp>)>,
}

impl LocalLists {
    /// Reads all of them onto the board, with lines on what is in them and what is not.
    ///
    /// # Errors
    /// [`NodeError::List`] for the first one that cannot be used.
    pub(crate) fn load(
        configs: &[ListConfig],
        board: &Board,
    ) -> Result<(Self, Vec<String>), NodeError> {
        let mut lines = Vec::new();
        let mut files = Vec::new();
        for config in configs {
            // Before it is read: what is changed meanwhile is read again.
            let stamp = Stamp::of(&config.file);
            let (usable, said) = read(config, stamp)?;
            board.put(usable);
            lines.extend(said);
            files.push((config.clone(), stamp));
        }
        Ok((Self { board: board.clone(), files }, lines))
    }

    /// Reads changed files again until told to stop. A file that cannot be used leaves
    /// the list as it was, with an error on the board.
    pub(crate) async fn watch(mut self, stop: CancellationToken) {
        let mut seen: Vec<Option<Stamp>> = self.files.iter().map(|(_, stamp)| *stamp).collect();
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
            for ((config, loaded), seen) in self.files.iter_mut().zip(&mut seen) {
                let now = Stamp::of(&config.file);
                // A file that is still being written changes from look to look.
                let quiet = *seen == now;
                *seen = now;
                if now == *loaded || !quiet {
                    continue;
                }
                *loaded = now;
                let again = config.clone();
                let reading = tokio::task::spawn_blocking(move || read(&again, now)).await;
                match reading {
                    Ok(Ok((usable, said))) => {
                        self.board.put(usable);
                        for line in said {
                            tracing::info!("read again: {line}");
                        }
                    }
                    Ok(Err(error)) => trouble(&self.board, config, &error.to_string()),
                    Err(error) => trouble(&self.board, config, &error.to_string()),
                }
            }
        }
    }
}

fn trouble(board: &Board, config: &ListConfig, error: &str) {
    tracing::error!("a changed list is refused, the one before it stays in use: {error}");
    let name = config.name.as_ref().unwrap_or(&config.id);
    board.trouble(ListSource::File, &config.id, name, Some(error.to_owned()));
}

/// A compiled list, which carries its own description and rules, signed.
fn read_snapshot(config: &ListConfig) -> Result<(Usable, Vec<String>), NodeError> {
    let failed = |reason: String| NodeError::List { list: config.id.clone(), reason };
    let file = config.file.display();
    let Some(publisher) = &config.publisher else {
        return Err(failed(format!(
            "{file} is a compiled list and the pipeline file does not say whose: \
             write publisher = \"…\", the key that `varco lists import` named"
        )));
    };
    // Into memory: a person may copy a newer one over it, and a mapped file that is
    // written is the end of the program.
    let bytes = fs::read(&config.file).map_err(|error| failed(format!("{file}: {error}")))?;
    let opened = Snapshot::from_bytes(bytes, publisher);
    let snapshot = opened.map_err(|error| failed(format!("{file}: {error}")))?;
    let header = snapshot.header();
    if (&header.list.id, header.list.kind) != (&config.id, config.kind) {
        return Err(failed(format!(
            "{file} is the list {:?} ({:?}): give the same id and kind in the pipeline file",
            header.list.id, header.list.kind
        )));
    }
    let (list, plates) = (header.list.clone(), header.plates);
    let line =
        format!("list {} ({}): {plates} plates, version {}", list.id, list.name, header.version);
    let usable = Usable {
        source: ListSource::File,
        version: Some(header.version),
        compiled_at: Some(header.compiled_at),
        watch: Watch { list: Arc::new(list), index: Arc::clone(snapshot.index()) },
    };
    Ok((usable, vec![line]))
}

fn read(config: &ListConfig, stamp: Option<Stamp>) -> Result<(Usable, Vec<String>), NodeError> {
    let mut lines = Vec::new();
    let failed = |reason: String| NodeError::List { list: config.id.clone(), reason };
    let list = config.list().map_err(|error| failed(error.to_string()))?;
    if config.file.extension().is_some_and(|extension| extension == "varcolist") {
        return read_snapshot(config);
    }
    let options = config.import_options();
    let (index, report) =
        load(&config.file, &options).map_err(|error| failed(error.to_string()))?;
    lines.push(format!("list {} ({}): {} plates", list.id, list.name, index.plates()));
    if !list.holds_on(Zoned::now().date()) {
        lines.push(format!("list {} does not hold today: it matches nothing", list.id));
    }
    lines.extend(bad_rows(&config.file, &report));
    let usable = Usable {
        source: ListSource::File,
        version: None,
        compiled_at: stamp.and_then(|stamp| stamp.modified_at),
        watch: Watch { list: Arc::new(list), index: Arc::new(index) },
    };
    Ok((usable, lines))
}

fn bad_rows(file: &Path, report: &Report) -> Vec<String> {
    let mut lines: Vec<String> = report
        .rejected
        .iter()
        .take(ROWS_TOLD)
        .map(|bad| format!("{}:{}: row left out: {}", file.display(), bad.line, bad.reason))
        .collect();
    let total = report.rejected_count;
    if total > ROWS_TOLD as u64 {
        lines.push(format!("{}: {total} rows left out in all", file.display()));
    }
    lines
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::lists::{Entry, Index, List, ListKind, SigningKey, compile};
    use crate::plate::PlateText;

    fn config(file: &Path) -> ListConfig {
        toml::from_str(&format!(
            "id = \"stolen\"\nkind = \"stolen\"\npurpose = \"p\"\nlegal_basis = \"b\"\nfile = {file:?}"
        ))
        .unwrap()
    }

    async fn until(what: &str, mut ready: impl FnMut() -> bool) {
        let began = Instant::now();
        while !ready() {
            assert!(began.elapsed() < Duration::from_secs(20), "waited in vain for {what}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    #[test]
    fn a_compiled_list_is_used_when_the_trusted_key_signed_it() {
        let folder = tempfile::tempdir().unwrap();
        let key = SigningKey::load_or_make(&folder.path().join("key.pem")).unwrap();
        let file = folder.path().join("stolen.varcolist");
        let index = Index::build([Entry::new(PlateText::new("AB123CD").unwrap())]).unwrap();
        let mut list = List::new("stolen", ListKind::Stolen, "p", "b");
        list.rules.everywhere.min_probability = Some(0.9);
        let bytes = compile(list, 7, Timestamp::UNIX_EPOCH, &index, &key).unwrap();
        fs::write(&file, bytes).unwrap();
        let mut config = config(&file);
        let unsaid = read(&config, None).err().unwrap().to_string();
        assert!(unsaid.contains("publisher = "), "{unsaid}");
        config.publisher = Some(key.public());
        let (usable, said) = read(&config, None).unwrap();
        assert_eq!((usable.version, said.len()), (Some(7), 1));
        assert_eq!(usable.watch.list.rules.everywhere.min_probability, Some(0.9));
        let other = SigningKey::load_or_make(&folder.path().join("other.pem")).unwrap();
        config.publisher = Some(other.public());
        assert!(read(&config, None).is_err());
    }

    #[tokio::test]
    async fn a_changed_file_is_read_again_and_a_bad_one_leaves_what_was() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("stolen.csv");
        fs::write(&file, "plate\nAB123CD\n").unwrap();
        let board = Board::default();
        let (lists, _) = LocalLists::load(&[config(&file)], &board).unwrap();
        let stop = CancellationToken::new();
        let watching = tokio::spawn(lists.watch(stop.clone()));
        let has = |plate: &str| {
            let matcher = board.matcher().current();
            matcher.watches()[0].index.has(&PlateText::new(plate).unwrap())
        };
        assert!(has("AB123CD"));
        fs::write(&file, "plate\nEF456GH\nIJ789KL\n").unwrap();
        until("the new plates", || has("EF456GH") && !has("AB123CD")).await;
        fs::write(&file, "no such column\nx\n").unwrap();
        until("an error", || board.health()[0].error.is_some()).await;
        assert!(has("EF456GH"));
        assert_eq!(board.health()[0].entries, 2);
        fs::remove_file(&file).unwrap();
        fs::write(&file, "plate\nMN012OP\n").unwrap();
        until("the mended file", || has("MN012OP")).await;
        assert_eq!(board.health()[0].error, None);
        stop.cancel();
        watching.await.unwrap();
    }
}
