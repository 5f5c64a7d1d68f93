//! Time that no wrong clock changes: since the machine was started.

use std::fs;

use jiff::Timestamp;

/// A start of the machine, and what the system's clock says of it now. Two readings of
/// one boot differ in `started_ms` by exactly what the clock was moved in between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Boot {
    /// The kernel's identifier of this start.
    pub id: String,
    /// When it was, milliseconds since 1970, by the system's clock of this moment.
    pub started_ms: i64,
}

impl Boot {
    /// This boot, seen from now; `None` where the kernel does not tell.
    #[must_use]
    pub fn now() -> Option<Self> {
        let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
        let uptime = fs::read_to_string("/proc/uptime").ok()?;
        let up_s: f64 = uptime.split_whitespace().next()?.parse().ok()?;
        let started_ms = Timestamp::now().as_millisecond() - (up_s * 1000.0) as i64;
        Some(Self { id: id.trim().to_owned(), started_ms })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_readings_of_one_boot_agree() {
        let (first, second) = (Boot::now().unwrap(), Boot::now().unwrap());
        assert_eq!(first.id, second.id);
        assert!(first.started_ms.abs_diff(second.started_ms) < 100, "{first:?} {second:?}");
    }
}
