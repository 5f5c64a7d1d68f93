//! Look-ups in a list of ten million plates, every one timed, beside what would be used
//! without Varco: an indexed SQLite table for exact look-ups, the Levenshtein automaton of
//! `fst` and a scan with `rapidfuzz` for approximate ones.
//!
//! `cargo bench --bench matching [-- PLATES]`

#![allow(clippy::unwrap_used, reason = "a bench fails by panicking")]
#![allow(clippy::print_stdout, reason = "a bench speaks to a person")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use fst::automaton::Levenshtein;
use fst::{IntoStreamer, Streamer};
use jiff::Timestamp;
use jiff::civil::date;
use varco::lists::{Entry, IndexBuilder, List, ListKind, Passage, SigningKey, Snapshot, compile};
use varco::matching::{Matcher, Watch};
use varco::plate::{
    ALPHABET, Country, PlateKey, PlateText, Position, Reading, character_index, grammar,
};
use varco::tracking::Direction;

/// Likelihood down to which look-alikes are searched: e⁻⁷.
const FLOOR: f32 = 0.0009;
/// Queries of the quick ways, of which half are listed …
const QUERIES: usize = 20_000;
/// … and of the slow ones.
const FEW: usize = 200;

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

    /// Italian plates, and one in ten with six or eight characters, so that lengths
    /// are tried too.
    fn listed(&mut self) -> String {
        let plate = self.plate();
        match self.roll(20) {
            0 => plate[1..].to_owned(),
            1 => format!("{plate}{}", self.roll(10)),
            _ => plate,
        }
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

/// Times one thing for each query and prints how long the middle one and the slow ones
/// took. What it gives is added up, so that nothing can be left out.
fn time<Q>(name: &str, queries: &[Q], mut run: impl FnMut(&Q) -> usize) {
    // Once over a part, so that no first touch of memory is counted.
    for query in queries.iter().take(queries.len() / 10) {
        black_box(run(query));
    }
    let mut times_ns: Vec<u64> = Vec::with_capacity(queries.len());
    let mut found = 0;
    for query in queries {
        let started = Instant::now();
        found += black_box(run(query));
        times_ns.push(started.elapsed().as_nanos() as u64);
    }
    times_ns.sort_unstable();
    let at = |share: usize| times_ns[times_ns.len() * share / 1000] as f64 / 1000.0;
    println!(
        "  {name:<46} p50 {:>9.2} p99 {:>9.2} p99.9 {:>9.2} µs, {:.2} found",
        at(500),
        at(990),
        at(999),
        found as f64 / queries.len() as f64
    );
}

fn main() {
    // Cargo passes `--bench`.
    let plates = std::env::args().filter_map(|arg| arg.parse().ok()).next().unwrap_or(10_000_000);
    let folder = tempfile::tempdir().unwrap();
    let mut dice = Dice(88_172_645_463_325_252);
    let texts: Vec<String> = (0..plates).map(|_| dice.listed()).collect();

    let started = Instant::now();
    let mut builder = IndexBuilder::default();
    for text in &texts {
        builder.add(&Entry::new(PlateText::new(text).unwrap())).unwrap();
    }
    let index = builder.build().unwrap();
    let key = SigningKey::load_or_make(&folder.path().join("key.pem")).unwrap();
    let list = List::new("stolen", ListKind::Stolen, "bench", "none");
    let bytes = compile(list, 1, Timestamp::UNIX_EPOCH, &index, &key).unwrap();
    println!(
        "list of {} plates: compiled in {:.1} s, {:.2} bytes a plate",
        index.plates(),
        started.elapsed().as_secs_f64(),
        bytes.len() as f64 / index.plates() as f64
    );
    let file = folder.path().join("stolen.varcolist");
    std::fs::write(&file, bytes).unwrap();
    drop(index);
    let mut open_ms: Vec<f64> = (0..9)
        .map(|_| {
            let started = Instant::now();
            black_box(Snapshot::open(&file, &key.public()).unwrap());
            started.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    open_ms.sort_by(f64::total_cmp);
    println!(
        "snapshot opened, signature and hash checked: {:.1} ms (of nine: the middle)",
        open_ms[4]
    );
    let snapshot = Snapshot::open(&file, &key.public()).unwrap();
    let index = snapshot.index();

    // Half of the vehicles are listed.
    let passing: Vec<String> = (0..QUERIES)
        .map(|n| if n % 2 == 0 { texts[(n * 7919) % texts.len()].clone() } else { dice.plate() })
        .collect();
    println!("exact:");
    let keys: Vec<PlateKey> =
        passing.iter().map(|text| PlateKey::new(&PlateText::new(text).unwrap())).collect();
    time("Varco", &keys, |key| index.find(*key).len());
    sqlite(folder.path(), &texts, &passing);

    println!("approximate, down to a likelihood of e⁻⁷, one character lost or gained at an end:");
    for (name, muddy) in [("clear", false), ("muddy", true)] {
        let readings: Vec<Reading> = passing.iter().map(|text| dice.reading(text, muddy)).collect();
        let mut found = Vec::new();
        time(&format!("Varco, {name} reading"), &readings, |reading| {
            index.search(&reading.positions, FLOOR, &mut found);
            found.len()
        });
        whole_match(name, &snapshot, &readings);
    }
    levenshtein(&texts, &passing[..FEW]);
}

/// Everything from a transit to its matches.
fn whole_match(name: &str, snapshot: &Snapshot, readings: &[Reading]) {
    let list = Arc::new(snapshot.header().list.clone());
    let matcher = Matcher::new(vec![Watch { list, index: Arc::clone(snapshot.index()) }]);
    let passage = Passage {
        camera: "north",
        direction: Direction::Approaching,
        at: date(2026, 11, 21).at(12, 0, 0, 0),
    };
    time(&format!("Varco, {name} reading, syntax alone"), readings, |reading| {
        grammar::rank(reading, 5, 0.01).len()
    });
    time(&format!("Varco, {name} reading, whole match with syntax"), readings, |reading| {
        let text = reading.text().unwrap();
        matcher.matches(reading, &text, reading.confidence(), None, &passage).len()
    });
}

/// The indexed look-up that a user would write.
fn sqlite(folder: &std::path::Path, texts: &[String], passing: &[String]) {
    let file = folder.join("plates.db");
    let mut database = rusqlite::Connection::open(&file).unwrap();
    database.execute_batch("CREATE TABLE plates (plate TEXT PRIMARY KEY) WITHOUT ROWID").unwrap();
    let transaction = database.transaction().unwrap();
    {
        let mut sorted: Vec<&String> = texts.iter().collect();
        sorted.sort_unstable();
        sorted.dedup();
        let mut insert = transaction.prepare("INSERT INTO plates VALUES (?1)").unwrap();
        for text in sorted {
            insert.execute([text]).unwrap();
        }
    }
    transaction.commit().unwrap();
    database.execute_batch("PRAGMA mmap_size = 2000000000; PRAGMA cache_size = -500000").unwrap();
    {
        let mut select = database.prepare("SELECT 1 FROM plates WHERE plate = ?1").unwrap();
        time("SQLite, indexed, statement prepared", passing, |text| {
            usize::from(select.exists([text]).unwrap())
        });
    }
    let bytes = std::fs::metadata(&file).unwrap().len() as f64 / texts.len() as f64;
    println!("    its file: {bytes:.1} bytes a plate");
}

/// What general libraries for similar texts do: every plate at an edit distance of one,
/// whatever the reader saw.
fn levenshtein(texts: &[String], passing: &[String]) {
    let mut sorted = texts.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let set = fst::Set::from_iter(&sorted).unwrap();
    println!(
        "    fst set of the same plates: {:.2} bytes a plate",
        set.as_fst().as_bytes().len() as f64 / sorted.len() as f64
    );
    time("fst, Levenshtein distance 1", passing, |text| {
        let mut found = set.search(Levenshtein::new(text, 1).unwrap()).into_stream();
        let mut count = 0;
        while found.next().is_some() {
            count += 1;
        }
        count
    });
    time("rapidfuzz, scan of all, distance 1", &passing[..FEW / 20], |text| {
        let wanted = rapidfuzz::distance::levenshtein::BatchComparator::new(text.chars());
        let args = rapidfuzz::distance::levenshtein::Args::default().score_cutoff(1);
        sorted
            .iter()
            .filter(|plate| wanted.distance_with_args(plate.chars(), &args).is_some())
            .count()
    });
}
