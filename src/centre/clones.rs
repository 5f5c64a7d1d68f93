//! Cloned plates: each transit that arrives is compared with the others of its plate, in
//! the transaction that stores it. So a kill neither loses nor doubles a hit, and it does
//! not matter which of two passages arrives first.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::config::ClonedPlatesConfig;
use super::state::App;
use crate::event::{Elsewhere, HitEvent, HitGround, ListedEntry, ListedIn, TransitEvent};
use crate::lists::{ListKind, Vehicle};
use crate::matching::Relation;
use crate::matching::cloned::{CloneRules, Impossible, Sighting, Spot, impossible, reach};
use crate::store::DatabaseError;
use crate::store::centre::{Language, Writing};

/// Identifier of what is in place of a list.
const LIST: &str = "cloned-plates";
/// No two cameras of one centre are farther apart.
const FARTHEST_KM: f64 = 1500.0;
/// Passages of one plate that are looked at.
const MOST: u32 = 50;
/// A text that is less probable makes no clone.
const LEAST_TEXT: f32 = 0.05;

impl ClonedPlatesConfig {
    fn rules(&self) -> CloneRules {
        CloneRules {
            max_speed_kmh: self.max_speed_kmh,
            clock_error: SignedDuration::from_secs(i64::from(self.clock_error_s)),
            min_probability: self.min_probability,
        }
    }
}

/// Looks whether a transit and another one of its plate are impossible together; if so,
/// raises a hit, once for a plate within the cooldown.
pub(super) async fn look(
    app: &App,
    writing: &mut Writing,
    transit: &TransitEvent,
    now: Timestamp,
) -> Result<Option<HitEvent>, DatabaseError> {
    let Some(config) = &app.cloned_plates else { return Ok(None) };
    let Some(here) = sighting(transit) else { return Ok(None) };
    let rules = config.rules();
    let window = reach(FARTHEST_KM, &rules);
    let texts: Vec<&str> = here.texts.iter().map(|(text, _)| text.as_str()).collect();
    let (from, to) = (here.first_seen_at - window, here.last_seen_at + window);
    let others = writing.transits_like(&texts, transit.id, from, to, MOST).await?;
    // The one that leaves the least doubt.
    let worst = others
        .iter()
        .filter_map(|other| Some((other, impossible(&here, &sighting(other)?, &rules)?)))
        .max_by(|(_, a), (_, b)| a.probability.total_cmp(&b.probability));
    let Some((other, found)) = worst else { return Ok(None) };
    let cooldown = SignedDuration::from_secs(i64::from(config.cooldown_s));
    let since = transit.first_seen_at.min(other.first_seen_at) - cooldown;
    for plate in [&transit.plate, &other.plate] {
        if writing.found_since(&cause(plate.as_str()), since).await? {
            return Ok(None);
        }
    }
    // The picture to look at is the later passage's, which can still be met.
    let (later, earlier) = if transit.last_seen_at >= other.last_seen_at {
        (transit, other)
    } else {
        (other, transit)
    };
    let Some(hit) = hit(app, config, later, earlier, &found, now) else { return Ok(None) };
    if !writing.put_hit(&hit, now).await? {
        return Ok(None);
    }
    writing.put_cause(hit.id, &cause(transit.plate.as_str()), later.last_seen_at).await?;
    let reason = format!("transits {} and {}", later.id, earlier.id);
    writing.audit(now, "system", "hit.cloned", &hit.id.to_string(), Some(&reason)).await?;
    Ok(Some(hit))
}

fn cause(plate: &str) -> String {
    format!("cloned/{plate}")
}

/// `None` where the place is not known well enough.
fn sighting(transit: &TransitEvent) -> Option<Sighting> {
    let position = transit.position.filter(|position| !position.stale)?;
    let others = transit.alternatives.iter().filter(|other| other.text != transit.plate);
    let texts = std::iter::once((transit.plate.clone(), transit.confidence))
        .chain(others.map(|other| (other.text.clone(), other.confidence)))
        .filter(|(_, probability)| *probability >= LEAST_TEXT)
        .collect();
    Some(Sighting {
        texts,
        country: transit.country,
        first_seen_at: transit.first_seen_at,
        last_seen_at: transit.last_seen_at,
        spot: Spot { lat_deg: position.lat_deg, lon_deg: position.lon_deg },
    })
}

fn hit(
    app: &App,
    config: &ClonedPlatesConfig,
    later: &TransitEvent,
    earlier: &TransitEvent,
    found: &Impossible,
    now: Timestamp,
) -> Option<HitEvent> {
    let evidence = later.evidence.as_ref()?;
    let minutes = (found.apart.as_secs_f64() / 60.0).round();
    let (name, reason) = match app.language {
        Language::Italian => (
            "Targhe clonate",
            format!(
                "{:.0} km in {minutes:.0} minuti: la stessa targa a {} e a {}",
                found.distance_km, earlier.place.site, later.place.site
            ),
        ),
        Language::English => (
            "Cloned plates",
            format!(
                "{:.0} km in {minutes:.0} minutes: the same plate at {} and at {}",
                found.distance_km, earlier.place.site, later.place.site
            ),
        ),
    };
    let ground = HitGround {
        list: ListedIn {
            id: LIST.to_owned(),
            name: name.to_owned(),
            kind: ListKind::Wanted,
            purpose: config.purpose.clone(),
            legal_basis: config.legal_basis.clone(),
            on_hit: None,
            told: Vec::new(),
        },
        entry: ListedEntry {
            plate: earlier.plate.clone(),
            country: earlier.country,
            reason: Some(reason),
            reference: None,
            vehicle: Vehicle::default(),
        },
        exact: later.plate == earlier.plate,
        relation: Relation::Cloned,
        why: Vec::new(),
        probability: found.probability,
        retrospective: false,
        elsewhere: Some(Elsewhere {
            transit: earlier.id,
            place: earlier.place.clone(),
            seen_at: earlier.last_seen_at,
            position: earlier.position,
            distance_km: found.distance_km,
            evidence: earlier.evidence.as_ref().map(|it| it.sha256.clone()),
        }),
    };
    Some(HitEvent::new(Uuid::now_v7(), later, evidence, ground, now))
}
