//! The index against plain scans, and against what a file can do to it.

use jiff::civil::date;
use proptest::prelude::*;

use super::super::model::{Entry, Vehicle};
use super::*;
use crate::plate::{ALPHABET, Country};

fn plate(indices: &[u8]) -> PlateText {
    PlateKey::from_indices(indices).unwrap().text().unwrap()
}

/// What a search promises, plate by plate.
fn by_hand(key: &[u8], positions: &[Position]) -> Option<f32> {
    let product = |key: &[u8], positions: &[Position]| {
        (key.len() == positions.len() && !key.is_empty()).then(|| {
            key.iter().zip(positions).fold(1.0, |l, (c, p)| l * p.probability(usize::from(*c)))
        })
    };
    let mut ways = vec![product(key, positions)];
    if let [first, rest @ ..] = positions {
        ways.push(product(key, rest).map(|l| l * gained(first)));
    }
    if let [rest @ .., last] = positions {
        ways.push(product(key, rest).map(|l| l * gained(last)));
    }
    if let [_, rest @ ..] = key {
        ways.push(product(rest, positions).map(|l| l * LOST));
    }
    if let [rest @ .., _] = key {
        ways.push(product(rest, positions).map(|l| l * LOST));
    }
    ways.into_iter().flatten().reduce(f32::max)
}

fn positions(weights: &[Vec<f32>]) -> Vec<Position> {
    weights
        .iter()
        .map(|w| {
            let mut all = [0.0; ALPHABET.len()];
            // Characters at both ends of the alphabet.
            for (at, weight) in w.iter().enumerate() {
                all[if at < 3 { at } else { 39 - at }] = *weight;
            }
            Position::new(all)
        })
        .collect()
}

/// A plate of few characters, so that many are near each other.
fn few() -> impl Strategy<Value = Vec<u8>> {
    let character = prop::sample::select(vec![0_u8, 1, 2, 36, 35]);
    prop::collection::vec(character, 1..=12)
}

proptest! {
    #[test]
    fn a_search_finds_exactly_what_a_scan_finds(
        keys in prop::collection::vec(few(), 1..80),
        near in prop::collection::vec((0_usize..12, 0_usize..5), 0..40),
        weights in prop::collection::vec(prop::collection::vec(0.0_f32..1.0, 5), 1..=12),
        floor in prop::sample::select(vec![0.3_f32, 0.03, 1e-3, 1e-5, 1e-8]),
    ) {
        let positions = positions(&weights);
        let mut keys = keys;
        // Plates around the reading itself, which chance would seldom hit.
        let best: Vec<u8> = positions.iter().map(|p| p.best().0 as u8).collect();
        for (place, other) in near {
            let mut changed = best.clone();
            let other = [0, 1, 2, 36, 35][other];
            match place % 4 {
                0 if changed.len() > 1 => { changed.remove(0); }
                1 if changed.len() > 1 => { changed.pop(); }
                2 if changed.len() < 12 => changed.insert(0, other),
                _ if changed.len() < 12 => changed.push(other),
                _ => {}
            }
            let place = place % changed.len();
            changed[place] = other;
            keys.push(changed);
        }
        let index = Index::build(keys.iter().map(|k| Entry::new(plate(k)))).unwrap();
        keys.sort();
        keys.dedup();
        let mut found = Vec::new();
        index.search(&positions, floor, &mut found);
        for key in &keys {
            let expected = by_hand(key, &positions).filter(|l| *l > 0.0);
            let its = PlateKey::from_indices(key).unwrap();
            let got = found.iter().find(|f| f.key == its).map(|f| f.likelihood);
            match (expected, got) {
                (Some(e), Some(g)) => prop_assert!((e - g).abs() <= 1e-4 * e, "{key:?} {e} {g}"),
                // On the very edge of the floor rounding may decide either way.
                (Some(e), None) => prop_assert!(e < floor * 1.001, "{key:?} {e} lost"),
                (None, Some(g)) => prop_assert!(false, "{key:?} {g} invented"),
                (None, None) => {}
            }
        }
        prop_assert!(found.iter().all(|f| index.find(f.key) == f.entries && !f.entries.is_empty()));
        prop_assert!(found.windows(2).all(|w| w[0].likelihood >= w[1].likelihood));
        prop_assert_eq!(index.plates(), keys.len());
    }

    #[test]
    fn nothing_is_lost_and_nothing_invented(
        rows in prop::collection::vec(
            (few(), 0_usize..3, 0_usize..4, prop::option::of(0_i8..28), 0_u8..3, any::<bool>()),
            0..60,
        ),
    ) {
        let entries: Vec<Entry> = rows
            .iter()
            .map(|(key, country, reason, day, colour, reference)| Entry {
                country: [None, Some(Country::literal(*b"IT")), Some(Country::literal(*b"FR"))][*country],
                reason: [None, Some("stolen"), Some("rubata a Forlì"), Some("x")][*reason].map(str::to_owned),
                reference: reference.then(|| format!("MI/{}", key.len())),
                valid_to: day.map(|day| date(2026, 11, day + 1)),
                vehicle: Vehicle {
                    colour: [None, Some("red"), Some("blue")][usize::from(*colour)].map(str::to_owned),
                    ..Vehicle::default()
                },
                ..Entry::new(plate(key))
            })
            .collect();
        let index = Index::build(entries.clone()).unwrap();
        let again = Index::from_bytes(index.as_bytes().to_vec()).unwrap();
        let mut expected: Vec<Entry> = Vec::new();
        for entry in &entries {
            if !expected.contains(entry) {
                expected.push(entry.clone());
            }
        }
        for entry in &entries {
            let of_plate: Vec<Entry> =
                expected.iter().filter(|e| e.plate == entry.plate).cloned().collect();
            prop_assert_eq!(again.entries(&entry.plate), of_plate);
        }
        let mut all: Vec<Entry> = again.iter().collect();
        prop_assert_eq!(all.len(), again.len());
        all.sort_by_key(|e| format!("{e:?}"));
        expected.sort_by_key(|e| format!("{e:?}"));
        prop_assert_eq!(&all, &expected);
        let keys: Vec<PlateKey> = again.keys().collect();
        prop_assert_eq!(keys.len(), again.plates());
        prop_assert!(!again.has(&plate(&[9, 9, 9, 9, 9])));
    }

    #[test]
    fn damaged_bytes_are_refused_or_answered_but_never_a_fault(
        keys in prop::collection::vec(few(), 1..20),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let entries = keys.iter().map(|k| Entry {
            reason: Some(format!("{k:?}")),
            ..Entry::new(plate(k))
        });
        let index = Index::build(entries).unwrap();
        let mut bytes = index.as_bytes().to_vec();
        let short = bytes[..cut.index(bytes.len())].to_vec();
        prop_assert!(Index::from_bytes(short).is_err());
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] ^= byte;
        }
        if let Ok(index) = Index::from_bytes(bytes) {
            let _ = index.iter().take(100).count();
            let _ = index.keys().take(100).count();
            let positions = positions(&vec![vec![0.5, 0.2, 0.1, 0.1, 0.1]; 5]);
            index.search(&positions, 1e-4, &mut Vec::new());
            for key in keys {
                let _ = index.entries(&plate(&key));
            }
        }
    }
}

/// Found by the fuzzer: a beginning whose entries start beyond its group.
#[test]
fn a_start_beyond_the_group_is_answered_and_never_a_fault() {
    let broken = include_bytes!("../../../fuzz/seeds/snapshot/start-beyond-group");
    let index = Index::from_bytes(broken[1..].to_vec()).unwrap();
    for text in ["AB123CD", "A", "ABCDEFGHJKLM"] {
        let _ = index.entries(&PlateText::new(text).unwrap());
    }
    let keys: Vec<_> = index.keys().take(64).collect();
    assert!(keys.len() <= 4);
}

#[test]
fn a_plate_takes_two_bytes_and_many_reasons_of_their_own_are_kept() {
    const LETTERS: &[u8] = b"ABCDEFGHJKLMNPRSTVWXYZ";
    let text = |n: usize| {
        let letter = |n: usize| char::from(LETTERS[n % 22]);
        let (a, b) = (letter(n / 7), letter(n / 154));
        PlateText::new(&format!("A{a}{:03}{b}{}", n * 7 % 1000, letter(n))).unwrap()
    };
    let entries = (0..200_000).map(|n| Entry {
        reference: Some(format!("MI/2026/{n}")),
        reason: Some("stolen".to_owned()),
        ..Entry::new(text(n))
    });
    let index = Index::build(entries).unwrap();
    let each = index.plates_bytes() as f64 / index.len() as f64;
    assert!(each < 2.2, "{each} bytes a plate");
    let of_one = index.entries(&text(12_345));
    assert!(of_one.iter().any(|e| e.reference.as_deref() == Some("MI/2026/12345")), "{of_one:?}");
    assert!(of_one.iter().all(|e| e.reason.as_deref() == Some("stolen")));
}

#[test]
fn repeated_rows_are_told_with_their_lines() {
    let mut builder = IndexBuilder::default();
    let entry = |plate: &str, reason: &str| Entry {
        reason: Some(reason.to_owned()),
        ..Entry::new(PlateText::new(plate).unwrap())
    };
    for (line, (plate, reason)) in (2..).zip([("B2", "x"), ("A1", "x"), ("B2", "x"), ("B2", "y")]) {
        builder.add_line(&entry(plate, reason), line).unwrap();
    }
    let (index, repeats) = builder.build_telling(10).unwrap();
    assert_eq!((index.len(), index.plates()), (3, 2));
    assert_eq!((repeats.same_count, repeats.repeated_count), (1, 1));
    let told: Vec<_> = repeats.details.iter().map(|r| (r.line, r.first_line, r.same)).collect();
    assert_eq!(told, [(4, 2, true), (5, 2, false)]);
}
