//! Syntax, list look-ups and whole matches, with a list of a million plates.

#![allow(missing_docs, reason = "criterion's macros write functions without documentation")]
#![allow(clippy::unwrap_used, reason = "a bench fails by panicking")]

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use jiff::civil::date;
use varco::lists::{Entry, Index, List, ListKind, Passage, Vehicle};
use varco::matching::{Matcher, Watch};
use varco::plate::{ALPHABET, Country, PlateText, Position, Reading, character_index, grammar};
use varco::tracking::Direction;

const PLATES: usize = 1_000_000;

/// Random numbers that are the same in every run (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn plate(&mut self) -> String {
        const LETTERS: &[u8] = b"ABCDEFGHJKLMNPRSTVWXYZ";
        let [a, b, c, d] = [0; 4].map(|_| char::from(LETTERS[self.roll(22) as usize]));
        format!("{a}{b}{:03}{c}{d}", self.roll(1000))
    }

    /// A reading; a muddy one has 30 % of its positions with the top character at 0.4
    /// to 0.9 and the rest spread over seven others.
    fn reading(&mut self, plate: &str, muddy: bool) -> Reading {
        let positions = plate
            .chars()
            .map(|character| {
                let mut weights = [0.0004; ALPHABET.len()];
                let top = character_index(character).unwrap();
                if muddy && self.roll(10) < 3 {
                    weights[top] = 0.4 + self.roll(50) as f32 / 100.0;
                    for _ in 0..7 {
                        weights[self.roll(36) as usize] += 0.0008 * self.roll(100) as f32;
                    }
                } else {
                    weights[top] = 0.985;
                }
                Position::new(weights)
            })
            .collect();
        Reading { positions, country: Some((Country::literal(*b"IT"), 0.9)) }
    }
}

fn entry(plate: &str) -> Entry {
    Entry {
        plate: PlateText::new(plate).unwrap(),
        country: None,
        reason: Some("stolen".to_owned()),
        reference: None,
        valid_from: None,
        valid_to: None,
        vehicle: Vehicle::default(),
    }
}

fn matching(criterion: &mut Criterion) {
    let mut dice = Dice(88_172_645_463_325_252);
    let plates: Vec<String> = (0..PLATES).map(|_| dice.plate()).collect();
    let index = Arc::new(Index::build(plates.iter().map(|plate| entry(plate))).unwrap());
    let list = Arc::new(List::new("stolen", ListKind::Stolen, "bench", "none"));
    let watch = Watch { list, index: Arc::clone(&index) };
    let matcher = Matcher::new(vec![watch]);
    let passage = Passage {
        camera: "north",
        direction: Direction::Approaching,
        at: date(2026, 11, 21).at(12, 0, 0, 0),
    };
    for (name, muddy) in [("clear", false), ("muddy", true)] {
        // Half of the vehicles are listed.
        let readings: Vec<(Reading, PlateText)> = (0..1000)
            .map(|n| {
                let plate = if n % 2 == 0 { plates[n * 7].clone() } else { dice.plate() };
                let reading = dice.reading(&plate, muddy);
                let text = reading.text().unwrap();
                (reading, text)
            })
            .collect();
        let mut next = readings.iter().cycle();
        let mut bench = |what: &str, run: &dyn Fn(&Reading, &PlateText)| {
            criterion.bench_function(&format!("match/{what}, {name}"), |bencher| {
                bencher.iter_batched(
                    || next.next().unwrap(),
                    |(reading, text)| run(reading, text),
                    BatchSize::SmallInput,
                );
            });
        };
        bench("syntax", &|reading, _| {
            black_box(grammar::rank(reading, 5, 0.01));
        });
        bench("exact look-up", &|_, text| {
            black_box(index.entries(text));
        });
        bench("look-alikes", &|reading, _| {
            black_box(index.look_alikes(reading, 0.0009));
        });
        bench("whole match", &|reading, text| {
            black_box(matcher.matches(reading, text, reading.confidence(), None, &passage));
        });
    }
}

criterion_group!(benches, matching);
criterion_main!(benches);
