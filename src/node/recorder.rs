//! Stores what the cameras report, whatever the disk does.
//!
//! While the disk is full or fails, records wait in memory (within a bound) and are
//! tried again, those with a hit first; matching goes on meanwhile.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, mpsc};

use crate::store::{NodeStore, NodeStoreError, Record};

/// Most memory for records that cannot be stored.
const BACKLOG_BYTES: usize = 64 * 1024 * 1024;
/// What a record takes besides its picture, roughly.
const RECORD_BYTES: usize = 4096;
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// A fault that lasts is told again after so long.
const REMIND_AFTER: Duration = Duration::from_secs(60);
/// How long the last records may take when the node stops.
const LAST_TRY: Duration = Duration::from_secs(5);

/// What keeps the store from storing, for heartbeats. Cloning it shares it.
#[derive(Debug, Clone, Default)]
pub(super) struct Trouble(Arc<Mutex<Option<String>>>);

impl Trouble {
    pub(super) fn get(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set(&self, trouble: Option<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }
}

/// Records that wait to be stored.
#[derive(Debug, Default)]
struct Backlog {
    with_hit: VecDeque<Record>,
    others: VecDeque<Record>,
    bytes: usize,
    lost: u64,
}

fn size(record: &Record) -> usize {
    RECORD_BYTES + record.jpeg.as_ref().map_or(0, |jpeg| jpeg.len())
}

impl Backlog {
    fn push(&mut self, record: Record) {
        self.bytes += size(&record);
        if record.hits.is_empty() {
            self.others.push_back(record);
        } else {
            self.with_hit.push_back(record);
        }
        while self.bytes > BACKLOG_BYTES {
            let Some(oldest) = self.others.pop_front().or_else(|| self.with_hit.pop_front()) else {
                return;
            };
            self.bytes -= size(&oldest);
            self.lost += 1;
            tracing::error!(
                "the disk takes nothing and the memory for waiting transits is full: transit {} \
                 ({} hits) is lost, {} so far",
                oldest.transit.id,
                oldest.hits.len(),
                self.lost
            );
        }
    }

    fn first(&self) -> Option<&Record> {
        self.with_hit.front().or_else(|| self.others.front())
    }

    fn remove_first(&mut self) {
        let removed = self.with_hit.pop_front().or_else(|| self.others.pop_front());
        self.bytes -= removed.as_ref().map_or(0, size);
    }

    fn len(&self) -> usize {
        self.with_hit.len() + self.others.len()
    }
}

/// Stores records as they come.
#[derive(Debug)]
pub(super) struct Recorder {
    pub(super) store: NodeStore,
    pub(super) to_centre: bool,
    /// Told when something is in the outbox.
    pub(super) posted: Arc<Notify>,
    pub(super) trouble: Trouble,
}

impl Recorder {
    /// Runs until all senders are gone and everything is stored.
    pub(super) async fn run(self, mut records: mpsc::Receiver<Record>) {
        let mut backlog = Backlog::default();
        let mut told_at: Option<Instant> = None;
        let mut stopping: Option<Instant> = None;
        loop {
            if backlog.len() == 0 {
                match records.recv().await {
                    Some(record) => backlog.push(record),
                    None => return,
                }
            }
            while let Ok(record) = records.try_recv() {
                backlog.push(record);
            }
            let Some(record) = backlog.first() else { continue };
            match self.store.record(record, self.to_centre).await {
                Ok(()) => {
                    backlog.remove_first();
                    self.posted.notify_one();
                    if told_at.take().is_some() && backlog.len() == 0 {
                        tracing::info!("transits are stored again");
                    }
                    self.trouble.set(None);
                }
                Err(error) => {
                    if told_at.is_none_or(|told| told.elapsed() > REMIND_AFTER) {
                        told_at = Some(Instant::now());
                        tracing::error!(
                            "{} transits wait in memory, as they cannot be stored: {error}",
                            backlog.len()
                        );
                    }
                    self.trouble.set(Some(format!("transits cannot be stored: {error}")));
                    if !worth_another_try(&error) {
                        tracing::error!("transit {} is lost: {error}", record.transit.id);
                        backlog.remove_first();
                        continue;
                    }
                    if records.is_closed() && records.is_empty() {
                        let since = *stopping.get_or_insert_with(Instant::now);
                        if since.elapsed() > LAST_TRY {
                            tracing::error!("{} transits are lost: {error}", backlog.len());
                            return;
                        }
                        tokio::time::sleep(RETRY_AFTER).await;
                        continue;
                    }
                    tokio::select! {
                        () = tokio::time::sleep(RETRY_AFTER) => {}
                        Some(record) = records.recv() => backlog.push(record),
                    }
                }
            }
        }
    }
}

/// A record that can never be stored must not hold up the others.
fn worth_another_try(error: &NodeStoreError) -> bool {
    !matches!(error, NodeStoreError::Document(_))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::event::Event;
    use crate::node::report::tests::{at, reporter, today, transit};
    use crate::tracking::TransitState;

    fn records(count: u32) -> Vec<Record> {
        let mut reporter = reporter(&["GX471PR"]);
        (0..count)
            .map(|n| {
                // The last one is on the list.
                let plate = if n + 1 == count { "GX471PR" } else { "AB123CD" };
                let passing = transit(u64::from(n), plate, TransitState::Ended, n + 1);
                reporter.report(&passing, at(60), today()).unwrap()
            })
            .collect()
    }

    #[tokio::test]
    async fn while_the_disk_fails_records_wait_and_those_with_a_hit_go_first() {
        let folder = tempfile::tempdir().unwrap();
        let store = NodeStore::open(folder.path()).await.unwrap();
        let evidence = folder.path().join("evidence");
        fs::remove_dir(&evidence).unwrap();
        fs::write(&evidence, "in the way").unwrap();

        let trouble = Trouble::default();
        let recorder = Recorder {
            store: store.clone(),
            to_centre: true,
            posted: Arc::new(Notify::new()),
            trouble: trouble.clone(),
        };
        let (sender, inbox) = mpsc::channel(8);
        let running = tokio::spawn(recorder.run(inbox));
        for record in records(3) {
            sender.send(record).await.unwrap();
        }
        while trouble.get().is_none() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert!(trouble.get().unwrap().contains("evidence"), "{:?}", trouble.get());
        assert_eq!(store.count().await.unwrap(), (0, 0));

        fs::remove_file(&evidence).unwrap();
        fs::create_dir(&evidence).unwrap();
        drop(sender);
        running.await.unwrap();
        assert_eq!(trouble.get(), None);
        assert_eq!(store.count().await.unwrap(), (3, 1));
        // All that waits, in the order in which it was stored.
        let first = store.waiting(10).await.unwrap();
        assert_eq!(first[0].seq, 1);
        assert!(matches!(&first[1].event, Event::Hit(hit) if hit.plate.as_str() == "GX471PR"));
    }

    #[test]
    fn memory_for_what_waits_is_bounded_and_hits_are_kept_longest() {
        let mut backlog = Backlog::default();
        let mut records = records(2);
        let with_hit = records.pop().unwrap();
        let mut plain = records.pop().unwrap();
        plain.jpeg = Some(Arc::new(vec![0; BACKLOG_BYTES / 10]));
        backlog.push(with_hit);
        for _ in 0..30 {
            backlog.push(plain.clone());
        }
        assert!(backlog.bytes <= BACKLOG_BYTES);
        assert_eq!((backlog.with_hit.len(), backlog.others.len()), (1, 9));
        assert_eq!(backlog.lost, 21);
        while backlog.len() > 0 {
            backlog.remove_first();
        }
        assert_eq!(backlog.bytes, 0);
    }
}
