"""What time does to a plate: bolts, dirt, scratches, uneven ground, and the frame that holds it."""

from __future__ import annotations

import cv2
import numpy as np

from .bands import small_text

_DEALERS = (
    "AUTOHAUS", "MOTORS", "GARAGE CENTRAL", "AUTO ROSSI", "CONCESSIONARIA", "AUTOCENTER", "CARS LTD", "RENT A CAR", "AUTOSALON",
    "BILFORUM", "SERVICE 24", "AUTOMOVILES", "SAMOCHODY", "WWW AUTO NET",
)


def _blotches(rng: np.random.Generator, shape: tuple[int, int], cells: int) -> np.ndarray:
    """Smooth random field, 0..1, float32, of `shape`."""
    rows = max(2, round(cells * shape[0] / shape[1]) + 1)
    return cv2.resize(rng.random((rows, cells), np.float32), shape[::-1], interpolation=cv2.INTER_CUBIC)


def wear(rng: np.random.Generator, image: np.ndarray, night: bool) -> np.ndarray:
    """Bolts, uneven ground, dirt, scratches, fading; changes `image` in place and returns it."""
    high, width = image.shape[:2]
    if rng.random() < 0.45:
        _bolts(rng, image)
    if rng.random() < 0.5:
        field = _blotches(rng, (high, width), int(rng.integers(3, 9)))
        strength = float(rng.uniform(0.03, 0.25)) if rng.random() < 0.8 else float(rng.uniform(0.25, 0.5))
        dirt = np.array(rng.integers(30, 140, 3), np.float32) if not night else np.full(3, float(rng.integers(30, 140)), np.float32)
        alpha = (np.clip(field * 1.6 - 0.6, 0, 1) * strength)[:, :, None]
        image[:] = (image * (1 - alpha) + dirt * alpha).astype(np.uint8)
    if rng.random() < 0.15:
        for _ in range(int(rng.integers(1, 6))):
            a = (int(rng.integers(width)), int(rng.integers(high)))
            b = (int(a[0] + rng.integers(-width // 5, width // 5 + 1)), int(a[1] + rng.integers(-high // 3, high // 3 + 1)))
            shade = int(rng.integers(60, 220))
            cv2.line(image, a, b, (shade, shade, shade), 1, cv2.LINE_AA)
    return image


def _bolts(rng: np.random.Generator, image: np.ndarray) -> None:
    high, width = image.shape[:2]
    radius = max(1, round(min(high, width / 3) * rng.uniform(0.025, 0.06)))
    shade = int(rng.integers(30, 240))
    colour = (shade, shade, shade) if rng.random() < 0.8 else (30, 190, 240)
    inset = rng.uniform(0.06, 0.3)
    y = high * (rng.uniform(0.06, 0.16) if rng.random() < 0.4 else rng.uniform(0.4, 0.6))
    for x in (width * inset, width * (1 - inset)):
        cv2.circle(image, (round(x), round(y)), radius, colour, -1, cv2.LINE_AA)
        cv2.circle(image, (round(x), round(y)), radius, tuple(int(v * 0.6) for v in colour), 1, cv2.LINE_AA)


def draw_bolt(rng: np.random.Generator, image: np.ndarray, x: int, y: int, radius: float) -> None:
    """A bolt's head or cap between two signs."""
    shade = int(rng.integers(30, 240))
    size = max(1, round(radius * rng.uniform(0.6, 1.0)))
    cv2.circle(image, (x, y), size, (shade, shade, shade) if rng.random() < 0.85 else (30, 190, 240), -1, cv2.LINE_AA)
    if size > 2:
        cv2.circle(image, (x, y), size, (shade // 2,) * 3, 1, cv2.LINE_AA)


def add_frame(rng: np.random.Generator, image: np.ndarray, night: bool) -> np.ndarray:
    """The plate in a holder: a thin rim, now and then a strip with the dealer's name below."""
    high, width = image.shape[:2]
    rim = max(1, round(high * rng.uniform(0.015, 0.06)))
    strip = round(high * rng.uniform(0.1, 0.2)) if rng.random() < 0.5 else rim
    tone = int(rng.integers(8, 70)) if rng.random() < 0.85 else int(rng.integers(150, 220))
    framed = np.full((high + rim + strip, width + 2 * rim, 3), tone, np.uint8)
    framed[rim : rim + high, rim : rim + width] = image
    if strip > rim and rng.random() < 0.85:
        words = _DEALERS[int(rng.integers(len(_DEALERS)))]
        light = (225, 225, 225) if tone < 110 else (30, 30, 30)
        colour = light if night or rng.random() < 0.6 else tuple(int(v) for v in rng.integers(0, 256, 3))
        small_text(framed, words, framed.shape[1] // 2, high + rim + strip // 2, round(strip * 0.6), colour, max_width=round(width * 0.8))
    return framed
