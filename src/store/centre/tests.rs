//! The database's own promises; the rest is tested through the server.

use jiff::{SignedDuration, Timestamp};

use super::*;

async fn store() -> (tempfile::TempDir, CentreStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = CentreStore::open(&folder.path().join("centre.db")).await.unwrap();
    (folder, store)
}

fn account(name: &str) -> NewAccount {
    NewAccount {
        name: name.to_owned(),
        role: Role::Operator,
        language: Language::Italian,
        groups: Vec::new(),
        password: None,
    }
}

const LIMITS: SessionLimits =
    SessionLimits { idle: SignedDuration::from_hours(1), absolute: SignedDuration::from_hours(3) };

#[tokio::test]
async fn a_session_ends_when_idle_and_when_old() {
    let (_folder, store) = store().await;
    let start = Timestamp::from_second(1_000_000).unwrap();
    let after = |minutes: i64| start + SignedDuration::from_mins(minutes);
    let mut writing = store.write().await.unwrap();
    writing.add_account(&account("anna"), start).await.unwrap();
    writing.commit().await.unwrap();
    let anna = store.account("ANNA").await.unwrap().unwrap();
    let token = [7; 32];
    let mut writing = store.write().await.unwrap();
    writing.start_session(&token, &anna, LIMITS, start).await.unwrap();
    writing.commit().await.unwrap();
    let holds =
        async |minutes| store.session(&token, LIMITS, after(minutes)).await.unwrap().is_some();
    assert!(holds(59).await);
    assert!(!holds(61).await, "idle for too long");
    for minutes in [50, 100, 150] {
        let mut writing = store.write().await.unwrap();
        writing.touch_session(&token, after(minutes)).await.unwrap();
        writing.commit().await.unwrap();
    }
    assert!(holds(179).await);
    assert!(!holds(181).await, "too old, however much it is used");
    assert!(store.session(&[8; 32], LIMITS, start).await.unwrap().is_none());
}

#[tokio::test]
async fn a_link_opens_once_and_not_late() {
    let (_folder, store) = store().await;
    let start = Timestamp::from_second(1_000_000).unwrap();
    let mut writing = store.write().await.unwrap();
    let id = writing.add_account(&account("anna"), start).await.unwrap().unwrap();
    assert_eq!(writing.add_account(&account("Anna"), start).await.unwrap(), None, "taken");
    let end = start + SignedDuration::from_hours(1);
    writing.put_link(&[1; 32], id, start, end).await.unwrap();
    writing.put_link(&[2; 32], id, start, end).await.unwrap();
    assert!(writing.take_link(&[1; 32], start).await.unwrap().is_some());
    assert!(writing.take_link(&[1; 32], start).await.unwrap().is_none(), "used");
    assert!(writing.take_link(&[2; 32], end).await.unwrap().is_none(), "late");
}

#[tokio::test]
async fn what_is_not_committed_does_not_hold() {
    let (_folder, store) = store().await;
    let now = Timestamp::from_second(1_000_000).unwrap();
    let mut writing = store.write().await.unwrap();
    writing.audit(now, "anna", "a", "b", None).await.unwrap();
    drop(writing);
    assert_eq!(store.verify_audit(None).await.unwrap().rows, 0);
    let mut writing = store.write().await.unwrap();
    writing.audit(now, "anna", "a", "b", None).await.unwrap();
    writing.audit(now, "anna", "a", "b", Some("")).await.unwrap();
    writing.commit().await.unwrap();
    let check = store.verify_audit(None).await.unwrap();
    assert_eq!((check.rows, check.first_seq), (2, 1));
}

#[tokio::test]
async fn rows_missing_from_the_audit_log_are_found() {
    let (_folder, store) = store().await;
    let now = Timestamp::from_second(1_000_000).unwrap();
    let mut writing = store.write().await.unwrap();
    for subject in ["a", "b", "c"] {
        writing.audit(now, "anna", "see", subject, None).await.unwrap();
    }
    writing.commit().await.unwrap();
    let head = store.verify_audit(None).await.unwrap().head;
    for sql in
        ["DROP TRIGGER audit_is_deleted_from_the_front_only", "DELETE FROM audit WHERE seq = 3"]
    {
        sqlx::query(sql).execute(store.pool()).await.unwrap();
    }
    store.verify_audit(None).await.unwrap();
    let cut = store.verify_audit(Some(&head)).await;
    assert!(matches!(cut, Err(AuditError::HeadGone(_))), "a cut end shows by its noted hash");
    sqlx::query("DELETE FROM audit WHERE seq = 1").execute(store.pool()).await.unwrap();
    let gap = store.verify_audit(None).await;
    assert!(matches!(gap, Err(AuditError::Missing { expected: 1, found: 2 })), "{gap:?}");
}

#[tokio::test]
async fn a_key_belongs_to_one_node() {
    let (_folder, store) = store().await;
    let now = Timestamp::from_second(1_000_000).unwrap();
    let mut writing = store.write().await.unwrap();
    assert!(writing.admit("a", "A", "k1", Origin::Command, now).await.unwrap());
    assert!(!writing.admit("b", "B", "k1", Origin::Command, now).await.unwrap());
    assert!(writing.admit("a", "A again", "k2", Origin::Command, now).await.unwrap());
    writing.commit().await.unwrap();
    assert!(store.node_by_key("k1").await.unwrap().is_none());
    assert_eq!(store.node_by_key("k2").await.unwrap().unwrap().name, "A again");
}
