//! Evidence pictures.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::access::{Allowed, See};
use super::paging::Path;
use crate::centre::problem::Problem;
use crate::centre::state::App;
use crate::store::EvidenceError;

#[utoipa::path(get, path = "/api/v1/evidence/{sha256}", operation_id = "evidence_show",
    summary = "The picture that was read",
    description = "Every view goes into the audit log; browsers keep the picture for an hour.",
    params(("sha256" = String, Path, description = "`sha256` of an event's evidence")),
    responses((status = 200, description = "The picture, unchanged.",
               content_type = "image/jpeg")),
    security(("session" = ["viewer", "operator", "admin"])))]
pub(super) async fn show(
    by: Allowed<See>,
    State(app): State<App>,
    Path(sha256): Path<String>,
) -> Result<Response, Problem> {
    // What nothing refers to any more is as good as deleted.
    if !app.store.evidence_in_use(&sha256).await? {
        return Err(EvidenceError::Missing { sha256 }.into());
    }
    let (evidence, name) = (app.evidence.clone(), sha256.clone());
    let jpeg = tokio::task::spawn_blocking(move || evidence.read(&name))
        .await
        .map_err(|e| Problem::internal(&e))??;
    app.ledger.note(&by.session.name, "evidence.view", sha256, None).await?;
    // An hour, not for ever: the browser must not outlive the retention.
    let headers = [
        (header::CONTENT_TYPE, "image/jpeg"),
        (header::CACHE_CONTROL, "private, max-age=3600, immutable"),
    ];
    Ok((headers, jpeg).into_response())
}
