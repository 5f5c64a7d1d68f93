//! The HTTP API under `/api/v1`: one file per noun. docs/reference/api.md describes it.

mod access;
mod accounts;
mod audit;
mod document;
mod events;
mod evidence;
mod hits;
mod nodes;
mod paging;
mod session;
mod summary;
mod transits;

use axum::extract::{DefaultBodyLimit, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use tower_http::compression::CompressionLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::problem::Problem;
use super::state::App;
use super::{headers, metrics, pages};

/// The largest request body, bytes.
const LARGEST: usize = 64 * 1024;

/// Everything that people's browsers can ask for.
pub(super) fn router(app: App) -> Router {
    let (api, document) = OpenApiRouter::<App>::new()
        .routes(routes!(session::show, session::start, session::end))
        .routes(routes!(hits::list))
        .routes(routes!(hits::show))
        .routes(routes!(hits::act))
        .routes(routes!(transits::list))
        .routes(routes!(transits::show))
        .routes(routes!(evidence::show))
        .routes(routes!(nodes::list))
        .routes(routes!(nodes::positions))
        .routes(routes!(events::listen))
        .routes(routes!(summary::show))
        .routes(routes!(audit::list))
        .routes(routes!(accounts::list, accounts::add))
        .routes(routes!(accounts::change))
        .routes(routes!(accounts::link))
        .split_for_parts();
    let document = document::complete(&document);
    api.route("/api/openapi.json", get(async move || Json(document)))
        .route("/healthz", get(health))
        .route("/metrics", get(metrics::show))
        .method_not_allowed_fallback(wrong_method)
        .fallback(elsewhere)
        .layer(DefaultBodyLimit::max(LARGEST))
        .layer(CompressionLayer::new())
        .layer(axum::middleware::from_fn(headers::add))
        .with_state(app)
}

/// `GET /healthz`: whether the database answers.
async fn health(State(app): State<App>) -> Result<Json<serde_json::Value>, Problem> {
    app.store.nodes().await?;
    Ok(Json(serde_json::json!({"status": "ok", "version": env!("CARGO_PKG_VERSION")})))
}

async fn wrong_method(method: axum::http::Method, uri: Uri) -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method",
        "Method not allowed",
        format!("{method} is not possible on {}", uri.path()),
    )
}

/// What is no route of the API is a page, or nothing.
async fn elsewhere(
    method: axum::http::Method,
    uri: Uri,
    headers: axum::http::HeaderMap,
) -> Response {
    if uri.path() == "/api" || uri.path().starts_with("/api/") {
        return Problem::not_found(format!(
            "there is no {} here; /api/openapi.json lists what there is",
            uri.path()
        ))
        .into_response();
    }
    pages::show(method, uri, headers).await
}
