//! Pages, headers, errors, the watching eyes of others.

use reqwest::{Method, StatusCode};
use serde_json::json;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use varco::centre::{CentreError, Role, Server};

use super::setup::{Centre, JPEG, heartbeat, hit, problem};

#[tokio::test]
async fn every_answer_carries_the_protecting_headers() {
    let centre = Centre::start().await;
    let anonymous = centre.anonymous();
    for path in ["/", "/sign-in", "/api/v1/hits", "/api/nothing", "/healthz"] {
        let response = anonymous.get(path).await;
        let headers = response.headers();
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'self'"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(headers["referrer-policy"], "no-referrer", "{path}");
        assert!(headers.contains_key("cache-control"), "{path}");
    }
}

#[tokio::test]
async fn faults_in_a_request_are_told_as_problems() {
    let centre = Centre::start().await;
    let browser = centre.browser(Role::Operator).await;
    let path = format!("/api/v1/hits/{}/actions", Uuid::now_v7());
    let broken = browser.request(Method::POST, &path).header("x-varco", "1");
    let broken = broken.header("content-type", "application/json").body("{\"action\": ");
    assert_eq!(problem(broken.send().await.unwrap()).await.0, 400);
    let (status, _, detail) =
        problem(browser.post(&path, &json!({"action": "arrest"})).await).await;
    assert_eq!(status, 422);
    assert!(detail.contains("acknowledge"), "{detail}");
    let plain = browser.request(Method::POST, &path).header("x-varco", "1").body("x");
    assert_eq!(problem(plain.send().await.unwrap()).await.0, 415);
    let large = json!({"action": "acknowledge", "note": "x".repeat(100_000)});
    assert_eq!(problem(browser.post(&path, &large).await).await.0, 413);
    assert_eq!(problem(browser.get("/api/v1/hits/abc").await).await.0, 400);
    assert_eq!(problem(browser.get("/api/v2/hits").await).await.0, 404);
    let put = browser.request(Method::PUT, "/api/v1/hits").send().await.unwrap();
    assert_eq!(problem(put).await.0, 405);
}

#[tokio::test]
async fn addresses_of_the_pages_lead_to_the_start_page() {
    let centre = Centre::start().await;
    let anonymous = centre.anonymous();
    let start = anonymous.get("/").await;
    let status = start.status();
    assert_eq!(start.headers()["content-type"], "text/html; charset=utf-8");
    let start = start.text().await.unwrap();
    // Built or not: the same page for every address that the pages make themselves.
    if status == StatusCode::SERVICE_UNAVAILABLE {
        assert!(start.contains("make web"), "{start}");
    }
    assert_eq!(anonymous.get("/hits/7").await.text().await.unwrap(), start);
    assert_eq!(problem(anonymous.get("/assets/nothing.js").await).await.0, 404);
    assert_eq!(problem(anonymous.get("/../Cargo.toml").await).await.0, 404);
}

#[tokio::test]
async fn health_and_figures_are_for_machines() {
    let centre = Centre::start().await;
    let event = hit(Uuid::now_v7(), Uuid::now_v7(), "AB123CD", JPEG);
    centre.deliver(&[event, heartbeat(2)], &[JPEG]).await;
    let anonymous = centre.anonymous();
    assert_eq!(anonymous.json("/healthz").await["status"], "ok");
    let text = anonymous.get("/metrics").await.text().await.unwrap();
    for line in [
        "varco_hits_total 1",
        "varco_hits_open 1",
        "varco_nodes_alive 1",
        "varco_node_outbox{node=\"porta-nord\"} 2",
        "varco_hit_latency_seconds_bucket{le=\"+Inf\"} 1",
    ] {
        assert!(text.lines().any(|it| it == line), "{line} is not in:\n{text}");
    }
}

#[tokio::test]
async fn what_is_in_the_way_of_a_start_is_said() {
    let centre = Centre::start().await;
    let second = Server::start(centre.config.clone(), CancellationToken::new()).await;
    assert!(matches!(second, Err(CentreError::Running { .. })), "{second:?}");
    let mut config = centre.config.clone();
    config.data = centre.folder.path().join("other");
    config.http.listen = centre.server().http_address();
    let error = Server::start(config, CancellationToken::new()).await.unwrap_err().to_string();
    assert!(error.contains("http.listen"), "{error}");
}
