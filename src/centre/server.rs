//! Starting and stopping a centre.

use std::fs::{File, OpenOptions};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum_server::Handle;
use jiff::Timestamp;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::config::{Config, address_for_people};
use super::error::CentreError;
use super::ledger::Ledger;
use super::registry::{Registry, SignInLink};
use super::state::{App, Centre};
use super::{api, intake, lists, retention};
use crate::link::{Fingerprint, PeerAcceptor, server_config};
use crate::store::EvidenceStore;

/// Requests under way may take this long when the centre stops.
const LAST_REQUESTS: Duration = Duration::from_secs(3);
/// How often silent nodes are looked for.
const LOOK_FOR_SILENCE: Duration = Duration::from_secs(2);

/// Runs a centre until it is cancelled.
///
/// # Errors
/// [`CentreError`] when it cannot start, or a port fails.
pub async fn run(config: Config, cancel: CancellationToken) -> Result<(), CentreError> {
    Server::start(config, cancel).await?.wait().await
}

/// A running centre.
#[derive(Debug)]
pub struct Server {
    app: App,
    http: SocketAddr,
    link: SocketAddr,
    fingerprint: Fingerprint,
    first_link: Option<SignInLink>,
    tasks: JoinSet<Result<(), CentreError>>,
    // Held as long as the centre runs.
    lock: File,
}

impl Server {
    /// Opens the data folder and both ports and serves until `cancel` is cancelled.
    ///
    /// # Errors
    /// [`CentreError`] says what is in the way.
    pub async fn start(config: Config, cancel: CancellationToken) -> Result<Self, CentreError> {
        let registry = Registry::open(&config).await?;
        let lock = lock(&registry)?;
        let system = registry.acting_as("system");
        system.admit_settings(&config.nodes).await?;
        let identity = registry.identity()?;
        let evidence = EvidenceStore::open(&registry.folder().join("evidence"))?;
        let (http_listener, http) = listen("the control room", "http.listen", config.http.listen)?;
        let (link_listener, link) = listen("nodes", "link.listen", config.link.listen)?;
        let url = address_for_people(config.public_url.as_deref(), http);
        let first_link = system.first_link().await?;
        // Ended with this server, also when it failed by itself.
        let cancel = cancel.child_token();
        let (ledger, ledger_kept) = Ledger::new(registry.store().clone(), cancel.clone());
        let app: App =
            Arc::new(Centre::new(&registry, evidence, &config, ledger, url, cancel.clone())?);

        let handle = Handle::new();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            ledger_kept.await;
            Ok(())
        });
        let people = axum_server::from_tcp(http_listener)
            .map_err(|source| CentreError::Serve { what: "the control room", source })?
            .handle(handle.clone())
            .serve(api::router(app.clone()).into_make_service_with_connect_info::<SocketAddr>());
        tasks.spawn(async move {
            people.await.map_err(|source| CentreError::Serve { what: "the control room", source })
        });
        let nodes = axum_server::from_tcp(link_listener)
            .map_err(|source| CentreError::Serve { what: "nodes", source })?
            .acceptor(PeerAcceptor::new(server_config(&identity)?))
            .handle(handle.clone())
            .serve(intake::router(app.clone()).into_make_service());
        tasks.spawn(async move {
            nodes.await.map_err(|source| CentreError::Serve { what: "nodes", source })
        });
        tasks.spawn(until_cancelled(cancel.clone(), handle));
        let watched = app.clone();
        tasks.spawn(async move {
            watch_silence(watched).await;
            Ok(())
        });
        let kept = app.clone();
        tasks.spawn(async move {
            retention::keep_running(kept).await;
            Ok(())
        });
        let publishing = app.clone();
        tasks.spawn(async move {
            lists::keep_running(publishing).await;
            Ok(())
        });
        let comparing = app.clone();
        tasks.spawn(async move {
            lists::look_back::keep_running(comparing).await;
            Ok(())
        });
        let fingerprint = identity.fingerprint().clone();
        tracing::info!(%http, %link, key = %fingerprint, "centre is running");
        Ok(Self { app, http, link, fingerprint, first_link, tasks, lock })
    }

    /// Where the control room and the API are served.
    #[must_use]
    pub fn http_address(&self) -> SocketAddr {
        self.http
    }

    /// Where nodes deliver.
    #[must_use]
    pub fn link_address(&self) -> SocketAddr {
        self.link
    }

    /// Fingerprint of the centre's key, which its nodes must be told.
    #[must_use]
    pub fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }

    /// Where people reach the control room.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.app.url
    }

    /// Nodes and people of this centre.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.app.registry
    }

    /// The one-time address for the first sign-in, while nobody has ever signed in.
    #[must_use]
    pub fn first_sign_in_url(&self) -> Option<String> {
        self.first_link.as_ref().map(|link| self.app.sign_in_url(&link.token))
    }

    /// A new one-time sign-in address; without a name, for the first administrator.
    ///
    /// # Errors
    /// [`CentreError`] when there is no such account.
    pub async fn new_sign_in_url(&self, account: Option<&str>) -> Result<String, CentreError> {
        let link = self.app.registry.sign_in_link(account).await?;
        Ok(self.app.sign_in_url(&link.token))
    }

    /// Deletes what may not be kept any longer at `now`; the centre does it by
    /// itself every hour.
    ///
    /// # Errors
    /// [`CentreError`] when database or files fail.
    pub async fn delete_expired(
        &self,
        now: Timestamp,
    ) -> Result<crate::store::centre::Deleted, CentreError> {
        retention::run(&self.app, now, true).await
    }

    /// Waits until the centre has stopped: cancelled, or a port failed.
    ///
    /// # Errors
    /// [`CentreError::Serve`] when a port failed.
    pub async fn wait(mut self) -> Result<(), CentreError> {
        let mut outcome = Ok(());
        while let Some(ended) = self.tasks.join_next().await {
            match ended {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    self.app.cancel.cancel();
                    outcome = outcome.and(Err(error));
                }
                Err(error) => {
                    self.app.cancel.cancel();
                    let source = io::Error::other(error);
                    outcome = outcome.and(Err(CentreError::Serve { what: "a task", source }));
                }
            }
        }
        self.app.store.close().await;
        // Another centre may start only now.
        drop(self.lock);
        tracing::info!("centre has stopped");
        outcome
    }
}

/// Two centres on one folder would each tell their own pages only.
fn lock(registry: &Registry) -> Result<File, CentreError> {
    let folder = registry.folder();
    let failed = |source| CentreError::Data { path: folder.to_owned(), source };
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(folder.join("running.lock"))
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => {
            Err(CentreError::Running { path: folder.to_owned() })
        }
        Err(std::fs::TryLockError::Error(source)) => Err(failed(source)),
    }
}

fn listen(
    what: &'static str,
    key: &'static str,
    address: SocketAddr,
) -> Result<(TcpListener, SocketAddr), CentreError> {
    let opened = TcpListener::bind(address).and_then(|listener| {
        listener.set_nonblocking(true)?;
        let bound = listener.local_addr()?;
        Ok((listener, bound))
    });
    opened.map_err(|source| CentreError::Listen { what, key, address, source })
}

async fn until_cancelled(
    cancel: CancellationToken,
    handle: Handle<SocketAddr>,
) -> Result<(), CentreError> {
    cancel.cancelled().await;
    handle.graceful_shutdown(Some(LAST_REQUESTS));
    Ok(())
}

/// Tells the pages when a node falls silent.
async fn watch_silence(app: App) {
    loop {
        tokio::select! {
            () = app.cancel.cancelled() => return,
            () = tokio::time::sleep(LOOK_FOR_SILENCE) => {}
        }
        let now = Timestamp::now();
        let silent = app.presence.fallen_silent(now);
        if silent.is_empty() {
            continue;
        }
        match app.nodes(now).await {
            Ok(nodes) => {
                for node in nodes.iter().filter(|node| silent.contains(node.id())) {
                    tracing::warn!(node = node.id(), "node has fallen silent");
                    app.live.send("node", node);
                }
            }
            Err(error) => tracing::error!(%error, "nodes cannot be looked at"),
        }
    }
}
