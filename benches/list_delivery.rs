//! What a change of a list costs on the line: `cargo bench --bench list_delivery`.
//!
//! A list of a million plates of which one in a hundred is another one in the next version,
//! once with plates and reasons only, once with a reference number of each entry's own.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench says what it measured")]

use std::time::Instant;

use jiff::Timestamp;
use varco::lists::{Entry, IndexBuilder, List, ListKind, SigningKey, Snapshot, compile, delta};
use varco::plate::PlateText;
use varco::store::SealKey;

const PLATES: u64 = 1_000_000;
const LETTERS: &[u8] = b"ABCDEFGHJKLMNPRSTVWXYZ";

/// The plate with number `n`, as far from the next one as can be.
fn plate(n: u64) -> PlateText {
    let n = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
    let letter = |shift: u64| char::from(LETTERS[(n / shift % 22) as usize]);
    let text = format!(
        "{}{}{:03}{}{}",
        letter(1),
        letter(22),
        n / 234_256 % 1000,
        letter(484),
        letter(10_648)
    );
    PlateText::new(&text).unwrap()
}

fn version(number: u64, references: bool, key: &SigningKey) -> Snapshot {
    let mut builder = IndexBuilder::default();
    for n in 0..PLATES {
        // From the second version on one in a hundred is another vehicle.
        let n = if n % 100 == 0 { n + (number - 1) * PLATES } else { n };
        let mut entry = Entry::new(plate(n));
        entry.reason = Some(["furto", "rapina", "appropriazione"][(n % 3) as usize].to_owned());
        entry.reference = references.then(|| format!("{}/{}", 2020 + n % 7, n * 7919 % 10_000_019));
        builder.add(&entry).unwrap();
    }
    let list = List::new("stolen", ListKind::Stolen, "bench", "bench");
    let index = builder.build().unwrap();
    let bytes = compile(list, number, Timestamp::UNIX_EPOCH, &index, key).unwrap();
    Snapshot::from_bytes(bytes, &key.public()).unwrap()
}

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let key = SigningKey::load_or_make(&folder.path().join("key.pem")).unwrap();
    for references in [false, true] {
        let (old, new) = (version(1, references, &key), version(2, references, &key));
        let started = Instant::now();
        let delta = delta::make(old.bytes(), new.bytes()).unwrap();
        let made = started.elapsed();
        let started = Instant::now();
        let applied = delta::apply(old.bytes(), &delta, new.bytes().len() as u64).unwrap();
        let took = started.elapsed();
        assert_eq!(applied, new.bytes());
        let sealing = SealKey::new(&[7; 32]).unwrap();
        let started = Instant::now();
        let sealed = sealing.seal(new.bytes()).unwrap();
        let seal = started.elapsed();
        let started = Instant::now();
        assert_eq!(sealing.open(&sealed).unwrap(), new.bytes());
        println!(
            "{}: snapshot {} bytes, delta {} bytes ({:.1} %), made in {made:.2?}, applied in {took:.2?}; \
             sealed in {seal:.2?}, opened in {:.2?}",
            if references { "with own references" } else { "plates and reasons" },
            new.bytes().len(),
            delta.len(),
            100.0 * delta.len() as f64 / new.bytes().len() as f64,
            started.elapsed(),
        );
    }
}
