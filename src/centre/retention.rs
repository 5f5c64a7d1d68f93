//! Deletes what may not be kept any longer: at the start and every hour.

use std::collections::HashSet;
use std::path::Path;
use std::time::{Duration, SystemTime};

use jiff::{SignedDuration, Timestamp};

use super::error::CentreError;
use super::state::{App, SESSIONS};
use crate::store::centre::{Cutoffs, Deleted};

const EVERY: Duration = Duration::from_secs(3600);
/// A file that no row knows may belong to a delivery that is under way; after
/// this long it was left by a killed process.
const STRAY_AFTER: Duration = Duration::from_secs(3600);

/// Rows and pictures deleted in one go; deliveries come in between.
const AT_ONCE: usize = 500;
/// The folder is looked through for strays at the start and then every so many runs.
const SWEEP_EVERY: u32 = 24;

/// Runs until the centre stops.
pub(super) async fn keep_running(app: App) {
    for turn in 0_u32.. {
        match run(&app, Timestamp::now(), turn.is_multiple_of(SWEEP_EVERY)).await {
            Ok(deleted) if deleted.any() => tracing::info!(?deleted, "retention"),
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "retention failed; tried again in an hour"),
        }
        tokio::select! {
            () = app.cancel.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Deletes what is too old at `now`; with `sweep`, also files that no row knows.
pub(super) async fn run(app: &App, now: Timestamp, sweep: bool) -> Result<Deleted, CentreError> {
    let days = |days: u32| now - SignedDuration::from_hours(24 * i64::from(days));
    let cutoffs = Cutoffs {
        transits: days(app.retention.transits_days),
        hits: days(app.retention.hits_days),
        evidence: days(app.retention.evidence_days),
        audit: days(app.retention.audit_days),
        now,
        idle_sessions: now - SESSIONS.idle,
    };
    let mut writing = app.store.write().await?;
    let mut deleted = writing.delete_older(&cutoffs).await?;
    writing.commit().await?;
    loop {
        let mut writing = app.store.write().await?;
        let more = writing.delete_transits(cutoffs.transits, AT_ONCE as u32).await?;
        deleted.transits += more;
        let last = more < AT_ONCE as u64;
        if last && deleted.any() {
            let what = format!(
                "{} transits, {} hits, {} pictures of hits, {} audit rows",
                deleted.transits, deleted.hits, deleted.pictures, deleted.audit
            );
            writing.audit(now, "system", "retention.delete", &what, None).await?;
        }
        writing.commit().await?;
        if last {
            break;
        }
    }
    delete_pictures(app, sweep).await?;
    Ok(deleted)
}

/// Deletes the files that nothing refers to: first the file, then its row, so
/// that a kill in between leaves a row that the next run finds.
async fn delete_pictures(app: &App, sweep: bool) -> Result<(), CentreError> {
    let mut unused = app.store.unused_evidence().await?;
    if sweep {
        let known = app.store.all_evidence().await?;
        let folder = app.evidence.folder().to_owned();
        match tokio::task::spawn_blocking(move || strays(&folder, &known)).await {
            Ok(strays) => unused.extend(strays),
            Err(error) => tracing::error!(%error, "looking for stray pictures was cut short"),
        }
    }
    for some in unused.chunks(AT_ONCE) {
        // No delivery is between its picture and its commit now; and what came
        // since the list was made is in use.
        let _gate = app.evidence_gate.write().await;
        let mut writing = app.store.write().await?;
        for sha256 in some {
            if !writing.evidence_in_use(sha256).await? {
                app.evidence.delete(sha256)?;
                writing.forget_evidence(sha256).await?;
            }
        }
        writing.commit().await?;
    }
    Ok(())
}

/// Pictures that lie in the folder but in no row, for long enough.
fn strays(folder: &Path, known: &HashSet<String>) -> Vec<String> {
    let Some(latest) = SystemTime::now().checked_sub(STRAY_AFTER) else { return Vec::new() };
    let Ok(subfolders) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut strays = Vec::new();
    for subfolder in subfolders.flatten() {
        let Ok(files) = std::fs::read_dir(subfolder.path()) else { continue };
        for file in files.flatten() {
            let path = file.path();
            let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            let picture = name.len() == 64 && path.extension().is_some_and(|it| it == "jpg");
            let old = || file.metadata().and_then(|it| it.modified()).is_ok_and(|at| at < latest);
            if picture && !known.contains(name) && old() {
                strays.push(name.to_owned());
            }
        }
    }
    strays
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};

    use super::*;

    #[test]
    fn only_old_unknown_pictures_are_strays() {
        let folder = tempfile::tempdir().unwrap();
        let names = ["aa", "bb", "cc"].map(|digits| digits.repeat(32));
        for name in &names {
            let path = folder.path().join(&name[..2]);
            fs::create_dir(&path).unwrap();
            fs::write(path.join(format!("{name}.jpg")), b"x").unwrap();
        }
        let old = SystemTime::now() - 2 * STRAY_AFTER;
        for name in &names[..2] {
            let path = folder.path().join(&name[..2]).join(format!("{name}.jpg"));
            File::options().write(true).open(path).unwrap().set_modified(old).unwrap();
        }
        let known = HashSet::from([names[0].clone()]);
        assert_eq!(strays(folder.path(), &known), [names[1].clone()]);
    }
}
