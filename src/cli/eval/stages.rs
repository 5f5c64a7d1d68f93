//! At which stage a plate of a clip was lost, and what other rules than the vote would have said.

use std::collections::BTreeMap;

use serde::Serialize;

use super::share::Share;
use super::truth::TruePlate;
use crate::frame::Rect;

/// Overlap from which something found is the true plate, where the truth says where it is.
const NEAR_IOU: f32 = 0.3;
/// Where it does not, what was read in its time is the plate when it differs by so many edits
/// at most.
const NEAR_EDITS: usize = 2;
/// Clocks of truth and clip may be apart by so much, seconds.
const SLACK_S: f64 = 0.5;
/// Widths above this do not make a look better, pixels; as in the tracker.
const WIDE_PX: f32 = 250.0;

/// How far a true plate came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Stage {
    /// Given out with its very text.
    Right,
    /// Nothing was found where it is; where the truth does not say where: nothing alike was read.
    NotFound,
    /// Found, but the reader was never asked: too narrow.
    NotRead,
    /// Read, but no look read it right: the reader's loss.
    Misread,
    /// A look read it right, but what was given out differs, or nothing was: the tracker's loss.
    LostByVote,
}

impl Stage {
    pub(super) const ALL: [Self; 5] =
        [Self::Right, Self::NotFound, Self::NotRead, Self::Misread, Self::LostByVote];
}

/// Something found in a clip, and what the reader said of it if it was asked.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) at_s: f64,
    pub(super) rect: Rect,
    pub(super) read: Option<Read>,
}

/// What one look alone says.
#[derive(Debug, Clone)]
pub(super) struct Read {
    /// The text once syntax had its say; `None` when it is unreadable.
    pub(super) text: Option<String>,
    pub(super) confidence: f32,
    pub(super) width_px: f32,
}

/// A passage that was given out.
#[derive(Debug, Clone)]
pub(super) struct Given {
    pub(super) text: String,
    pub(super) first_s: f64,
    pub(super) last_s: f64,
}

/// What became of a true plate.
#[derive(Debug, Serialize)]
pub(super) struct Outcome {
    pub(super) text: String,
    pub(super) stage: Stage,
    /// Looks at it that were read, and those read right.
    pub(super) looks: Share,
    /// The text given out in its time that is most like it.
    pub(super) given: Option<String>,
    /// The text of the single best look.
    pub(super) best_look: Option<String>,
    /// The text that most looks read.
    pub(super) majority: Option<String>,
}

/// True plates by how far they came, and those right by each rule of combination.
#[derive(Debug, Default, Serialize)]
pub(super) struct Totals {
    pub(super) stages: BTreeMap<Stage, u32>,
    /// What was given out: the tracker's vote.
    pub(super) vote: Share,
    pub(super) best_look: Share,
    pub(super) majority: Share,
}

impl Totals {
    /// One more plate.
    pub(super) fn count(&mut self, plate: &Outcome) {
        *self.stages.entry(plate.stage).or_default() += 1;
        let is_right = |text: &Option<String>| text.as_ref() == Some(&plate.text);
        self.vote.count(plate.stage == Stage::Right);
        self.best_look.count(is_right(&plate.best_look));
        self.majority.count(is_right(&plate.majority));
    }
}

/// Follows a true plate through what was found, read and given out.
pub(super) fn outcome(plate: &TruePlate, found: &[Found], given: &[Given]) -> Outcome {
    let here: Vec<&Found> = found.iter().filter(|found| plate.is_at(found)).collect();
    let reads: Vec<&Read> = here.iter().filter_map(|found| found.read.as_ref()).collect();
    let mut looks = Share::default();
    for read in &reads {
        looks.count(read.text.as_ref() == Some(&plate.text));
    }
    let given = given
        .iter()
        .filter(|given| plate.overlaps(given.first_s, given.last_s))
        .map(|given| (strsim::levenshtein(&given.text, &plate.text), given))
        .filter(|(edits, _)| *edits <= NEAR_EDITS)
        .min_by_key(|(edits, _)| *edits);
    let stage = match given {
        Some((0, _)) => Stage::Right,
        _ if here.is_empty() => Stage::NotFound,
        _ if reads.is_empty() => Stage::NotRead,
        _ if looks.right == 0 => Stage::Misread,
        _ => Stage::LostByVote,
    };
    Outcome {
        text: plate.text.clone(),
        stage,
        looks,
        given: given.map(|(_, given)| given.text.clone()),
        best_look: best_look(&reads),
        majority: majority(&reads),
    }
}

impl TruePlate {
    fn overlaps(&self, first_s: f64, last_s: f64) -> bool {
        first_s <= self.seen_s.1 + SLACK_S && last_s >= self.seen_s.0 - SLACK_S
    }

    /// Whether something found is this plate.
    fn is_at(&self, found: &Found) -> bool {
        let there = self.places.iter().any(|((from, to), rect)| {
            (*from..*to).contains(&found.at_s) && rect.iou(&found.rect) >= NEAR_IOU
        });
        let edits = if self.places.is_empty() { NEAR_EDITS } else { 0 };
        let text = found.read.as_ref().and_then(|read| read.text.as_ref());
        let alike = text.is_some_and(|text| strsim::levenshtein(text, &self.text) <= edits);
        there || alike && self.overlaps(found.at_s, found.at_s)
    }
}

/// What the single best look says: the surest, wide ones before narrow ones, by the measure that
/// chooses the evidence.
fn best_look(reads: &[&Read]) -> Option<String> {
    let quality = |read: &Read| read.confidence * read.width_px.clamp(1.0, WIDE_PX).sqrt();
    let texts = reads.iter().filter(|read| read.text.is_some());
    texts.max_by(|a, b| quality(a).total_cmp(&quality(b)))?.text.clone()
}

/// The whole text that most looks read; of equals, the one with the higher sum of confidences.
fn majority(reads: &[&Read]) -> Option<String> {
    let mut texts: BTreeMap<&str, (u32, f32)> = BTreeMap::new();
    for read in reads {
        if let Some(text) = &read.text {
            let (count, sum) = texts.entry(text).or_default();
            *count += 1;
            *sum += read.confidence;
        }
    }
    let most = texts.iter().max_by(|(_, a), (_, b)| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)))?;
    Some((*most.0).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLATE: Rect = Rect { x: 100.0, y: 50.0, w: 90.0, h: 20.0 };

    fn truth(placed: bool) -> TruePlate {
        let places = if placed { vec![((1.0, 3.0), PLATE)] } else { Vec::new() };
        TruePlate { text: "FX482KM".into(), seen_s: (1.0, 3.0), places }
    }

    fn read(text: &str, confidence: f32, width_px: f32) -> Option<Read> {
        Some(Read { text: Some(text.into()), confidence, width_px })
    }

    fn found(at_s: f64, read: Option<Read>) -> Found {
        Found { at_s, rect: PLATE, read }
    }

    fn given(text: &str, first_s: f64) -> Given {
        Given { text: text.into(), first_s, last_s: first_s + 1.0 }
    }

    #[test]
    fn a_plate_is_lost_where_it_first_goes_wrong() {
        let plate = truth(true);
        let narrow = found(2.0, None);
        let wrong = found(2.0, read("FX4B2KM", 0.9, 80.0));
        let right = found(2.1, read("FX482KM", 0.4, 80.0));
        let elsewhere = Found { rect: Rect { x: 500.0, ..PLATE }, ..wrong.clone() };
        let cases = [
            (vec![], vec![], Stage::NotFound),
            (vec![elsewhere], vec![], Stage::NotFound),
            (vec![found(9.0, None)], vec![], Stage::NotFound),
            (vec![narrow.clone()], vec![], Stage::NotRead),
            (vec![narrow.clone(), wrong.clone()], vec![given("FX4B2KM", 2.0)], Stage::Misread),
            (vec![wrong.clone(), right.clone()], vec![], Stage::LostByVote),
            (vec![wrong.clone(), right], vec![given("FX4B2KM", 2.0)], Stage::LostByVote),
            // The vote can be right where no look is.
            (vec![narrow, wrong], vec![given("FX482KM", 2.0)], Stage::Right),
        ];
        for (found, given, stage) in cases {
            assert_eq!(outcome(&plate, &found, &given).stage, stage, "{found:?} {given:?}");
        }
        // The same text a minute later is not this passage.
        assert_eq!(outcome(&plate, &[], &[given("FX482KM", 60.0)]).stage, Stage::NotFound);
    }

    #[test]
    fn without_boxes_what_reads_alike_in_its_time_is_the_plate() {
        let plate = truth(false);
        let stage = |found: Found| outcome(&plate, &[found], &[]).stage;
        assert_eq!(stage(found(2.0, read("FX4B2KN", 0.5, 80.0))), Stage::Misread);
        assert_eq!(stage(found(2.0, read("B02YKD", 0.5, 80.0))), Stage::NotFound);
        assert_eq!(stage(found(8.0, read("FX482KM", 0.5, 80.0))), Stage::NotFound);
        assert_eq!(stage(found(2.0, None)), Stage::NotFound);
    }

    #[test]
    fn the_rules_are_counted_beside_each_other() {
        // One wide sure look is right, two poor ones agree on something else.
        let looks = [
            found(1.0, read("FX4B2KM", 0.5, 40.0)),
            found(1.5, read("FX4B2KM", 0.6, 50.0)),
            found(2.0, read("FX482KM", 0.9, 120.0)),
            found(2.5, Some(Read { text: None, confidence: 0.0, width_px: 120.0 })),
        ];
        let outcome = outcome(&truth(true), &looks, &[given("FX482KM", 1.0)]);
        assert_eq!(outcome.best_look.as_deref(), Some("FX482KM"));
        assert_eq!(outcome.majority.as_deref(), Some("FX4B2KM"));
        assert_eq!(outcome.looks, Share { of: 4, right: 1 });
        let mut totals = Totals::default();
        totals.count(&outcome);
        assert_eq!((totals.vote.right, totals.best_look.right, totals.majority.right), (1, 1, 0));
        assert_eq!(totals.stages[&Stage::Right], 1);
    }

    #[test]
    fn of_equally_frequent_texts_the_surer_one_wins() {
        let (a, b) = (read("FX4B2KM", 0.3, 90.0).unwrap(), read("FX482KM", 0.6, 40.0).unwrap());
        assert_eq!(majority(&[&b, &a]).as_deref(), Some("FX482KM"));
        assert_eq!(majority(&[]), None);
    }
}
