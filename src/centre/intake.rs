//! Taking deliveries from nodes: at least once on the way, exactly once in effect.

use std::collections::{BTreeMap, HashMap};

use axum::Extension;
use axum::Json;
use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

use super::problem::Problem;
use super::state::App;
use super::{clones, decisions, lists};
use crate::event::{Event, HitEvent, TransitEvent, VERSION};
use crate::link::{EVENTS_PATH, LISTS_PATH, PeerKey, Receipt, Refusal};
use crate::store::centre::{Hit, HitState, Kept, NodeRecord, Transit};
use crate::store::{EvidenceError, EvidenceStore};

/// The largest delivery, bytes.
const LARGEST: usize = 32 * 1024 * 1024;

/// A delivery whose events and pictures are looked at one by one: a bad one must
/// not hold back the good ones.
#[derive(Deserialize)]
struct Loose {
    events: Vec<LooseEvent>,
    #[serde(default)]
    evidence: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct LooseEvent {
    seq: u64,
    event: serde_json::Value,
}

/// What nodes can ask for.
pub(super) fn router(app: App) -> Router {
    Router::new()
        .route(EVENTS_PATH, post(take))
        .merge(lists::router())
        .fallback(async || {
            Problem::not_found(format!("nodes deliver to POST {EVENTS_PATH}, get GET {LISTS_PATH}"))
        })
        .layer(DefaultBodyLimit::max(LARGEST))
        .with_state(app)
}

/// The node whose key the request came with, when it is admitted.
pub(super) async fn admitted(app: &App, PeerKey(key): &PeerKey) -> Result<NodeRecord, Problem> {
    let Some(node) = app.store.node_by_key(key.as_str()).await? else {
        app.metrics.unknown_key();
        tracing::warn!(%key, "delivery with an unknown key refused");
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "unknown-key",
            "Unknown key",
            format!(
                "the key {key} is not admitted here; on the centre run: varco centre admit --id NODE --name NAME {key}"
            ),
        ));
    };
    Ok(node)
}

async fn take(
    State(app): State<App>,
    Extension(peer): Extension<PeerKey>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Receipt>, Problem> {
    let node = admitted(&app, &peer).await?;
    let now = Timestamp::now();
    app.presence.spoke(&node.id, now);
    let delivery: Loose = serde_json::from_slice(&body?)
        .map_err(|e| Problem::bad_request(format!("the delivery is no valid JSON message: {e}")))?;

    let mut batch = Batch::default();
    for LooseEvent { seq, event } in delivery.events {
        match check(event, &node)? {
            Ok(event) => batch.events.push((seq, event)),
            Err(reason) => batch.refuse(seq, reason),
        }
    }
    // From here to the commit no file that this delivery brings may be deleted.
    let _gate = app.evidence_gate.read().await;
    batch.keep_pictures(&app.evidence, delivery.evidence).await?;
    let receipt = batch.store(&app, &node, now).await?;
    Ok(Json(receipt))
}

/// One event: good, refused for good with a reason, or (outer error) a fault that
/// can be mended, for which the whole delivery is to be tried again.
fn check(event: serde_json::Value, node: &NodeRecord) -> Result<Result<Event, String>, Problem> {
    if let Some(version) = event.get("version").and_then(serde_json::Value::as_u64)
        && version > u64::from(VERSION)
    {
        return Err(Problem::new(
            // Not a fault of the message: the node keeps it until the centre is updated.
            StatusCode::NOT_IMPLEMENTED,
            "newer-format",
            "Message format too new",
            format!(
                "the node sends message format {version}, this centre knows {VERSION}; update the centre"
            ),
        ));
    }
    let event: Event = match serde_json::from_value(event) {
        Ok(event) => event,
        Err(error) => return Ok(Err(format!("no valid event: {error}"))),
    };
    let (id, named) = match &event {
        Event::Transit(transit) => (transit.id, &transit.place.node),
        Event::Hit(hit) => (hit.id, &hit.place.node),
        Event::Heartbeat(heartbeat) => (heartbeat.id, &heartbeat.node),
        Event::Decision(decision) => (decision.id, &decision.node),
        Event::Check(check) => (check.id, &check.node),
        Event::Position(position) => (position.id, &position.node),
    };
    if *named != node.id {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "other-node",
            "Another node's key",
            format!(
                "this key was admitted as node {:?}, but the events are of node {named:?}; set the node's id to {:?}, or run on the centre: varco centre admit --id {named} --name NAME {}",
                node.id, node.id, node.key
            ),
        ));
    }
    // The order of identifiers is the order in which things are shown.
    if id.get_version_num() != 7 {
        return Ok(Err(format!("the id {id} is no UUID of version 7")));
    }
    Ok(Ok(event))
}

/// The name of the picture that an event refers to.
fn picture(event: &Event) -> Option<&str> {
    match event {
        Event::Transit(transit) => transit.evidence.as_ref().map(|it| it.sha256.as_str()),
        Event::Hit(hit) => Some(&hit.evidence.sha256),
        Event::Heartbeat(_) | Event::Decision(_) | Event::Check(_) | Event::Position(_) => None,
    }
}

#[derive(Default)]
struct Batch {
    events: Vec<(u64, Event)>,
    refused: Vec<Refusal>,
}

impl Batch {
    fn refuse(&mut self, seq: u64, reason: String) {
        tracing::warn!(seq, reason, "event refused");
        self.refused.push(Refusal { seq, reason });
    }

    /// Stores the pictures, for good, and refuses the events whose picture is not right.
    async fn keep_pictures(
        &mut self,
        store: &EvidenceStore,
        mut sent: BTreeMap<String, String>,
    ) -> Result<(), Problem> {
        let wanted: Vec<(String, Option<String>)> = self
            .events
            .iter()
            .filter_map(|(_, event)| picture(event))
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .map(|sha256| (sha256.to_owned(), sent.remove(sha256)))
            .collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let store = store.clone();
        let faults = tokio::task::spawn_blocking(move || {
            let mut faults = HashMap::new();
            for (sha256, base64) in wanted {
                if let Some(fault) = keep_picture(&store, &sha256, base64.as_deref())? {
                    faults.insert(sha256, fault);
                }
            }
            Ok::<_, EvidenceError>(faults)
        })
        .await
        .map_err(|e| Problem::internal(&e))??;
        if !faults.is_empty() {
            for (seq, event) in std::mem::take(&mut self.events) {
                match picture(&event).and_then(|sha256| faults.get(sha256)) {
                    Some(fault) => self.refuse(seq, fault.clone()),
                    None => self.events.push((seq, event)),
                }
            }
        }
        Ok(())
    }

    /// Stores the events in one transaction, then tells the pages what is new.
    async fn store(self, app: &App, node: &NodeRecord, now: Timestamp) -> Result<Receipt, Problem> {
        app.metrics.refused(self.refused.len());
        let mut receipt = Receipt { refused: self.refused, ..Receipt::default() };
        let mut news = News::default();
        let mut raised = Vec::new();
        let mut heartbeat = None;
        let mut lasting = Vec::new();
        for (seq, event) in self.events {
            receipt.accepted.push(seq);
            match event {
                Event::Heartbeat(it) => heartbeat = Some(it),
                event => lasting.push(event),
            }
        }
        let due =
            heartbeat.as_ref().filter(|it| app.presence.heartbeat(&node.id, (*it).clone(), now));
        if due.is_some() || !lasting.is_empty() {
            let mut writing = app.store.write().await?;
            if let Some(heartbeat) = due {
                writing.put_heartbeat(&node.id, heartbeat, now).await?;
            }
            for event in lasting {
                if let Some(sha256) = picture(&event) {
                    writing.put_evidence(sha256, now).await?;
                }
                match event {
                    Event::Transit(event) => {
                        if writing.put_transit(&event, now).await? {
                            news.transits.insert(event.id, event);
                        }
                    }
                    Event::Hit(event) => {
                        if writing.put_hit(&event, now).await? {
                            news.hits.push(event);
                        }
                    }
                    Event::Decision(event) => {
                        let hit = match writing.put_decision(&event, now).await? {
                            Kept::New => decisions::apply(&mut writing, &event, node).await?,
                            Kept::Corrected { from } => {
                                decisions::correct(&mut writing, &event, node, from).await?
                            }
                            Kept::Known => None,
                        };
                        news.changed.extend(hit);
                    }
                    Event::Check(event) => {
                        if writing.put_check(&event, now).await? {
                            let who = format!("unit {}", node.id);
                            let found = format!("{} on lists", event.matches.len());
                            let plate = event.plate.as_str();
                            writing
                                .audit(event.at, &who, "plate.check", plate, Some(&found))
                                .await?;
                        }
                    }
                    Event::Position(event) => writing.put_position(&event, now).await?,
                    Event::Heartbeat(_) => {}
                }
            }
            // After all hits of the delivery: what the node told is not told again.
            for transit in news.transits.values() {
                raised.extend(clones::look(app, &mut writing, transit, now).await?);
                raised.extend(lists::look_back::late(app, &mut writing, transit, now).await?);
            }
            // A transit is told with its hits, whichever of them came first.
            for id in news.transits.keys() {
                news.hits_of.insert(*id, writing.hits_of_transit(*id).await?);
            }
            writing.commit().await?;
        }
        news.tell(app, now);
        // Apart from the nodes' hits: their time on the way says nothing of a node.
        lists::look_back::tell(app, raised, now);
        if heartbeat.is_some() {
            receipt.lists = Some(app.lists.manifest(&node.id).tag);
            app.live.send("node", &app.presence.view(node.clone(), now));
        }
        Ok(receipt)
    }
}

/// `None`: stored. `Some`: why this picture is refused for good.
fn keep_picture(
    store: &EvidenceStore,
    sha256: &str,
    base64: Option<&str>,
) -> Result<Option<String>, EvidenceError> {
    let outcome = match base64 {
        Some(base64) => match BASE64.decode(base64) {
            Ok(jpeg) if jpeg.starts_with(&[0xff, 0xd8, 0xff]) => store.put_as(sha256, &jpeg),
            Ok(_) => return Ok(Some(format!("the evidence picture {sha256} is no JPEG"))),
            Err(e) => return Ok(Some(format!("the evidence picture {sha256} is no base64: {e}"))),
        },
        None => match store.contains(sha256) {
            Ok(true) => Ok(()),
            Ok(false) => Err(EvidenceError::Missing { sha256: sha256.to_owned() }),
            Err(error) => Err(error),
        },
    };
    match outcome {
        Ok(()) => Ok(None),
        Err(EvidenceError::Missing { .. }) => Ok(Some(format!(
            "the evidence picture {sha256} is neither in the delivery nor stored; send it with the event"
        ))),
        Err(error @ (EvidenceError::Name { .. } | EvidenceError::Mismatch { .. })) => {
            Ok(Some(error.to_string()))
        }
        Err(error) => Err(error),
    }
}

/// What a delivery changed.
#[derive(Default)]
struct News {
    // The last revision only, when there are several in one delivery.
    transits: BTreeMap<Uuid, TransitEvent>,
    hits_of: HashMap<Uuid, Vec<Uuid>>,
    hits: Vec<HitEvent>,
    /// Hits that were decided about in a car.
    changed: Vec<Hit>,
}

impl News {
    fn tell(self, app: &App, now: Timestamp) {
        app.metrics.transits(self.transits.values().filter(|it| it.revision == 1).count());
        // Hits first: somebody waits for them.
        for event in self.hits {
            app.metrics.hit(event.captured_at, now);
            let hit = Hit {
                event,
                received_at: now,
                state: HitState::New,
                outcome: None,
                actions: Vec::new(),
            };
            app.live.send_hit("hit", &hit);
        }
        for hit in self.changed {
            app.live.send_hit("hit-changed", &hit);
        }
        let mut hits_of = self.hits_of;
        for (id, event) in self.transits {
            let hits = hits_of.remove(&id).unwrap_or_default();
            app.live.send("transit", &Transit { event, received_at: now, hits });
        }
    }
}
