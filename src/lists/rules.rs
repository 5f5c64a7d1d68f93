//! When a list is looked at, and from which probability it speaks.

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::hours::Hours;
use crate::tracking::Direction;

/// Where and when a vehicle passed, as far as rules ask for it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Passage<'a> {
    /// Identifier of the camera.
    pub camera: &'a str,
    /// Which way it moved.
    pub direction: Direction,
    /// Local time at the camera.
    pub at: DateTime,
}

/// What may be said for all cameras, and again for one.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rule {
    /// Matches that are less probable are no hits, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_probability: Option<f32>,
    /// Hours in which the list is looked at; empty: always.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<Vec<Hours>>,
    /// Only vehicles that move this way. A vehicle whose way is not known counts too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// The same plate is not reported again by the same camera for so long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cooldown_s: Option<u32>,
}

/// A rule of one camera: what it says goes before what is said for all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CameraRule {
    /// Identifier of the camera.
    pub camera: String,
    /// What differs there.
    #[serde(flatten)]
    pub rule: Rule,
}

/// When and where a list is looked at.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rules {
    /// At every camera.
    #[serde(flatten)]
    pub everywhere: Rule,
    /// The only cameras at which the list is looked at; `None`: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cameras: Option<Vec<String>>,
    /// What differs at some cameras.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub at: Vec<CameraRule>,
}

impl Rules {
    /// The rule at a camera.
    #[must_use]
    pub fn at(&self, camera: &str) -> Rule {
        let here = self.at.iter().find(|at| at.camera == camera).map(|at| at.rule.clone());
        let (here, all) = (here.unwrap_or_default(), &self.everywhere);
        Rule {
            min_probability: here.min_probability.or(all.min_probability),
            hours: here.hours.or_else(|| all.hours.clone()),
            direction: here.direction.or(all.direction),
            cooldown_s: here.cooldown_s.or(all.cooldown_s),
        }
    }

    /// The rule that holds for a passage; `None` when the list is not looked at then
    /// and there.
    #[must_use]
    pub fn hold_for(&self, passage: &Passage<'_>) -> Option<Rule> {
        if let Some(cameras) = &self.cameras
            && !cameras.iter().any(|camera| camera == passage.camera)
        {
            return None;
        }
        let rule = self.at(passage.camera);
        let in_time = rule
            .hours
            .as_ref()
            .is_none_or(|hours| hours.is_empty() || hours.iter().any(|h| h.hold_at(passage.at)));
        // A missed hit is worse than one that an officer waves away.
        let its_way = rule.direction.is_none_or(|direction| {
            passage.direction == direction || passage.direction == Direction::Unknown
        });
        (in_time && its_way).then_some(rule)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn rules() -> Rules {
        toml::from_str(
            r#"
            min_probability = 0.8
            hours = ["mon-fri 07:30-19:30"]
            cameras = ["north", "south"]
            [[at]]
            camera = "south"
            min_probability = 0.95
            hours = []
            direction = "approaching"
            "#,
        )
        .unwrap()
    }

    fn passage(camera: &str, hour: i8, direction: Direction) -> Passage<'_> {
        Passage { camera, direction, at: date(2026, 11, 23).at(hour, 0, 0, 0) }
    }

    #[test]
    fn a_camera_has_its_own_rules_before_the_general_ones() {
        let rules = rules();
        let north = rules.hold_for(&passage("north", 8, Direction::Receding)).unwrap();
        assert_eq!(north.min_probability, Some(0.8));
        let south = rules.hold_for(&passage("south", 23, Direction::Approaching)).unwrap();
        assert_eq!(south.min_probability, Some(0.95));
    }

    #[test]
    fn a_list_is_not_looked_at_elsewhere_at_other_hours_or_the_other_way() {
        let rules = rules();
        assert!(rules.hold_for(&passage("east", 8, Direction::Approaching)).is_none());
        assert!(rules.hold_for(&passage("north", 20, Direction::Approaching)).is_none());
        assert!(rules.hold_for(&passage("south", 8, Direction::Receding)).is_none());
        assert!(rules.hold_for(&passage("south", 8, Direction::Unknown)).is_some());
    }
}
