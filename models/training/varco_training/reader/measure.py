"""Decoding and accuracy, the same for checkpoints and exported files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ..pack import PlateCrop
from . import ALPHABET, MARGIN_X, MARGIN_Y, SLOTS, CropSize

Infer = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
"""Crops (uint8, N x height x width x 3, RGB) to CTC logits (N x T x 40) and country logits."""


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


@dataclass(frozen=True)
class Sign:
    """One run of columns of the same class (greedy CTC), or one place."""

    weights: np.ndarray
    """Sum of the run's probabilities over the alphabet."""
    presence: float
    """Largest probability of any one column that something stands here."""
    certainty: float
    """Largest probability of the run's own class."""

    @property
    def index(self) -> int:
        """Its place in the alphabet."""
        return int(self.weights.argmax())


def signs(logits: np.ndarray, temperature: float = 1.0) -> list[Sign]:
    """What one plate says: 12 x 40 places (up to the first that says nothing) or columns with 40 classes each (repeats and blanks dropped)."""
    steps = np.exp((logits - logits.max(axis=1, keepdims=True)) / temperature)
    steps /= steps.sum(axis=1, keepdims=True)
    out: list[Sign] = []
    last = 0
    for row, best in zip(steps, steps.argmax(axis=1).tolist(), strict=True):
        if not best and len(steps) == SLOTS:
            break
        if best and best == last and len(steps) != SLOTS:
            known = out[-1]
            out[-1] = Sign(known.weights + row[1:], max(known.presence, 1 - row[0]), max(known.certainty, row[best]))
        elif best:
            out.append(Sign(row[1:].copy(), 1 - row[0], row[best]))
        last = best
    return out


def decode(logits: np.ndarray) -> list[str]:
    """Texts of N plates."""
    return ["".join(ALPHABET[s.index] for s in signs(one)) for one in logits]


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


def resize(picture: np.ndarray, size: CropSize) -> np.ndarray:
    """A BGR picture stretched to a reader's input, RGB."""
    smaller = picture.shape[1] > size.width
    scaled = cv2.resize(picture, (size.width, size.height), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR)
    return cv2.cvtColor(scaled, cv2.COLOR_BGR2RGB)


def through_box(crop: PlateCrop, size: CropSize) -> np.ndarray:
    """A labelled plate as the program would cut it with perfect upright boxes and the reader's margins."""
    x, y, w, h = crop.box
    x0, y0 = round(x - MARGIN_X * w), round(y - MARGIN_Y * h)
    x1, y1 = round(x + (1 + MARGIN_X) * w), round(y + (1 + MARGIN_Y) * h)
    return resize(crop.patch[max(0, y0) : y1, max(0, x0) : x1], size)


def rectified(image: np.ndarray, corners: np.ndarray, size: CropSize) -> np.ndarray:
    """The plate pulled straight with its margins, at a reader's size (RGB)."""
    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    x, y = MARGIN_X, MARGIN_Y
    wide = np.array([[[-x, -y], [1 + x, -y], [1 + x, 1 + y], [-x, 1 + y]]], np.float32)
    outer = cv2.perspectiveTransform(wide, cv2.getPerspectiveTransform(square, corners.astype(np.float32)))[0]
    double = np.array([2 * size.width, 2 * size.height], np.float32)
    matrix = cv2.getPerspectiveTransform(outer, square * double)
    out = cv2.warpPerspective(image, matrix, (2 * size.width, 2 * size.height), borderMode=cv2.BORDER_REPLICATE)
    return cv2.cvtColor(cv2.resize(out, (size.width, size.height), interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2RGB)


def as_given(crop: PlateCrop, size: CropSize) -> np.ndarray:
    """A labelled plate by its known corners, as the program cuts it; by its box where they are not known."""
    return through_box(crop, size) if crop.corners is None else rectified(crop.patch, crop.corners, size)


def read(infer: Infer, crops: Sequence[np.ndarray], batch: int = 64) -> list[str]:
    """Texts of crops."""
    out: list[str] = []
    for start in range(0, len(crops), batch):
        out.extend(decode(infer(np.stack(crops[start : start + batch]))[0]))
    return out
