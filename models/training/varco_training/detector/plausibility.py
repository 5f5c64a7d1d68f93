"""Fits how probable a detection with its reading is a plate: `python -m varco_training.detector.plausibility --data DIR ...`.

A logistic regression over the detector's score and what the reader makes of the place (confidence, number of characters, a
digit), on every detection of the val pictures above a low score. Prints the constants of `src/vision/plausibility.rs` and what
each limit would give out.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ..reader import ALPHABET, HEIGHT, MARGIN_X, MARGIN_Y, WIDTH
from ..reader.evaluate import session_infer
from ..reader.measure import Infer, signs
from .evaluate import JUDGED_WIDTH_PX, match
from .pictures import Picture, read_pictures
from .session import Session, distinct
from .targets import overlap

Floats = NDArray[np.float32]

SIZES_PX = (640, 320)
"""The looks that the program takes at a still."""
LEAST_SCORE = 0.3
ALIKE_SHARE = 0.08


@dataclass(frozen=True)
class Case:
    """One detection, what was read there, and whether a labelled plate is there."""

    features: tuple[float, ...]
    """Logit of the score, ln of the confidence, characters up to four, five or more, a digit."""
    complete: bool
    right: bool
    legible: bool
    """A legible plate of at least `JUDGED_WIDTH_PX`."""


def rectified(image: NDArray[np.uint8], corners: Floats) -> NDArray[np.uint8]:
    """The plate pulled straight with its margins, at the reader's size (RGB)."""
    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    x, y = MARGIN_X, MARGIN_Y
    wide = np.array([[[-x, -y], [1 + x, -y], [1 + x, 1 + y], [-x, 1 + y]]], np.float32)
    outer = cv2.perspectiveTransform(wide, cv2.getPerspectiveTransform(square, corners.astype(np.float32)))[0]
    double = np.array([2 * WIDTH, 2 * HEIGHT], np.float32)
    matrix = cv2.getPerspectiveTransform(outer, square * double)
    out = cv2.warpPerspective(image, matrix, (2 * WIDTH, 2 * HEIGHT), borderMode=cv2.BORDER_REPLICATE)
    return cv2.cvtColor(cv2.resize(out, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2RGB)


def _alike(weights: Floats) -> Floats:
    """Signs that are drawn alike keep a share of each other, as in `src/vision/ctc.rs`."""
    out = weights.copy()
    for a, b in ((ALPHABET.index("0"), ALPHABET.index("O")), (ALPHABET.index("1"), ALPHABET.index("I"))):
        out[[a, b]] += ALIKE_SHARE * (weights[[b, a]] - weights[[a, b]])
    return out


def read(logits: Floats, temperature: float) -> tuple[int, float, bool]:
    """Number of characters, confidence and whether a digit is among them, much as `src/vision/ctc.rs` counts them."""
    found = signs(logits, temperature)
    positions = [_alike(s.weights / s.weights.sum()) * s.presence + (1 - s.presence) / len(s.weights) for s in found]
    confidence = float(np.prod([p.max() for p in positions])) if found else 0.0
    return len(found), confidence, any(s.index < 10 for s in found)


def cases(picture: Picture, detector: Session, infer: Infer, temperature: float) -> list[Case]:
    """Every detection of one picture."""
    image, _ = picture.decode()
    found = [d for size in SIZES_PX for d in detector.detect(image, size) if d.score >= LEAST_SCORE]
    found = distinct(found)
    if not found:
        return []
    logits, _ = infer(np.stack([rectified(image, d.corners) for d in found]))
    boxes = np.array([[*p.corners.min(0), *p.corners.max(0)] for p in picture.plates], np.float32).reshape(-1, 4)
    _, shown = match(picture, found)
    out = []
    for detection, one, result in zip(found, logits, shown, strict=True):
        count, confidence, digit = read(one, temperature)
        score = min(max(detection.score, 1e-3), 1 - 1e-3)
        features = (np.log(score / (1 - score)), np.log(max(confidence, 1e-3)), min(count, 4), float(count >= 5), float(digit))
        plate = picture.plates[int(overlap(detection.box, boxes).argmax())] if result.right else None
        legible = bool(plate and plate.legible and plate.width_px >= JUDGED_WIDTH_PX)
        out.append(Case(features, picture.complete, result.right, legible))
    return out


def fit(x: NDArray[np.float64], y: NDArray[np.float64], rounds: int = 4000) -> tuple[NDArray[np.float64], float]:
    """Weights and bias of a logistic regression, by gradient descent on standardised features."""
    mean, spread = x.mean(0), x.std(0) + 1e-9
    z = np.c_[(x - mean) / spread, np.ones(len(x))]
    w = np.zeros(z.shape[1])
    for _ in range(rounds):
        w -= 0.5 * (z.T @ (1 / (1 + np.exp(-z @ w)) - y) / len(y) + 1e-3 * w)
    weights = w[:-1] / spread
    return weights, float(w[-1] - weights @ mean)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--detector", type=Path, required=True)
    parser.add_argument("--reader", type=Path, required=True)
    given = parser.parse_args()
    cv2.setNumThreads(1)
    detector, (infer, reader) = Session(given.detector), session_infer(given.reader)
    temperature = float(reader.get_modelmeta().custom_metadata_map.get("temperature", "1"))
    pictures = read_pictures(given.data, "val")
    found = [case for picture in pictures for case in cases(picture, detector, infer, temperature)]
    plates = sum(len(p.plates) for p in pictures)
    x, y = np.array([c.features for c in found]), np.array([c.right for c in found], float)
    complete, legible = np.array([c.complete for c in found]), np.array([c.legible for c in found])
    weights, bias = fit(x, y)
    for name, value in zip(("SCORE", "CONFIDENCE", "CHARACTER", "FIVE_CHARACTERS", "DIGIT"), weights, strict=True):
        print(f"{name} {value:.2f}")
    print(f"BIAS {bias:.2f}")
    p = 1 / (1 + np.exp(-(x @ weights + bias)))
    for limit in (0.1, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6):
        kept = p >= limit
        print(f"limit {limit}: {kept.sum()} given out, recall {y[kept].sum() / plates:.3f}, precision {y[kept].mean():.3f}, "
              f"of completely boxed sources {y[kept & complete].mean():.3f}, legible from 60 px {(legible & kept).sum()}")


if __name__ == "__main__":
    main()
