//! How well a camera is set up for reading plates: are they large, sharp and square enough, and
//! what is to be changed?
//!
//! Every passage of a vehicle counts once, by the best look at its plate.

mod finding;
mod plate;

use std::collections::VecDeque;

use crate::tracking::Transit;
pub use finding::{Advice, Aspect, Finding, Grade};
pub use plate::PlateLook;

/// Passages that are remembered; older ones no longer say how the camera is now.
const REMEMBERED: usize = 200;
/// Fewer passages say nothing.
const LEAST_PASSAGES: usize = 3;
/// A text from this confidence on is read with certainty.
const CERTAIN: f32 = 0.9;
/// Edges that are so much wider in one direction than in the other come from movement.
const MOVED: f32 = 1.5;
/// Edges up to this width, in pixels, are as sharp as pixels can be.
const SHARPEST_PX: f32 = 2.5;
/// Grey level from which a washed-out plate has too much light.
const BRIGHT: f32 = 140.0;

/// From which value an aspect is good, and from which it is at least weak. Where reading falls
/// off on labelled plates is in docs/reference/camera-probe.md.
struct Limits {
    good: f32,
    weak: f32,
}

const fn limits(aspect: Aspect) -> Limits {
    match aspect {
        Aspect::Size => Limits { good: 80.0, weak: 60.0 },
        Aspect::Sharpness => Limits { good: 40.0, weak: 25.0 },
        Aspect::Contrast => Limits { good: 40.0, weak: 20.0 },
        Aspect::Roll => Limits { good: 10.0, weak: 25.0 },
        Aspect::Lean => Limits { good: 15.0, weak: 30.0 },
        Aspect::Looks => Limits { good: 6.0, weak: 3.0 },
        Aspect::Reading => Limits { good: 75.0, weak: 50.0 },
    }
}

/// One passage.
#[derive(Debug, Clone, Copy)]
struct Passage {
    look: PlateLook,
    looks: u32,
    certain: bool,
}

/// What is known of a camera's view so far.
#[derive(Debug, Clone, Default)]
pub struct Siting {
    passages: VecDeque<Passage>,
}

impl Siting {
    /// Counts a passage that has ended.
    pub fn count(&mut self, transit: &Transit) {
        let look = PlateLook::of(&transit.look.frame.picture, &transit.look.detection.quad);
        let Some(look) = look else { return };
        if self.passages.len() == REMEMBERED {
            self.passages.pop_front();
        }
        let certain = transit.confidence >= CERTAIN;
        self.passages.push_back(Passage { look, looks: transit.frames, certain });
    }

    /// Passages that it is known from.
    #[must_use]
    pub fn passages(&self) -> usize {
        self.passages.len()
    }

    /// Aspect by aspect; empty after too few passages.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        if self.passages.len() < LEAST_PASSAGES {
            return Vec::new();
        }
        let mut findings: Vec<Finding> = [
            Aspect::Size,
            Aspect::Sharpness,
            Aspect::Contrast,
            Aspect::Roll,
            Aspect::Lean,
            Aspect::Looks,
        ]
        .into_iter()
        .filter_map(|aspect| self.finding(aspect))
        .collect();
        let certain = self.passages.iter().filter(|passage| passage.certain).count();
        let share = 100.0 * certain as f32 / self.passages.len() as f32;
        let grade = graded(Aspect::Reading, share);
        let explained = findings.iter().any(|finding| finding.grade < Grade::Good);
        let advice = (grade < Grade::Good && !explained).then_some(Advice::LookAtPictures);
        let wanted = limits(Aspect::Reading).good;
        findings.push(Finding { aspect: Aspect::Reading, grade, value: share, wanted, advice });
        findings
    }

    /// The value that three in four passages reach.
    fn quartile(&self, aspect: Aspect, of: impl Fn(&Passage) -> Option<f32>) -> Option<f32> {
        let mut values: Vec<f32> = self.passages.iter().filter_map(of).collect();
        values.sort_by(f32::total_cmp);
        if aspect.rises() {
            values.reverse();
        }
        values.get((values.len() * 3).div_ceil(4).checked_sub(1)?).copied()
    }

    fn finding(&self, aspect: Aspect) -> Option<Finding> {
        let value = self.quartile(aspect, |passage| {
            let look = &passage.look;
            match aspect {
                Aspect::Size => Some(look.width_px),
                Aspect::Sharpness => look.sharpness(),
                Aspect::Contrast => Some(look.contrast),
                Aspect::Roll => Some(look.roll_deg.abs()),
                Aspect::Lean => Some(look.lean_deg.abs()),
                Aspect::Looks => Some(passage.looks as f32),
                Aspect::Reading => None,
            }
        })?;
        let grade = graded(aspect, value);
        let advice = (grade < Grade::Good).then(|| self.advice(aspect));
        Some(Finding { aspect, grade, value, wanted: limits(aspect).good, advice })
    }

    fn advice(&self, aspect: Aspect) -> Advice {
        let median = |of: fn(&PlateLook) -> Option<f32>| {
            let mut values: Vec<f32> = self.passages.iter().filter_map(|p| of(&p.look)).collect();
            values.sort_by(f32::total_cmp);
            values.get(values.len() / 2).copied().unwrap_or_default()
        };
        match aspect {
            Aspect::Size => Advice::Enlarge,
            Aspect::Sharpness => {
                let across = median(|look| look.edge_across_px);
                let down = median(|look| look.edge_down_px);
                if across.max(down) <= SHARPEST_PX {
                    Advice::Enlarge
                } else if across > MOVED * down || down > MOVED * across {
                    Advice::ShortenExposure
                } else {
                    Advice::Focus
                }
            }
            Aspect::Contrast if median(|look| Some(look.bright)) >= BRIGHT => Advice::LessLight,
            Aspect::Contrast => Advice::MoreLight,
            Aspect::Roll => Advice::Level,
            Aspect::Lean => Advice::FromTheFront,
            Aspect::Looks => Advice::LongerView,
            Aspect::Reading => Advice::LookAtPictures,
        }
    }
}

fn graded(aspect: Aspect, value: f32) -> Grade {
    let Limits { good, weak } = limits(aspect);
    let reaches = |limit: f32| if aspect.rises() { value >= limit } else { value <= limit };
    match (reaches(good), reaches(weak)) {
        (true, _) => Grade::Good,
        (false, true) => Grade::Weak,
        (false, false) => Grade::Bad,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: PlateLook = PlateLook {
        width_px: 130.0,
        edge_across_px: Some(3.0),
        edge_down_px: Some(2.5),
        contrast: 150.0,
        bright: 200.0,
        roll_deg: -3.0,
        lean_deg: 5.0,
    };

    /// A camera whose every passage looks like this.
    fn seen(look: PlateLook, looks: u32, certain: bool) -> Siting {
        Siting { passages: (0..10).map(|_| Passage { look, looks, certain }).collect() }
    }

    fn advice(siting: &Siting) -> Vec<(Aspect, Grade, Advice)> {
        let findings = siting.findings();
        findings.iter().filter_map(|f| Some((f.aspect, f.grade, f.advice?))).collect()
    }

    #[test]
    fn a_good_view_needs_no_advice_and_few_passages_say_nothing() {
        let siting = seen(GOOD, 12, true);
        assert_eq!(advice(&siting), []);
        assert_eq!(siting.findings().len(), 7);
        assert!(siting.findings().iter().all(|finding| finding.grade == Grade::Good));
        let few = Siting { passages: siting.passages.iter().take(2).copied().collect() };
        assert_eq!(few.findings(), []);
    }

    #[test]
    fn each_fault_has_its_own_advice() {
        let small = PlateLook {
            width_px: 70.0,
            edge_across_px: Some(1.6),
            edge_down_px: Some(1.5),
            ..GOOD
        };
        assert_eq!(advice(&seen(small, 12, true)), [(Aspect::Size, Grade::Weak, Advice::Enlarge)]);
        let moved = PlateLook { edge_across_px: Some(9.0), ..GOOD };
        let expected = [(Aspect::Sharpness, Grade::Bad, Advice::ShortenExposure)];
        assert_eq!(advice(&seen(moved, 12, true)), expected);
        let soft = PlateLook { edge_across_px: Some(4.5), edge_down_px: Some(4.0), ..GOOD };
        assert_eq!(
            advice(&seen(soft, 12, true)),
            [(Aspect::Sharpness, Grade::Weak, Advice::Focus)]
        );
        // As sharp as its few pixels can be.
        let few = PlateLook {
            width_px: 62.0,
            edge_across_px: Some(2.0),
            edge_down_px: Some(1.8),
            ..GOOD
        };
        let expected = [
            (Aspect::Size, Grade::Weak, Advice::Enlarge),
            (Aspect::Sharpness, Grade::Weak, Advice::Enlarge),
        ];
        assert_eq!(advice(&seen(few, 12, true)), expected);
        let washed = PlateLook { contrast: 15.0, bright: 240.0, ..GOOD };
        let expected = [(Aspect::Contrast, Grade::Bad, Advice::LessLight)];
        assert_eq!(advice(&seen(washed, 12, true)), expected);
        let dark = PlateLook { contrast: 30.0, bright: 60.0, ..GOOD };
        let expected = [(Aspect::Contrast, Grade::Weak, Advice::MoreLight)];
        assert_eq!(advice(&seen(dark, 12, true)), expected);
        let turned = PlateLook { roll_deg: -30.0, lean_deg: 20.0, ..GOOD };
        let expected = [
            (Aspect::Roll, Grade::Bad, Advice::Level),
            (Aspect::Lean, Grade::Weak, Advice::FromTheFront),
        ];
        assert_eq!(advice(&seen(turned, 12, true)), expected);
        let expected = [(Aspect::Looks, Grade::Bad, Advice::LongerView)];
        assert_eq!(advice(&seen(GOOD, 2, true)), expected);
        let expected = [(Aspect::Reading, Grade::Bad, Advice::LookAtPictures)];
        assert_eq!(advice(&seen(GOOD, 12, false)), expected);
    }

    #[test]
    fn three_in_four_passages_are_no_worse_than_what_is_said() {
        let mut siting = seen(GOOD, 12, true);
        // Two of ten are worse: they do not count. With a third one they do.
        for (n, said) in [(2, 130.0), (3, 40.0)] {
            for passage in siting.passages.iter_mut().take(n) {
                passage.look.width_px = 40.0;
            }
            assert_eq!(siting.findings()[0].value, said, "{n} small plates of ten");
        }
    }
}
