//! What makes a node a patrol unit: its clock, its position and its screen.

use std::sync::Arc;

use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::error::NodeError;
use super::lists::Board as Lists;
use super::navigation::{self, Navigation};
use super::pipeline::Pipeline;
use super::screen::{Board, LinkStatus, Screen, Status, Unit};
use crate::clock::Clock;
use crate::link::{CameraReport, Link, LinkState};
use crate::position::{Gps, Thinning};
use crate::store::NodeStore;

/// What cameras, link and screen share.
#[derive(Debug, Clone)]
pub(super) struct Parts {
    pub(super) clock: Clock,
    /// `None`: the node stands still.
    pub(super) gps: Option<Gps>,
    /// `None`: there is no screen.
    pub(super) board: Option<Board>,
}

impl Parts {
    /// # Errors
    /// [`NodeError`] when a recorded log cannot be used.
    pub(super) fn new(pipeline: &Pipeline) -> Result<Self, NodeError> {
        Ok(Self {
            clock: Clock::default(),
            gps: pipeline.gps.as_ref().map(navigation::gps).transpose()?,
            board: pipeline.screen.as_ref().map(|screen| Board::new(screen.groups.clone())),
        })
    }

    /// Heartbeats tell position and time of the unit.
    pub(super) fn tell(&self, link: Link) -> Link {
        let link = link.with_clock(self.clock.clone());
        let Some(gps) = self.gps.clone() else { return link };
        let clock = self.clock.clone();
        link.with_position(Arc::new(move || navigation::report(&gps, &clock)))
    }

    /// Listens to the receiver, when there is one.
    pub(super) fn navigate(
        &self,
        pipeline: &Pipeline,
        store: &NodeStore,
        posted: &Arc<Notify>,
        stop: &CancellationToken,
    ) -> Option<JoinHandle<()>> {
        let config = pipeline.gps.as_ref()?;
        // The pipeline file was checked.
        let source = config.source().ok()?;
        let navigation = Navigation {
            gps: self.gps.clone()?,
            clock: self.clock.clone(),
            store: store.clone(),
            node: pipeline.node.id.clone(),
            to_centre: pipeline.centre.is_some(),
            posted: Arc::clone(posted),
            thinning: Thinning::new(config.send_every(), config.send_every_m),
        };
        Some(tokio::spawn(navigation.run(source, stop.clone())))
    }

    /// Opens the screen's port, when there is a screen.
    ///
    /// # Errors
    /// [`NodeError`] when it cannot be served.
    pub(super) async fn screen(
        &self,
        pipeline: &Pipeline,
        store: &NodeStore,
        posted: &Arc<Notify>,
        report: StatusParts,
    ) -> Result<Option<Screen>, NodeError> {
        let (Some(config), Some(board)) = (&pipeline.screen, &self.board) else {
            return Ok(None);
        };
        let matcher = report.lists.matcher();
        let unit = Unit {
            id: pipeline.node.id.clone(),
            store: store.clone(),
            to_centre: pipeline.centre.is_some(),
            posted: Arc::clone(posted),
            clock: self.clock.clone(),
            gps: self.gps.clone(),
            lists: Arc::new(move || matcher.current()),
            status: report.status(pipeline, self.clone()),
            board: board.clone(),
        };
        Ok(Some(Screen::open(config, unit).await?))
    }
}

/// Whom the screen asks for the unit's state.
pub(super) struct StatusParts {
    pub(super) cameras: CameraReport,
    pub(super) link: Option<Arc<Link>>,
    pub(super) lists: Lists,
}

impl StatusParts {
    fn status(self, pipeline: &Pipeline, parts: Parts) -> super::screen::StatusReport {
        let (unit, unit_name) = (pipeline.node.id.clone(), pipeline.node.name.clone());
        Arc::new(move || {
            let (position, gps) = match &parts.gps {
                Some(gps) => {
                    let (position, health) = navigation::report(gps, &parts.clock);
                    (position, Some(health))
                }
                None => (None, None),
            };
            Status {
                now: parts.clock.now(),
                unit: unit.clone(),
                unit_name: unit_name.clone(),
                cameras: (self.cameras)(),
                lists: self.lists.health(),
                gps,
                position,
                link: match self.link.as_ref().map(|link| link.state()) {
                    None => LinkStatus::Alone,
                    Some(LinkState::Starting) => LinkStatus::Starting,
                    Some(LinkState::Up) => LinkStatus::Up,
                    Some(LinkState::Down(fault)) => LinkStatus::Down { reason: fault.to_string() },
                },
                outbox: 0,
            }
        })
    }
}
