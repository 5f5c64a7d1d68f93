//! Notes in the audit log what was looked at: many rows in one disk sync.
//!
//! A page full of pictures is fifty views at once. Each in a transaction of its
//! own would hold up the hits that arrive meanwhile; here they share one. Whoever
//! looks still waits until the row is on the disk.

use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::problem::Problem;
use crate::store::DatabaseError;
use crate::store::centre::CentreStore;

/// Rows in one transaction.
const AT_ONCE: usize = 256;

#[derive(Debug)]
struct Entry {
    at: Timestamp,
    account: String,
    action: &'static str,
    subject: String,
    reason: Option<String>,
    kept: oneshot::Sender<bool>,
}

/// Takes notes.
#[derive(Debug, Clone)]
pub(super) struct Ledger {
    entries: mpsc::Sender<Entry>,
}

impl Ledger {
    /// A ledger, and the task that writes it until `cancel`.
    pub(super) fn new(
        store: CentreStore,
        cancel: CancellationToken,
    ) -> (Self, impl Future<Output = ()>) {
        let (entries, receiver) = mpsc::channel(AT_ONCE);
        (Self { entries }, keep(store, receiver, cancel))
    }

    /// Returns when the row is kept for good.
    pub(super) async fn note(
        &self,
        account: &str,
        action: &'static str,
        subject: String,
        reason: Option<String>,
    ) -> Result<(), Problem> {
        let (kept, answer) = oneshot::channel();
        let at = Timestamp::now();
        let entry = Entry { at, account: account.to_owned(), action, subject, reason, kept };
        // Both fail only when the centre is stopping.
        let sent = self.entries.send(entry).await.is_ok();
        if sent && answer.await.unwrap_or(false) {
            return Ok(());
        }
        Err(Problem::unavailable("what you asked for could not be noted in the audit log"))
    }
}

async fn keep(store: CentreStore, mut entries: mpsc::Receiver<Entry>, cancel: CancellationToken) {
    let mut batch = Vec::with_capacity(AT_ONCE);
    loop {
        let came = tokio::select! {
            came = entries.recv_many(&mut batch, AT_ONCE) => came,
            () = cancel.cancelled() => return,
        };
        if came == 0 {
            return;
        }
        let kept = match write(&store, &batch).await {
            Ok(()) => true,
            Err(error) => {
                tracing::error!(%error, "audit rows could not be written");
                false
            }
        };
        for entry in batch.drain(..) {
            // Who asked may have gone.
            let _ = entry.kept.send(kept);
        }
    }
}

async fn write(store: &CentreStore, batch: &[Entry]) -> Result<(), DatabaseError> {
    let mut writing = store.write().await?;
    for it in batch {
        let reason = it.reason.as_deref();
        writing.audit(it.at, &it.account, it.action, &it.subject, reason).await?;
    }
    writing.commit().await
}
