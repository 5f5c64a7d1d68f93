//! The control room's files, from inside the program (a debug build reads `web/dist`).

use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

use super::problem::Problem;

#[derive(RustEmbed)]
#[folder = "web/dist"]
#[allow_missing = true]
struct Pages;

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
    let Some(file) = Pages::get(path) else {
        return if path == START {
            let html = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
            (StatusCode::SERVICE_UNAVAILABLE, html, NOT_BUILT).into_response()
        } else {
            Problem::not_found(format!("there is no page /{path}")).into_response()
        };
    };
    let digest = file.metadata.sha256_hash();
    let tag: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let tag = format!("\"{tag}\"");
    // The build puts a hash of the content into the names of what is in assets/.
    let caching = if path.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let known = headers.get(header::IF_NONE_MATCH).and_then(|it| it.to_str().ok());
    // The compression layer answers with a weak tag.
    let known = known.is_some_and(|known| known.trim_start_matches("W/") == tag);
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let kind = mime_guess::from_path(path).first_or_octet_stream();
        let kind = if kind.type_() == "text" {
            format!("{kind}; charset=utf-8")
        } else {
            kind.to_string()
        };
        ([(header::CONTENT_TYPE, kind)], file.data).into_response()
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}
