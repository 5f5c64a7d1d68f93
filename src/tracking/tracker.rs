//! Detections of one camera in, transits out.

use std::time::Duration;

use super::config::TrackerConfig;
use super::identity::{contradicts, same_plate};
use super::motion::misfit;
use super::track::{Phase, Track};
use super::transit::{Transit, TransitState};
use crate::frame::{Frame, Quad};
use crate::plate::Reading;
use crate::scene::{Attention, Reach};
use crate::vision::{Detection, Engine, VisionError};

/// Gone plates that are remembered at most, those that can be given out first; each holds its
/// evidence frame.
const MAX_DORMANT: usize = 16;

/// Follows the plates before one camera.
///
/// Association is by predicted place and size first (greedy, nearest pair first;
/// the idea is that of SORT, Bewley et al., ICIP 2016), and by what the plate says
/// second: a plate that comes back within [`TrackerConfig::rejoin_s`] continues its
/// track wherever it appears, and a car that takes another one's place starts its own.
#[derive(Debug)]
pub struct Tracker {
    config: TrackerConfig,
    tracks: Vec<Track>,
    last_id: u64,
    /// The last look, seconds.
    looked_s: f64,
}

impl Tracker {
    /// A tracker that has seen nothing yet.
    #[must_use]
    pub fn new(config: TrackerConfig) -> Self {
        Self { config, tracks: Vec::new(), last_id: 0, looked_s: f64::NEG_INFINITY }
    }

    /// Takes the detections of the next frame; `read` is called for those worth reading.
    ///
    /// Gives out each passage as soon as its vote is certain ([`TransitState::Decided`];
    /// again if the voted text changes after that), at the latest when the plate has left
    /// the picture, and for the last time when it can no longer come back
    /// ([`TransitState::Ended`]).
    ///
    /// # Errors
    /// What `read` fails with; the frame then counts only in part.
    pub fn observe<E>(
        &mut self,
        frame: &Frame,
        detections: &[Detection],
        mut read: impl FnMut(&Quad) -> Result<Reading, E>,
    ) -> Result<Vec<Transit>, E> {
        let now_s = frame.stream_time.as_secs_f64();
        self.looked_s = now_s;
        let matched = self.associate(detections, now_s);
        let mut seen = Vec::with_capacity(detections.len());
        for (detection, matched) in detections.iter().zip(matched) {
            let wide = detection.quad.width_px() >= self.config.min_read_width_px;
            let wanted =
                wide && matched.is_none_or(|at| self.tracks[at].wants_reading(detection, now_s));
            let reading = if wanted { Some(read(&detection.quad)?) } else { None };
            let reading = reading.filter(|reading| detection.is_plausible(reading));
            let another_car = matched.is_some_and(|at| {
                let track = &self.tracks[at];
                let verdict = track.verdict.as_ref();
                reading.as_ref().zip(verdict).is_some_and(|(r, v)| contradicts(r, v, track.reads()))
            });
            let at = match matched {
                Some(at) if !another_car => {
                    self.tracks[at].see(detection, now_s);
                    at
                }
                _ => {
                    self.last_id += 1;
                    self.tracks.push(Track::new(self.last_id, detection, now_s));
                    self.tracks.len() - 1
                }
            };
            if wanted {
                self.tracks[at].look(detection, now_s);
            }
            if let Some(reading) = reading {
                self.tracks[at].read(frame, detection, reading);
            }
            seen.push(self.tracks[at].id);
        }
        self.join_same_plates(&seen);
        self.join_same_texts(&seen);
        let mut transits = self.decide();
        transits.extend(self.retire(now_s));
        Ok(transits)
    }

    /// The stream is over: every passage that was not given out for the last time yet.
    pub fn flush(&mut self) -> Vec<Transit> {
        let config = &self.config;
        let tracks = std::mem::take(&mut self.tracks);
        tracks.iter().filter_map(|track| ended(track, config)).collect()
    }

    /// Plates in view.
    #[must_use]
    pub fn in_view(&self) -> usize {
        self.tracks.iter().filter(|track| track.phase == Phase::InView).count()
    }

    /// What is in view, for those who choose the frames to look at.
    #[must_use]
    pub fn attention(&self) -> Attention {
        let mut attention = Attention::default();
        for track in self.tracks.iter().filter(|track| track.phase == Phase::InView) {
            let sought = track.is_sought(self.looked_s, &self.config);
            attention.followed = !sought && (attention.followed || !attention.in_view);
            attention.in_view = true;
            let open = track.is_open(&self.config);
            attention.undecided |= open;
            attention.urgent |= open && track.is_near();
            attention.moving |= track.motion.is_moving();
        }
        attention
    }

    /// Where the plates in view should be at a time after the last look.
    #[must_use]
    pub fn expected(&self, at: Duration) -> Vec<Quad> {
        let in_view = self.tracks.iter().filter(|track| track.phase == Phase::InView);
        in_view.map(|track| track.expected(at.as_secs_f64())).collect()
    }

    /// The plates of the next frame, for [`Self::observe`]: by a look at all of it, or where the
    /// plates in view should be.
    ///
    /// # Errors
    /// [`VisionError::Run`] when a network fails.
    pub fn find(
        &self,
        engine: &mut Engine,
        frame: &Frame,
        reach: Reach,
    ) -> Result<Vec<Detection>, VisionError> {
        match reach {
            Reach::Whole => engine.detect(&frame.picture),
            Reach::Followed => engine.follow(&frame.picture, &self.expected(frame.stream_time)),
        }
    }

    /// For each detection the place of the track that it continues.
    fn associate(&self, detections: &[Detection], now_s: f64) -> Vec<Option<usize>> {
        let mut pairs = Vec::new();
        for (at, track) in self.tracks.iter().enumerate() {
            if track.phase != Phase::InView {
                continue;
            }
            for (index, detection) in detections.iter().enumerate() {
                if let Some(misfit) = misfit(&track.motion, &detection.rect, now_s) {
                    pairs.push((misfit, at, index));
                }
            }
        }
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut matched = vec![None; detections.len()];
        let mut taken = vec![false; self.tracks.len()];
        for (_, at, index) in pairs {
            if !taken[at] && matched[index].is_none() {
                taken[at] = true;
                matched[index] = Some(at);
            }
        }
        matched
    }

    /// Joins tracks that turn out to be of one plate: a plate that came back, or one
    /// that was found twice in the same picture.
    fn join_same_plates(&mut self, seen: &[u64]) {
        for id in seen {
            let Some(new) = self.tracks.iter().position(|track| track.id == *id) else {
                continue;
            };
            let Some(old) = self.earlier_of_same_plate(new, seen) else {
                continue;
            };
            let joining = self.tracks.remove(new);
            let old = if old > new { old - 1 } else { old };
            let jump = !seen.contains(&self.tracks[old].id);
            self.tracks[old].absorb(joining, jump);
        }
    }

    /// Joins tracks whose votes have come to the very same text, also those given out
    /// before: it is the first one that goes on.
    fn join_same_texts(&mut self, seen: &[u64]) {
        let text = |track: &Track| track.verdict.as_ref().map(|verdict| verdict.text.clone());
        for newer in (1..self.tracks.len()).rev() {
            let (id, known) = (self.tracks[newer].id, text(&self.tracks[newer]));
            let older =
                self.tracks.iter().position(|t| t.id < id && known.is_some() && text(t) == known);
            if let Some(older) = older {
                let joining = self.tracks.remove(newer);
                let older = if older > newer { older - 1 } else { older };
                let jump = seen.contains(&id) && !seen.contains(&self.tracks[older].id);
                self.tracks[older].absorb(joining, jump);
            }
        }
    }

    fn earlier_of_same_plate(&self, new: usize, seen: &[u64]) -> Option<usize> {
        let newer = &self.tracks[new];
        // What was given out under its own number stays a passage of its own.
        if newer.given.is_some() {
            return None;
        }
        let verdict =
            newer.verdict.as_ref().filter(|v| v.confidence >= self.config.min_confidence)?;
        self.tracks.iter().position(|older| {
            let Some(known) = &older.verdict else {
                return false;
            };
            // Two plates in one picture are two plates unless they are the very same text.
            let both_in_view = seen.contains(&older.id);
            older.id < newer.id
                && if both_in_view {
                    known.text == verdict.text
                } else {
                    same_plate(known, verdict)
                }
        })
    }

    /// The passages whose vote has just become certain.
    fn decide(&mut self) -> Vec<Transit> {
        let config = &self.config;
        let tracks = self.tracks.iter_mut().filter(|track| {
            track.phase == Phase::InView
                && track.is_certain(config)
                && track.given.as_ref() != track.verdict.as_ref().map(|verdict| &verdict.text)
        });
        tracks.filter_map(decided).collect()
    }

    /// Plates that left the picture, and those that cannot come back any more.
    fn retire(&mut self, now_s: f64) -> Vec<Transit> {
        let config = &self.config;
        let mut transits = Vec::new();
        for track in &mut self.tracks {
            if track.phase == Phase::InView && now_s - track.last_s > config.coast_s {
                track.phase = Phase::Dormant;
                let changed = track.given.as_ref() != track.verdict.as_ref().map(|v| &v.text);
                if changed && track.is_reportable(config) {
                    transits.extend(decided(track));
                }
            }
        }
        // Badges and signs come and go by the dozen: they must not push out what may come back.
        let worth = |track: &Track| (track.is_known(config), track.last_s);
        let dormant = self.tracks.iter().filter(|track| track.phase == Phase::Dormant);
        let mut worths: Vec<(bool, f64)> = dormant.map(worth).collect();
        worths.sort_by(|a, b| b.0.cmp(&a.0).then(b.1.total_cmp(&a.1)));
        let least = worths.get(MAX_DORMANT).copied().unwrap_or((false, f64::NEG_INFINITY));
        self.tracks.retain(|track| {
            let over = track.phase == Phase::Dormant
                && (track.verdict.is_none()
                    || now_s - track.last_s > config.rejoin_s
                    || worth(track) <= least);
            if over {
                transits.extend(ended(track, config));
            }
            !over
        });
        transits
    }
}

fn decided(track: &mut Track) -> Option<Transit> {
    let transit = track.transit(TransitState::Decided)?;
    track.given = Some(transit.text.clone());
    Some(transit)
}

/// The last word on a track: all that was given out before, or can be given out now.
fn ended(track: &Track, config: &TrackerConfig) -> Option<Transit> {
    if track.is_known(config) { track.transit(TransitState::Ended) } else { None }
}
