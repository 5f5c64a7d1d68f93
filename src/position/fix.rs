//! One measured position, and distances on Earth.

use jiff::Timestamp;

/// Mean radius of the Earth, metres.
const EARTH_M: f64 = 6_371_008.8;

/// A position as the receiver measured it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fix {
    /// When, by satellite time.
    pub at: Timestamp,
    /// Latitude, degrees, north positive.
    pub lat_deg: f64,
    /// Longitude, degrees, east positive.
    pub lon_deg: f64,
    /// Course over ground, degrees clockwise from north.
    pub heading_deg: Option<f32>,
    /// Speed over ground.
    pub speed_kmh: Option<f32>,
    /// The true place is within so many metres, 19 times of 20.
    pub accuracy_m: Option<f32>,
    /// Satellites that it is made from.
    pub satellites: Option<u32>,
}

/// Distance between two places on a sphere, metres (haversine).
#[must_use]
pub fn distance_m(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (lat_a, lat_b) = (a.0.to_radians(), b.0.to_radians());
    let half_lat = ((lat_b - lat_a) / 2.0).sin();
    let half_lon = ((b.1 - a.1).to_radians() / 2.0).sin();
    let h = half_lat * half_lat + lat_a.cos() * lat_b.cos() * half_lon * half_lon;
    2.0 * EARTH_M * h.sqrt().min(1.0).asin()
}

/// The place at so many metres from another one, for the few metres of a few seconds.
pub(super) fn ahead(from: (f64, f64), heading_deg: f64, by_m: f64) -> (f64, f64) {
    let heading = heading_deg.to_radians();
    let north = (by_m * heading.cos() / EARTH_M).to_degrees();
    let parallel = (EARTH_M * from.0.to_radians().cos()).max(1.0);
    let east = (by_m * heading.sin() / parallel).to_degrees();
    (from.0 + north, from.1 + east)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_the_earth() {
        // One minute of latitude is a nautical mile.
        let mile = distance_m((45.0, 9.0), (45.0 + 1.0 / 60.0, 9.0));
        assert!((mile - 1853.2).abs() < 1.0, "{mile}");
        // Milan to Rome.
        let far = distance_m((45.4642, 9.19), (41.9028, 12.4964));
        assert!((far - 477_000.0).abs() < 2_000.0, "{far}");
        assert_eq!(distance_m((45.0, 9.0), (45.0, 9.0)), 0.0);
    }

    #[test]
    fn ahead_is_as_far_as_asked() {
        for heading in [0.0, 45.0, 90.0, 200.0, 359.0] {
            let to = ahead((45.0, 9.0), heading, 30.0);
            assert!((distance_m((45.0, 9.0), to) - 30.0).abs() < 0.05);
        }
        assert!(ahead((45.0, 9.0), 90.0, 30.0).1 > 9.0);
    }
}
