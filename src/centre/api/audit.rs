//! The audit log.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use super::access::{Allowed, Audit};
use super::paging::{self, Page, Query};
use crate::centre::problem::Problem;
use crate::centre::state::App;
use crate::store::centre::AuditRow;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ask {
    limit: Option<u32>,
    before: Option<i64>,
}

#[utoipa::path(get, path = "/api/v1/audit", operation_id = "audit_list",
    summary = "The audit log, newest first",
    params(("limit" = Option<u32>, Query, description = "1 to 200, default 50"),
           ("before" = Option<i64>, Query, description = "`next` of the page before")),
    responses((status = 200, description = "A page.",
               body = ref("#/components/schemas/AuditPage"))),
    security(("session" = ["admin", "auditor"])))]
pub(super) async fn list(
    _by: Allowed<Audit>,
    State(app): State<App>,
    Query(ask): Query<Ask>,
) -> Result<Json<Page<AuditRow, i64>>, Problem> {
    let limit = paging::limit(ask.limit)?;
    let rows = app.store.audit(ask.before, limit + 1).await?;
    Ok(Json(Page::new(rows, limit, |row| row.seq)))
}
