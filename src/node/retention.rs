//! Deletes what is older than the pipeline file allows, once an hour, and what takes
//! more of the disk than it allows, as soon as that is seen.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::pipeline::Retention;
use super::recorder::Trouble;
use crate::clock::Clock;
use crate::store::NodeStore;

const EVERY: Duration = Duration::from_secs(3600);
const HOURS_A_DAY: i64 = 24;

/// The disk is looked at so often: a busy node stores some 10 MB in that time.
const ROOM_EVERY: Duration = Duration::from_secs(20);
/// When the disk is too full, it is emptied to this share of what is allowed, so that it
/// is not done again at once.
const ROOM_SHARE: f64 = 0.95;
const MEGABYTE: u64 = 1_000_000;

/// Runs until told to stop.
pub(super) async fn run(
    store: NodeStore,
    settings: Retention,
    clock: Clock,
    trouble: Trouble,
    stop: CancellationToken,
) {
    let by_age = async {
        let mut ticks = tokio::time::interval(EVERY);
        loop {
            ticks.tick().await;
            sweep(&store, settings.transits_days, clock.now()).await;
        }
    };
    let by_room = async {
        let Some(most) = settings.max_disk_mb else { return std::future::pending().await };
        let mut ticks = tokio::time::interval(ROOM_EVERY);
        loop {
            ticks.tick().await;
            trouble.set(make_room(&store, most).await);
        }
    };
    tokio::select! {
        () = by_age => {}
        () = by_room => {}
        () = stop.cancelled() => {}
    }
}

async fn sweep(store: &NodeStore, transits_days: u32, now: Timestamp) {
    let keep = SignedDuration::from_hours(i64::from(transits_days) * HOURS_A_DAY);
    let Ok(before) = now.checked_sub(keep) else { return };
    match store.sweep(before).await {
        Ok(swept) if swept.transits + swept.pictures > 0 => tracing::info!(
            "retention: {} transits older than {transits_days} days and {} pictures deleted",
            swept.transits,
            swept.pictures
        ),
        Ok(_) => {}
        Err(error) => tracing::error!("retention failed, tried again in an hour: {error}"),
    }
}

/// Keeps to the disk's bound; answers with what people should know.
async fn make_room(store: &NodeStore, most_mb: u64) -> Option<String> {
    let most = most_mb.saturating_mul(MEGABYTE);
    let made = match store.used_bytes().await {
        Ok(used) if used <= most => return None,
        Ok(_) => store.make_room((most as f64 * ROOM_SHARE) as u64).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(room) => {
            tracing::warn!(
                "max_disk_mb = {most_mb} was reached: {} delivered and {} undelivered transits \
                 without a hit deleted, oldest first",
                room.delivered,
                room.undelivered
            );
            (room.used > most).then(|| {
                format!("hits alone take more than max_disk_mb = {most_mb}; they are kept")
            })
        }
        Err(error) => {
            tracing::error!("the disk's bound cannot be kept: {error}");
            Some(format!("the disk's bound cannot be kept: {error}"))
        }
    }
}
