//! A few counts.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::Serialize;

use super::access::{Allowed, See};
use crate::centre::problem::Problem;
use crate::centre::state::App;

/// Counts; "today" is since midnight in the time zone of the centre's machine.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Summary {
    /// Hits that wait for somebody.
    hits_open: i64,
    /// Hits captured today.
    hits_today: i64,
    /// Transits first seen today.
    transits_today: i64,
    /// Nodes heard of lately.
    nodes_alive: usize,
    /// Nodes admitted.
    nodes: usize,
    /// Cameras that give frames.
    cameras_live: usize,
    /// Cameras of all nodes.
    cameras: usize,
}

#[utoipa::path(get, path = "/api/v1/summary", operation_id = "summary_show",
    summary = "Counts for the head of the page",
    responses((status = 200, description = "The counts.",
               body = ref("#/components/schemas/Summary"))),
    security(("session" = ["viewer", "operator", "admin"])))]
pub(super) async fn show(
    by: Allowed<See>,
    State(app): State<App>,
) -> Result<Json<Summary>, Problem> {
    let now = Timestamp::now();
    let midnight = now
        .to_zoned(TimeZone::system())
        .start_of_day()
        .map_err(|e| Problem::internal(&e))?
        .timestamp();
    let (hits_open, hits_today) = app.store.count_hits(&by.session.groups, midnight).await?;
    let transits_today = app.store.count_transits_since(midnight).await?;
    let nodes = app.nodes(now).await?;
    let (cameras, cameras_live) = nodes
        .iter()
        .map(crate::centre::presence::Node::cameras)
        .fold((0, 0), |(all, live), (more, more_live)| (all + more, live + more_live));
    Ok(Json(Summary {
        hits_open,
        hits_today,
        transits_today,
        nodes_alive: nodes.iter().filter(|node| node.alive()).count(),
        nodes: nodes.len(),
        cameras_live,
        cameras,
    }))
}
