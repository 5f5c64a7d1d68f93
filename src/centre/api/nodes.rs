//! Nodes and their cameras.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;

use super::access::{Allowed, See};
use super::paging::Whole;
use crate::centre::presence::Node;
use crate::centre::problem::Problem;
use crate::centre::state::App;

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
