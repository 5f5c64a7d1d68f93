//! Keeps the centre's lists: asks what there is, fetches what is new, lets go what is
//! taken back.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::board::{Board, Usable};
use super::fetch::{FetchError, discard, fetch};
use super::lease::{Lease, LeaseError};
use super::shelf::{Shelf, ShelfError};
use crate::event::ListSource;
use crate::link::{ListClient, ListFault, ListNews, Manifest, Offer};
use crate::lists::delta::{self, DeltaError};
use crate::lists::{PublisherKey, Snapshot};
use crate::matching::Watch;
use crate::node::pipeline::{Centre, CentreLists};
use crate::node::{NodeError, Pipeline};

/// The key's time is looked at so often.
const TICK: Duration = Duration::from_secs(1);
/// The manifest is asked for so often even without news.
const ASK_EVERY: Duration = Duration::from_secs(60);
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// A version that was refused is not fetched again for so long.
const REFUSED_FOR: Duration = Duration::from_secs(600);
/// No list is larger.
const LARGEST_BYTES: u64 = 4 << 30;
/// Digits of a digest that name a download.
const NAME_DIGITS: usize = 16;

/// Why a version is not in use.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error(transparent)]
    Shelf(#[from] ShelfError),
    #[error("its content is {found}, not {expected}")]
    Digest { found: String, expected: String },
    #[error("the node holds no key to keep it with")]
    NoKey,
    #[error("it is not known whose signature counts")]
    NoPublisher,
    #[error(transparent)]
    Delta(#[from] DeltaError),
    #[error("it was cut off; the program is stopping")]
    Interrupted,
}

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
    #[error("cannot keep the lists' publisher in {}: {source}", path.display())]
    Keep { path: PathBuf, source: std::io::Error },
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
            lease: lease(pipeline, centre),
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

    async fn bring_in_line(
        &mut self,
        client: &ListClient,
        offer: &Offer,
    ) -> Result<bool, RoundError> {
        let (id, name) = (offer.id.as_str(), offer.name.as_str());
        let told = |error: Option<String>| {
            self.board.trouble(ListSource::Centre, id, name, error);
        };
        if self.own.iter().any(|own| own == id) {
            told(Some("the pipeline file has a list of this id, which is used".to_owned()));
            return Ok(true);
        }
        if self.in_use.get(id).is_some_and(|it| it.digest().to_string() == offer.digest) {
            told(None);
            return Ok(true);
        }
        if self
            .refused
            .get(id)
            .is_some_and(|(digest, at)| *digest == offer.digest && at.elapsed() < REFUSED_FOR)
        {
            return Ok(true);
        }
        match self.obtain(client, offer).await {
            Ok(snapshot) => {
                tracing::info!(
                    "list {id}: version {} with {} entries is in use",
                    offer.version,
                    offer.entries
                );
                self.refused.remove(id);
                self.take(snapshot);
                Ok(true)
            }
            Err(Trouble::Fetch(FetchError::Link(fault @ ListFault::NotAdmitted(_)))) => {
                Err(fault.into())
            }
            Err(Trouble::Fetch(FetchError::Link(fault))) => {
                told(Some(format!("version {} is not here yet: {fault}", offer.version)));
                Ok(false)
            }
            Err(trouble) => {
                let in_use = self.in_use.get(id).map_or_else(
                    || "none is in use".to_owned(),
                    |it| format!("version {} stays in use", it.header().version),
                );
                let error = format!("version {} is refused: {trouble}; {in_use}", offer.version);
                tracing::error!("list {id}: {error}");
                self.board.trouble(ListSource::Centre, id, name, Some(error));
                self.refused.insert(id.to_owned(), (offer.digest.clone(), Instant::now()));
                Ok(false)
            }
        }
    }

    /// Fetches an offered version, by delta where that is possible, and keeps it.
    async fn obtain(&self, client: &ListClient, offer: &Offer) -> Result<Snapshot, Trouble> {
        if self.lease.as_ref().is_some_and(|lease| lease.key().is_none()) {
            return Err(Trouble::NoKey);
        }
        if let Some(old) = self.in_use.get(&offer.id) {
            match self.by_delta(client, offer, old).await {
                Ok(snapshot) => return Ok(snapshot),
                Err(Trouble::Fetch(FetchError::Link(ListFault::Gone(_)))) => {}
                // A broken line is gone on with; everything else the whole file mends.
                Err(trouble @ Trouble::Fetch(FetchError::Link(_))) => return Err(trouble),
                Err(trouble) => {
                    tracing::warn!("list {}: the delta is of no use: {trouble}", offer.id);
                }
            }
        }
        let part = self.shelf.part(&offer.id, short(&offer.digest));
        let most = offer.bytes.min(LARGEST_BYTES);
        let path = offer.path();
        let bytes = fetch(client, &path, &part, self.key(), Some(offer.bytes), most).await?;
        // Good or bad: it is not gone on with.
        discard(&part);
        self.install(offer, bytes)
    }

    async fn by_delta(
        &self,
        client: &ListClient,
        offer: &Offer,
        old: &Arc<Snapshot>,
    ) -> Result<Snapshot, Trouble> {
        let from = old.digest().to_string();
        let name = format!("{}-from-{}", short(&offer.digest), short(&from));
        let part = self.shelf.part(&offer.id, &name);
        let path = offer.delta_path(&from);
        let delta = fetch(client, &path, &part, self.key(), None, offer.bytes).await?;
        discard(&part);
        tracing::info!(
            "list {}: version {} came as a delta of {} bytes for {}",
            offer.id,
            offer.version,
            delta.len(),
            offer.bytes
        );
        let (old, expected) = (Arc::clone(old), offer.bytes.min(LARGEST_BYTES));
        let applied =
            tokio::task::spawn_blocking(move || delta::apply(old.bytes(), &delta, expected));
        match applied.await {
            Ok(Ok(bytes)) => self.install(offer, bytes),
            Ok(Err(error)) => Err(error.into()),
            Err(_) => Err(Trouble::Interrupted),
        }
    }

    /// Checks that these are the bytes that were offered, and keeps them.
    fn install(&self, offer: &Offer, bytes: Vec<u8>) -> Result<Snapshot, Trouble> {
        let publisher = self.publisher.as_ref().ok_or(Trouble::NoPublisher)?;
        let (shelf, key) = (&self.shelf, self.key());
        // Checking and writing tens of megabytes; the other tasks go on on other threads.
        tokio::task::block_in_place(|| {
            let snapshot = Snapshot::from_bytes(bytes, publisher).map_err(ShelfError::from)?;
            let found = snapshot.digest().to_string();
            if found != offer.digest {
                return Err(Trouble::Digest { found, expected: offer.digest.clone() });
            }
            Ok(shelf.install(&offer.id, snapshot, key, publisher)?)
        })
    }

    fn key(&self) -> Option<&crate::store::SealKey> {
        self.lease.as_ref().and_then(Lease::key)
    }

    fn take(&mut self, snapshot: Snapshot) {
        let header = snapshot.header();
        self.board.put(Usable {
            source: ListSource::Centre,
            version: Some(header.version),
            compiled_at: Some(header.compiled_at),
            watch: Watch {
                list: Arc::new(header.list.clone()),
                index: Arc::clone(snapshot.index()),
            },
        });
        self.in_use.insert(header.list.id.clone(), Arc::new(snapshot));
    }

    /// The last good versions from the disk.
    fn take_up(&mut self) {
        let Some(publisher) = self.publisher else { return };
        let lists = match self.shelf.lists() {
            Ok(lists) => lists,
            Err(error) => return tracing::error!("kept lists cannot be looked for: {error}"),
        };
        for list in lists {
            if !self.wanted.wants(&list)
                || self.own.contains(&list)
                || self.in_use.contains_key(&list)
            {
                continue;
            }
            match self.shelf.current(&list, self.key(), &publisher) {
                Ok(Some(snapshot)) => {
                    tracing::info!(
                        "list {list}: version {} of {} is in use",
                        snapshot.header().version,
                        snapshot.header().compiled_at
                    );
                    self.take(snapshot);
                }
                Ok(None) => {
                    let error = self.lease.as_ref().filter(|it| it.key().is_none()).map_or(
                        "no kept version is good; it will be fetched",
                        |_| "it is sealed, and the key is not here; the centre has to lend it",
                    );
                    self.board.trouble(ListSource::Centre, &list, &list, Some(error.to_owned()));
                }
                Err(error) => {
                    tracing::error!("list {list}: {error}");
                    let error = Some(error.to_string());
                    self.board.trouble(ListSource::Centre, &list, &list, error);
                }
            }
        }
        self.board.readable_until(self.lease.as_ref().and_then(Lease::until));
    }

    /// Has the key lent anew when it is time; what was sealed can then be read again.
    async fn renew(&mut self, client: &ListClient) -> Result<(), RoundError> {
        let Some(lease) = &mut self.lease else { return Ok(()) };
        if lease.due(Timestamp::now()) {
            let closed = lease.key().is_none();
            lease.grant(client.key().await?, Timestamp::now())?;
            if closed {
                self.take_up();
            }
        }
        Ok(())
    }

    /// Whose signature counts: the one that the pipeline file names, or else the one
    /// that the centre names over the connection that proved its key.
    fn trust(&mut self, manifest: &Manifest) -> Result<(), RoundError> {
        let found: PublisherKey = manifest
            .publisher
            .parse()
            .map_err(|_| RoundError::NoPublisher(manifest.publisher.clone()))?;
        if let Some(pinned) = self.pinned.as_ref().filter(|pinned| **pinned != found) {
            let (found, expected) = (found.to_string(), pinned.to_string());
            return Err(RoundError::Publisher { found, expected });
        }
        if self.publisher.as_ref() != Some(&found) {
            if let Some(before) = &self.publisher {
                tracing::warn!("the centre's lists were signed with {before}, now with {found}");
            }
            fs::write(&self.publisher_file, format!("{found}\n"))
                .map_err(|source| RoundError::Keep { path: self.publisher_file.clone(), source })?;
            self.publisher = Some(found);
        }
        Ok(())
    }

    /// Time passes for the key.
    fn pass(&mut self, time: Duration) {
        let Some(lease) = &mut self.lease else { return };
        match lease.pass(time, Timestamp::now()) {
            Ok(false) => {}
            Ok(true) => {
                self.close(
                    "the key's time ran out without word from the centre; the list is closed \
                     until the centre lends the key again",
                );
            }
            Err(error) => tracing::error!("{error}"),
        }
    }

    /// No list of the centre can be read any more.
    fn close(&mut self, reason: &str) {
        tracing::warn!("lists of the centre: {reason}");
        self.in_use.clear();
        self.board.close(reason);
    }

    /// The centre took the node's admission away: nothing of its lists stays here.
    fn withdraw(&mut self, said: &str) {
        if let Some(lease) = &mut self.lease
            && let Err(error) = lease.wipe()
        {
            tracing::error!("{error}");
        }
        let had = !self.in_use.is_empty();
        if let Err(error) = self.shelf.clear() {
            tracing::error!("lists of the centre cannot be removed: {error}");
        }
        if had {
            self.close("the centre has withdrawn this node: key and lists are deleted");
        } else {
            tracing::debug!("no lists from the centre: {said}");
        }
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

fn lease(pipeline: &Pipeline, centre: &Centre) -> Option<Lease> {
    let path = centre.list_key_file.clone();
    let path = path.unwrap_or_else(|| pipeline.node.data.join("list-key"));
    if centre.encrypt_lists {
        return Some(Lease::open(&path));
    }
    None
}

fn short(digest: &str) -> &str {
    digest.get(..NAME_DIGITS).unwrap_or(digest)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

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
