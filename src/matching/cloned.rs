//! The same plate at two places too far apart in too short a time: one of the two is
//! a copy.
//!
//! Pure. Distance is the great circle's (haversine formula, R. W. Sinnott, "Virtues of
//! the Haversine", Sky and Telescope 68, 1984), which no road is shorter than; so what
//! is called impossible is so on any road.

use jiff::{SignedDuration, Timestamp};

use crate::plate::{Country, PlateText};

/// Mean radius of the Earth (IUGG), kilometres.
const EARTH_RADIUS_KM: f64 = 6371.0088;
const SECONDS_PER_HOUR: f64 = 3600.0;

/// A place on the Earth (WGS 84).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spot {
    /// Degrees north.
    pub lat_deg: f64,
    /// Degrees east.
    pub lon_deg: f64,
}

impl Spot {
    /// Kilometres to another place along the great circle.
    #[must_use]
    pub fn distance_km(self, other: Self) -> f64 {
        let (lat, other_lat) = (self.lat_deg.to_radians(), other.lat_deg.to_radians());
        let by_lat = ((other_lat - lat) / 2.0).sin();
        let by_lon = ((other.lon_deg - self.lon_deg).to_radians() / 2.0).sin();
        let h = by_lat * by_lat + lat.cos() * other_lat.cos() * by_lon * by_lon;
        2.0 * EARTH_RADIUS_KM * h.clamp(0.0, 1.0).sqrt().asin()
    }
}

/// A passage, as far as this comparison asks for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Sighting {
    /// What the plate may be, with probabilities: the voted text and its alternatives.
    pub texts: Vec<(PlateText, f32)>,
    /// Country of the plate, if known.
    pub country: Option<Country>,
    /// When the plate was first seen.
    pub first_seen_at: Timestamp,
    /// When it was last seen.
    pub last_seen_at: Timestamp,
    /// Where.
    pub spot: Spot,
}

/// From when on two sightings are called impossible.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CloneRules {
    /// Nobody is faster, kilometres per hour.
    pub max_speed_kmh: f64,
    /// By so much the two clocks together may be wrong.
    pub clock_error: SignedDuration,
    /// The two plates are the same with at least this probability.
    pub min_probability: f32,
}

impl Default for CloneRules {
    fn default() -> Self {
        Self {
            max_speed_kmh: 200.0,
            clock_error: SignedDuration::from_secs(60),
            min_probability: 0.8,
        }
    }
}

/// Two sightings that no one vehicle explains.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Impossible {
    /// Kilometres as the crow flies.
    pub distance_km: f64,
    /// Time between the two passages; zero when they overlap.
    pub apart: SignedDuration,
    /// Speed that it would take, clock errors left aside; infinite at no time.
    pub speed_kmh: f64,
    /// Probability that both plates have the same text.
    pub probability: f32,
}

/// What makes two sightings impossible for one vehicle; `None` when one explains them.
#[must_use]
pub fn impossible(a: &Sighting, b: &Sighting, rules: &CloneRules) -> Option<Impossible> {
    // The same characters on plates of two countries are two vehicles' own.
    if let (Some(one), Some(other)) = (a.country, b.country)
        && one != other
    {
        return None;
    }
    let distance_km = a.spot.distance_km(b.spot);
    let apart = gap(a, b);
    let allowed_s = apart.as_secs_f64() + rules.clock_error.as_secs_f64().max(0.0);
    let needed_s = distance_km / rules.max_speed_kmh.max(1.0) * SECONDS_PER_HOUR;
    // Not "needed <= allowed": a place that is no number is no hit either.
    let too_far = needed_s > allowed_s;
    if !too_far {
        return None;
    }
    let probability = same_text(&a.texts, &b.texts);
    (probability >= rules.min_probability).then(|| Impossible {
        distance_km,
        apart,
        speed_kmh: distance_km / (apart.as_secs_f64() / SECONDS_PER_HOUR),
        probability,
    })
}

/// How long before a sighting another one can be that is still impossible with it, when
/// no two places are farther apart than `distance_km`.
#[must_use]
pub fn reach(distance_km: f64, rules: &CloneRules) -> SignedDuration {
    let hours = distance_km.max(0.0) / rules.max_speed_kmh.max(1.0);
    SignedDuration::try_from_secs_f64(hours * SECONDS_PER_HOUR).unwrap_or(SignedDuration::ZERO)
}

/// Time from the end of the earlier passage to the begin of the later one.
fn gap(a: &Sighting, b: &Sighting) -> SignedDuration {
    let a_to_b = b.first_seen_at.duration_since(a.last_seen_at);
    let b_to_a = a.first_seen_at.duration_since(b.last_seen_at);
    a_to_b.max(b_to_a).max(SignedDuration::ZERO)
}

/// Probability that two plates, read independently, have the same text: the sum, over
/// the texts that both may be, of the product of their probabilities. What is not
/// among the texts counts as different, so it is rather too low.
fn same_text(a: &[(PlateText, f32)], b: &[(PlateText, f32)]) -> f32 {
    let of = |text: &PlateText| b.iter().find(|(other, _)| other == text).map_or(0.0, |it| it.1);
    a.iter().map(|(text, p)| p.clamp(0.0, 1.0) * of(text).clamp(0.0, 1.0)).sum::<f32>().min(1.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MILAN: Spot = Spot { lat_deg: 45.4642, lon_deg: 9.19 };
    const ROME: Spot = Spot { lat_deg: 41.9028, lon_deg: 12.4964 };

    fn seen(texts: &[(&str, f32)], spot: Spot, at_s: i64) -> Sighting {
        let texts = texts.iter().map(|(text, p)| (PlateText::new(text).unwrap(), *p)).collect();
        let first_seen_at = Timestamp::from_second(1_700_000_000 + at_s).unwrap();
        let last_seen_at = first_seen_at + SignedDuration::from_secs(2);
        Sighting { texts, country: None, first_seen_at, last_seen_at, spot }
    }

    #[test]
    fn milan_and_rome_within_the_hour_is_two_vehicles() {
        assert!((MILAN.distance_km(ROME) - 477.0).abs() < 2.0, "{}", MILAN.distance_km(ROME));
        let rules = CloneRules::default();
        let milan = seen(&[("AB123CD", 0.98)], MILAN, 0);
        let found = impossible(&milan, &seen(&[("AB123CD", 0.97)], ROME, 3600), &rules).unwrap();
        assert!((470.0..485.0).contains(&found.speed_kmh), "{found:?}");
        assert!((found.probability - 0.95).abs() < 0.01);
        // 477 km at 200 km/h take 2 h 23 min; a minute of it may be the clocks'.
        let late = |minutes: i64| seen(&[("AB123CD", 0.97)], ROME, minutes * 60);
        assert!(impossible(&milan, &late(140), &rules).is_some());
        assert!(impossible(&milan, &late(144), &rules).is_none());
    }

    #[test]
    fn a_doubtful_reading_or_another_country_is_no_clone() {
        let rules = CloneRules::default();
        let milan = seen(&[("AB123CD", 0.98)], MILAN, 0);
        assert!(impossible(&milan, &seen(&[("AB123CO", 0.98)], ROME, 60), &rules).is_none());
        assert!(impossible(&milan, &seen(&[("AB123CD", 0.7)], ROME, 60), &rules).is_none());
        let mut italian = milan.clone();
        italian.country = Country::new("IT").ok();
        let mut french = seen(&[("AB123CD", 0.98)], ROME, 60);
        french.country = Country::new("FR").ok();
        assert!(impossible(&italian, &french, &rules).is_none());
        assert!(impossible(&milan, &french, &rules).is_some(), "unknown goes with any");
    }

    #[test]
    fn look_alikes_count_by_what_both_may_be() {
        let rules = CloneRules { min_probability: 0.5, ..CloneRules::default() };
        let a = seen(&[("AB123C0", 0.55), ("AB123CO", 0.44)], MILAN, 0);
        let b = seen(&[("AB123CO", 0.99)], ROME, 60);
        assert!(impossible(&a, &b, &rules).is_none(), "0.44 is not enough");
        let a = seen(&[("AB123C0", 0.35), ("AB123CO", 0.64)], MILAN, 0);
        let found = impossible(&a, &b, &rules).unwrap();
        assert!((found.probability - 0.634).abs() < 0.01, "{found:?}");
    }

    #[test]
    fn a_gps_that_jumps_is_no_clone_and_no_number_is_none() {
        let rules = CloneRules::default();
        let here = seen(&[("AB123CD", 0.99)], MILAN, 0);
        let near = Spot { lat_deg: MILAN.lat_deg + 0.02, ..MILAN };
        assert!(impossible(&here, &seen(&[("AB123CD", 0.99)], near, 0), &rules).is_none());
        let nowhere = Spot { lat_deg: f64::NAN, lon_deg: 0.0 };
        assert!(impossible(&here, &seen(&[("AB123CD", 0.99)], nowhere, 0), &rules).is_none());
    }

    fn spot() -> impl Strategy<Value = Spot> {
        (-90.0..=90.0, -180.0..=180.0).prop_map(|(lat_deg, lon_deg)| Spot { lat_deg, lon_deg })
    }

    proptest! {
        #[test]
        fn the_order_does_not_matter_and_time_heals(
            a in spot(), b in spot(), at_s in -20_000_i64..20_000,
        ) {
            let rules = CloneRules::default();
            let one = seen(&[("AB123CD", 0.99)], a, 0);
            let other = seen(&[("AB123CD", 0.99)], b, at_s);
            let found = impossible(&one, &other, &rules);
            prop_assert_eq!(found.is_some(), impossible(&other, &one, &rules).is_some());
            let distance_km = a.distance_km(b);
            prop_assert!((0.0..=20_016.0).contains(&distance_km));
            if let Some(found) = found {
                prop_assert!(found.speed_kmh > rules.max_speed_kmh);
                // Beyond its reach nothing is impossible.
                prop_assert!(found.apart <= reach(distance_km, &rules));
            }
        }
    }
}
