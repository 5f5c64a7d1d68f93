//! Notices new snapshots in the folder of lists, and publishes them.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::Published;
use crate::centre::error::CentreError;
use crate::centre::state::App;
use crate::lists::{Installed, Snapshot};
use crate::store::centre::ListVersion;

/// How often the folder is looked at.
const EVERY: Duration = Duration::from_secs(1);

/// The newest file of each list.
type Newest = BTreeMap<String, PathBuf>;

/// Runs until the centre stops.
pub(in crate::centre) async fn keep_running(app: App) {
    let mut seen = None;
    loop {
        match look(&app, &mut seen).await {
            Ok(()) => {}
            Err(error) => {
                tracing::error!(%error, "lists cannot be published; tried again");
                // What was seen was not taken.
                seen = None;
            }
        }
        let pause = if seen.is_some() { EVERY } else { 10 * EVERY };
        tokio::select! {
            () = app.cancel.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

async fn look(app: &App, seen: &mut Option<Newest>) -> Result<(), CentreError> {
    let newest = blocking(app, |app| {
        let lists = app.lists.store.lists();
        let newest = |list: &String| app.lists.store.versions(list).into_iter().next();
        let newest: Newest = lists
            .into_iter()
            .filter_map(|list| Some((newest(&list)?.1, list)))
            .map(|(path, list)| (list, path))
            .collect();
        Ok(newest)
    })
    .await?;
    if seen.as_ref() == Some(&newest) {
        return Ok(());
    }
    let before = seen.replace(newest.clone()).unwrap_or_default();
    for (list, path) in &newest {
        if before.get(list) != Some(path) {
            publish(app, list).await?;
        }
    }
    let gone: Vec<String> =
        app.lists.published().into_keys().filter(|list| !newest.contains_key(list)).collect();
    for list in gone {
        app.lists.change(|published| published.remove(&list));
        tracing::info!(list, "list is no longer published");
        note(app, "list.withdraw", &list, None).await?;
    }
    Ok(())
}

/// Publishes the newest good version of a list; a bad one is set aside and told.
async fn publish(app: &App, list: &str) -> Result<(), CentreError> {
    let named = list.to_owned();
    let Installed { snapshot, set_aside } =
        blocking(app, move |app| Ok(app.lists.store.current(&named, &app.lists.publisher)?))
            .await?;
    for (file, error) in set_aside {
        let name = file.file_name().and_then(OsStr::to_str).unwrap_or_default();
        tracing::error!(list, file = name, %error, "snapshot is refused");
        note(app, "list.refuse", &format!("{list} {name}"), Some(&error.to_string())).await?;
    }
    let Some(snapshot) = snapshot else { return Ok(()) };
    let digest = snapshot.digest().to_string();
    let Some(path) = app.lists.file(list, &digest) else { return Ok(()) };
    if app.lists.published().get(list).is_some_and(|it| it.digest() == digest) {
        return Ok(());
    }
    let published_at = record(app, list, &snapshot).await?;
    let published = Published { snapshot, path, published_at };
    app.lists.change(|all| all.insert(list.to_owned(), Arc::new(published)));
    app.lists.to_compare.notify_one();
    Ok(())
}

/// Keeps in database and audit log that a version is published, unless it was the last one
/// already before a restart. Says since when it is.
async fn record(app: &App, list: &str, snapshot: &Snapshot) -> Result<Timestamp, CentreError> {
    let (header, digest) = (snapshot.header(), snapshot.digest().to_string());
    let known = app.store.list_versions().await?.into_iter().find(|it| it.list == list);
    if let Some(known) = known.filter(|known| known.digest == digest) {
        return Ok(known.published_at);
    }
    let now = Timestamp::now();
    let version = ListVersion {
        list: list.to_owned(),
        digest,
        version: header.version,
        name: header.list.name.clone(),
        kind: header.list.kind,
        entries: header.entries,
        bytes: snapshot.bytes().len() as u64,
        compiled_at: header.compiled_at,
        published_at: now,
        compared: false,
    };
    let subject = format!("{list} version {}", version.version);
    let what = format!("{} entries, sha256 {}", version.entries, version.digest);
    let mut writing = app.store.write().await?;
    writing.put_list_version(&version).await?;
    writing.audit(now, "system", "list.publish", &subject, Some(&what)).await?;
    writing.commit().await?;
    tracing::info!(list, version = version.version, entries = version.entries, "list published");
    Ok(now)
}

async fn note(
    app: &App,
    action: &str,
    subject: &str,
    reason: Option<&str>,
) -> Result<(), CentreError> {
    let mut writing = app.store.write().await?;
    writing.audit(Timestamp::now(), "system", action, subject, reason).await?;
    Ok(writing.commit().await?)
}

/// Where the disk may take its time.
async fn blocking<T: Send + 'static>(
    app: &App,
    work: impl FnOnce(&App) -> Result<T, CentreError> + Send + 'static,
) -> Result<T, CentreError> {
    let app = app.clone();
    let done = tokio::task::spawn_blocking(move || work(&app)).await;
    done.unwrap_or_else(|error| {
        let source = std::io::Error::other(error);
        Err(CentreError::Serve { what: "a task", source })
    })
}
