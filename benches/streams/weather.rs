//! What nights, rain, wind and lamps do to a picture: drawn into its luma and chroma planes.

/// A row of dice that is the same each time.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// From 0 to 1.
    fn roll(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1_u64 << 24) as f32
    }
}

/// What happens before the camera, or in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Weather {
    /// The noise of a sensor by day.
    Day,
    /// Two fifths of the light, and four times the noise.
    Night,
    /// Streaks that are elsewhere in each frame.
    Rain,
    /// Trees at both sides that sway, more and less.
    Wind,
    /// Hazard lights, at two places of the picture (pixels, of 1920 × 1080).
    Lamps([[f32; 2]; 2]),
}

/// A picture in I420, rows without gaps.
pub(crate) struct Planes<'p> {
    pub(crate) bytes: &'p mut [u8],
    pub(crate) width: usize,
    pub(crate) height: usize,
}

impl Weather {
    /// Draws it into frame `number` of 25 a second.
    pub(crate) fn draw(self, planes: &mut Planes<'_>, number: u64) {
        let mut dice = Dice::new(number + 1);
        let t = number as f32 / 25.0;
        match self {
            Self::Day => {}
            Self::Night => darken(planes),
            Self::Rain => rain(planes, &mut dice),
            Self::Wind => wind(planes, t),
            Self::Lamps(places) => lamps(planes, t, places),
        }
        noise(planes, &mut dice, if self == Self::Night { 6.5 } else { 1.6 });
    }
}

/// Noise about normal, of the given deviation, on the luma.
fn noise(planes: &mut Planes<'_>, dice: &mut Dice, deviation: f32) {
    let luma = planes.width * planes.height;
    for four in planes.bytes[..luma].chunks_mut(4) {
        let bits = dice.next();
        for (n, pixel) in four.iter_mut().enumerate() {
            // The sum of three dice of 0 to 31 has a deviation of 16.
            let part = bits >> (n * 15);
            let sum = (part & 31) + (part >> 5 & 31) + (part >> 10 & 31);
            let off = (sum as f32 - 46.5) / 16.0 * deviation;
            *pixel = (f32::from(*pixel) + off).clamp(0.0, 255.0) as u8;
        }
    }
}

fn darken(planes: &mut Planes<'_>) {
    let luma = planes.width * planes.height;
    let (bright, colours) = planes.bytes.split_at_mut(luma);
    for pixel in bright {
        *pixel = (16.0 + (f32::from(*pixel) - 16.0).max(0.0) * 0.4) as u8;
    }
    colours.fill(128);
}

fn rain(planes: &mut Planes<'_>, dice: &mut Dice) {
    for _ in 0..220 {
        let (x, y) = (dice.roll() * planes.width as f32, dice.roll() * planes.height as f32);
        let long = 30.0 + 50.0 * dice.roll();
        let wide = 1 + (dice.roll() * 2.0) as usize;
        for step in 0..long as usize {
            let (px, py) = ((x - step as f32 * 0.12) as usize, y as usize + step);
            if py >= planes.height {
                break;
            }
            for px in px..(px + wide).min(planes.width) {
                let pixel = &mut planes.bytes[py * planes.width + px];
                *pixel = pixel.saturating_add(28);
            }
        }
    }
}

/// Leaves over the upper corners, a fifth of the width and half of the height each.
fn wind(planes: &mut Planes<'_>, t: f32) {
    let gust = 0.6 + 0.4 * (t * 0.5).sin();
    let shift = gust * (14.0 * (t * 2.1).sin() + 7.0 * (t * 5.3 + 1.0).sin());
    let (wide, high) = (planes.width / 5, planes.height / 2);
    for y in 0..high {
        let sway = shift * (1.0 - 0.6 * y as f32 / high as f32);
        for x in 0..wide {
            let (u, v) = ((x as f32 + sway) / 17.0, (y as f32 + 0.4 * sway) / 19.0);
            let leaf = 70.0 + 38.0 * (u.sin() * v.cos() + (u * 2.3 + v).sin() * 0.5);
            // Ragged at its edge.
            if x as f32 + 40.0 * v.sin() > wide as f32 {
                continue;
            }
            planes.bytes[y * planes.width + x] = leaf as u8;
            planes.bytes[(y + 1) * planes.width - 1 - x] = leaf as u8;
        }
    }
}

/// Two lamps that blink together, 90 times a minute.
fn lamps(planes: &mut Planes<'_>, t: f32, places: [[f32; 2]; 2]) {
    if (t * 1.5).fract() >= 0.5 {
        return;
    }
    for [left, top] in places {
        for y in 0..34 {
            for x in 0..52 {
                let (px, py) = (left as usize + x, top as usize + y);
                if px < planes.width && py < planes.height {
                    planes.bytes[py * planes.width + px] = 215;
                }
            }
        }
    }
}
