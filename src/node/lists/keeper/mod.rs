//! Keeps the centre's lists: asks what there is, fetches what is new, lets go what is
//! taken back.

mod kept;
mod offer;
mod trust;

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use self::offer::short;
use super::board::Board;
use super::lease::{Lease, LeaseError};
use super::shelf::{Shelf, ShelfError};
use crate::durable::DurableError;
use crate::event::ListSource;
use crate::link::{ListClient, ListFault, ListNews, Offer};
use crate::lists::{PublisherKey, Snapshot};
use crate::node::pipeline::CentreLists;
use crate::node::{NodeError, Pipeline};

/// The key's time is looked at so often.
const TICK: Duration = Duration::from_secs(1);
/// The manifest is asked for so often even without news.
const ASK_EVERY: Duration = Duration::from_secs(60);
const FIRST_WAIT: Duration = Duration::from_secs(1);

/// Why a round of asking ended early.
#[derive(Debug, thiserror::Error)]
enum RoundError {
    #[error(transparent)]
    Link(#[from] ListFault),
    #[error(transparent)]
    Lease(#[from] LeaseError),
    #[error(transparent)]
    Shelf(#[from] ShelfError),
    #[error("the centre signs its lists with the key {found}, but list_publisher is {expected}")]
    Publisher { found: String, expected: String },
    #[error("the centre names {0:?} as the key of its lists, which is none")]
    NoPublisher(String),
    #[error("cannot keep the lists' publisher: {0}")]
    Keep(#[from] DurableError),
}

/// Keeps the centre's lists on the board.
pub(crate) struct Keeper {
    board: Board,
    shelf: Arc<Shelf>,
    wanted: CentreLists,
    /// Lists of files, which go before those of the centre.
    own: Vec<String>,
    lease: Option<Lease>,
    publisher_file: PathBuf,
    pinned: Option<PublisherKey>,
    publisher: Option<PublisherKey>,
    in_use: HashMap<String, Arc<Snapshot>>,
    refused: HashMap<String, (String, Instant)>,
}

impl Keeper {
    /// Takes up what an earlier run left: the last good version of each list is on the
    /// board before the first camera starts. `None` when no list of the centre is wanted.
    ///
    /// # Errors
    /// [`NodeError`] when the folder for lists cannot be used.
    pub(crate) fn open(pipeline: &Pipeline, board: &Board) -> Result<Option<Self>, NodeError> {
        let Some(centre) = pipeline.centre.as_ref().filter(|it| it.lists != CentreLists::None)
        else {
            return Ok(None);
        };
        let folder = pipeline.node.data.join("lists");
        let failed = |source| NodeError::Folder { folder: folder.clone(), source };
        fs::create_dir_all(&folder).map_err(failed)?;
        let shelf = Shelf::open(&folder, centre.encrypt_lists)
            .map_err(|error| failed(std::io::Error::other(error)))?;
        let publisher_file = pipeline.node.data.join("list-publisher");
        let kept = fs::read_to_string(&publisher_file).ok();
        let pinned = centre.list_publisher;
        let publisher = pinned.or_else(|| kept.and_then(|text| text.trim().parse().ok()));
        let mut keeper = Self {
            board: board.clone(),
            shelf: Arc::new(shelf),
            wanted: centre.lists.clone(),
            own: pipeline.lists.iter().map(|list| list.id.clone()).collect(),
            lease: trust::lease(pipeline, centre),
            publisher_file,
            pinned,
            publisher,
            in_use: HashMap::new(),
            refused: HashMap::new(),
        };
        // A key whose time ran out while the unit was off.
        keeper.pass(Duration::ZERO);
        keeper.take_up();
        Ok(Some(keeper))
    }

    /// Runs until told to stop.
    pub(crate) async fn run(
        mut self,
        client: ListClient,
        mut news: watch::Receiver<ListNews>,
        stop: CancellationToken,
    ) {
        let mut wait = FIRST_WAIT;
        let mut due = Instant::now();
        let mut looked = Instant::now();
        loop {
            let tick = tokio::time::sleep(TICK);
            let heard = tokio::select! {
                () = stop.cancelled() => return,
                () = tick => false,
                changed = news.changed() => changed.is_ok(),
            };
            self.pass(looked.elapsed());
            looked = Instant::now();
            if !heard && looked < due {
                continue;
            }
            let round = tokio::select! {
                () = stop.cancelled() => return,
                round = self.round(&client) => round,
            };
            // A long download counts as contact, not as time without it.
            looked = Instant::now();
            let pause = match round {
                Ok(true) => ASK_EVERY,
                Ok(false) => wait,
                Err(error) => {
                    self.told(error);
                    wait
                }
            };
            due = Instant::now() + pause;
            wait = if pause == ASK_EVERY { FIRST_WAIT } else { (wait * 2).min(ASK_EVERY) };
        }
    }

    /// Asks once, and brings the board in line. Says whether every list is as offered.
    async fn round(&mut self, client: &ListClient) -> Result<bool, RoundError> {
        let manifest = client.manifest().await?;
        self.renew(client).await?;
        self.trust(&manifest)?;
        let offers: Vec<&Offer> =
            manifest.lists.iter().filter(|offer| self.wanted.wants(&offer.id)).collect();
        for gone in self.board.of_centre() {
            if !offers.iter().any(|offer| offer.id == gone) {
                tracing::info!("list {gone}: the centre has it no more for this node");
                self.shelf.remove(&gone)?;
                self.in_use.remove(&gone);
                self.board.remove(&gone);
            }
        }
        let parts: Vec<String> =
            offers.iter().map(|it| format!("{}-{}", it.id, short(&it.digest))).collect();
        self.shelf.forget_parts(&parts)?;
        let mut complete = true;
        for offer in offers {
            complete &= self.bring_in_line(client, offer).await?;
        }
        self.board.readable_until(self.lease.as_ref().and_then(Lease::until));
        Ok(complete)
    }

    fn told(&mut self, error: RoundError) {
        match error {
            RoundError::Link(ListFault::NotAdmitted(said)) => self.withdraw(&said),
            // The link tells that the centre cannot be reached.
            RoundError::Link(fault) => tracing::debug!("lists: {fault}"),
            error => {
                tracing::error!("lists of the centre: {error}");
                for id in self.board.of_centre() {
                    let error = Some(error.to_string());
                    self.board.trouble(ListSource::Centre, &id, &id, error);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use jiff::Timestamp;

    use super::*;
    use crate::lists::{Entry, Index, List, ListKind, SigningKey, SnapshotStore, compile};
    use crate::plate::PlateText;

    #[test]
    fn without_the_centre_the_last_good_version_is_used_and_its_age_told() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let signing = SigningKey::load_or_make(&folder.path().join("key.pem")).unwrap();
        let compiled_at = Timestamp::from_second(1_700_000_000).unwrap();
        let index = Index::build([Entry::new(PlateText::new("AB123CD").unwrap())]).unwrap();
        let list = List::new("stolen", ListKind::Stolen, "test", "test");
        let bytes = compile(list, 4, compiled_at, &index, &signing).unwrap();
        let store = SnapshotStore::open(&data.join("lists")).unwrap();
        store.install("stolen", &bytes, &signing.public()).unwrap();
        fs::write(data.join("list-publisher"), signing.public().to_string()).unwrap();

        let text = format!(
            "[node]\nid = \"n\"\nname = \"N\"\ndata = \"data\"\n\
             [centre]\nurl = \"https://127.0.0.1:1\"\nkey = \"{}\"\nlists = true\n\
             [[cameras]]\nid = \"c\"\nname = \"C\"\nsite = \"S\"\nurl = \"c.mp4\"\n\
             purpose = \"p\"\nlegal_basis = \"b\"\n",
            "ab".repeat(32)
        );
        let mut pipeline = Pipeline::parse(&text, Path::new("p.toml")).unwrap();
        pipeline.node.data = data;
        let board = Board::default();
        assert!(Keeper::open(&pipeline, &board).unwrap().is_some());
        let health = board.health();
        assert_eq!((health[0].version, health[0].entries), (Some(4), 1));
        assert_eq!(health[0].compiled_at, Some(compiled_at));
        let plate = PlateText::new("AB123CD").unwrap();
        assert!(board.matcher().current().watches()[0].index.has(&plate));
    }
}
