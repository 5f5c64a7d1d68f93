//! Transits, and the search for a plate.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use uuid::Uuid;

use super::access::{Allowed, See};
use super::paging::{self, Page, Path, Query};
use crate::centre::problem::Problem;
use crate::centre::state::App;
use crate::plate::PlateText;
use crate::store::centre::Transit;

/// The longest reason for a search, characters.
const LONGEST_REASON: usize = 500;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ask {
    plate: Option<String>,
    reason: Option<String>,
    limit: Option<u32>,
    before: Option<String>,
}

#[utoipa::path(get, path = "/api/v1/transits", operation_id = "transits_list",
    summary = "Transits, newest first; with a plate and a reason: its transits",
    params(("plate" = Option<String>, Query,
            description = "As painted; a `*` at the end stands for any characters"),
           ("reason" = Option<String>, Query,
            description = "Why the plate is looked for; goes into the audit log"),
           ("limit" = Option<u32>, Query, description = "1 to 200, default 50"),
           ("before" = Option<String>, Query, description = "`next` of the page before")),
    responses((status = 200, description = "A page.",
               body = ref("#/components/schemas/TransitPage"))),
    security(("session" = ["viewer", "operator", "admin"])))]
pub(super) async fn list(
    by: Allowed<See>,
    State(app): State<App>,
    Query(ask): Query<Ask>,
) -> Result<Json<Page<Transit, Uuid>>, Problem> {
    let limit = paging::limit(ask.limit)?;
    let before = ask.before.as_deref().map(paging::id).transpose()?;
    let transits = match &ask.plate {
        None => app.store.transits(before, limit + 1).await?,
        Some(asked) => {
            let plate = PlateText::new(asked).map_err(|e| Problem::bad_request(e.to_string()))?;
            let prefix = asked.trim_end().ends_with('*');
            let reason = ask.reason.as_deref().map(str::trim).filter(|it| !it.is_empty());
            let reason = reason.ok_or_else(|| {
                Problem::bad_request("looking for a plate needs a reason: add reason=…")
            })?;
            if reason.chars().count() > LONGEST_REASON {
                return Err(Problem::bad_request(format!(
                    "the reason is too long: {LONGEST_REASON} characters at most"
                )));
            }
            // Noted before anything is shown.
            let subject = format!("{plate}{}", if prefix { "*" } else { "" });
            let reason = Some(reason.to_owned());
            app.ledger.note(&by.session.name, "transit.search", subject, reason).await?;
            app.store.transits_with_plate(plate.as_str(), prefix, before, limit + 1).await?
        }
    };
    Ok(Json(Page::new(transits, limit, |transit| transit.event.id)))
}

#[utoipa::path(get, path = "/api/v1/transits/{id}", operation_id = "transits_show",
    summary = "One transit",
    params(("id" = String, Path, description = "Identifier of the transit")),
    responses((status = 200, description = "The transit.",
               body = ref("#/components/schemas/Transit"))),
    security(("session" = ["viewer", "operator", "admin"])))]
pub(super) async fn show(
    _by: Allowed<See>,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<Transit>, Problem> {
    let transit = app.store.transit(paging::id(&id)?).await?;
    transit
        .map(Json)
        .ok_or_else(|| Problem::not_found(format!("there is no transit {id} (any more)")))
}
