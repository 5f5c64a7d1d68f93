//! Matching as the node uses it.

use std::sync::Arc;

use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp};

use super::{Cooldown, Matcher, Reported, Watch};
use crate::lists::{Entry, Index, List, ListKind, Vehicle};
use crate::plate::{ALPHABET, Country, PlateText, Position, Reading, character_index};

const TODAY: Date = date(2026, 11, 21);

fn plate(text: &str) -> PlateText {
    PlateText::new(text).unwrap()
}

/// A reading of `text` with `p` for each character, the rest spread over all others;
/// `muddy` names positions and the character that shares their probability.
fn reading(text: &str, p: f32, muddy: &[(usize, char, f32)]) -> Reading {
    let positions = text
        .chars()
        .enumerate()
        .map(|(place, character)| {
            let mut weights = [(1.0 - p) / 38.0; ALPHABET.len()];
            weights[character_index(character).unwrap()] = p;
            for (_, other, share) in muddy.iter().filter(|m| m.0 == place) {
                weights[character_index(character).unwrap()] = p - share;
                weights[character_index(*other).unwrap()] += share;
            }
            Position::new(weights)
        })
        .collect();
    Reading { positions, country: None }
}

fn list(id: &str, kind: ListKind) -> List {
    List {
        id: id.to_owned(),
        name: id.to_owned(),
        kind,
        purpose: "test".to_owned(),
        legal_basis: "test".to_owned(),
        valid_from: None,
        valid_to: None,
    }
}

fn entry(text: &str) -> Entry {
    Entry {
        plate: plate(text),
        country: None,
        reason: Some(format!("reason of {text}")),
        reference: None,
        valid_from: None,
        valid_to: None,
        vehicle: Vehicle::default(),
    }
}

fn watch(list: List, entries: Vec<Entry>, min_probability: f32) -> Watch {
    Watch { list: Arc::new(list), index: Arc::new(Index::build(entries).unwrap()), min_probability }
}

fn stolen(plates: &[&str], min_probability: f32) -> Watch {
    let entries = plates.iter().map(|text| entry(text)).collect();
    watch(list("stolen", ListKind::Stolen), entries, min_probability)
}

fn found(matcher: &Matcher, reading: &Reading) -> Vec<(String, bool, f32)> {
    let voted = reading.text().unwrap();
    matcher
        .matches(reading, &voted, reading.confidence(), None, TODAY)
        .into_iter()
        .map(|m| (m.entry.plate.to_string(), m.exact, m.probability))
        .collect()
}

#[test]
fn a_listed_plate_read_well_is_an_exact_match_with_its_reason() {
    let matcher = Matcher::new(vec![stolen(&["AB123CD", "ZZ999ZZ"], 0.6)]);
    let reading = reading("AB123CD", 0.98, &[]);
    let voted = plate("AB123CD");
    let matches = matcher.matches(&reading, &voted, reading.confidence(), None, TODAY);
    assert_eq!(matches.len(), 1);
    assert!(matches[0].exact && matches[0].probability > 0.85, "{:?}", matches[0]);
    assert_eq!(matches[0].entry.reason.as_deref(), Some("reason of AB123CD"));
}

#[test]
fn a_look_alike_that_the_reading_allows_is_found_with_its_probability() {
    let matcher = Matcher::new(vec![stolen(&["AB128CD"], 0.3)]);
    let matches = found(&matcher, &reading("AB123CD", 0.99, &[(4, '8', 0.45)]));
    assert_eq!(matches.len(), 1);
    let (listed, exact, probability) = &matches[0];
    assert_eq!((listed.as_str(), *exact), ("AB128CD", false));
    assert!((0.4..0.75).contains(probability), "{probability}");
}

#[test]
fn a_strong_different_reading_is_no_hit_however_small_the_threshold_of_reason() {
    // One character differs; the reader is 99 % sure of its own.
    let matcher = Matcher::new(vec![stolen(&["AB123CB", "AB12CD"], 0.5)]);
    for text in ["AB123CD", "A8123C0", "AB12CDD"] {
        let matches = found(&matcher, &reading(text, 0.99, &[]));
        assert!(matches.is_empty(), "{text}: {matches:?}");
    }
    let mut italian = reading("A8123CD", 0.99, &[]);
    italian.country = Some((Country::literal(*b"IT"), 1.0));
    let matcher = Matcher::new(vec![stolen(&["AB123CD"], 0.5)]);
    assert!(found(&matcher, &italian).is_empty());
    // A character too many, which no format has: likelier, and still no hit by default.
    for text in ["1AB123CD", "AB123CD1", "B123CD", "AB123C"] {
        let mut strong = reading(text, 0.99, &[]);
        strong.country = italian.country;
        let matcher = Matcher::new(vec![stolen(&["AB123CD"], 0.6)]);
        assert!(found(&matcher, &strong).is_empty(), "{text}");
    }
}

#[test]
fn a_dense_list_does_not_turn_every_error_into_a_hit() {
    // A tenth of all plates around the one read are listed, the one read is not.
    let listed: Vec<String> =
        (0..1000).filter(|n| n % 10 == 7).map(|n| format!("AB{n:03}CD")).collect();
    let listed: Vec<&str> = listed.iter().map(String::as_str).collect();
    let matcher = Matcher::new(vec![stolen(&listed, 0.5)]);
    assert!(found(&matcher, &reading("AB123CD", 0.95, &[])).is_empty());
}

#[test]
fn what_lapsed_and_what_is_ignored_is_not_reported() {
    let good = reading("AB123CD", 0.98, &[]);
    let mut lapsed = entry("AB123CD");
    lapsed.valid_to = Some(date(2026, 11, 20));
    let mut last_day = entry("AB123CD");
    last_day.valid_to = Some(TODAY);
    let of = |entries| Matcher::new(vec![watch(list("stolen", ListKind::Stolen), entries, 0.6)]);
    assert!(found(&of(vec![lapsed]), &good).is_empty());
    assert_eq!(found(&of(vec![last_day]), &good).len(), 1);

    let mut old = list("old", ListKind::Wanted);
    old.valid_to = Some(date(2026, 1, 1));
    assert!(found(&Matcher::new(vec![watch(old, vec![entry("AB123CD")], 0.6)]), &good).is_empty());

    let ignored = watch(list("ours", ListKind::Ignored), vec![entry("AB123CD")], 0.6);
    let both = Matcher::new(vec![stolen(&["AB123CD"], 0.6), ignored.clone()]);
    assert!(found(&both, &good).is_empty());
    let other = Matcher::new(vec![stolen(&["AB123CE"], 0.6), ignored]);
    assert_eq!(found(&other, &reading("AB123CE", 0.98, &[])).len(), 1);
}

#[test]
fn the_same_text_of_another_country_is_less_probable() {
    let mut french = entry("AB123CD");
    french.country = Some(Country::literal(*b"FR"));
    let matcher = Matcher::new(vec![watch(list("stolen", ListKind::Stolen), vec![french], 0.0)]);
    let mut seen = reading("AB123CD", 0.98, &[]);
    seen.country = Some((Country::literal(*b"FR"), 0.9));
    let at_home = found(&matcher, &seen)[0].2;
    seen.country = Some((Country::literal(*b"IT"), 0.9));
    let abroad = found(&matcher, &seen)[0].2;
    assert!(abroad < 0.3 && at_home > 0.8, "{abroad} {at_home}");
}

#[test]
fn a_vote_that_is_less_sure_than_its_reading_counts() {
    let matcher = Matcher::new(vec![stolen(&["AB123CD"], 0.0)]);
    let reading = reading("AB123CD", 0.98, &[]);
    let of = |confidence| {
        matcher.matches(&reading, &plate("AB123CD"), confidence, None, TODAY)[0].probability
    };
    assert!(of(0.3) < 0.35 && of(0.95) > 0.9, "{} {}", of(0.3), of(0.95));
}

#[test]
fn a_text_voted_from_other_looks_is_matched_too() {
    let matcher = Matcher::new(vec![stolen(&["AB123CD"], 0.6)]);
    let reading = reading("AB123C", 0.9, &[]);
    let matches = matcher.matches(&reading, &plate("AB123CD"), 0.9, None, TODAY);
    assert_eq!(matches.len(), 1);
    assert!(matches[0].exact);
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + second).unwrap()
}

#[test]
fn the_same_car_is_reported_once_in_its_time_and_another_always() {
    let matcher = Matcher::new(vec![stolen(&["AB123CD", "EF456GH"], 0.6)]);
    let of = |text: &str| {
        let reading = reading(text, 0.98, &[]);
        matcher.matches(&reading, &plate(text), 0.9, None, TODAY).remove(0)
    };
    let (first, second) = (of("AB123CD"), of("EF456GH"));
    let mut cooldown = Cooldown::new(SignedDuration::from_secs(300));
    assert!(cooldown.admit("north", &first, at(0)));
    assert!(cooldown.admit("north", &second, at(0)), "a second wanted car");
    assert!(cooldown.admit("south", &first, at(1)), "another camera");
    assert!(!cooldown.admit("north", &first, at(299)));
    assert!(!cooldown.admit("north", &first, at(-5)), "frames may come late");
    assert!(cooldown.admit("north", &first, at(300)));
}

#[test]
fn a_false_look_alike_does_not_swallow_the_real_car() {
    let matcher = Matcher::new(vec![stolen(&["AB123CD"], 0.1)]);
    let look_alike = {
        let reading = reading("AB128CD", 0.97, &[(4, '3', 0.3)]);
        matcher.matches(&reading, &plate("AB128CD"), 0.6, None, TODAY).remove(0)
    };
    let exact = {
        let reading = reading("AB123CD", 0.98, &[]);
        matcher.matches(&reading, &plate("AB123CD"), 0.9, None, TODAY).remove(0)
    };
    let mut cooldown = Cooldown::new(SignedDuration::from_secs(300));
    assert!(cooldown.admit("north", &look_alike, at(0)));
    assert!(!cooldown.admit("north", &look_alike, at(10)));
    assert!(cooldown.admit("north", &exact, at(20)));
    assert!(!cooldown.admit("north", &look_alike, at(30)));
}

#[test]
fn a_restart_repeats_nothing() {
    let matcher = Matcher::new(vec![stolen(&["AB123CD"], 0.6)]);
    let reading = reading("AB123CD", 0.98, &[]);
    let found = matcher.matches(&reading, &plate("AB123CD"), 0.9, None, TODAY).remove(0);
    let mut cooldown = Cooldown::new(SignedDuration::from_secs(300));
    cooldown.seed([Reported {
        camera: "north".to_owned(),
        list: "stolen".to_owned(),
        plate: plate("AB123CD"),
        exact: true,
        probability: 0.9,
        at: at(0),
    }]);
    assert!(!cooldown.admit("north", &found, at(100)));
    assert!(cooldown.admit("north", &found, at(400)));
}
