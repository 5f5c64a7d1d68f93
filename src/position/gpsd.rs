//! gpsd's JSON protocol (`gpsd_json(5)`): one object a line.

use jiff::Timestamp;
use serde::Deserialize;

use super::fix::Fix;

const KMH_PER_M_S: f32 = 3.6;
/// Asks for reports as they come.
pub(super) const WATCH: &[u8] = b"?WATCH={\"enable\":true,\"json\":true}\n";

/// A report. gpsd adds fields with each version; only these are looked at.
#[derive(Debug, Deserialize)]
#[serde(tag = "class")]
enum Report {
    #[serde(rename = "VERSION")]
    Version {
        #[serde(default)]
        proto_major: u32,
    },
    #[serde(rename = "TPV")]
    Tpv(Tpv),
    #[serde(rename = "SKY")]
    Sky(Sky),
    #[serde(rename = "ERROR")]
    Error { message: String },
    #[serde(other)]
    Other,
}

#[derive(Debug, Deserialize)]
struct Tpv {
    #[serde(default)]
    mode: u8,
    time: Option<Timestamp>,
    lat: Option<f64>,
    lon: Option<f64>,
    track: Option<f32>,
    speed: Option<f32>,
    /// Estimated errors, 95 %: of the place, and (older versions) by axis.
    eph: Option<f32>,
    epx: Option<f32>,
    epy: Option<f32>,
}

#[derive(Debug, Deserialize)]
struct Sky {
    #[serde(rename = "uSat")]
    used: Option<u32>,
    satellites: Option<Vec<Satellite>>,
}

#[derive(Debug, Deserialize)]
struct Satellite {
    #[serde(default)]
    used: bool,
}

/// What a line says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Said {
    /// It is a gpsd, of this version of the protocol.
    Version(u32),
    /// A position.
    Fix(Fix),
    /// The receiver has none.
    NoFix(Option<u32>),
    /// gpsd complains.
    Error(String),
    /// Nothing that is needed.
    Nothing,
}

/// Puts reports together: TPV gives the position, SKY before it the satellites.
#[derive(Debug, Default)]
pub(super) struct Reports {
    satellites: Option<u32>,
}

impl Reports {
    /// Takes one line.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn push(&mut self, line: &str) -> Result<Said, serde_json::Error> {
        Ok(match serde_json::from_str(line)? {
            Report::Version { proto_major } => Said::Version(proto_major),
            Report::Error { message } => Said::Error(message),
            Report::Sky(sky) => {
                let counted = sky.satellites.map(|all| {
                    u32::try_from(all.iter().filter(|one| one.used).count()).unwrap_or(u32::MAX)
                });
                self.satellites = sky.used.or(counted).or(self.satellites);
                Said::Nothing
            }
            Report::Tpv(tpv) => self.position(&tpv),
            Report::Other => Said::Nothing,
        })
    }

    fn position(&self, tpv: &Tpv) -> Said {
        let (2.., Some(at), Some(lat_deg), Some(lon_deg)) = (tpv.mode, tpv.time, tpv.lat, tpv.lon)
        else {
            return Said::NoFix(self.satellites);
        };
        if !(lat_deg.abs() <= 90.0 && lon_deg.abs() <= 180.0) {
            return Said::Nothing;
        }
        let by_axis = tpv.epx.zip(tpv.epy).map(|(x, y)| x.hypot(y));
        Said::Fix(Fix {
            at,
            lat_deg,
            lon_deg,
            heading_deg: tpv.track.map(|track| track.rem_euclid(360.0)),
            speed_kmh: tpv.speed.map(|speed| speed * KMH_PER_M_S),
            accuracy_m: tpv.eph.or(by_axis),
            satellites: self.satellites,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_become_positions() {
        let mut reports = Reports::default();
        let mut said = |line: &str| reports.push(line).unwrap();
        let version = r#"{"class":"VERSION","release":"3.22","proto_major":3,"proto_minor":14}"#;
        assert_eq!(said(version), Said::Version(3));
        assert_eq!(said(r#"{"class":"DEVICES","devices":[]}"#), Said::Nothing);
        assert_eq!(said(r#"{"class":"TPV","device":"/dev/x","mode":1}"#), Said::NoFix(None));
        let sky = r#"{"class":"SKY","satellites":[{"PRN":1,"used":true},{"PRN":2,"used":false}]}"#;
        assert_eq!(said(sky), Said::Nothing);
        let tpv = r#"{"class":"TPV","device":"/dev/x","mode":3,"time":"2026-05-04T10:15:30.250Z",
            "lat":45.4642,"lon":9.19,"altHAE":122.1,"epx":3.0,"epy":4.0,"track":271.5,"speed":10.0}"#;
        let Said::Fix(fix) = said(&tpv.replace('\n', "")) else { panic!("no fix") };
        assert_eq!((fix.speed_kmh, fix.accuracy_m), (Some(36.0), Some(5.0)));
        assert_eq!((fix.heading_deg, fix.satellites), (Some(271.5), Some(1)));
        assert_eq!(fix.at.as_millisecond() % 1000, 250);
    }

    #[test]
    fn a_position_without_time_is_none_and_nonsense_is_an_error() {
        let mut reports = Reports::default();
        let untimed = r#"{"class":"TPV","mode":3,"lat":45.0,"lon":9.0}"#;
        assert_eq!(reports.push(untimed).unwrap(), Said::NoFix(None));
        assert!(reports.push("SSH-2.0-OpenSSH").is_err());
        assert!(reports.push(r#"{"mode":3}"#).is_err());
    }
}
