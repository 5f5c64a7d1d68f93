//! Hours of the week in which a list is looked at, as a person writes them.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{DateTime, Time};
use serde::{Deserialize, Serialize};

/// Names of the days, Monday first: English and Italian, as on signs.
const DAYS: [[&str; 2]; 7] = [
    ["mon", "lun"],
    ["tue", "mar"],
    ["wed", "mer"],
    ["thu", "gio"],
    ["fri", "ven"],
    ["sat", "sab"],
    ["sun", "dom"],
];

/// Text that is no hours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{found:?} are no hours: write days and times such as \"mon-fri 07:30-19:30\", \
     \"sat,sun 00:00-24:00\" or \"22:00-06:00\" for every day"
)]
pub struct HoursError {
    /// What was given.
    pub found: String,
}

/// Some days of the week from one time of day to another, in local time. Hours that
/// end at or before they begin run into the next day, which need not be named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Hours {
    /// A bit for each day on which they begin; Monday is the lowest.
    days: u8,
    from_minute: u16,
    /// First minute after them; 1440 is midnight.
    to_minute: u16,
}

impl Hours {
    /// Whether a local time lies in them.
    #[must_use]
    pub fn hold_at(&self, at: DateTime) -> bool {
        let day = at.date().weekday().to_monday_zero_offset() as u8;
        let begins = |day: u8| self.days >> day & 1 == 1;
        let minute = minute_of(at.time());
        if self.from_minute < self.to_minute {
            return begins(day) && (self.from_minute..self.to_minute).contains(&minute);
        }
        let evening = begins(day) && minute >= self.from_minute;
        let morning = begins((day + 6) % 7) && minute < self.to_minute;
        evening || morning
    }
}

fn minute_of(time: Time) -> u16 {
    time.hour().unsigned_abs() as u16 * 60 + time.minute().unsigned_abs() as u16
}

impl FromStr for Hours {
    type Err = HoursError;

    fn from_str(text: &str) -> Result<Self, HoursError> {
        let bad = || HoursError { found: text.chars().take(80).collect() };
        let lower = text.trim().to_lowercase();
        let (days, times) = match lower.rsplit_once(' ') {
            Some((days, times)) => (days_of(days).ok_or_else(bad)?, times),
            None => (0x7f, lower.as_str()),
        };
        let (from, to) = times.split_once('-').ok_or_else(bad)?;
        let from_minute = minute(from).filter(|m| *m < 1440).ok_or_else(bad)?;
        let to_minute = minute(to).filter(|m| *m > 0 || from_minute > 0).ok_or_else(bad)?;
        Ok(Self { days, from_minute, to_minute })
    }
}

/// A bit for each day that is named: `mon-fri`, `sat,sun`.
fn days_of(text: &str) -> Option<u8> {
    let day = |name: &str| DAYS.iter().position(|names| names.contains(&name.trim()));
    let mut days = 0;
    for part in text.split(',') {
        let (first, last) = match part.split_once('-') {
            Some((first, last)) => (day(first)?, day(last)?),
            None => (day(part)?, day(part)?),
        };
        let mut at = first;
        loop {
            days |= 1 << at;
            if at == last {
                break;
            }
            at = (at + 1) % 7;
        }
    }
    Some(days)
}

fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let number = |digits: &str| {
        (digits.len() <= 2 && digits.bytes().all(|b| b.is_ascii_digit()))
            .then(|| digits.parse::<u16>().ok())
            .flatten()
    };
    let (hour, minute) = (number(hour)?, number(minute)?);
    (minute < 60 && hour * 60 + minute <= 1440).then_some(hour * 60 + minute)
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.days != 0x7f {
            let days = (0..7).filter(|day| self.days >> day & 1 == 1);
            let names: Vec<&str> =
                days.filter_map(|day| DAYS.get(day as usize)).map(|names| names[0]).collect();
            write!(f, "{} ", names.join(","))?;
        }
        let (from, to) = (self.from_minute, self.to_minute);
        write!(f, "{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)
    }
}

impl TryFrom<String> for Hours {
    type Error = HoursError;

    fn try_from(text: String) -> Result<Self, HoursError> {
        text.parse()
    }
}

impl From<Hours> for String {
    fn from(hours: Hours) -> Self {
        hours.to_string()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn holds(hours: &str, day: i8, hour: i8, minute: i8) -> bool {
        // The 23rd of November 2026 is a Monday.
        hours.parse::<Hours>().unwrap().hold_at(date(2026, 11, day).at(hour, minute, 30, 0))
    }

    #[test]
    fn hours_of_a_zone_hold_on_their_days() {
        let zone = "mon-fri 07:30-19:30";
        assert!(holds(zone, 23, 7, 30) && holds(zone, 27, 19, 29));
        assert!(!holds(zone, 23, 7, 29) && !holds(zone, 23, 19, 30) && !holds(zone, 28, 12, 0));
        assert!(holds("sat,sun 00:00-24:00", 28, 0, 0) && holds("Lun-Ven 8:00-9:00", 24, 8, 59));
        assert!(
            holds("fri-mon 10:00-11:00", 29, 10, 0) && !holds("fri-mon 10:00-11:00", 24, 10, 0)
        );
    }

    #[test]
    fn hours_over_midnight_belong_to_the_day_on_which_they_begin() {
        let night = "fri 22:00-06:00";
        assert!(holds(night, 27, 22, 0) && holds(night, 28, 5, 59));
        assert!(!holds(night, 28, 6, 0) && !holds(night, 28, 22, 0) && !holds(night, 27, 5, 0));
    }

    #[test]
    fn what_is_no_hours_is_refused_and_the_rest_reads_as_written() {
        for bad in [
            "",
            "always",
            "mon 7-9",
            "monday 07:00-09:00",
            "07:60-08:00",
            "07:00-24:01",
            "00:00-00:00",
        ] {
            assert!(bad.parse::<Hours>().is_err(), "{bad}");
        }
        for good in ["mon,tue 07:30-19:30", "22:00-06:00", "sun 00:00-24:00"] {
            assert_eq!(good.parse::<Hours>().unwrap().to_string(), good);
        }
    }
}
