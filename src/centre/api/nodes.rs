//! Nodes and their cameras.

use axum::Json;
use axum::extract::State;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::access::{Allowed, See};
use super::paging::{Path, Query, Whole};
use crate::centre::presence::Node;
use crate::centre::problem::Problem;
use crate::centre::state::App;
use crate::event::PositionEvent;

#[utoipa::path(get, path = "/api/v1/nodes", operation_id = "nodes_list",
    summary = "Admitted nodes with the health of their cameras",
    responses((status = 200, description = "All of them.",
               body = ref("#/components/schemas/NodeList"))),
    security(("session" = ["viewer", "operator", "admin"])))]
pub(super) async fn list(
    _by: Allowed<See>,
    State(app): State<App>,
) -> Result<Json<Whole<Node>>, Problem> {
    Ok(Json(Whole { items: app.nodes(Timestamp::now()).await? }))
}

/// Points of a way at most: a day of one each ten seconds.
const MOST_POINTS: u32 = 10_000;
/// The longest reason, characters.
const LONGEST_REASON: usize = 500;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ask {
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    reason: Option<String>,
}

#[utoipa::path(get, path = "/api/v1/nodes/{id}/positions", operation_id = "nodes_positions",
    summary = "Where a patrol unit was, oldest first, at most 10,000 points",
    params(("id" = String, Path, description = "Identifier of the node"),
           ("from" = Option<String>, Query, description = "By default a day before `to`"),
           ("to" = Option<String>, Query, description = "By default now"),
           ("reason" = String, Query,
            description = "Why the way of the people in the car is looked at; goes into the audit log")),
    responses((status = 200, description = "All of them.",
               body = ref("#/components/schemas/PositionList"))),
    security(("session" = ["viewer", "operator", "admin"])))]
pub(super) async fn positions(
    by: Allowed<See>,
    State(app): State<App>,
    Path(id): Path<String>,
    Query(ask): Query<Ask>,
) -> Result<Json<Whole<PositionEvent>>, Problem> {
    let reason = ask.reason.as_deref().map(str::trim).filter(|it| !it.is_empty());
    let reason = reason.filter(|it| it.chars().count() <= LONGEST_REASON).ok_or_else(|| {
        Problem::bad_request(format!(
            "looking at a unit's way needs a reason of at most {LONGEST_REASON} characters: add \
             reason=…"
        ))
    })?;
    let to = ask.to.unwrap_or_else(Timestamp::now);
    let from = ask.from.or(to.checked_sub(SignedDuration::from_hours(24)).ok()).unwrap_or(to);
    // Noted before anything is shown.
    let reason = Some(reason.to_owned());
    app.ledger.note(&by.session.name, "node.positions", id.clone(), reason).await?;
    Ok(Json(Whole { items: app.store.positions(&id, from, to, MOST_POINTS).await? }))
}
