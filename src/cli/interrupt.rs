//! Ctrl-C and SIGTERM as a value that loops look at.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::failure::Failure;

/// Whether the person wants the command to end.
#[derive(Debug, Clone)]
pub(super) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    pub(super) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Watches for Ctrl-C and SIGTERM from now on; for commands without a runtime of their own.
pub(super) fn watch() -> Result<Interrupt, Failure> {
    let set = Arc::new(AtomicBool::new(false));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()
        .map_err(|error| Failure::failed(format!("cannot watch for Ctrl-C: {error}")))?;
    let watched = Arc::clone(&set);
    thread::spawn(move || {
        runtime.block_on(async { ended().await });
        watched.store(true, Ordering::Relaxed);
    });
    Ok(Interrupt(set))
}

/// A token that is cancelled at Ctrl-C or SIGTERM, watched for from this call on; within a
/// tokio runtime.
pub(super) fn token() -> CancellationToken {
    let token = CancellationToken::new();
    let cancelled = token.clone();
    let ended = ended();
    tokio::spawn(async move {
        ended.await;
        cancelled.cancel();
    });
    token
}

/// Takes the signals over, and returns what is done when the process is asked to end.
fn ended() -> impl Future<Output = ()> {
    let interrupt = signal(SignalKind::interrupt());
    let terminate = signal(SignalKind::terminate());
    async {
        match (interrupt, terminate) {
            (Ok(mut interrupt), Ok(mut terminate)) => {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
            }
            // Without handlers the signals end the process by themselves.
            _ => std::future::pending().await,
        }
    }
}
