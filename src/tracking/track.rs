//! One plate followed over frames.

use super::config::TrackerConfig;
use super::motion::Motion;
use super::transit::{Look, Transit, TransitState};
use super::vote::{Verdict, Vote};
use crate::frame::{Frame, Quad, Rect};
use crate::plate::{PlateText, Reading, grammar};
use crate::vision::Detection;

/// So many looks are read at once, also of a plate that does not move.
const FIRST_LOOKS: u32 = 5;
/// After them, a plate that has not moved is read again only this often, seconds.
const STILL_READ_EVERY_S: f64 = 2.0;
/// A plate that was given out and moves is read again this often, seconds (another car may have
/// come to its place), and when it has become so much wider.
const KNOWN_READ_EVERY_S: f64 = 0.2;
const KNOWN_GROWTH: f32 = 1.15;
/// What has not moved for this long does not pass, seconds.
const STOOD_STILL_S: f64 = 0.7;
/// What has gone nowhere in less than that may be a sign that shows itself between two vehicles: it has to be
/// likelier right than wrong.
const STILL_CONFIDENCE: f32 = 0.5;
/// After so many looks the velocity is known well enough to say where the plate will be.
const FOLLOWED_LOOKS: u32 = 3;
/// A plate that was lost is sought in the whole picture for so long, seconds.
const SOUGHT_S: f64 = 0.4;
/// A plate that so many looks did not tell is not told by more of them.
const ENOUGH_LOOKS: u32 = 25;
/// Two boxes that overlap more than this show the plate at the same place.
const STILL_IOU: f32 = 0.9;
/// Plates of this width are read as well as they can be, pixels.
const GOOD_WIDTH_PX: f32 = 90.0;
/// Narrow plates may all be misread alike: the vote on them waits for twice the reads.
const EARLY_WIDTH_PX: f32 = 60.0;
/// A corner this near to the left or right edge of its picture is where the picture ends, not the plate, pixels.
const CUT_OFF_PX: f32 = 1.5;

/// Where a track is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Found in one of the last frames.
    InView,
    /// Gone, but the same plate may come back.
    Dormant,
}

/// A plate followed over frames, with the vote on its text.
#[derive(Debug, Clone)]
pub(super) struct Track {
    pub(super) id: u64,
    pub(super) phase: Phase,
    pub(super) motion: Motion,
    /// Where the plate was found last.
    quad: Quad,
    pub(super) first_s: f64,
    pub(super) last_s: f64,
    pub(super) frames: u32,
    pub(super) verdict: Option<Verdict>,
    /// The text under which it was given out.
    pub(super) given: Option<PlateText>,
    vote: Vote,
    best: Option<BestLook>,
    /// Looks that the reader was asked about, whatever it said.
    looks: u32,
    /// When and where the reader was asked last.
    looked_at: Option<(f64, Rect)>,
}

#[derive(Debug, Clone)]
struct BestLook {
    look: Look,
    text: Option<PlateText>,
    quality: f32,
}

impl Track {
    pub(super) fn new(id: u64, detection: &Detection, at_s: f64) -> Self {
        Self {
            id,
            phase: Phase::InView,
            motion: Motion::new(detection.rect, at_s),
            quad: detection.quad,
            first_s: at_s,
            last_s: at_s,
            frames: 1,
            verdict: None,
            given: None,
            vote: Vote::default(),
            best: None,
            looks: 0,
            looked_at: None,
        }
    }

    /// The plate was found again.
    pub(super) fn see(&mut self, detection: &Detection, at_s: f64) {
        self.motion.update(detection.rect, at_s);
        self.quad = detection.quad;
        self.last_s = at_s;
        self.frames += 1;
        self.phase = Phase::InView;
    }

    /// Whether reading this look can add something.
    pub(super) fn wants_reading(&self, detection: &Detection, at_s: f64) -> bool {
        let Some((looked_s, rect)) = &self.looked_at else { return true };
        let ago_s = at_s - looked_s;
        if self.looks < FIRST_LOOKS || ago_s >= STILL_READ_EVERY_S {
            return true;
        }
        // A box that lies elsewhere may be another car at the same place.
        let elsewhere = rect.iou(&detection.rect) < STILL_IOU;
        // What is known already is read again for a better picture of it.
        let due = self.given.is_none()
            || ago_s >= KNOWN_READ_EVERY_S
            || detection.rect.w >= rect.w * KNOWN_GROWTH;
        elsewhere && due
    }

    /// The reader was asked about this look: also what turns out to be no plate is not asked
    /// about again and again while it stands still.
    pub(super) fn look(&mut self, detection: &Detection, at_s: f64) {
        self.looks += 1;
        self.looked_at = Some((at_s, detection.rect));
    }

    /// Counts a reading of the plate, unless the picture's edge cuts it off: `IF99` is plainly read of `IF 99 STK`.
    pub(super) fn read(&mut self, frame: &Frame, detection: &Detection, reading: Reading) {
        if is_cut_off(&detection.quad, frame.picture.width_px()) {
            return;
        }
        let width_px = detection.quad.width_px();
        let weight = ((width_px - 20.0) / (GOOD_WIDTH_PX - 20.0)).clamp(0.05, 1.0)
            * detection.score.clamp(0.3, 1.0);
        self.vote.add(&reading, weight);
        self.verdict = self.vote.verdict();
        let quality = reading.confidence() * width_px.clamp(1.0, 250.0).sqrt();
        let text = reading.text();
        if text.is_some() {
            let look = Look { frame: frame.clone(), detection: *detection, reading };
            self.keep_better(BestLook { look, text, quality });
        }
    }

    /// A look that read what the vote says beats one that read something else.
    fn keep_better(&mut self, candidate: BestLook) {
        let voted = self.verdict.as_ref().map(|verdict| &verdict.text);
        let rank = |best: &BestLook| (best.text.as_ref() == voted, best.quality);
        let better = self.best.as_ref().is_none_or(|best| rank(&candidate) > rank(best));
        if better {
            self.best = Some(candidate);
        }
    }

    /// The number of looks that were read.
    pub(super) fn reads(&self) -> u32 {
        self.vote.reads()
    }

    /// Whether this was given out, or can be.
    pub(super) fn is_known(&self, config: &TrackerConfig) -> bool {
        self.given.is_some() || self.is_reportable(config)
    }

    /// Whether this is enough of a plate to be given out at all.
    pub(super) fn is_reportable(&self, config: &TrackerConfig) -> bool {
        self.verdict.as_ref().is_some_and(|verdict| {
            self.vote.reads() >= config.min_reads
                && verdict.text.as_str().chars().count() >= config.min_characters
                && verdict.confidence >= self.needed_confidence(verdict, config)
        })
    }

    /// Signs and lettering on walls can be read as well as plates can. What hardly moved, or is of no
    /// known format, is given out only when it was read surely.
    fn needed_confidence(&self, verdict: &Verdict, config: &TrackerConfig) -> f32 {
        let still = !self.motion.has_gone();
        let stood = still && self.last_s - self.first_s >= STOOD_STILL_S;
        if stood || grammar::weight(&verdict.text, None) <= 1.0 {
            config.certain_confidence
        } else if still {
            config.min_confidence.max(STILL_CONFIDENCE)
        } else {
            config.min_confidence
        }
    }

    /// Whether the vote can be acted on while the vehicle is still in view.
    pub(super) fn is_certain(&self, config: &TrackerConfig) -> bool {
        let Some(verdict) = &self.verdict else {
            return false;
        };
        let narrow = self.motion.last().w < EARLY_WIDTH_PX;
        let needed = if narrow { config.certain_reads * 2 } else { config.certain_reads };
        self.is_reportable(config)
            && verdict.confidence >= config.certain_confidence
            && self.vote.agreeing(&verdict.text) >= needed
    }

    /// Whether more looks can tell more of it.
    pub(super) fn is_open(&self, config: &TrackerConfig) -> bool {
        self.given.is_none()
            && self.looks < ENOUGH_LOOKS
            && self.motion.last().w >= config.min_read_width_px
    }

    /// Whether the plate is wide enough for the next looks to tell it.
    pub(super) fn is_near(&self) -> bool {
        self.motion.last().w >= EARLY_WIDTH_PX
    }

    /// Whether it takes the whole picture to find it in the next frame: its velocity is not known
    /// yet, or it was lost just now. What is known or gone needs no search of its own.
    pub(super) fn is_sought(&self, now_s: f64, config: &TrackerConfig) -> bool {
        let found = self.last_s >= now_s;
        let followed = found && self.motion.looks() >= FOLLOWED_LOOKS;
        self.is_open(config) && !followed && now_s - self.last_s <= SOUGHT_S
    }

    /// Where the plate should be at a later time.
    pub(super) fn expected(&self, at_s: f64) -> Quad {
        let (from, to) = (self.motion.last(), self.motion.predicted(at_s));
        let (scale, old, new) = (to.w / from.w.max(1.0), from.centre(), to.centre());
        Quad(
            self.quad
                .0
                .map(|[x, y]| [new[0] + (x - old[0]) * scale, new[1] + (y - old[1]) * scale]),
        )
    }

    /// Takes over what another track saw of the same plate. `jump`: the plate is now there.
    pub(super) fn absorb(&mut self, other: Self, jump: bool) {
        if jump {
            self.motion.jump(other.motion.last(), other.last_s);
            self.quad = other.quad;
            self.phase = other.phase;
            self.looked_at = other.looked_at;
        }
        self.first_s = self.first_s.min(other.first_s);
        self.last_s = self.last_s.max(other.last_s);
        self.frames += other.frames;
        self.looks += other.looks;
        self.vote.absorb(other.vote);
        self.verdict = self.vote.verdict();
        if let Some(best) = other.best {
            self.keep_better(best);
        }
    }

    /// The passage as it stands; `None` when nothing legible was seen.
    pub(super) fn transit(&self, state: TransitState) -> Option<Transit> {
        let verdict = self.verdict.clone()?;
        let best = self.best.as_ref()?;
        Some(Transit {
            track: self.id,
            state,
            text: verdict.text,
            confidence: verdict.confidence,
            country: verdict.country,
            alternatives: verdict.alternatives,
            reading: verdict.reading,
            first_s: self.first_s,
            last_s: self.last_s,
            frames: self.frames,
            reads: self.vote.reads(),
            direction: self.motion.direction(),
            vehicle: None,
            look: best.look.clone(),
        })
    }
}

/// Whether a plate goes on beyond the left or right edge of a picture so wide.
fn is_cut_off(quad: &Quad, picture_width_px: u32) -> bool {
    let right_px = picture_width_px as f32 - CUT_OFF_PX;
    quad.0.iter().any(|[x, _]| !(CUT_OFF_PX..=right_px).contains(x))
}
