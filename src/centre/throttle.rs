//! Slows down guessing: counts failed sign-ins for a while.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Failures are forgotten this long after the first of them.
const WINDOW: Duration = Duration::from_secs(15 * 60);
/// More keys than this are not kept: the oldest go.
const MOST_KEYS: usize = 20_000;

/// What failures are counted for, and how many are allowed in the window.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// One account from one address.
    NameFrom(String, std::net::IpAddr),
    /// One account from anywhere; higher, so that a stranger cannot lock it easily.
    Name(String),
    /// Any account from one address.
    From(std::net::IpAddr),
}

impl Key {
    fn allowed(&self) -> u32 {
        match self {
            Self::NameFrom(..) => 5,
            Self::Name(_) => 50,
            Self::From(_) => 30,
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    since: Instant,
}

/// Failed sign-ins of the last minutes. In memory: a restart forgets them.
#[derive(Debug, Default)]
pub(super) struct Throttle {
    failures: Mutex<HashMap<Key, Failures>>,
}

impl Throttle {
    /// How long to wait before the next try, when one of the keys has failed too often.
    pub(super) fn wait(&self, keys: &[Key], now: Instant) -> Option<Duration> {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        keys.iter()
            .filter_map(|key| failures.get(key).map(|failed| (key, failed)))
            .filter(|(key, failed)| failed.count >= key.allowed())
            .filter_map(|(_, failed)| (failed.since + WINDOW).checked_duration_since(now))
            .filter(|wait| !wait.is_zero())
            .max()
    }

    /// Counts a failure.
    pub(super) fn failed(&self, keys: &[Key], now: Instant) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= MOST_KEYS {
            failures.retain(|_, failed| now.duration_since(failed.since) < WINDOW);
            if failures.len() >= MOST_KEYS {
                failures.clear();
            }
        }
        for key in keys {
            let failed = failures.entry(key.clone()).or_insert(Failures { count: 0, since: now });
            if now.duration_since(failed.since) >= WINDOW {
                *failed = Failures { count: 0, since: now };
            }
            failed.count = failed.count.saturating_add(1);
        }
    }

    /// Forgets the failures of one account from one address: it signed in.
    pub(super) fn succeeded(&self, key: &Key) {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::*;

    #[test]
    fn the_sixth_try_waits_and_later_may_go_on() {
        let throttle = Throttle::default();
        let here = IpAddr::from(Ipv4Addr::LOCALHOST);
        let keys = [Key::NameFrom("anna".into(), here), Key::From(here)];
        let start = Instant::now();
        for _ in 0..5 {
            assert_eq!(throttle.wait(&keys, start), None);
            throttle.failed(&keys, start);
        }
        assert_eq!(throttle.wait(&keys, start), Some(WINDOW));
        let other = [Key::NameFrom("bruno".into(), here), Key::From(here)];
        assert_eq!(throttle.wait(&other, start), None, "another account is not locked");
        let elsewhere = [Key::NameFrom("anna".into(), Ipv4Addr::new(10, 0, 0, 1).into())];
        assert_eq!(throttle.wait(&elsewhere, start), None, "nor the same one elsewhere");
        assert_eq!(throttle.wait(&keys, start + WINDOW), None);
        throttle.succeeded(&keys[0]);
        assert_eq!(throttle.wait(&keys, start), None);
    }
}
