"""What lights the scene: sun, sky, and the lamps of street and vehicles."""

from dataclasses import dataclass

import cv2
import numpy as np


def _unit(v):
    v = np.asarray(v, np.float32)
    return v / np.linalg.norm(v)


@dataclass(frozen=True)
class Light:
    """Colours are BGR, 0..1, as they appear on the picture."""

    sun_from: np.ndarray
    sun: np.ndarray
    ambient: np.ndarray
    zenith: np.ndarray
    skyline: np.ndarray
    houses: np.ndarray
    ground: np.ndarray
    lamps: float
    """How bright lamps look, 0 (off) to 1."""
    noise: float
    """Camera noise, grey levels."""
    infrared: bool = False

    def sky(self, up):
        """Colour of the sky towards directions whose upward part is `up`."""
        t = np.clip(up, 0, 1)[..., None] ** 0.55
        return self.skyline * (1 - t) + self.zenith * t

    def surroundings(self):
        """What mirrors show, as a picture over azimuth (256) and elevation (128, top is up)."""
        lift = np.linspace(1, -1, 128, dtype=np.float32)[:, None].repeat(256, 1)
        turn = (np.arange(256, dtype=np.float32) / 256 * 2 * np.pi - np.pi)[None].repeat(128, 0)
        look = self.sky(lift)
        side = np.abs(np.sin(turn))
        wave = 0.06 * np.sin(turn * 9) + 0.04 * np.sin(turn * 23 + 1)
        roof = 0.10 + 0.42 * side**2 + wave * side
        lit = np.where(np.sin(turn) < 0, 1.0, 0.62)[..., None] * self.houses
        mix = np.clip((roof - lift) / 0.05, 0, 1)[..., None]
        look = look * (1 - mix) + lit * mix
        mix = np.clip((0.02 - lift) / 0.05, 0, 1)[..., None]
        look = look * (1 - mix) + self.ground * mix
        look = cv2.copyMakeBorder(look.astype(np.float32), 0, 0, 16, 16, cv2.BORDER_WRAP)
        return cv2.GaussianBlur(look, (0, 0), 1.6)[:, 16:-16]

    def mixed(self, other, t):
        """Between this light and another."""
        mix = lambda a, b: (1 - t) * a + t * b
        return Light(
            _unit(mix(self.sun_from, other.sun_from)),
            *(mix(getattr(self, k), getattr(other, k)) for k in
              ("sun", "ambient", "zenith", "skyline", "houses", "ground", "lamps", "noise")),
            infrared=self.infrared,
        )


def _bgr(*rgb):
    return np.array(rgb[::-1], np.float32)


DAY = Light(
    sun_from=_unit([0.52, 0.74, -0.46]),
    sun=_bgr(0.62, 0.58, 0.50),
    ambient=_bgr(0.44, 0.47, 0.53),
    zenith=_bgr(0.36, 0.56, 0.84),
    skyline=_bgr(0.84, 0.90, 0.95),
    houses=_bgr(0.66, 0.55, 0.42),
    ground=_bgr(0.34, 0.34, 0.34),
    lamps=0.35,
    noise=1.6,
)

DUSK = Light(
    sun_from=_unit([0.52, 0.74, -0.46]),
    sun=_bgr(0.04, 0.03, 0.03),
    ambient=_bgr(0.30, 0.29, 0.38),
    zenith=_bgr(0.16, 0.22, 0.45),
    skyline=_bgr(0.95, 0.62, 0.40),
    houses=_bgr(0.22, 0.18, 0.17),
    ground=_bgr(0.12, 0.12, 0.15),
    lamps=0.9,
    noise=3.0,
)

NIGHT = Light(
    sun_from=_unit([0.1, 0.45, -0.9]),
    sun=_bgr(0.26, 0.26, 0.26),
    ambient=_bgr(0.10, 0.10, 0.10),
    zenith=_bgr(0.02, 0.02, 0.02),
    skyline=_bgr(0.07, 0.07, 0.07),
    houses=_bgr(0.08, 0.08, 0.08),
    ground=_bgr(0.08, 0.08, 0.08),
    lamps=1.0,
    noise=4.5,
    infrared=True,
)
