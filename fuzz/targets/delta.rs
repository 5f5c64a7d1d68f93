//! Differences between versions of a list, as they come over the network.
#![no_main]

use libfuzzer_sys::fuzz_target;
use varco_fuzz::lists::delta;

fuzz_target!(|data: &[u8]| {
    let (old, new) = data.split_at(data.len() / 2);
    const MOST: u64 = 1 << 20;
    if let Ok(made) = delta::apply(b"plate\nAB123CD\nEF456GH\n", data, MOST) {
        assert!(made.len() as u64 <= MOST);
    }
    let made = delta::make(old, new).expect("memory");
    assert_eq!(delta::apply(old, &made, new.len() as u64).expect("our own"), new);
});
