"""Fits how probable a detection with its reading is a plate: `python -m varco_training.aligner.plausibility --data DIR ...`.

Two logistic regressions on every detection of the val pictures above a low score: over the detector's and the aligner's logits,
which gives the score of a detection, and over that score and what the reader makes of the place (confidence, number of
characters, a digit). Prints the constants of `src/vision/plausibility.rs` and what each limit would give out.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ..detector.evaluate import JUDGED_WIDTH_PX, left_out, match
from ..detector.pictures import Picture, read_pictures
from ..detector.session import Session
from ..detector.targets import overlap
from ..reader import ALPHABET
from ..reader.evaluate import session_infer
from ..reader.measure import Infer, rectified, signs
from .session import AlignerSession, aligned

Floats = NDArray[np.float32]

SIZES_PX = (640, 320)
"""The looks that the program takes at a still."""
LEAST_SCORE = 0.2
MOST_LOGIT = 6.0
"""The aligner's word counts no more than that."""
ALIKE_SHARE = 0.08


@dataclass(frozen=True)
class Case:
    """One detection, what was read there, and whether a labelled plate is there."""

    features: tuple[float, ...]
    """Logits of the detector and of the aligner, ln of the reader's confidence, characters up to four, five or more, a digit."""
    complete: bool
    right: bool
    legible: bool
    """A legible plate of at least `JUDGED_WIDTH_PX`."""


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


def logit(score: float) -> float:
    """Of a score, as the program bounds it."""
    score = min(max(score, 1e-3), 1 - 1e-3)
    return float(np.log(score / (1 - score)))


def cases(picture: Picture, detector: Session, aligner: AlignerSession, infer: Infer, temperature: float) -> list[Case]:
    """Every detection of one picture."""
    image, _ = picture.decode()
    found = aligned(aligner, image, detector.detect_at(image, SIZES_PX, LEAST_SCORE))
    if not found:
        return []
    logits, _ = infer(np.stack([rectified(image, d.corners) for d, _ in found]))
    boxes = np.array([[*p.corners.min(0), *p.corners.max(0)] for p in picture.plates], np.float32).reshape(-1, 4)
    _, shown = match(picture, [d for d, _ in found])
    out = []
    for (detection, plate_logit), one, result in zip(found, logits, shown, strict=True):
        count, confidence, digit = read(one, temperature)
        of_looks = logit(detection.score), float(np.clip(plate_logit, -MOST_LOGIT, MOST_LOGIT))
        features = (*of_looks, np.log(max(confidence, 1e-3)), min(count, 4), float(count >= 5), float(digit))
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
    parser.add_argument("--aligner", type=Path, required=True)
    parser.add_argument("--reader", type=Path, required=True)
    given = parser.parse_args()
    cv2.setNumThreads(1)
    detector, aligner, (infer, reader) = Session(given.detector), AlignerSession(given.aligner), session_infer(given.reader)
    temperature = float(reader.get_modelmeta().custom_metadata_map.get("temperature", "1"))
    pictures = read_pictures(given.data, "val")
    found = [case for picture in pictures for case in cases(picture, detector, aligner, infer, temperature)]
    plates = sum(len(p.plates) for p in pictures) - sum(map(len, left_out().values()))
    x, y = np.array([c.features for c in found]), np.array([c.right for c in found], float)
    complete, legible = np.array([c.complete for c in found]), np.array([c.legible for c in found])
    weights, bias = fit(x[:, :2], y)
    print(f"LOOKS_BIAS {bias:.2f}, DETECTOR {weights[0]:.2f}, ALIGNER {weights[1]:.2f}")
    looks = x[:, :2] @ weights + bias
    tell("looks alone", 1 / (1 + np.exp(-looks)), y, complete, legible, plates)
    x = np.c_[looks, x[:, 2:]]
    weights, bias = fit(x, y)
    for name, value in zip(("SCORE", "CONFIDENCE", "CHARACTER", "FIVE_CHARACTERS", "DIGIT"), weights, strict=True):
        print(f"{name} {value:.2f}")
    print(f"BIAS {bias:.2f}")
    tell("with the reading", 1 / (1 + np.exp(-(x @ weights + bias))), y, complete, legible, plates)


def tell(name: str, p: Floats, y: Floats, complete: NDArray[np.bool_], legible: NDArray[np.bool_], plates: int) -> None:
    """Print what limits of a probability would give out."""
    for limit in (0.1, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7):
        kept = p >= limit
        print(f"{name}, limit {limit}: {kept.sum()} given out, recall {y[kept].sum() / plates:.3f}, precision {y[kept].mean():.3f}, "
              f"of completely boxed sources {y[kept & complete].mean():.3f}, legible from 60 px {(legible & kept).sum()}")


if __name__ == "__main__":
    main()
