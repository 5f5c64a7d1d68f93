//! Whose lists are believed, and how long they may be read.

use std::time::Duration;

use jiff::Timestamp;

use super::{Keeper, RoundError};
use crate::durable::{self, Access};
use crate::link::{ListClient, Manifest};
use crate::lists::PublisherKey;
use crate::node::Pipeline;
use crate::node::lists::lease::Lease;
use crate::node::pipeline::Centre;

impl Keeper {
    /// Has the key lent anew when it is time; what was sealed can then be read again.
    pub(super) async fn renew(&mut self, client: &ListClient) -> Result<(), RoundError> {
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
    pub(super) fn trust(&mut self, manifest: &Manifest) -> Result<(), RoundError> {
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
            let text = format!("{found}\n");
            durable::write(&self.publisher_file, text.as_bytes(), Access::Usual)?;
            self.publisher = Some(found);
        }
        Ok(())
    }

    /// Time passes for the key.
    pub(super) fn pass(&mut self, time: Duration) {
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
    pub(super) fn withdraw(&mut self, said: &str) {
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
}

/// The key that an earlier run left, where lists are to be sealed.
pub(super) fn lease(pipeline: &Pipeline, centre: &Centre) -> Option<Lease> {
    let path = centre.list_key_file.clone();
    let path = path.unwrap_or_else(|| pipeline.node.data.join("list-key"));
    if centre.encrypt_lists {
        return Some(Lease::open(&path));
    }
    None
}
