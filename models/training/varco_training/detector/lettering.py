"""Lettering that is no plate: camera text, names on vans, phone numbers, badges. Drawn once into a pool of masks."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_LETTERS = "ABCDEFGHIKLMNOPRSTUVZ"
_LOWER = "aeioulnrstcdmpgbv"
_HERSHEY = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX, cv2.FONT_HERSHEY_TRIPLEX)


def random_words(rng: np.random.Generator) -> str:
    """A phrase as written on vehicles, shops and camera pictures."""

    def word(first: str, rest: str, longest: int) -> str:
        return rng.choice(list(first)) + "".join(rng.choice(list(rest), rng.integers(1, longest)))

    def digits(count: int) -> str:
        return "".join(str(d) for d in rng.integers(0, 10, count))

    kind = rng.integers(7)
    if kind == 0:
        return word(_LETTERS, _LOWER, 8)
    if kind == 1:
        return word(_LETTERS, _LETTERS, 8)
    if kind == 2:
        return f"{word(_LETTERS, _LOWER, 7)} {word(_LETTERS, _LOWER, 7)}"
    if kind == 3:
        return f"{digits(4)}-{digits(2)}-{digits(2)} {digits(2)}:{digits(2)}:{digits(2)}"
    if kind == 4:
        return f"{digits(3)} {digits(2)} {digits(3)} {digits(2)}"
    if kind == 5:
        return f"{word(_LETTERS, _LETTERS, 3)} {rng.integers(1, 999)}"
    return f"www.{word(_LOWER, _LOWER, 9)}.{word('iced', 'tosm', 3)}"


class LetteringPool:
    """A fixed stock of text masks (uint8, 0..255, 48 px high or less)."""

    def __init__(self, rng: np.random.Generator, size: int = 400) -> None:
        self._masks = [self._draw(rng) for _ in range(size)]

    @staticmethod
    def _draw(rng: np.random.Generator) -> NDArray[np.uint8]:
        text = random_words(rng)
        font = _HERSHEY[rng.integers(len(_HERSHEY))]
        scale, thick = float(rng.uniform(0.9, 1.3)), int(rng.integers(1, 6))
        (width, height), base = cv2.getTextSize(text, font, scale, thick)
        mask = np.zeros((height + base + 8, width + 8), np.uint8)
        cv2.putText(mask, text, (4, height + 4), font, scale, 255, thick, cv2.LINE_AA)
        return mask

    def draw(self, rng: np.random.Generator) -> NDArray[np.uint8]:
        """One mask."""
        return self._masks[rng.integers(len(self._masks))]


def stamp(
    canvas: NDArray[np.uint8], mask: NDArray[np.uint8], x: int, y: int, height_px: int, colour: NDArray[np.float64]
) -> None:
    """Paints `mask`, scaled to `height_px`, onto `canvas` with its top left at (x, y); what lies outside is cut."""
    width_px = max(4, round(mask.shape[1] * height_px / mask.shape[0]))
    mask = cv2.resize(mask, (width_px, max(3, height_px)), interpolation=cv2.INTER_AREA)
    x0, y0 = max(x, 0), max(y, 0)
    x1, y1 = min(x + mask.shape[1], canvas.shape[1]), min(y + mask.shape[0], canvas.shape[0])
    if x1 <= x0 or y1 <= y0:
        return
    alpha = mask[y0 - y : y1 - y, x0 - x : x1 - x, None].astype(np.float32) / 255
    part = canvas[y0:y1, x0:x1]
    part[:] = (part * (1 - alpha) + colour.astype(np.float32) * alpha).astype(np.uint8)
