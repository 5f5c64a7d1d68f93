//! Sample messages for tests.

// Each test program uses a part of it.
#![allow(dead_code)]

use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;
use varco::event::{Evidence, HitEvent, ListedEntry, ListedIn, Place, TransitEvent, VERSION};
use varco::frame::Rect;
use varco::lists::{ListKind, Vehicle};
use varco::matching::Relation;
use varco::plate::PlateText;
use varco::store::{Record, sha256_hex};
use varco::tracking::{Direction, TransitState};
use varco::vision::VehicleKind;

/// The plate with number `n`.
pub(crate) fn plate(n: u32) -> PlateText {
    PlateText::new(&format!("GX{n:03}PR")).unwrap()
}

/// A record of one transit with its own picture, and a hit when asked for.
pub(crate) fn record(n: u32, with_hit: bool) -> Record {
    // Not a picture, but neither store nor link looks inside.
    let jpeg = format!("picture {n} {}", "x".repeat(2000)).into_bytes();
    let at = Timestamp::now();
    let place = Place {
        node: "porta-nord".into(),
        camera: "in".into(),
        camera_name: "Entrata".into(),
        site: "Porta Nord".into(),
    };
    let rect = Rect::from([10.0, 20.0, 100.0, 25.0]);
    let evidence = Evidence {
        sha256: sha256_hex(&jpeg),
        width_px: 1920,
        height_px: 1080,
        rect,
        quad: rect.quad(),
        frame_sequence: u64::from(n),
        captured_at: at,
    };
    let transit = TransitEvent {
        version: VERSION,
        id: Uuid::now_v7(),
        revision: 1,
        state: TransitState::Decided,
        place: place.clone(),
        first_seen_at: at,
        last_seen_at: at,
        plate: plate(n),
        confidence: 0.97,
        country: None,
        alternatives: Vec::new(),
        direction: Direction::Approaching,
        vehicle: None,
        frames: 8,
        evidence: Some(evidence.clone()),
        position: None,
        clock_offset_ms: 0,
    };
    let hits = with_hit.then(|| HitEvent {
        version: VERSION,
        id: Uuid::now_v7(),
        transit: transit.id,
        place,
        captured_at: at,
        matched_at: at,
        plate: plate(n),
        confidence: 0.97,
        country: None,
        alternatives: Vec::new(),
        direction: Direction::Approaching,
        vehicle: Some(VehicleKind::Van),
        list: ListedIn {
            id: "stolen".into(),
            name: "Rubate".into(),
            kind: ListKind::Stolen,
            purpose: "Ricerca".into(),
            legal_basis: "art. 54 TUEL".into(),
            on_hit: None,
            told: Vec::new(),
        },
        entry: ListedEntry {
            plate: plate(n),
            country: None,
            reason: Some("furto".into()),
            reference: Some("7/2026".into()),
            vehicle: Vehicle::default(),
        },
        exact: true,
        relation: Relation::Exact,
        why: Vec::new(),
        probability: 0.99,
        evidence,
        position: None,
        clock_offset_ms: 0,
        retrospective: false,
        elsewhere: None,
    });
    Record { transit, hits: hits.into_iter().collect(), jpeg: Some(Arc::new(jpeg)) }
}

/// The same transit, ended: the next revision, without a new picture.
pub(crate) fn ended(record: &Record) -> Record {
    let mut transit = record.transit.clone();
    transit.revision += 1;
    transit.state = TransitState::Ended;
    Record { transit, hits: Vec::new(), jpeg: None }
}
