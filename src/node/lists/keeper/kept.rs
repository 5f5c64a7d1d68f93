//! What lies on the unit's own disk into use.

use std::sync::Arc;

use super::Keeper;
use crate::event::ListSource;
use crate::lists::Snapshot;
use crate::matching::Watch;
use crate::node::lists::board::Usable;
use crate::node::lists::lease::Lease;
use crate::store::SealKey;

impl Keeper {
    /// What sealed lists are opened with, while it is here.
    pub(super) fn key(&self) -> Option<&SealKey> {
        self.lease.as_ref().and_then(Lease::key)
    }

    /// Puts a version on the board.
    pub(super) fn take(&mut self, snapshot: Snapshot) {
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
    pub(super) fn take_up(&mut self) {
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
}
