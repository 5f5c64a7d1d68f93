//! New entries of a list against the transits that are still kept: "was here 40 minutes
//! ago"; and transits that arrive late against what was listed meanwhile.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::Published;
use crate::centre::error::CentreError;
use crate::centre::state::App;
use crate::event::{HitEvent, HitGround, ListedEntry, ListedIn, TransitEvent};
use crate::lists::{Entry, Index, ListKind, Passage, Snapshot};
use crate::matching::{Difference, MIN_PROBABILITY, Recorded, Relation, recorded};
use crate::plate::PlateText;
use crate::store::DatabaseError;
use crate::store::centre::{Hit, HitState, ListVersion, Writing};
use crate::tracking::TransitState;

/// New plates that are looked for in one query.
const AT_ONCE: usize = 2000;
/// Until then a node may still have matched with the version before: manifest, download.
const NODES_TAKE: SignedDuration = SignedDuration::from_secs(60);
/// A transit that arrives so much later than it ended was on a node without connection.
const LATE: SignedDuration = SignedDuration::from_secs(30);
/// Around a passage nobody is told a second time that the same plate is on the same list.
const TOLD_AROUND: SignedDuration = SignedDuration::from_mins(10);

/// Runs until the centre stops: compares what was published and not compared yet.
pub(in crate::centre) async fn keep_running(app: App) {
    loop {
        tokio::select! {
            () = app.cancel.cancelled() => return,
            () = app.lists.to_compare.notified() => {}
        }
        for (list, published) in app.lists.published() {
            let done = tokio::select! {
                () = app.cancel.cancelled() => return,
                done = compare(&app, &list, &published) => done,
            };
            if let Err(error) = done {
                tracing::error!(%error, list, "new entries could not be compared");
            }
        }
    }
}

/// The version of a list that was compared last: what a newer one has beyond it is new.
async fn base(app: &App, list: &str) -> Result<Option<ListVersion>, CentreError> {
    let versions = app.store.list_versions().await?;
    Ok(versions.into_iter().find(|it| it.list == list && it.compared))
}

async fn compare(app: &App, list: &str, published: &Arc<Published>) -> Result<(), CentreError> {
    let versions = app.store.list_versions().await?;
    let digest = published.digest();
    let own = versions.iter().find(|it| it.list == list && it.digest == digest);
    if own.is_none_or(|it| it.compared) {
        return Ok(());
    }
    let header = published.snapshot.header();
    let started = Timestamp::now();
    let days = look_back_days(app);
    let said = if days == 0 || !wanted(app, header.list.kind) {
        None
    } else if !header.list.holds_on(local(started).date()) {
        Some("not compared: the list does not hold today".to_owned())
    } else {
        let since = started - SignedDuration::from_hours(24 * i64::from(days));
        let base = base(app, list).await?;
        match base.as_ref().map(|it| app.lists.file(list, &it.digest)) {
            Some(None) => Some("not compared: the version before it is gone".to_owned()),
            file => {
                let (new, hits) = look(app, published, file.flatten(), since).await?;
                Some(format!("{new} new plates, transits since {since}, {hits} hits"))
            }
        }
    };
    let mut writing = app.store.write().await?;
    writing.list_compared(list, published.published_at, Timestamp::now()).await?;
    if let Some(said) = said {
        let subject = format!("{list} version {}", header.version);
        tracing::info!(list, version = header.version, said, "looked back");
        writing.audit(Timestamp::now(), "system", "list.look-back", &subject, Some(&said)).await?;
    }
    Ok(writing.commit().await?)
}

fn look_back_days(app: &App) -> u32 {
    let kept = app.retention.transits_days;
    app.lists.config.look_back_days.map_or(kept, |days| days.min(kept))
}

/// Whether hits on a list of this kind are looked back for. A permit's hit is that it is
/// missing, and who is to be ignored is ignored.
fn wanted(app: &App, kind: ListKind) -> bool {
    !matches!(kind, ListKind::Permit | ListKind::Ignored)
        && app.lists.config.look_back_kinds.contains(&kind)
}

/// Compares what a version has beyond an older file with the kept transits. Says how many
/// plates are new, and how many hits they gave.
async fn look(
    app: &App,
    published: &Arc<Published>,
    base: Option<std::path::PathBuf>,
    since: Timestamp,
) -> Result<(usize, u32), CentreError> {
    let (sender, mut chunks) = mpsc::channel(2);
    let (new, publisher) = (Arc::clone(published), app.lists.publisher);
    let walking = tokio::task::spawn_blocking(move || {
        let base = base.map(|path| Snapshot::open(&path, &publisher)).transpose()?;
        let base = base.as_ref().map(|it| &**it.index());
        added(new.snapshot.index(), base, local(Timestamp::now()).date(), |chunk| {
            sender.blocking_send(chunk).is_ok()
        });
        Ok::<_, CentreError>(())
    });
    let (mut plates, mut hits) = (0, 0);
    while let Some(chunk) = chunks.recv().await {
        plates += chunk.len();
        let left = app.lists.config.look_back_hits.saturating_sub(hits);
        if left > 0 {
            hits += look_for(app, published, &chunk, since, left).await?;
        }
    }
    match walking.await {
        Ok(walked) => walked?,
        Err(error) => {
            let source = std::io::Error::other(error);
            return Err(CentreError::Serve { what: "a task", source });
        }
    }
    Ok((plates, hits))
}

/// Gives the plates that hold today in the new index and did not in the old one, some at
/// a time, as long as they are taken.
fn added(
    new: &Index,
    old: Option<&Index>,
    today: jiff::civil::Date,
    mut take: impl FnMut(Vec<PlateText>) -> bool,
) {
    let known = |plate: &PlateText| {
        old.is_some_and(|old| old.entries(plate).iter().any(|it| it.holds_on(today)))
    };
    let mut chunk: Vec<PlateText> = Vec::new();
    for entry in new.iter() {
        // Entries of one plate follow each other.
        if !entry.holds_on(today) || chunk.last() == Some(&entry.plate) || known(&entry.plate) {
            continue;
        }
        if chunk.len() == AT_ONCE && !take(std::mem::take(&mut chunk)) {
            return;
        }
        chunk.push(entry.plate);
    }
    if !chunk.is_empty() {
        take(chunk);
    }
}

/// Looks for some new plates, and raises at most `most` hits: for each plate one, on the
/// latest passage.
async fn look_for(
    app: &App,
    published: &Arc<Published>,
    plates: &[PlateText],
    since: Timestamp,
    most: u32,
) -> Result<u32, CentreError> {
    let texts: Vec<&str> = plates.iter().map(PlateText::as_str).collect();
    let new: HashSet<&PlateText> = plates.iter().collect();
    let transits = app.store.transits_with_texts(&texts, since).await?;
    let mut latest: BTreeMap<PlateText, (TransitEvent, Recorded)> = BTreeMap::new();
    for transit in transits {
        for found in matches(app, published, &transit) {
            if !new.contains(&found.plate) {
                continue;
            }
            let known = latest.get(&found.plate);
            if known.is_none_or(|(known, _)| known.last_seen_at <= transit.last_seen_at) {
                latest.insert(found.plate.clone(), (transit.clone(), found));
            }
        }
    }
    let mut latest: Vec<_> = latest.into_values().collect();
    latest.sort_by_key(|(transit, _)| std::cmp::Reverse(transit.last_seen_at));
    let mut raised = Vec::new();
    let now = Timestamp::now();
    let mut writing = app.store.write().await?;
    for (transit, found) in latest {
        if raised.len() as u32 >= most {
            break;
        }
        // Once for each plate of a version, also when a kill has it compared again.
        let id = &published.snapshot.header().list.id;
        let cause = format!("listed/{id}/{}/{}", published.digest(), found.plate);
        if !writing.found_since(&cause, Timestamp::MIN).await? {
            raised.extend(raise(published, &mut writing, &transit, &found, &cause, now).await?);
        }
    }
    writing.commit().await?;
    let count = raised.len() as u32;
    tell(app, raised, now);
    Ok(count)
}

/// What a list says of a stored passage, as its rules for that place and time have it.
fn matches(app: &App, published: &Published, transit: &TransitEvent) -> Vec<Recorded> {
    let list = &published.snapshot.header().list;
    let at = local(transit.last_seen_at);
    let passage = Passage { camera: &transit.place.camera, direction: transit.direction, at };
    let Some(rule) = list.rules.hold_for(&passage) else { return Vec::new() };
    let least = rule.min_probability.unwrap_or(MIN_PROBABILITY);
    let mut texts = vec![(transit.plate.clone(), transit.confidence)];
    let others = transit.alternatives.iter().filter(|other| other.text != transit.plate);
    texts.extend(others.map(|other| (other.text.clone(), other.confidence)));
    let mut found = recorded(&texts, published.snapshot.index());
    found.retain(|it| it.probability >= least);
    if !found.is_empty() {
        let all = app.lists.published();
        let ignored = |it: &Recorded| {
            all.values().any(|other| {
                other.snapshot.header().list.kind == ListKind::Ignored
                    && holding(other.snapshot.index(), &it.plate).is_some()
            })
        };
        found.retain(|it| !ignored(it));
    }
    found
}

/// Raises a hit in this transaction, unless somebody was told already.
async fn raise(
    published: &Published,
    writing: &mut Writing,
    transit: &TransitEvent,
    found: &Recorded,
    cause: &str,
    now: Timestamp,
) -> Result<Option<HitEvent>, DatabaseError> {
    let header = published.snapshot.header();
    let list = &header.list;
    let (Some(entry), Some(evidence)) =
        (holding(published.snapshot.index(), &found.plate), &transit.evidence)
    else {
        return Ok(None);
    };
    let (from, to) = (transit.first_seen_at - TOLD_AROUND, transit.last_seen_at + TOLD_AROUND);
    if writing.told_of(&list.id, found.plate.as_str(), transit.id, from, to).await? {
        return Ok(None);
    }
    let ground = HitGround {
        list: ListedIn::from(list),
        entry: ListedEntry::from(entry),
        exact: found.exact,
        relation: if found.exact { Relation::Exact } else { Relation::LookAlike },
        why: differences(transit, found),
        probability: found.probability,
        retrospective: true,
        elsewhere: None,
    };
    let hit = HitEvent::new(Uuid::now_v7(), transit, evidence, ground, now);
    if writing.put_hit(&hit, now).await? {
        writing.put_cause(hit.id, cause, transit.last_seen_at).await?;
        let what = format!("{} version {}", list.id, header.version);
        writing.audit(now, "system", "hit.look-back", &hit.id.to_string(), Some(&what)).await?;
        return Ok(Some(hit));
    }
    Ok(None)
}

/// A transit that ended before its node can have had a version, or arrived late: what its
/// node could not match with is compared here, in the transaction that stores it.
pub(in crate::centre) async fn late(
    app: &App,
    writing: &mut Writing,
    transit: &TransitEvent,
    now: Timestamp,
) -> Result<Vec<HitEvent>, DatabaseError> {
    let mut raised = Vec::new();
    // With the last revision all hits of the node are here.
    if transit.state != TransitState::Ended || look_back_days(app) == 0 {
        return Ok(raised);
    }
    let days = SignedDuration::from_hours(24 * i64::from(look_back_days(app)));
    if now.duration_since(transit.last_seen_at) > days {
        return Ok(raised);
    }
    let late = now.duration_since(transit.last_seen_at) > LATE;
    for published in app.lists.published().values() {
        let header = published.snapshot.header();
        let before = transit.last_seen_at < published.published_at + NODES_TAKE;
        let holds = header.list.holds_on(local(now).date());
        if (late || before) && holds && wanted(app, header.list.kind) {
            for found in matches(app, published, transit) {
                let cause = format!("late/{}/{}", header.list.id, transit.id);
                raised.extend(raise(published, writing, transit, &found, &cause, now).await?);
            }
        }
    }
    Ok(raised)
}

/// Tells the pages.
pub(in crate::centre) fn tell(app: &App, raised: Vec<HitEvent>, now: Timestamp) {
    for event in raised {
        let (received_at, state) = (now, HitState::New);
        let hit = Hit { event, received_at, state, outcome: None, actions: Vec::new() };
        app.live.send_hit("hit", &hit);
    }
}

/// The first entry of a plate that holds today.
fn holding(index: &Index, plate: &PlateText) -> Option<Entry> {
    let today = local(Timestamp::now()).date();
    index.entries(plate).into_iter().find(|entry| entry.holds_on(today))
}

/// Where the two texts differ. Of a stored passage only whole texts and their
/// probabilities are known, so each place has the whole text's.
fn differences(transit: &TransitEvent, found: &Recorded) -> Vec<Difference> {
    let (read, listed) = (transit.plate.as_str(), found.plate.as_str());
    if read.chars().count() != listed.chars().count() {
        return Vec::new();
    }
    let other = transit.alternatives.iter().find(|other| other.text == found.plate);
    let probability = other.map_or(0.0, |other| other.confidence);
    (0..)
        .zip(read.chars().zip(listed.chars()))
        .filter(|(_, (read, listed))| read != listed)
        .map(|(place, (read, listed))| Difference {
            place,
            read: Some(read),
            listed: Some(listed),
            probability,
        })
        .collect()
}

/// Where the centre stands, as its days and hours are meant.
fn local(at: Timestamp) -> jiff::civil::DateTime {
    at.to_zoned(TimeZone::system()).datetime()
}
