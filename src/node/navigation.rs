//! What the node does with positions: keeps its clock right and tells the centre its way.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;

use crate::clock::{Boot, Clock, Keeper};
use crate::event::{GeoPosition, GpsHealth, PositionEvent, VERSION};
use crate::position::{Gps, GpsConfig, GpsSource, Heard, LogError, Thinning, read_log, receive};
use crate::store::NodeStore;

/// Passages that began before the clock was corrected have ended after so long.
const CORRECTING: Duration = Duration::from_secs(180);
const CORRECT_EVERY: Duration = Duration::from_secs(5);
/// Positions on their way; a busy disk holds this task up for seconds at most.
const POSITIONS: usize = 64;

/// The receiver of a unit, ready to listen.
#[derive(Debug)]
pub(super) struct Navigation {
    pub(super) gps: Gps,
    pub(super) clock: Clock,
    pub(super) store: NodeStore,
    pub(super) node: String,
    pub(super) to_centre: bool,
    pub(super) posted: Arc<Notify>,
    pub(super) thinning: Thinning,
}

/// The unit's position, with nothing known yet or with a recorded log.
///
/// # Errors
/// [`LogError`] when the log cannot be used.
pub(super) fn gps(config: &GpsConfig) -> Result<Gps, LogError> {
    match config.source() {
        Ok(GpsSource::Log(file)) => Ok(Gps::of_log(read_log(&file)?, config.stale_after())),
        // The pipeline file was checked: this is gpsd or a device.
        _ => Ok(Gps::new(config.stale_after())),
    }
}

/// How the receiver is, with by how much the clock was corrected, and where the unit is.
pub(super) fn report(gps: &Gps, clock: &Clock) -> (Option<GeoPosition>, GpsHealth) {
    let mut health = gps.health();
    health.clock_offset_ms = clock.offset_ms();
    (gps.at(clock.now()), health)
}

impl Navigation {
    /// Listens and acts until told to stop.
    pub(super) async fn run(mut self, source: GpsSource, stop: CancellationToken) {
        let (sender, heard) = mpsc::channel(POSITIONS);
        let recorded = matches!(source, GpsSource::Log(_));
        let listening = receive(self.gps.clone(), source, sender, stop.clone());
        if recorded {
            // A recorded ride says nothing about today's time; its way is told as it goes.
            let telling = async {
                let mut ticks = tokio::time::interval(Duration::from_secs(1));
                loop {
                    ticks.tick().await;
                    self.tell_way().await;
                }
            };
            tokio::select! {
                () = listening => {}
                () = telling => {}
            }
        } else {
            tokio::join!(listening, self.act(heard));
        }
    }

    async fn act(&mut self, mut heard: mpsc::Receiver<Heard>) {
        let mut keeper = Keeper::default();
        let mut until: Option<Instant> = None;
        let mut due = Instant::now();
        while let Some(Heard { fix, system_at }) = heard.recv().await {
            if let Some(offset_ms) = keeper.observe(fix.at, system_at) {
                tracing::warn!(
                    "by satellite time the system's clock is wrong by {}: the node's times \
                     are corrected from now on",
                    SignedDuration::from_millis(offset_ms)
                );
                self.clock.set_offset_ms(offset_ms);
                until = Some(Instant::now() + CORRECTING);
                due = Instant::now();
            }
            // Passages that began in the wrong time end later, and their records may
            // still be on their way to the disk: it is done again for a while.
            if until.is_some() && Instant::now() >= due {
                due = Instant::now() + CORRECT_EVERY;
                let done = self.correct_stored().await;
                until = until.filter(|until| !done || Instant::now() < *until);
            }
            self.tell_way().await;
        }
    }

    /// Corrects what is stored; false when that failed.
    async fn correct_stored(&self) -> bool {
        let Some(mut boot) = Boot::now() else { return true };
        boot.started_ms += self.clock.offset_ms();
        match self.store.correct_times(&boot, self.to_centre).await {
            Ok(0) => {}
            Ok(moved) => {
                tracing::info!("the times of {moved} stored transits and hits were corrected");
                self.posted.notify_one();
            }
            Err(error) => {
                tracing::error!("stored times cannot be corrected yet: {error}");
                return false;
            }
        }
        true
    }

    async fn tell_way(&mut self) {
        let now = self.clock.now();
        let Some(position) = self.gps.at(now).filter(|position| !position.stale) else { return };
        if !self.to_centre || !self.thinning.admit(&position) {
            return;
        }
        let event = PositionEvent {
            version: VERSION,
            id: self.clock.new_id(),
            node: self.node.clone(),
            at: position.fixed_at.unwrap_or(now),
            position,
        };
        match self.store.post_position(&event).await {
            Ok(()) => self.posted.notify_one(),
            Err(error) => tracing::warn!("a position is not sent on: {error}"),
        }
    }
}
