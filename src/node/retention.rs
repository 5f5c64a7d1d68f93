//! Deletes what is older than the pipeline file allows, once an hour.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use crate::store::NodeStore;

const EVERY: Duration = Duration::from_secs(3600);
const HOURS_A_DAY: i64 = 24;

/// Runs until told to stop.
pub(super) async fn run(store: NodeStore, transits_days: u32, stop: CancellationToken) {
    let keep = SignedDuration::from_hours(i64::from(transits_days) * HOURS_A_DAY);
    let mut ticks = tokio::time::interval(EVERY);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = stop.cancelled() => return,
        }
        let Ok(before) = Timestamp::now().checked_sub(keep) else { continue };
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
}
