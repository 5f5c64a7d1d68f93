"""Decoding and accuracy, the same for checkpoints and exported files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ..pack import PlateCrop
from . import ALPHABET, HEIGHT, MARGIN_X, MARGIN_Y, WIDTH

Infer = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
"""Crops (uint8, N x 48 x 160 x 3, RGB) to CTC logits (N x 80 x 40) and country logits."""


@dataclass(frozen=True)
class Score:
    """Counts over a set of plates."""

    plates: int
    right: int
    right_o0: int
    """Right when O and 0 count as one sign."""
    signs: int
    sign_errors: int

    def __str__(self) -> str:
        share = 100 * self.right / max(1, self.plates)
        loose = 100 * self.right_o0 / max(1, self.plates)
        cer = self.sign_errors / max(1, self.signs)
        return f"{self.right}/{self.plates} = {share:.1f} % (O = 0: {loose:.1f} %), character errors {cer:.3f}"


def decode(logits: np.ndarray) -> list[str]:
    """Greedy CTC: best class per step, repeats and blanks dropped."""
    out = []
    for steps in logits.argmax(axis=2):
        kept = [c for i, c in enumerate(steps) if c and (i == 0 or steps[i - 1] != c)]
        out.append("".join(ALPHABET[c - 1] for c in kept))
    return out


def distance(a: str, b: str) -> int:
    """Edit distance."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
    return row[-1]


def score(read: Sequence[str], truth: Sequence[str]) -> Score:
    """Compare readings with texts."""
    pairs = list(zip(read, truth, strict=True))
    return Score(
        len(pairs),
        sum(r == t for r, t in pairs),
        sum(r.replace("O", "0") == t.replace("O", "0") for r, t in pairs),
        sum(len(t) for t in truth),
        sum(distance(r, t) for r, t in pairs),
    )


def resize(picture: np.ndarray) -> np.ndarray:
    """A BGR picture stretched to the reader's input, RGB."""
    smaller = picture.shape[1] > WIDTH
    scaled = cv2.resize(picture, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR)
    return cv2.cvtColor(scaled, cv2.COLOR_BGR2RGB)


def through_box(crop: PlateCrop) -> np.ndarray:
    """A labelled plate as the program would cut it with perfect upright boxes and the reader's margins."""
    x, y, w, h = crop.box
    x0, y0 = round(x - MARGIN_X * w), round(y - MARGIN_Y * h)
    x1, y1 = round(x + (1 + MARGIN_X) * w), round(y + (1 + MARGIN_Y) * h)
    return resize(crop.patch[max(0, y0) : y1, max(0, x0) : x1])


def read(infer: Infer, crops: Sequence[np.ndarray], batch: int = 64) -> list[str]:
    """Texts of crops."""
    out: list[str] = []
    for start in range(0, len(crops), batch):
        out.extend(decode(infer(np.stack(crops[start : start + batch]))[0]))
    return out
