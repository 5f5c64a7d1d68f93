//! The work on a hit, and its record.

use reqwest::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;
use varco::centre::{AuditError, Role};

use super::setup::{Centre, JPEG, hit, problem, transit};

#[tokio::test]
async fn a_hit_is_acknowledged_dispatched_and_closed_once() {
    let centre = Centre::start().await;
    let alert = Uuid::now_v7();
    centre.deliver(&[hit(alert, Uuid::now_v7(), "AB123CD", JPEG)], &[JPEG]).await;
    let operator = centre.browser(Role::Operator).await;
    let path = format!("/api/v1/hits/{alert}/actions");
    let no_outcome = operator.post(&path, &json!({"action": "close"})).await;
    assert_eq!(problem(no_outcome).await.0, 400);

    let steps = [
        (json!({"action": "acknowledge"}), "acknowledged"),
        (
            json!({"action": "dispatch", "unit": "Pattuglia 3", "note": " verso il centro "}),
            "dispatched",
        ),
        (json!({"action": "close", "outcome": "confirmed"}), "closed"),
    ];
    for (body, state) in &steps {
        let response = operator.post(&path, body).await;
        assert_eq!(response.status(), StatusCode::OK, "{body}");
        assert_eq!(response.json::<Value>().await.unwrap()["state"], *state);
    }
    for (body, _) in &steps {
        let (status, kind, detail) = problem(operator.post(&path, body).await).await;
        assert_eq!((status, kind.as_str()), (409, "/problems/hit-state"));
        assert!(detail.contains("closed"), "{detail}");
    }
    let shown = operator.json(&format!("/api/v1/hits/{alert}")).await;
    assert_eq!(shown["outcome"], "confirmed");
    let actions = shown["actions"].as_array().unwrap();
    assert_eq!(actions.len(), 3);
    assert_eq!(actions[1]["unit"], "Pattuglia 3");
    assert_eq!(actions[1]["note"], "verso il centro");
    assert_eq!(actions[1]["account"], "operator");
    assert_eq!(operator.json("/api/v1/hits?state=open").await["items"], json!([]));
    let closed = operator.json("/api/v1/hits?state=closed").await;
    assert_eq!(closed["items"], json!([shown]));
    let unknown = format!("/api/v1/hits/{}/actions", Uuid::now_v7());
    let missing = operator.post(&unknown, &json!({"action": "acknowledge"})).await;
    assert_eq!(problem(missing).await.0, 404);
}

#[tokio::test]
async fn of_two_people_one_comes_second() {
    let centre = Centre::start().await;
    let alert = Uuid::now_v7();
    centre.deliver(&[hit(alert, Uuid::now_v7(), "AB123CD", JPEG)], &[JPEG]).await;
    let operator = centre.browser(Role::Operator).await;
    let path = format!("/api/v1/hits/{alert}/actions");
    let body = json!({"action": "acknowledge"});
    let (first, second) = tokio::join!(operator.post(&path, &body), operator.post(&path, &body));
    let mut statuses = [first.status().as_u16(), second.status().as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
}

#[tokio::test]
async fn lists_come_in_pages_newest_first() {
    let centre = Centre::start().await;
    let ids: Vec<Uuid> = (0..5).map(|_| Uuid::now_v7()).collect();
    let events: Vec<Value> = ids.iter().map(|id| transit(*id, 1, "AB123CD", None)).collect();
    centre.deliver(&events, &[]).await;
    let browser = centre.browser(Role::Viewer).await;
    let mut seen = Vec::new();
    let mut path = "/api/v1/transits?limit=2".to_owned();
    loop {
        let page = browser.json(&path).await;
        let items = page["items"].as_array().unwrap();
        seen.extend(items.iter().map(|it| it["id"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => path = format!("/api/v1/transits?limit=2&before={next}"),
            None => break,
        }
    }
    let newest_first: Vec<String> = ids.iter().rev().map(Uuid::to_string).collect();
    assert_eq!(seen, newest_first);
    assert_eq!(problem(browser.get("/api/v1/transits?limit=0").await).await.0, 400);
    assert_eq!(problem(browser.get("/api/v1/transits?befor=x").await).await.0, 400);
}

#[tokio::test]
async fn a_search_needs_a_reason_and_is_recorded() {
    let centre = Centre::start().await;
    let events =
        ["AB123CD", "AB123CE", "ZZ000ZZ"].map(|plate| transit(Uuid::now_v7(), 1, plate, None));
    centre.deliver(&events, &[]).await;
    let browser = centre.browser(Role::Operator).await;
    let without = browser.get("/api/v1/transits?plate=AB123CD").await;
    assert_eq!(problem(without).await.0, 400);
    let found = browser.json("/api/v1/transits?plate=ab+123+cd&reason=denuncia+12").await;
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
    let found = browser.json("/api/v1/transits?plate=AB1*&reason=denuncia+12").await;
    assert_eq!(found["items"].as_array().unwrap().len(), 2);

    let auditor = centre.browser(Role::Auditor).await;
    let log = auditor.json("/api/v1/audit").await;
    let searches: Vec<&Value> = log["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["action"] == "transit.search")
        .collect();
    assert_eq!(searches.len(), 2);
    assert_eq!(searches[0]["subject"], "AB1*");
    assert_eq!(searches[1]["subject"], "AB123CD");
    assert_eq!(searches[1]["account"], "operator");
    assert_eq!(searches[1]["reason"], "denuncia 12");
}

#[tokio::test]
async fn the_audit_log_is_whole_and_tampering_is_found() {
    let mut centre = Centre::start().await;
    let alert = Uuid::now_v7();
    centre.deliver(&[hit(alert, Uuid::now_v7(), "AB123CD", JPEG)], &[JPEG]).await;
    let operator = centre.browser(Role::Operator).await;
    let path = format!("/api/v1/hits/{alert}/actions");
    operator.post(&path, &json!({"action": "acknowledge"})).await;
    let registry = centre.server().registry().clone();
    let check = registry.verify_audit(None).await.unwrap();
    assert!(check.rows >= 5, "{check:?}");
    registry.verify_audit(Some(&check.head)).await.unwrap();
    let gone = registry.verify_audit(Some(&"0".repeat(63))).await;
    assert!(matches!(gone, Err(AuditError::HeadGone(_))), "{gone:?}");
    centre.stop().await;

    // Somebody with the file and a good knowledge of SQL.
    let file = centre.config.data.join("centre.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&file);
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    for sql in ["UPDATE audit SET account = 'x'", "DELETE FROM audit WHERE seq = 2"] {
        let refused = sqlx::query(sql).execute(&pool).await.unwrap_err().to_string();
        assert!(refused.contains("append-only"), "{refused}");
    }
    let cut = "UPDATE audit_start SET first_seq = 3, previous = 'x'";
    assert!(sqlx::query(cut).execute(&pool).await.is_err());
    sqlx::query("DROP TRIGGER audit_is_never_changed").execute(&pool).await.unwrap();
    let change = "UPDATE audit SET account = 'somebody else' WHERE seq = 3";
    sqlx::query(change).execute(&pool).await.unwrap();
    pool.close().await;

    let opened = varco::centre::Registry::open(&centre.config).await.unwrap();
    let found = opened.verify_audit(None).await;
    assert!(matches!(found, Err(AuditError::Changed { seq: 3, .. })), "{found:?}");
}
