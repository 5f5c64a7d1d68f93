//! Matching as the node uses it.

use std::sync::Arc;

use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp};

use super::{Cooldown, Matcher, Relation, Reported, Watch};
use crate::lists::{CameraRule, Entry, Index, List, ListKind, Passage, Rule};
use crate::plate::{ALPHABET, Country, PlateText, Position, Reading, character_index};
use crate::tracking::Direction;

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
    List::new(id, kind, "test", "test")
}

fn entry(text: &str) -> Entry {
    Entry { reason: Some(format!("reason of {text}")), ..Entry::new(plate(text)) }
}

fn watch(mut list: List, entries: Vec<Entry>, min_probability: f32) -> Watch {
    list.rules.everywhere.min_probability = Some(min_probability);
    Watch { list: Arc::new(list), index: Arc::new(Index::build(entries).unwrap()) }
}

/// Noon of the day before one camera.
fn passage() -> Passage<'static> {
    Passage { camera: "north", direction: Direction::Approaching, at: TODAY.at(12, 0, 0, 0) }
}

fn stolen(plates: &[&str], min_probability: f32) -> Watch {
    let entries = plates.iter().map(|text| entry(text)).collect();
    watch(list("stolen", ListKind::Stolen), entries, min_probability)
}

fn found(matcher: &Matcher, reading: &Reading) -> Vec<(String, bool, f32)> {
    let voted = reading.text().unwrap();
    matcher
        .matches(reading, &voted, reading.confidence(), None, &passage())
        .into_iter()
        .map(|m| (m.entry.plate.to_string(), m.exact(), m.probability))
        .collect()
}

#[test]
fn a_listed_plate_read_well_is_an_exact_match_with_its_reason() {
    let matcher = Matcher::new(vec![stolen(&["AB123CD", "ZZ999ZZ"], 0.6)]);
    let reading = reading("AB123CD", 0.98, &[]);
    let voted = plate("AB123CD");
    let matches = matcher.matches(&reading, &voted, reading.confidence(), None, &passage());
    assert_eq!(matches.len(), 1);
    assert!(matches[0].exact() && matches[0].probability > 0.85, "{:?}", matches[0]);
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
        matcher.matches(&reading, &plate("AB123CD"), confidence, None, &passage())[0].probability
    };
    assert!(of(0.3) < 0.35 && of(0.95) > 0.9, "{} {}", of(0.3), of(0.95));
}

#[test]
fn a_text_voted_from_other_looks_is_matched_too() {
    let matcher = Matcher::new(vec![stolen(&["AB123CD"], 0.6)]);
    let reading = reading("AB123C", 0.9, &[]);
    let matches = matcher.matches(&reading, &plate("AB123CD"), 0.9, None, &passage());
    assert_eq!(matches.len(), 1);
    assert!(matches[0].exact());
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + second).unwrap()
}

#[test]
fn the_same_car_is_reported_once_in_its_time_and_another_always() {
    let matcher = Matcher::new(vec![stolen(&["AB123CD", "EF456GH"], 0.6)]);
    let of = |text: &str| {
        let reading = reading(text, 0.98, &[]);
        matcher.matches(&reading, &plate(text), 0.9, None, &passage()).remove(0)
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
        matcher.matches(&reading, &plate("AB128CD"), 0.6, None, &passage()).remove(0)
    };
    let exact = {
        let reading = reading("AB123CD", 0.98, &[]);
        matcher.matches(&reading, &plate("AB123CD"), 0.9, None, &passage()).remove(0)
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
    let found = matcher.matches(&reading, &plate("AB123CD"), 0.9, None, &passage()).remove(0);
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

/// A list of permits of the centre, at one gate, by day.
fn permits(plates: &[&str]) -> Watch {
    let mut residents = list("residents", ListKind::Permit);
    residents.zone = Some("centre".to_owned());
    residents.rules.cameras = Some(vec!["north".to_owned()]);
    residents.rules.everywhere.hours = Some(vec!["07:30-19:30".parse().unwrap()]);
    let index = Index::build(plates.iter().map(|text| entry(text))).unwrap();
    Watch { list: Arc::new(residents), index: Arc::new(index) }
}

#[test]
fn a_vehicle_without_a_permit_is_a_hit_where_and_when_the_zone_holds() {
    let matcher = Matcher::new(vec![permits(&["AB123CD"]), permits(&["EF456GH"])]);
    let at = |text: &str, camera: &str, hour: i8| {
        let passage = Passage { camera, at: TODAY.at(hour, 0, 0, 0), ..passage() };
        let reading = reading(text, 0.999, &[]);
        let voted = reading.text().unwrap();
        matcher.matches(&reading, &voted, reading.confidence(), None, &passage)
    };
    let found = at("ZX987YW", "north", 12);
    assert_eq!(found.len(), 1, "one for the zone, not one for each of its lists");
    assert_eq!((found[0].relation, found[0].entry.plate.as_str()), (Relation::NoPermit, "ZX987YW"));
    assert!(at("AB123CD", "north", 12).is_empty() && at("EF456GH", "north", 12).is_empty());
    assert!(at("ZX987YW", "south", 12).is_empty(), "not at the zone");
    assert!(at("ZX987YW", "north", 20).is_empty(), "not at that hour");
}

#[test]
fn a_permit_that_was_misread_is_no_hit() {
    let matcher = Matcher::new(vec![permits(&["AB123CD"])]);
    // The reader is 97 % sure of a wrong 8, and gives the right 3 next to nothing.
    let wrong = reading("AB128CD", 0.99, &[(4, '3', 0.01)]);
    let matches = |reading: &Reading| {
        matcher.matches(reading, &reading.text().unwrap(), reading.confidence(), None, &passage())
    };
    assert!(matches(&wrong).is_empty());
    assert!(matches(&reading("ZX987YW", 0.9, &[])).is_empty(), "too muddy to write to anybody");
    assert_eq!(matches(&reading("ZX987YW", 0.999, &[])).len(), 1);
}

#[test]
fn rules_of_list_and_camera_decide() {
    let mut strict = list("stolen", ListKind::Stolen);
    strict.rules.everywhere.min_probability = Some(0.99);
    strict.rules.at.push(CameraRule {
        camera: "south".to_owned(),
        rule: Rule { min_probability: Some(0.5), cooldown_s: Some(7), ..Rule::default() },
    });
    let index = Arc::new(Index::build([entry("AB123CD")]).unwrap());
    let matcher = Matcher::new(vec![Watch { list: Arc::new(strict), index }]);
    let reading = reading("AB123CD", 0.98, &[]);
    let at = |camera| {
        let passage = Passage { camera, ..passage() };
        matcher.matches(&reading, &plate("AB123CD"), reading.confidence(), None, &passage)
    };
    assert!(at("north").is_empty());
    assert_eq!(at("south")[0].cooldown_s, Some(7));
    let general = SignedDuration::from_secs(5);
    assert_eq!(matcher.longest_cooldown(general), SignedDuration::from_secs(7));
}
