//! Snapshots as files: what is whole is used, what is not is refused.

use std::fs;

use proptest::prelude::*;

use super::super::model::{Entry, ListKind};
use super::*;
use crate::plate::PlateText;

fn key(folder: &Path) -> SigningKey {
    SigningKey::load_or_make(&folder.join("key.pem")).unwrap()
}

fn compiled(version: u64, plates: &[&str], key: &SigningKey) -> Vec<u8> {
    let entries = plates.iter().map(|plate| Entry {
        reason: Some(format!("reason of {plate}")),
        ..Entry::new(PlateText::new(plate).unwrap())
    });
    let list = List::new("stolen", ListKind::Stolen, "find them", "art. 54 TUEL");
    let at = Timestamp::from_second(1_795_000_000).unwrap();
    compile(list, version, at, &Index::build(entries).unwrap(), key).unwrap()
}

#[test]
fn what_is_compiled_is_found_again_in_the_mapped_file() {
    let folder = tempfile::tempdir().unwrap();
    let key = key(folder.path());
    let bytes = compiled(7, &["AB123CD", "B1", "XX1234567890"], &key);
    let file = folder.path().join("a.varcolist");
    fs::write(&file, &bytes).unwrap();
    let snapshot = Snapshot::open(&file, &key.public()).unwrap();
    assert_eq!((snapshot.header().version, snapshot.header().entries), (7, 3));
    assert_eq!(snapshot.bytes(), bytes);
    assert_eq!(snapshot.digest().to_string().parse::<Digest>().unwrap(), snapshot.digest());
    let found = snapshot.index().entries(&PlateText::new("ab 123 cd").unwrap());
    assert_eq!(found[0].reason.as_deref(), Some("reason of AB123CD"));
}

#[test]
fn another_ones_signature_and_other_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (key, other) = (key(folder.path()), key(&folder.path().join("other")));
    let bytes = compiled(1, &["AB123CD"], &other);
    let refused = Snapshot::from_bytes(bytes, &key.public()).unwrap_err();
    assert!(matches!(refused, SnapshotError::Publisher { .. }), "{refused}");
    for (bytes, text) in [(&b""[..], "no compiled list"), (b"plate\nAB123CD\n", "no compiled list")]
    {
        let error = Snapshot::from_bytes(bytes.to_vec(), &key.public()).unwrap_err().to_string();
        assert!(error.contains(text), "{error}");
    }
    let again = SigningKey::load_or_make(&folder.path().join("key.pem")).unwrap();
    assert_eq!(again.public(), key.public());
    assert_eq!(key.public().to_string().parse::<PublisherKey>().unwrap(), key.public());
}

proptest! {
    #[test]
    fn a_snapshot_with_any_flipped_bit_cut_or_added_byte_is_refused(
        at in any::<prop::sample::Index>(),
        bit in 0_u8..8,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let key = key(folder.path());
        let bytes = compiled(1, &["AB123CD", "EF456GH"], &key);
        let at = at.index(bytes.len());
        let mut flipped = bytes.clone();
        flipped[at] ^= 1 << bit;
        prop_assert!(Snapshot::from_bytes(flipped, &key.public()).is_err(), "byte {}", at);
        prop_assert!(Snapshot::from_bytes(bytes[..at].to_vec(), &key.public()).is_err());
        let longer = [&bytes[..], &[bit]].concat();
        prop_assert!(Snapshot::from_bytes(longer, &key.public()).is_err());
    }
}

#[test]
fn every_single_flipped_byte_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let key = key(folder.path());
    let bytes = compiled(1, &["AB123CD", "EF456GH"], &key);
    assert!(Snapshot::from_bytes(bytes.clone(), &key.public()).is_ok());
    for at in 0..bytes.len() {
        let mut flipped = bytes.clone();
        flipped[at] ^= 0xff;
        assert!(Snapshot::from_bytes(flipped, &key.public()).is_err(), "byte {at}");
    }
}

#[test]
fn a_store_keeps_the_last_good_ones_and_goes_back_when_one_is_bad() {
    let folder = tempfile::tempdir().unwrap();
    let key = key(folder.path());
    let trusted = key.public();
    let store = SnapshotStore::open(&folder.path().join("lists")).unwrap();
    assert!(store.current("stolen", &trusted).unwrap().snapshot.is_none());
    for version in 1..=5 {
        store.install("stolen", &compiled(version, &["AB123CD"], &key), &trusted).unwrap();
    }
    assert_eq!(store.lists(), ["stolen"]);
    let versions: Vec<u64> = store.versions("stolen").into_iter().map(|(v, _)| v).collect();
    assert_eq!(versions, [5, 4, 3]);
    // Once more the same is no fault, an older one is.
    store.install("stolen", &compiled(5, &["AB123CD"], &key), &trusted).unwrap();
    let old = store.install("stolen", &compiled(4, &["AB123CD"], &key), &trusted).unwrap_err();
    assert!(matches!(old, SnapshotStoreError::Old { current: 5, .. }), "{old}");
    let foreign = store.install("../out", &compiled(6, &["AB123CD"], &key), &trusted);
    assert!(matches!(foreign, Err(SnapshotStoreError::List { .. })));

    let (_, newest) = store.versions("stolen").remove(0);
    let mut bytes = fs::read(&newest).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&newest, bytes).unwrap();
    let found = store.current("stolen", &trusted).unwrap();
    assert_eq!(found.snapshot.unwrap().header().version, 4);
    assert_eq!(found.set_aside.len(), 1);
    assert!(newest.with_extension("bad").exists());
    let found = store.current("stolen", &trusted).unwrap();
    assert!(found.set_aside.is_empty(), "told once");
}
