//! Hits and what is done about them.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use uuid::Uuid;

use super::access::{Act, Allowed, See};
use super::paging::{self, Body, Page, Path, Query};
use crate::centre::problem::Problem;
use crate::centre::state::App;
use crate::centre::workflow::{self, WorkflowError};
use crate::store::centre::{Action, Hit, HitAction, HitFilter, Outcome};

/// The longest note or unit, characters.
const LONGEST_TEXT: usize = 2000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ask {
    state: Option<HitFilter>,
    limit: Option<u32>,
    before: Option<String>,
}

/// What somebody does about a hit.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Do {
    /// What.
    action: Action,
    /// How it ended; with `close`, and only then.
    outcome: Option<Outcome>,
    /// In the person's words.
    note: Option<String>,
    /// Which unit is sent.
    unit: Option<String>,
}

#[utoipa::path(get, path = "/api/v1/hits", operation_id = "hits_list",
    summary = "Hits, newest first",
    description = "Those of which the account's groups are told: a list may name groups \
                   (`told`), and an account in no group is told of everything. The same holds \
                   for one hit, for acting on it, and for live events.",
    params(("state" = Option<String>, Query, description = "`open`, `closed` or `all` (default)"),
           ("limit" = Option<u32>, Query, description = "1 to 200, default 50"),
           ("before" = Option<String>, Query, description = "`next` of the page before")),
    responses((status = 200, description = "A page.",
               body = ref("#/components/schemas/HitPage"))),
    security(("session" = ["viewer", "operator", "admin"])))]
pub(super) async fn list(
    by: Allowed<See>,
    State(app): State<App>,
    Query(ask): Query<Ask>,
) -> Result<Json<Page<Hit, Uuid>>, Problem> {
    let limit = paging::limit(ask.limit)?;
    let before = ask.before.as_deref().map(paging::id).transpose()?;
    let filter = ask.state.unwrap_or(HitFilter::All);
    let hits = app.store.hits(&by.session.groups, filter, before, limit + 1).await?;
    Ok(Json(Page::new(hits, limit, |hit| hit.event.id)))
}

#[utoipa::path(get, path = "/api/v1/hits/{id}", operation_id = "hits_show",
    summary = "One hit",
    params(("id" = String, Path, description = "Identifier of the hit")),
    responses((status = 200, description = "The hit.", body = ref("#/components/schemas/Hit"))),
    security(("session" = ["viewer", "operator", "admin"])))]
pub(super) async fn show(
    by: Allowed<See>,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<Hit>, Problem> {
    let hit = app.store.hit(paging::id(&id)?).await?;
    told(hit, &by).map(Json).ok_or_else(|| no_hit(&id))
}

#[utoipa::path(post, path = "/api/v1/hits/{id}/actions", operation_id = "hits_act",
    summary = "Acknowledge, dispatch or close a hit",
    description = "409 when the hit's state does not allow it, for example because a colleague \
                   was faster: fetch the hit and look.",
    params(("id" = String, Path, description = "Identifier of the hit")),
    request_body = ref("#/components/schemas/Do"),
    responses((status = 200, description = "The hit as it is now.",
               body = ref("#/components/schemas/Hit"))),
    security(("session" = ["operator", "admin"])))]
pub(super) async fn act(
    by: Allowed<Act>,
    State(app): State<App>,
    Path(id): Path<String>,
    Body(what): Body<Do>,
) -> Result<Json<Hit>, Problem> {
    let uuid = paging::id(&id)?;
    let now = Timestamp::now();
    let done = HitAction {
        at: now,
        account: by.session.name.clone(),
        action: what.action,
        outcome: what.outcome,
        note: text(what.note, "note")?,
        unit: text(what.unit, "unit")?,
    };
    // State and action in one transaction: of two people, one comes second.
    let mut writing = app.store.write().await?;
    let hit = writing.hit(uuid).await?;
    let mut hit = told(hit, &by).ok_or_else(|| no_hit(&id))?;
    let state = workflow::next(hit.state, done.action, done.outcome).map_err(refused)?;
    writing.act(uuid, &done, state).await?;
    let name = format!("hit.{}", done.action);
    let outcome = done.outcome.map(Outcome::name);
    writing.audit(now, &done.account, &name, &uuid.to_string(), outcome).await?;
    writing.commit().await?;
    hit.state = state;
    hit.outcome = done.outcome;
    hit.actions.push(done);
    app.live.send_hit("hit-changed", &hit);
    Ok(Json(hit))
}

/// The hit, if the one who asks is told of hits of its list: for others there is none.
fn told<P>(hit: Option<Hit>, by: &Allowed<P>) -> Option<Hit> {
    hit.filter(|hit| hit.event.list.tells(&by.session.groups))
}

fn no_hit(id: &str) -> Problem {
    Problem::not_found(format!("there is no hit {id} (any more)"))
}

fn refused(error: WorkflowError) -> Problem {
    match error {
        WorkflowError::State { .. } => Problem::new(
            StatusCode::CONFLICT,
            "hit-state",
            "Not possible in this state",
            error.to_string(),
        ),
        WorkflowError::NoOutcome | WorkflowError::Outcome => {
            Problem::bad_request(error.to_string())
        }
    }
}

/// What a person wrote, trimmed; nothing is `None`.
fn text(text: Option<String>, what: &str) -> Result<Option<String>, Problem> {
    let text = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    match text {
        Some(text) if text.chars().count() > LONGEST_TEXT => Err(Problem::bad_request(format!(
            "the {what} is too long: {LONGEST_TEXT} characters at most"
        ))),
        text => Ok(text),
    }
}
