"""Small print above and below the signs (states, cities, dealers, registration stickers) and the tinted grounds of US plates."""

from __future__ import annotations

import cv2
import numpy as np

from . import codes, fonts
from .bands import small_text
from .formats import Layout


def _any(rng: np.random.Generator, items: tuple[str, ...]) -> str:
    return items[int(rng.integers(len(items)))]


def tint_ground(rng: np.random.Generator, image: np.ndarray, night: bool) -> None:
    """A soft light gradient or landscape of colours over the ground, from top to bottom."""
    high = image.shape[0]
    ends = rng.integers(-60, 25, (int(rng.integers(2, 4)), 1, 1 if night else 3)).astype(np.float32)
    ends = np.repeat(ends, 3, axis=2) if night else ends
    ramp = cv2.resize(ends, (1, high), interpolation=cv2.INTER_LINEAR)
    # Dark plates are made lighter by nothing: the signs must keep their contrast.
    factor = 1 + ramp / 255
    image[:] = np.clip(image * factor, 0, 255).astype(np.uint8)


def _stickers(rng: np.random.Generator, image: np.ndarray, y: int, size: int, night: bool) -> None:
    """Month and year stickers in the corners."""
    width = image.shape[1]
    for x, words in ((round(width * 0.1), "DEC"), (round(width * 0.9), f"{rng.integers(10, 27)}")):
        if rng.random() < 0.7:
            tone = rng.integers(60, 256, 3)
            colour = tuple(int(v) for v in (tone if not night else np.full(3, tone[0])))
            half = round(size * 0.8)
            cv2.rectangle(image, (x - half, y - size // 2), (x + half, y + size // 2), colour, -1)
            small_text(image, words, x, y, round(size * 0.6), (20, 20, 20) if tone.mean() > 110 else (240, 240, 240))


def draw_words(
    rng: np.random.Generator, image: np.ndarray, layout: Layout, code: str, ink: tuple[int, int, int], night: bool
) -> tuple[int, int]:
    """Draw the small print of this plate, if it has any. Returns the heights taken above and below (pixels)."""
    high, width = image.shape[:2]
    if code == "US":
        size, other = round(high * rng.uniform(0.1, 0.16)), round(high * rng.uniform(0.06, 0.1))
        colour = ink if rng.random() < 0.7 else tuple(int(v) for v in (rng.integers(0, 150, 3) if not night else np.full(3, 50)))
        y, low = round(high * rng.uniform(0.09, 0.13)), round(high * rng.uniform(0.89, 0.93))
        faces = fonts.faces()["any"]
        face = faces[int(rng.integers(len(faces)))] if rng.random() < 0.3 else None
        if rng.random() < 0.93:
            small_text(image, _any(rng, codes.STATES).replace("-", " "), width // 2, y, size, colour, face, round(width * 0.62))
        if rng.random() < 0.7:
            small_text(image, _any(rng, codes.MOTTOES), width // 2, low, other, colour, None, round(width * 0.7))
        if rng.random() < 0.4:
            _stickers(rng, image, y if rng.random() < 0.6 else low, round(high * 0.12), night)
        return round(high * 0.19), round(high * 0.14)
    if layout.words == "BRASIL":
        strip = round(high * rng.uniform(0.18, 0.24))
        cv2.rectangle(image, (0, 0), (width, strip), (60, 60, 60) if night else (150, 60, 10), -1)
        small_text(image, "BRASIL", width // 2, strip // 2, round(strip * 0.6), (235, 235, 235))
        return strip, 0
    if layout.words:
        size = round(high * rng.uniform(0.13, 0.18))
        at_top = rng.random() < 0.75
        small_text(image, layout.words, width // 2, round(size * 0.75) if at_top else high - round(size * 0.75), size, ink, None,
                   round(width * 0.8))
        taken = round(size * 1.3)
        return (taken, 0) if at_top else (0, taken)
    if (code in ("IE", "GB") and rng.random() < 0.4) or (not code and rng.random() < 0.2):
        names = ("LEON", "CITY", "GARAGE", "STATE", "AUTO") if not code else (
            "ATHA CLIATH", "CORCAIGH", "MOTORS LTD", "GAILLIMH", "CARS")
        at_top = code == "IE" or rng.random() < 0.5
        small_text(image, _any(rng, names), width // 2, round(high * (0.06 if at_top else 0.94)), round(high * 0.09), ink)
    return 0, 0
