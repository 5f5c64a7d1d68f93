//! The key that the centre lends for the sealed lists of a unit.
//!
//! It is kept in a file of its own, because a unit must read its lists after a restart
//! without network; and it is deleted when the centre takes it back, or when the unit has
//! not heard from the centre for as long as the centre allows. That time is
//! counted twice: by the clock, and by how long the unit was running, so that a clock
//! that is set back does not stretch it.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::durable::{self, Access, DurableError};
use crate::link::KeyGrant;
use crate::store::SealKey;

/// How long the unit has run is written down so often; a kill loses no more of it.
const WRITE_EVERY: Duration = Duration::from_secs(60);

/// Why a key cannot be kept.
#[derive(Debug, thiserror::Error)]
pub(super) enum LeaseError {
    /// The file cannot be removed.
    #[error("cannot delete the list key {}: {source}", path.display())]
    Delete { path: PathBuf, source: io::Error },
    /// The file cannot be written.
    #[error("cannot keep the list key: {0}")]
    Write(#[from] DurableError),
    /// It is no text.
    #[error("cannot keep the list key: {0}")]
    Form(#[from] serde_json::Error),
    /// The centre sent something else than a key.
    #[error("the centre sent no usable key for sealed lists")]
    Key,
}

/// As it lies in the file.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// 32 bytes in base64.
    key: String,
    /// The centre's clock when it lent the key.
    lent_at: Timestamp,
    /// The unit's own clock then, right or wrong.
    own_at: Timestamp,
    hold_s: u64,
    /// For so long the unit was running since.
    used_s: u64,
}

impl Kept {
    /// How old it is by the clock. The unit's clock may have been wrong when the key was
    /// lent and right now, or wrong both times: the younger of the two ages counts.
    fn age(&self, now: Timestamp) -> SignedDuration {
        now.duration_since(self.lent_at).min(now.duration_since(self.own_at))
    }
}

/// The key, while there is one.
pub(super) struct Lease {
    path: PathBuf,
    held: Option<(SealKey, Kept)>,
    unwritten: Duration,
}

impl Lease {
    /// Takes up the key of an earlier run; a file that is no key is removed.
    pub(super) fn open(path: &Path) -> Self {
        let held = fs::read(path)
            .ok()
            .and_then(|text| serde_json::from_slice::<Kept>(&text).ok())
            .and_then(|kept| Some((seal_key(&kept.key)?, kept)));
        Self { path: path.to_owned(), held, unwritten: Duration::ZERO }
    }

    /// The key, while it may be used.
    pub(super) fn key(&self) -> Option<&SealKey> {
        self.held.as_ref().map(|(key, _)| key)
    }

    /// Until when it may be used, if nothing is heard from the centre.
    pub(super) fn until(&self) -> Option<Timestamp> {
        let (_, kept) = self.held.as_ref()?;
        kept.lent_at.checked_add(seconds(kept.hold_s)).ok()
    }

    /// Whether it is time to have it lent anew: a tenth of its time is over.
    pub(super) fn due(&self, now: Timestamp) -> bool {
        let Some((_, kept)) = &self.held else { return true };
        let tenth = (kept.hold_s / 10).min(3600);
        let age = kept.age(now);
        kept.used_s >= tenth || age >= seconds(tenth) || age < SignedDuration::ZERO
    }

    /// The centre lent a key.
    pub(super) fn grant(&mut self, grant: KeyGrant, now: Timestamp) -> Result<(), LeaseError> {
        let key = seal_key(&grant.key).ok_or(LeaseError::Key)?;
        let KeyGrant { key: text, at, hold_s } = grant;
        let kept = Kept { key: text, lent_at: at, own_at: now, hold_s, used_s: 0 };
        self.held = Some((key, kept));
        self.write()
    }

    /// Time passes. Says whether the key's time ran out; it is deleted then.
    pub(super) fn pass(&mut self, time: Duration, now: Timestamp) -> Result<bool, LeaseError> {
        self.unwritten += time;
        let unwritten_s = self.unwritten.as_secs();
        let Some((_, kept)) = &mut self.held else { return Ok(false) };
        let over = kept.used_s.saturating_add(unwritten_s) >= kept.hold_s
            || kept.age(now) >= seconds(kept.hold_s);
        if over {
            self.wipe()?;
            return Ok(true);
        }
        if self.unwritten >= WRITE_EVERY {
            kept.used_s = kept.used_s.saturating_add(unwritten_s);
            self.unwritten = Duration::ZERO;
            self.write()?;
        }
        Ok(false)
    }

    /// Deletes the key, in memory and on the disk: overwritten first, as far as the
    /// disk lets one.
    pub(super) fn wipe(&mut self) -> Result<(), LeaseError> {
        self.held = None;
        self.unwritten = Duration::ZERO;
        let wiped = match OpenOptions::new().write(true).open(&self.path) {
            Ok(mut file) => {
                let length = file.metadata().map_or(0, |it| it.len());
                let zeros = vec![0; usize::try_from(length).unwrap_or(0)];
                file.write_all(&zeros)
                    .and_then(|()| file.sync_all())
                    .and_then(|()| fs::remove_file(&self.path))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        };
        wiped.map_err(|source| LeaseError::Delete { path: self.path.clone(), source })
    }

    fn write(&mut self) -> Result<(), LeaseError> {
        let Some((_, kept)) = &self.held else { return Ok(()) };
        Ok(durable::write(&self.path, &serde_json::to_vec(kept)?, Access::OwnUser)?)
    }
}

fn seal_key(base64: &str) -> Option<SealKey> {
    let bytes: [u8; 32] = BASE64.decode(base64).ok()?.try_into().ok()?;
    SealKey::new(&bytes)
}

fn seconds(s: u64) -> SignedDuration {
    SignedDuration::from_secs(i64::try_from(s).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3600;

    fn at(s: u64) -> Timestamp {
        Timestamp::from_second(1_700_000_000).unwrap() + seconds(s)
    }

    fn grant() -> KeyGrant {
        KeyGrant { key: BASE64.encode([7; 32]), at: at(0), hold_s: 10 * HOUR }
    }

    #[test]
    fn a_key_survives_a_restart_and_ends_with_its_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list-key");
        let mut lease = Lease::open(&path);
        assert!(lease.key().is_none() && lease.due(at(0)));
        lease.grant(grant(), at(0)).unwrap();
        assert!(!lease.due(at(60)) && lease.due(at(2 * HOUR)));
        assert_eq!(lease.until(), Some(at(10 * HOUR)));
        let mut lease = Lease::open(&path);
        assert!(!lease.pass(Duration::from_secs(60), at(9 * HOUR)).unwrap());
        assert!(lease.key().is_some());
        assert!(lease.pass(Duration::from_secs(1), at(10 * HOUR)).unwrap());
        assert!(lease.key().is_none() && !path.exists());
        assert!(Lease::open(&path).key().is_none());
    }

    #[test]
    fn a_clock_that_is_set_back_stretches_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list-key");
        Lease::open(&path).grant(KeyGrant { at: at(5 * HOUR), ..grant() }, at(5 * HOUR)).unwrap();
        // Each run lasts an hour; the clock stands before the key was lent.
        for run in 0..10 {
            let mut lease = Lease::open(&path);
            assert!(lease.key().is_some(), "run {run}");
            for _ in 0..60 {
                lease.pass(Duration::from_secs(60), at(0)).unwrap();
            }
        }
        assert!(Lease::open(&path).key().is_none());
    }

    #[test]
    fn a_clock_that_was_wrong_costs_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list-key");
        // Own clock at the grant, and later, in hours beside the centre's.
        for (own, later) in [(-1000, 2), (1000, 1002), (-1000, -998)] {
            let hours = |hours: i64| at(0) + SignedDuration::from_hours(hours);
            let mut lease = Lease::open(&path);
            lease.grant(grant(), hours(own)).unwrap();
            assert!(!lease.pass(Duration::from_secs(1), hours(later)).unwrap(), "{own} {later}");
        }
    }

    #[test]
    fn a_key_file_is_for_its_user_alone_and_what_is_no_key_is_none() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list-key");
        let mut lease = Lease::open(&path);
        lease.grant(grant(), at(0)).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        lease.wipe().unwrap();
        lease.wipe().unwrap();
        fs::write(&path, "{}").unwrap();
        assert!(Lease::open(&path).key().is_none());
        let short = KeyGrant { key: "AAAA".to_owned(), ..grant() };
        assert!(matches!(lease.grant(short, at(0)), Err(LeaseError::Key)));
    }
}
