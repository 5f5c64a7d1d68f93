//! Serving the screen.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::api;
use super::board::{Board, SEEDED, shown_since};
use super::guard::Guard;
use super::status::Status;
use crate::clock::Clock;
use crate::matching::Matcher;
use crate::node::pipeline::ScreenConfig;
use crate::position::Gps;
use crate::store::{NodeStore, NodeStoreError};

/// Requests under way may take this long when the node stops.
const LAST_REQUESTS: Duration = Duration::from_secs(1);
/// A token that is shorter is guessed.
const LEAST_TOKEN: usize = 12;

/// Why the screen cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum ScreenError {
    /// The port is taken, or the address is not this machine's.
    #[error("cannot serve the in-car screen on {listen}: {source}; change [screen] listen")]
    Listen {
        /// The address.
        listen: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The token cannot be had.
    #[error("cannot use [screen] token_file {}: {reason}", file.display())]
    Token {
        /// The file.
        file: PathBuf,
        /// Why.
        reason: String,
    },
    /// What is stored cannot be shown.
    #[error(transparent)]
    Store(#[from] NodeStoreError),
}

/// Tells the unit's state at this moment.
pub(crate) type StatusReport = Arc<dyn Fn() -> Status + Send + Sync>;
/// Gives the lists as they are at this moment.
pub(crate) type Lists = Arc<dyn Fn() -> Arc<Matcher> + Send + Sync>;

/// What the screen works on.
#[derive(Clone)]
pub(crate) struct Unit {
    pub(crate) id: String,
    pub(crate) store: NodeStore,
    pub(crate) to_centre: bool,
    pub(crate) posted: Arc<Notify>,
    pub(crate) clock: Clock,
    pub(crate) gps: Option<Gps>,
    pub(crate) lists: Lists,
    pub(crate) status: StatusReport,
    pub(crate) board: Board,
}

impl std::fmt::Debug for Unit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Unit({})", self.id)
    }
}

/// A screen whose port is open.
#[derive(Debug)]
pub(crate) struct Screen {
    listener: TcpListener,
    guard: Guard,
    unit: Unit,
}

impl Screen {
    /// Opens the port and puts what is stored on the board.
    ///
    /// # Errors
    /// [`ScreenError`] says what is in the way.
    pub(crate) async fn open(config: &ScreenConfig, unit: Unit) -> Result<Self, ScreenError> {
        let token = config.token_file.as_ref().map(token).transpose()?;
        let listen = config.listen;
        let failed = |source| ScreenError::Listen { listen, source };
        let listener = TcpListener::bind(listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let since = shown_since(unit.clock.now());
        let reads = unit.store.last_transits(SEEDED).await?;
        unit.board.seed(reads, unit.store.decided_hits(since, SEEDED).await?);
        tracing::info!("in-car screen at http://{address}");
        Ok(Self { listener, guard: Guard::new(config.hosts.clone(), token.as_deref()), unit })
    }

    /// Serves until told to stop.
    pub(crate) async fn run(self, stop: CancellationToken) {
        let router = api::router(self.unit, self.guard, stop.clone());
        let stopping = stop.clone();
        let serving = axum::serve(self.listener, router)
            .with_graceful_shutdown(async move { stopping.cancelled().await });
        let bound = async {
            stop.cancelled().await;
            tokio::time::sleep(LAST_REQUESTS).await;
        };
        tokio::select! {
            served = serving => {
                if let Err(error) = served {
                    tracing::error!("the in-car screen broke off: {error}");
                }
            }
            () = bound => {}
        }
    }
}

fn token(file: &PathBuf) -> Result<String, ScreenError> {
    let failed = |reason| ScreenError::Token { file: file.clone(), reason };
    let text = std::fs::read_to_string(file).map_err(|error| failed(error.to_string()))?;
    let token = text.lines().next().unwrap_or_default().trim();
    let fits = token.len() >= LEAST_TOKEN && token.bytes().all(|b| b.is_ascii_alphanumeric());
    if !fits {
        return Err(failed(format!(
            "its first line must be at least {LEAST_TOKEN} letters and digits"
        )));
    }
    Ok(token.to_owned())
}
