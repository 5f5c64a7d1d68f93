//! Decoding: lengths, look-alikes, and the beam against every way through the columns.

use proptest::prelude::*;

use super::*;
use crate::plate::Reading;

/// Columns in which each is nearly certain of one class.
fn columns(labels: &[usize]) -> Vec<f32> {
    let mut columns = vec![2e-6; labels.len() * CLASSES];
    for (step, label) in labels.iter().enumerate() {
        columns[step * CLASSES + label] = 1.0 - 2e-6 * (CLASSES - 1) as f32;
    }
    columns
}

fn reading(columns: &[f32], country: Option<(Country, f32)>) -> Reading {
    Reading { positions: decode(&[columns], country).positions, country }
}

fn text(reading: &Reading) -> Option<String> {
    reading.text().map(String::from)
}

fn class(character: char) -> usize {
    1 + character_index(character).unwrap()
}

#[test]
fn repeated_labels_are_one_character_unless_a_blank_parts_them() {
    let (a, b) = (class('A'), class('B'));
    let columns = columns(&[0, a, a, 0, a, b, 0, 0, 0, 0]);
    assert_eq!(text(&reading(&columns, None)).as_deref(), Some("AAB"));
    assert_eq!(decode(&[&columns], None).rows, 2);
}

#[test]
fn characters_in_one_half_are_one_row() {
    let (a, b) = (class('A'), class('B'));
    assert_eq!(decode(&[&columns(&[0, a, 0, b, 0, 0, 0, 0, 0, 0])], None).rows, 1);
    let none = decode(&[&columns(&[0; 10])], None);
    assert_eq!((none.positions.len(), none.rows), (0, 1), "all blank is unreadable");
}

#[test]
fn a_doubtful_presence_lowers_the_confidence() {
    let a = class('A');
    let sure = columns(&[0, a, 0, a, 0, 0]);
    let mut doubtful = sure.clone();
    (doubtful[3 * CLASSES], doubtful[3 * CLASSES + a]) = (0.4, 0.6);
    let (sure, unsure) = (reading(&sure, None), reading(&doubtful, None));
    assert_eq!(text(&sure), text(&unsure));
    assert!(sure.confidence() > 0.98, "{}", sure.confidence());
    assert!((0.5..0.7).contains(&unsure.confidence()), "{}", unsure.confidence());
}

#[test]
fn syntax_finds_the_thin_character_that_the_columns_nearly_lost() {
    let labels: Vec<usize> = "TR95XMI".chars().flat_map(|c| [class(c), 0]).collect();
    let mut faint = columns(&labels);
    let step = 12 * CLASSES;
    (faint[step], faint[step + class('I')]) = (0.7, 0.3);
    let unknown = text(&reading(&faint, None));
    assert_eq!(unknown.as_deref(), Some("TR95XM"), "plates elsewhere look like that");
    let romania = Country::new("RO").ok().map(|country| (country, 0.9));
    let read = reading(&faint, romania);
    assert_eq!(text(&read).as_deref(), Some("TR95XMI"));
    assert!(read.confidence() < 0.95, "{}", read.confidence());
    (faint[step], faint[step + class('I')]) = (0.99, 0.01);
    assert_eq!(text(&reading(&faint, romania)).as_deref(), Some("TR95XM"), "too faint");
}

#[test]
fn syntax_decides_between_characters_that_are_drawn_alike() {
    let labels: Vec<usize> = "OU62HBD".chars().flat_map(|c| [class(c), 0]).collect();
    let britain = Country::new("GB").ok().map(|country| (country, 0.9));
    for seen in ["OU62HBD", "0U62HBD"] {
        let mut columns = columns(&labels);
        let place = class(seen.chars().next().unwrap());
        columns.swap(class('O'), place);
        let best = grammar::rank(&reading(&columns, britain), 1, 0.0);
        assert_eq!(best[0].text.as_str(), "OU62HBD", "seen as {seen}");
        assert!(best[0].confidence > 0.6, "{}", best[0].confidence);
    }
}

#[test]
fn between_letters_a_ring_is_a_letter_and_a_number_stays_one() {
    let read = |seen: &str| {
        let labels: Vec<usize> = seen.chars().flat_map(|c| [class(c), 0]).collect();
        let best = grammar::rank(&reading(&columns(&labels), None), 1, 0.0).remove(0);
        (best.text.to_string(), best.confidence)
    };
    let (text, confidence) = read("KAKA0LV");
    assert_eq!(text, "KAKAOLV");
    assert!(confidence < 0.7, "the shape said the other: {confidence}");
    assert_eq!(read("H00PS").0, "HOOPS");
    assert_eq!(read("7O5").0, "705");
    let (text, confidence) = read("PCJ566I");
    assert_eq!(text, "PCJ5661", "a number goes on to the end");
    assert!(confidence < 0.9, "the shape said the other: {confidence}");
    for stays in ["KL01CC50", "HOOPS", "A0", "0AKA", "TR5I", "4PEOPLE1"] {
        assert_eq!(read(stays).0, stays);
    }
}

#[test]
fn two_networks_that_see_different_characters_make_an_unsure_reading() {
    let labels = |text: &str| -> Vec<usize> { text.chars().flat_map(|c| [class(c), 0]).collect() };
    let soften = |mut columns: Vec<f32>, step: usize, other: char, p: f32| {
        let likeliest = (0..CLASSES)
            .max_by(|a, b| columns[step * CLASSES + a].total_cmp(&columns[step * CLASSES + b]));
        columns[step * CLASSES + likeliest.unwrap()] -= p;
        columns[step * CLASSES + class(other)] += p;
        columns
    };
    let first = soften(columns(&labels("AB123CD")), 2, '8', 0.3);
    let second = soften(columns(&labels("A8123CD")), 2, 'B', 0.1);
    let both = Reading { positions: decode(&[&first, &second], None).positions, country: None };
    assert_eq!(text(&both).as_deref(), Some("A8123CD"), "the surer one is followed");
    assert!((0.5..0.8).contains(&both.confidence()), "{}", both.confidence());
    let agreed = Reading { positions: decode(&[&first, &first], None).positions, country: None };
    assert!((agreed.confidence() - reading(&first, None).confidence()).abs() < 0.1);
    // One is sure, the other rather sees another character: the pool alone would be as sure as 0.9.
    let sure = soften(columns(&labels("LJM4256")), 4, 'N', 0.01);
    let doubting = soften(columns(&labels("LJM4256")), 4, 'N', 0.55);
    let both = Reading { positions: decode(&[&sure, &doubting], None).positions, country: None };
    assert_eq!(text(&both).as_deref(), Some("LJM4256"));
    assert!((0.75..0.87).contains(&both.confidence()), "{}", both.confidence());
    assert!(reading(&sure, None).confidence() > 0.95);
}

#[test]
fn networks_of_different_lengths_are_heard_together() {
    let fine: Vec<usize> = "AB12".chars().flat_map(|c| [class(c), class(c), 0, 0]).collect();
    let coarse: Vec<usize> = "AB12".chars().flat_map(|c| [class(c), 0]).collect();
    let both = decode(&[&columns(&fine), &columns(&coarse)], None);
    let both = Reading { positions: both.positions, country: None };
    assert_eq!(text(&both).as_deref(), Some("AB12"));
    assert!(both.confidence() > 0.9, "{}", both.confidence());
}

/// Probability of a text by adding up every way through the columns.
fn by_brute_force(columns: &[f32]) -> Vec<(Vec<usize>, f64)> {
    let mut texts: Vec<(Vec<usize>, f64)> = Vec::new();
    let steps = columns.len() / CLASSES;
    let used = 3_usize;
    for way in 0..used.pow(steps as u32) {
        let path: Vec<usize> = (0..steps).map(|s| way / used.pow(s as u32) % used).collect();
        let p: f64 =
            path.iter().enumerate().map(|(s, c)| f64::from(columns[s * CLASSES + c])).product();
        let mut text: Vec<usize> = path;
        text.dedup();
        text.retain(|class| *class != 0);
        match texts.iter_mut().find(|(known, _)| *known == text) {
            Some((_, sum)) => *sum += p,
            None => texts.push((text, p)),
        }
    }
    texts
}

proptest! {
    #[test]
    fn the_beam_adds_up_every_way(weights in prop::collection::vec((0.05_f32..1.0, 0.05_f32..1.0, 0.05_f32..1.0), 5)) {
        let mut columns = vec![0.0; weights.len() * CLASSES];
        for (step, (blank, one, two)) in weights.iter().enumerate() {
            let sum = blank + one + two;
            for (class, weight) in [blank, one, two].into_iter().enumerate() {
                columns[step * CLASSES + class] = weight / sum;
            }
        }
        let truth = by_brute_force(&columns);
        let (best, p) = truth.iter().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
        let found = beam(&columns);
        let same = found.iter().find(|text| text.classes().iter().map(|c| usize::from(*c)).eq(best.iter().copied()));
        let classes: Vec<u8> = best.iter().map(|class| *class as u8).collect();
        let summed = forward(&columns, &classes);
        prop_assert!((summed / p - 1.0).abs() < 1e-5, "{best:?}: {summed} is not {p}");
        prop_assert!(same.is_some_and(|text| text.total() > 0.8 * p && text.total() < 1.0001 * p), "{best:?} {p} {found:?}");
    }
}
