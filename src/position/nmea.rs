//! NMEA 0183 sentences into positions.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, civil};
use nmea::sentences::rmc::RmcStatusOfFix;
use nmea::{ParseResult, parse_str};

use super::fix::Fix;

const KNOT_KMH: f32 = 1.852;
/// Error of one satellite's distance (one sigma, open sky, civil receiver), metres:
/// with the sky's geometry (HDOP) it gives the error of the place.
const RANGE_ERROR_M: f32 = 3.0;
/// Two sigma hold 19 times of 20.
const SIGMAS: f32 = 2.0;
/// No fix can be from before this program was written: receivers with old firmware count
/// weeks modulo 1024 and say a date 19.6 years back.
const EARLIEST: civil::Date = civil::date(2026, 1, 1);
const ROLLOVER: SignedDuration = SignedDuration::from_hours(1024 * 7 * 24);
/// The longest line looked at; the standard allows 82 characters.
pub(super) const LONGEST_LINE: usize = 512;

/// What a sentence says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Said {
    /// A position.
    Fix(Fix),
    /// The receiver has none.
    NoFix,
    /// Nothing that is needed, or a garbled line.
    Nothing,
}

/// Puts a receiver's sentences together: RMC gives place, time, course and speed; GGA
/// and GST before it the quality.
#[derive(Debug, Default)]
pub(super) struct Sentences {
    hdop: Option<f32>,
    satellites: Option<u32>,
    sigma_m: Option<f32>,
}

impl Sentences {
    /// Takes one line.
    pub(super) fn push(&mut self, line: &str) -> Said {
        let line = line.trim();
        if line.len() > LONGEST_LINE || !line.starts_with('$') {
            return Said::Nothing;
        }
        match parse_str(line) {
            Ok(ParseResult::GGA(gga)) => {
                (self.hdop, self.satellites) = (gga.hdop, gga.fix_satellites);
                Said::Nothing
            }
            Ok(ParseResult::GST(gst)) => {
                self.sigma_m = gst.lat_sd.zip(gst.long_sd).map(|(lat, lon)| lat.hypot(lon));
                Said::Nothing
            }
            Ok(ParseResult::RMC(rmc)) => {
                if rmc.status_of_fix == RmcStatusOfFix::Invalid {
                    return Said::NoFix;
                }
                let time = rmc.fix_date.zip(rmc.fix_time);
                let at = time.and_then(|(date, time)| utc(&format!("{date}T{time}")));
                let (Some(at), Some(lat_deg), Some(lon_deg)) = (at, rmc.lat, rmc.lon) else {
                    return Said::NoFix;
                };
                if !(lat_deg.abs() <= 90.0 && lon_deg.abs() <= 180.0) {
                    return Said::Nothing;
                }
                let by_geometry = self.hdop.map(|hdop| hdop * RANGE_ERROR_M);
                Said::Fix(Fix {
                    at,
                    lat_deg,
                    lon_deg,
                    heading_deg: rmc.true_course.map(|course| course.rem_euclid(360.0)),
                    speed_kmh: rmc.speed_over_ground.map(|knots| knots * KNOT_KMH),
                    accuracy_m: self.sigma_m.take().or(by_geometry).map(|sigma| sigma * SIGMAS),
                    satellites: self.satellites,
                })
            }
            Ok(_) | Err(_) => Said::Nothing,
        }
    }
}

/// A date and time in UTC, brought out of an earlier count of weeks.
fn utc(text: &str) -> Option<Timestamp> {
    let time: civil::DateTime = text.parse().ok()?;
    let mut at = time.to_zoned(TimeZone::UTC).ok()?.timestamp();
    let earliest = EARLIEST.to_zoned(TimeZone::UTC).ok()?.timestamp();
    while at < earliest {
        at = at.checked_add(ROLLOVER).ok()?;
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sentence with its checksum.
    fn sentence(body: &str) -> String {
        let sum = body.bytes().fold(0, |sum, byte| sum ^ byte);
        format!("${body}*{sum:02X}\r\n")
    }

    #[test]
    fn a_position_is_put_together_from_its_sentences() {
        let mut sentences = Sentences::default();
        let gga = sentence("GPGGA,101530.50,4527.8520,N,00911.4000,E,1,09,0.8,122.0,M,47.0,M,,");
        assert_eq!(sentences.push(&gga), Said::Nothing);
        let rmc = sentence("GPRMC,101530.50,A,4527.8520,N,00911.4000,E,19.4,271.5,040526,,,A");
        let Said::Fix(fix) = sentences.push(&rmc) else { panic!("no fix") };
        assert_eq!(fix.at.to_string(), "2026-05-04T10:15:30.5Z");
        assert!((fix.lat_deg - 45.4642).abs() < 1e-6 && (fix.lon_deg - 9.19).abs() < 1e-6);
        assert!((fix.speed_kmh.unwrap() - 35.93).abs() < 0.01);
        assert_eq!((fix.heading_deg, fix.satellites), (Some(271.5), Some(9)));
        assert!((fix.accuracy_m.unwrap() - 4.8).abs() < 0.01);
    }

    #[test]
    fn south_west_and_no_course_at_rest() {
        let rmc = sentence("GNRMC,000000,A,3351.0000,S,15112.0000,W,0.0,,040526,,,A");
        let Said::Fix(fix) = Sentences::default().push(&rmc) else { panic!("no fix") };
        assert!(fix.lat_deg < -33.0 && fix.lon_deg < -151.0);
        assert_eq!(fix.heading_deg, None);
    }

    #[test]
    fn no_fix_is_said_and_garbled_lines_are_not_believed() {
        let mut sentences = Sentences::default();
        let none = sentence("GPRMC,101530.00,V,,,,,,,040526,,,N");
        assert_eq!(sentences.push(&none), Said::NoFix);
        let rmc = sentence("GPRMC,101530.00,A,4527.8520,N,00911.4000,E,19.4,271.5,040526,,,A");
        let garbled = rmc.replace("4527", "4627");
        let cut = &rmc[..30];
        let long = format!("${}", "A".repeat(10_000));
        for line in [garbled.as_str(), cut, long.as_str(), "", "$", "\u{0}\u{1}", "$GPÜ*00"] {
            assert_eq!(sentences.push(line), Said::Nothing, "{line:?}");
        }
    }

    #[test]
    fn a_receiver_that_counts_weeks_from_1999_is_set_right() {
        let rmc = sentence("GPRMC,101530.00,A,4527.8520,N,00911.4000,E,0.0,,180906,,,A");
        let Said::Fix(fix) = Sentences::default().push(&rmc) else { panic!("no fix") };
        assert_eq!(fix.at.to_string(), "2026-05-04T10:15:30Z");
    }
}
