//! The control room's files.

use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use super::problem::Problem;
use crate::pages::page;

const START: &str = "index.html";

/// Shown when the pages were not built.
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
    <title>Varco</title><h1>The control room is not built</h1>\
    <p>Run <code>make web</code> in the repository and reload this page. \
    A release must be built after that: <code>make build</code>.</p>\
    <p>The API works without it: <a href=\"/api/openapi.json\">/api/openapi.json</a>.</p></html>";

/// A file, or the start page for every address that the pages make themselves.
pub(super) async fn show(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    if method != Method::GET && method != Method::HEAD {
        return Problem::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method",
            "Method not allowed",
            format!("{method} is not possible here"),
        )
        .into_response();
    }
    let last = path.rsplit('/').next().unwrap_or_default();
    let path = if last.contains('.') { path } else { START };
    let Some(page) = page(path, &headers) else {
        return if path == START {
            let html = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
            (StatusCode::SERVICE_UNAVAILABLE, html, NOT_BUILT).into_response()
        } else {
            Problem::not_found(format!("there is no page /{path}")).into_response()
        };
    };
    page
}
