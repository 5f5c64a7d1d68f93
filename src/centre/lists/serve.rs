//! What nodes ask for: the manifest, snapshots, deltas, the key of their sealed files.

use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::Timestamp;
use tower_http::services::ServeFile;

use super::Lists;
use crate::centre::intake::admitted;
use crate::centre::problem::Problem;
use crate::centre::state::App;
use crate::link::{KeyGrant, LIST_KEY_PATH, LISTS_PATH, Manifest, PeerKey};
use crate::lists::{Snapshot, delta};
use crate::store::SealKey;

const SECONDS_PER_HOUR: u64 = 3600;

/// Routes on the nodes' port.
pub(in crate::centre) fn router() -> Router<App> {
    Router::new()
        .route(LISTS_PATH, get(manifest))
        .route(&format!("{LISTS_PATH}/{{list}}/{{digest}}"), get(whole))
        .route(&format!("{LISTS_PATH}/{{list}}/{{digest}}/from/{{old}}"), get(changes))
        .route(LIST_KEY_PATH, post(key))
}

async fn manifest(
    State(app): State<App>,
    Extension(peer): Extension<PeerKey>,
) -> Result<Json<Manifest>, Problem> {
    let node = admitted(&app, &peer).await?;
    Ok(Json(app.lists.manifest(&node.id)))
}

async fn whole(
    State(app): State<App>,
    Extension(peer): Extension<PeerKey>,
    Path((list, digest)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    let node = admitted(&app, &peer).await?;
    let path = app.lists.offered(&node.id, &list, &digest)?;
    serve(&path, request).await
}

async fn changes(
    State(app): State<App>,
    Extension(peer): Extension<PeerKey>,
    Path((list, digest, old)): Path<(String, String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    let node = admitted(&app, &peer).await?;
    let new = app.lists.offered(&node.id, &list, &digest)?;
    let path = app.lists.delta(&list, &new, &digest, &old).await?;
    serve(&path, request).await
}

/// The file, or the part of it that is asked for.
async fn serve(path: &FilePath, request: Request) -> Result<Response, Problem> {
    let served = ServeFile::new(path).try_call(request).await;
    served.map(IntoResponse::into_response).map_err(|error| Problem::internal(&error))
}

async fn key(
    State(app): State<App>,
    Extension(peer): Extension<PeerKey>,
) -> Result<Json<KeyGrant>, Problem> {
    let node = admitted(&app, &peer).await?;
    let now = Timestamp::now();
    let new = SealKey::random().map_err(|error| Problem::internal(&error))?;
    let mut writing = app.store.write().await?;
    let lent = writing.lend_list_key(&node.id, &new, now).await?;
    let Some((key, made)) = lent else {
        return Err(Problem::not_found("the node was dismissed this very moment"));
    };
    if made {
        writing.audit(now, &node.id, "list-key.make", &node.id, None).await?;
    }
    writing.commit().await?;
    let hold_s = u64::from(app.lists.config.offline_hours) * SECONDS_PER_HOUR;
    Ok(Json(KeyGrant { key: BASE64.encode(key), at: now, hold_s }))
}

fn gone(list: &str) -> Problem {
    Problem::not_found(format!(
        "there is no such version of the list {list:?} for this node; ask for the manifest again"
    ))
}

impl Lists {
    /// The file of a version that a node may fetch.
    fn offered(&self, node: &str, list: &str, digest: &str) -> Result<PathBuf, Problem> {
        let published = self.published();
        let found = published.get(list).filter(|it| it.digest() == digest);
        match found {
            Some(it) if self.config.allows(node, list) => Ok(it.path.clone()),
            _ => Err(gone(list)),
        }
    }

    /// The file of a delta, made when it was not asked for before.
    async fn delta(
        &self,
        list: &str,
        new: &FilePath,
        digest: &str,
        old: &str,
    ) -> Result<PathBuf, Problem> {
        if old.len() != 64 || !old.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(gone(list));
        }
        let path = self.deltas.join(format!("{digest}-from-{old}"));
        // Held until it is made, also when who asked for it has gone meanwhile.
        let making = Arc::clone(&self.making).lock_owned().await;
        if !path.is_file() {
            let base = self.file(list, old).ok_or_else(|| gone(list))?;
            let (new, wanted, publisher) = (new.to_owned(), old.to_owned(), self.publisher);
            let made_at = path.clone();
            let made = tokio::task::spawn_blocking(move || {
                let _making = making;
                let open = |path: &FilePath| {
                    Snapshot::open(path, &publisher).map_err(std::io::Error::other)
                };
                let base = open(&base)?;
                if base.digest().to_string() != wanted {
                    return Ok(false);
                }
                let made = delta::make(base.bytes(), open(&new)?.bytes())?;
                let unfinished = made_at.with_extension("part");
                std::fs::write(&unfinished, made)?;
                std::fs::rename(&unfinished, &made_at)?;
                Ok::<_, std::io::Error>(true)
            })
            .await
            .map_err(|error| Problem::internal(&error))?;
            match made {
                Ok(true) => {}
                Ok(false) => return Err(gone(list)),
                Err(error) => return Err(Problem::internal(&error)),
            }
        }
        Ok(path)
    }
}
