//! An offered version of a list, from the centre into use.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Keeper, RoundError};
use crate::event::ListSource;
use crate::link::{ListClient, ListFault, Offer};
use crate::lists::Snapshot;
use crate::lists::delta::{self, DeltaError};
use crate::node::lists::fetch::{FetchError, discard, fetch};
use crate::node::lists::shelf::ShelfError;

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

impl Keeper {
    /// Brings what is in use in line with an offer. Says whether it now is.
    pub(super) async fn bring_in_line(
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
}

/// What stands for a digest in the name of a download.
pub(super) fn short(digest: &str) -> &str {
    digest.get(..NAME_DIGITS).unwrap_or(digest)
}
