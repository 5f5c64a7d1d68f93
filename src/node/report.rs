//! From a tracker's transit to the messages on it: the pure step.
//!
//! No I/O and no clock: times and identifiers are passed in, so a clip that is
//! replayed gives the same messages.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::jpeg::{self, JpegError};
use super::lists::LiveMatcher;
use crate::event::{
    Evidence, GeoPosition, HitEvent, HitGround, ListedEntry, ListedIn, Place, TransitEvent, VERSION,
};
use crate::frame::Frame;
use crate::lists::Passage;
use crate::matching::{Cooldown, Match, Reported};
use crate::plate::PlateText;
use crate::position::Gps;
use crate::store::{OpenTransit, Record, sha256_hex};
use crate::tracking::{Transit, TransitState};

/// A vehicle seen again after a restart within so long is still passing.
const RESUME_WITHIN: SignedDuration = SignedDuration::from_secs(30);

/// Makes identifiers: version 7 UUIDs, except in tests.
pub type Ids = Box<dyn FnMut() -> Uuid + Send>;

/// A unit that moved no further stands beside the same parked cars as before.
const STANDS_WITHIN_M: f64 = 25.0;
/// A parked car that was seen so long ago is a new transit also where the unit stands.
const STANDS_FOR: SignedDuration = SignedDuration::from_hours(4);
/// Parked cars remembered beside a standing unit.
const STANDING: usize = 100;

/// A transit that may go on: not ended when the node, or the camera's worker, stopped;
/// or of a car that is parked beside a standing unit.
#[derive(Debug, Clone)]
struct Resumed {
    transit: TransitEvent,
    told: Vec<Told>,
    /// Its times are by the clock that the node has now.
    this_boot: bool,
}

/// A hit that was raised on a passage: it is not raised on it once more.
#[derive(Debug, Clone, PartialEq)]
struct Told {
    list: String,
    plate: PlateText,
    exact: bool,
}

/// What is known of a track that was reported.
#[derive(Debug)]
struct Known {
    last: TransitEvent,
    /// What it was before, if it is a resumed transit.
    before: Option<Resumed>,
    told: Vec<Told>,
}

/// Turns one camera's transits into messages.
pub struct CameraReporter {
    place: Place,
    /// Where the camera stands, if it stands still and that is known.
    fixed_at: Option<GeoPosition>,
    matcher: LiveMatcher,
    cooldown: Cooldown,
    jpeg_quality: u8,
    ids: Ids,
    tracks: HashMap<u64, Known>,
    resumable: Vec<Resumed>,
    /// Ended transits of cars that the unit may still stand beside.
    standing: VecDeque<Resumed>,
    gps: Option<Gps>,
    clock_offset_ms: i64,
}

impl std::fmt::Debug for CameraReporter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CameraReporter({})", self.place.camera)
    }
}

impl CameraReporter {
    /// A reporter for a camera.
    #[must_use]
    pub fn new(
        place: Place,
        matcher: impl Into<LiveMatcher>,
        cooldown: SignedDuration,
        jpeg_quality: u8,
        ids: Ids,
    ) -> Self {
        Self {
            place,
            fixed_at: None,
            matcher: matcher.into(),
            cooldown: Cooldown::new(cooldown),
            jpeg_quality,
            ids,
            tracks: HashMap::new(),
            resumable: Vec::new(),
            standing: VecDeque::new(),
            gps: None,
            clock_offset_ms: 0,
        }
    }

    /// The camera moves: its messages say where it was.
    #[must_use]
    pub fn moving(mut self, gps: Gps) -> Self {
        self.gps = Some(gps);
        self
    }

    /// From now on frames come with times that are corrected by so much; what is
    /// remembered is corrected with them.
    pub fn set_clock_offset_ms(&mut self, offset_ms: i64) {
        if self.clock_offset_ms == offset_ms {
            return;
        }
        self.clock_offset_ms = offset_ms;
        let mut before = Vec::new();
        for known in self.tracks.values_mut() {
            known.last.correct_clock(offset_ms);
            before.extend(known.before.as_mut());
        }
        let open = self.resumable.iter_mut().chain(&mut self.standing);
        for resumed in open.chain(before).filter(|it| it.this_boot) {
            resumed.transit.correct_clock(offset_ms);
        }
    }

    /// The camera stands still, there.
    #[must_use]
    pub fn standing_at(mut self, position: Option<GeoPosition>) -> Self {
        self.fixed_at = position;
        self
    }

    /// Takes over what was stored before a restart: hits are not repeated, and a
    /// vehicle that is still passing goes on being the same transit.
    pub fn seed(&mut self, hits: &[HitEvent], open: &[OpenTransit]) {
        let camera = self.place.camera.as_str();
        self.cooldown.seed(hits.iter().filter(|hit| hit.place.camera == camera).map(|hit| {
            Reported {
                camera: hit.place.camera.clone(),
                list: hit.list.id.clone(),
                plate: hit.entry.plate.clone(),
                exact: hit.exact,
                probability: hit.probability,
                at: hit.captured_at,
            }
        }));
        let open = open.iter().filter(|open| open.transit.place.camera == camera);
        self.resumable.extend(open.map(|open| {
            let told = open.hits.iter().map(|hit| Told {
                list: hit.list.id.clone(),
                plate: hit.entry.plate.clone(),
                exact: hit.exact,
            });
            Resumed {
                transit: open.transit.clone(),
                told: told.collect(),
                this_boot: open.this_boot,
            }
        }));
    }

    /// The tracker was restarted: its numbers start anew, its vehicles may come back.
    pub fn restart(&mut self) {
        let open = self.tracks.drain().map(|(_, known)| Resumed {
            transit: known.last,
            told: known.told,
            this_boot: true,
        });
        self.resumable.extend(open);
    }

    /// The messages on a transit: the transit itself, and a hit for each match that
    /// was not reported lately. `now` is when it is matched, `today` the day that
    /// lists must hold on.
    ///
    /// # Errors
    /// [`JpegError`] when the evidence cannot be encoded; nothing is then changed.
    pub fn report(
        &mut self,
        transit: &Transit,
        now: Timestamp,
        local: DateTime,
    ) -> Result<Record, JpegError> {
        let known = self.tracks.get(&transit.track);
        let frame = &transit.look.frame;
        let same_picture = known
            .and_then(|known| known.last.evidence.as_ref())
            .filter(|evidence| {
                // Numbers start anew after a restart; the time tells the frames apart.
                evidence.frame_sequence == frame.sequence
                    && evidence.captured_at == frame.captured_at
            })
            .cloned();
        let (evidence, jpeg) = match same_picture {
            Some(evidence) => (evidence, None),
            None => {
                let jpeg = jpeg::encode(&frame.picture, self.jpeg_quality)?;
                (evidence(transit, &jpeg), Some(Arc::new(jpeg)))
            }
        };
        let mut event = self.transit_event(transit, evidence.clone());
        let known = match self.tracks.remove(&transit.track) {
            Some(known) => Some(known),
            None => self.resume(&event).map(|resumed| Known {
                last: resumed.transit.clone(),
                told: resumed.told.clone(),
                before: Some(resumed),
            }),
        };
        let (before, mut told) = match known {
            Some(Known { last, before, told }) => {
                event.id = last.id;
                event.revision = last.revision.saturating_add(1);
                // A later look may show the plate alone.
                event.vehicle = event.vehicle.or(last.vehicle);
                (before, told)
            }
            None => {
                event.id = (self.ids)();
                (None, Vec::new())
            }
        };
        let matches = self.matcher.current().matches(
            &transit.reading,
            &transit.text,
            transit.confidence,
            transit.country,
            &Passage { camera: &self.place.camera, direction: transit.direction, at: local },
        );
        let mut hits = Vec::new();
        for found in &matches {
            let telling = Told {
                list: found.list.id.clone(),
                plate: found.entry.plate.clone(),
                exact: found.exact(),
            };
            // What was told as exact needs no look-alike; the other way round is news.
            let known = told.iter().any(|told| {
                (&told.list, &told.plate) == (&telling.list, &telling.plate)
                    && (told.exact || !telling.exact)
            });
            if !known && self.cooldown.admit(&self.place.camera, found, frame.captured_at) {
                told.push(telling);
                hits.push(self.hit_event(&event, &evidence, found, now));
            }
        }
        if let Some(before) = &before {
            join(&mut event, &before.transit);
        }
        if transit.state == TransitState::Decided {
            self.tracks.insert(transit.track, Known { last: event.clone(), before, told });
        } else if self.gps.is_some() {
            self.standing.truncate(STANDING - 1);
            self.standing.push_front(Resumed { transit: event.clone(), told, this_boot: true });
        }
        Ok(Record { transit: event, hits, jpeg })
    }

    /// Ends transits of before a restart whose vehicles did not come back in time.
    pub fn expire(&mut self, now: Timestamp) -> Vec<Record> {
        let (gone, waiting) = std::mem::take(&mut self.resumable)
            .into_iter()
            .partition(|open| now.duration_since(open.transit.last_seen_at) > RESUME_WITHIN);
        self.resumable = waiting;
        let gone: Vec<Resumed> = gone;
        gone.into_iter()
            .map(|Resumed { mut transit, .. }| {
                transit.revision = transit.revision.saturating_add(1);
                transit.state = TransitState::Ended;
                Record { transit, hits: Vec::new(), jpeg: None }
            })
            .collect()
    }

    /// The transit of before a restart that this one goes on with; or of the same parked
    /// car, when the unit has stood beside it ever since.
    fn resume(&mut self, event: &TransitEvent) -> Option<Resumed> {
        let since = |open: &Resumed| event.first_seen_at.duration_since(open.transit.last_seen_at);
        let same = |open: &Resumed| open.transit.plate == event.plate;
        let restarted = |open: &Resumed| same(open) && since(open).abs() <= RESUME_WITHIN;
        if let Some(at) = self.resumable.iter().position(restarted) {
            return Some(self.resumable.swap_remove(at));
        }
        let gps = self.gps.as_ref()?;
        let at = self.standing.iter().position(|open| {
            let (from, to) = (open.transit.last_seen_at, event.first_seen_at);
            same(open)
                && since(open) <= STANDS_FOR
                && (to <= from || gps.stood(from, to, STANDS_WITHIN_M))
        })?;
        self.standing.remove(at)
    }

    fn transit_event(&self, transit: &Transit, evidence: Evidence) -> TransitEvent {
        let frame = &transit.look.frame;
        TransitEvent {
            version: VERSION,
            id: Uuid::nil(),
            revision: 1,
            state: transit.state,
            place: self.place.clone(),
            first_seen_at: time_at(frame, transit.first_s),
            last_seen_at: time_at(frame, transit.last_s),
            plate: transit.text.clone(),
            confidence: transit.confidence,
            country: transit.country,
            alternatives: transit.alternatives.clone(),
            direction: transit.direction,
            vehicle: transit.vehicle,
            frames: transit.frames,
            evidence: Some(evidence),
            position: match &self.gps {
                Some(gps) => gps.at(frame.captured_at),
                None => self.fixed_at,
            },
            clock_offset_ms: self.clock_offset_ms,
        }
    }

    fn hit_event(
        &mut self,
        transit: &TransitEvent,
        evidence: &Evidence,
        found: &Match,
        now: Timestamp,
    ) -> HitEvent {
        let ground = HitGround {
            list: ListedIn::from(&*found.list),
            entry: ListedEntry::from(found.entry.clone()),
            exact: found.exact(),
            relation: found.relation,
            why: found.why.clone(),
            probability: found.probability,
            retrospective: false,
            elsewhere: None,
        };
        HitEvent::new((self.ids)(), transit, evidence, ground, now)
    }
}

/// A resumed transit began before, and its surer reading stands, with where that was.
fn join(event: &mut TransitEvent, before: &TransitEvent) {
    event.first_seen_at = before.first_seen_at;
    event.frames = event.frames.saturating_add(before.frames);
    if before.confidence > event.confidence {
        event.confidence = before.confidence;
        event.country = before.country;
        event.alternatives = before.alternatives.clone();
        event.evidence = before.evidence.clone();
        event.position = before.position.or(event.position);
    }
}

fn evidence(transit: &Transit, jpeg: &[u8]) -> Evidence {
    let (frame, detection) = (&transit.look.frame, &transit.look.detection);
    Evidence {
        sha256: sha256_hex(jpeg),
        width_px: frame.picture.width_px(),
        height_px: frame.picture.height_px(),
        rect: detection.rect,
        quad: detection.quad,
        frame_sequence: frame.sequence,
        captured_at: frame.captured_at,
    }
}

/// The time of day of a moment of the stream, by a frame that has both.
fn time_at(frame: &Frame, stream_s: f64) -> Timestamp {
    let ahead = stream_s - frame.stream_time.as_secs_f64();
    let by = Duration::try_from_secs_f64(ahead.abs()).unwrap_or_default();
    let moved = if ahead < 0.0 {
        frame.captured_at.checked_sub(by)
    } else {
        frame.captured_at.checked_add(by)
    };
    moved.unwrap_or(frame.captured_at)
}

#[cfg(test)]
pub(super) mod tests;
