//! Snapshots as they come over the network or from a disk, and the index in them, which a
//! signature does not protect from its publisher's own faults.
#![no_main]

use libfuzzer_sys::fuzz_target;
use varco_fuzz::lists::{Index, PublisherKey, Snapshot, SnapshotError};
use varco_fuzz::plate::{PlateText, Position, Reading};

fuzz_target!(|data: &[u8]| {
    let [choice, rest @ ..] = data else { return };
    if *choice == 0 {
        let nobody: PublisherKey = "0".repeat(64).parse().expect("64 digits");
        if let Err(SnapshotError::Publisher { found, .. }) =
            Snapshot::from_bytes(rest.to_vec(), &nobody)
            && let Ok(snapshot) = Snapshot::from_bytes(rest.to_vec(), &found)
        {
            ask(snapshot.index());
        }
    } else if let Ok(index) = Index::from_bytes(rest.to_vec()) {
        ask(&index);
    }
});

/// Everything that an index is asked: wrong answers are allowed of a broken one, faults not.
fn ask(index: &Index) {
    for entry in index.iter().take(64) {
        let _ = index.entries(&entry.plate);
    }
    let _ = index.keys().take(64).count();
    for text in ["AB123CD", "A", "ABCDEFGHIJKL", "Ü1"] {
        let plate = PlateText::new(text).expect("a plate");
        let _ = (index.has(&plate), index.entries(&plate));
        let flat = || Position::new([1.0 / 39.0; 39]);
        let positions = text.chars().map(|_| flat()).collect();
        let _ = index.look_alikes(&Reading { positions, country: None }, 1e-4);
    }
}
