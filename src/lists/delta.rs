//! What changed between two versions of a file: `zstd` with the old one as its
//! dictionary (the format of `zstd --patch-from`), so that what both have is named
//! and not sent. Knows nothing of what is in the files: whether the result is the
//! right one is for its digest and signature to say.

use std::io::{self, Read, Write};

/// Of a million plates with one in a hundred changed (3.4 MB) this level makes 6 % in
/// three seconds, level 12 makes 11 % in half of one, level 6 makes 19 %.
const LEVEL: i32 = 19;
/// What takes too long at that level: 19 MB took half a minute.
const LARGE_BYTES: usize = 8 << 20;
/// The level for that; 17 % of those 19 MB in a second.
const LEVEL_OF_LARGE: i32 = 12;
/// Windows that zstd knows (`ZSTD_WINDOWLOG_MIN`, `ZSTD_WINDOWLOG_MAX` on 64 bits).
const WINDOWS: std::ops::RangeInclusive<u32> = 10..=31;

/// Why a delta cannot be applied.
#[derive(Debug, thiserror::Error)]
pub enum DeltaError {
    /// It is damaged, or was made from another file.
    #[error("the delta cannot be applied ({0}): it is damaged, or made from another version")]
    Damaged(#[from] io::Error),
    /// It gives more than was announced.
    #[error("the delta gives more than the {expected} bytes that were announced")]
    TooLong {
        /// Bytes that were announced.
        expected: u64,
    },
}

/// The delta that leads from `old` to `new`.
///
/// # Errors
/// `zstd`'s own, such as memory that cannot be had.
pub fn make(old: &[u8], new: &[u8]) -> io::Result<Vec<u8>> {
    let level = if new.len() > LARGE_BYTES { LEVEL_OF_LARGE } else { LEVEL };
    let mut encoder = zstd::stream::write::Encoder::with_ref_prefix(Vec::new(), level, old)?;
    encoder.long_distance_matching(true)?;
    encoder.window_log(window_log(old, new.len() as u64))?;
    encoder.write_all(new)?;
    encoder.finish()
}

/// The file to which a delta leads from `old`; at most `expected` bytes.
///
/// # Errors
/// [`DeltaError`]. That the result is what it should be is not checked here.
pub fn apply(old: &[u8], delta: &[u8], expected: u64) -> Result<Vec<u8>, DeltaError> {
    let mut decoder = zstd::stream::read::Decoder::with_ref_prefix(delta, old)?;
    decoder.window_log_max(window_log(old, expected))?;
    // The announced length comes from elsewhere: memory is taken as bytes really come.
    let mut new = Vec::new();
    decoder.take(expected.saturating_add(1)).read_to_end(&mut new)?;
    if new.len() as u64 > expected {
        return Err(DeltaError::TooLong { expected });
    }
    Ok(new)
}

/// The window must span both files, so that the whole of the old one is in reach.
fn window_log(old: &[u8], new_bytes: u64) -> u32 {
    let span = (old.len() as u64).saturating_add(new_bytes).max(1);
    (u64::BITS - span.leading_zeros()).clamp(*WINDOWS.start(), *WINDOWS.end())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Some pieces that both files have, in any order, between bytes of their own.
    fn two_files() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
        let pieces = proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..4000), 6);
        let order = proptest::collection::vec(0_usize..6, 0..12);
        (pieces, order.clone(), order).prop_map(|(pieces, old, new)| {
            let join = |order: Vec<usize>| order.iter().flat_map(|n| pieces[*n].clone()).collect();
            (join(old), join(new))
        })
    }

    proptest! {
        #[test]
        fn a_delta_leads_to_the_very_file((old, new) in two_files()) {
            let delta = make(&old, &new).unwrap();
            prop_assert_eq!(apply(&old, &delta, new.len() as u64).unwrap(), new);
        }

        #[test]
        fn a_damaged_delta_gives_an_error_or_other_bytes_and_never_more_than_announced(
            (old, new) in two_files(), place in any::<prop::sample::Index>(), bit in 0_u8..8,
        ) {
            let mut delta = make(&old, &new).unwrap();
            let place = place.index(delta.len());
            delta[place] ^= 1 << bit;
            if let Ok(found) = apply(&old, &delta, new.len() as u64) {
                prop_assert!(found.len() <= new.len());
            }
        }
    }

    #[test]
    fn what_has_moved_is_not_sent_again() {
        // Not compressible by itself.
        let mut state = 7_u32;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        let old: Vec<u8> = (0..400_000).map(|_| noise()).collect();
        let mut new = old.clone();
        for place in [10_usize, 150_000, 390_000] {
            new.splice(place..place, [1, 2, 3]);
        }
        let delta = make(&old, &new).unwrap();
        assert!(delta.len() < 1000, "{} bytes", delta.len());
        assert_eq!(apply(&old, &delta, new.len() as u64).unwrap(), new);
    }

    #[test]
    fn a_delta_that_swells_is_stopped() {
        let delta = make(b"", &vec![0; 50_000_000]).unwrap();
        assert!(delta.len() < 10_000);
        assert!(apply(b"", &delta, 1000).is_err());
        assert!(matches!(apply(b"", &delta, 1 << 25), Err(DeltaError::TooLong { .. })));
    }
}
