"""Fits how probable a detection with its reading is a plate: `python -m varco_training.aligner.plausibility --data DIR ...`.

Two logistic regressions on what is found in the val pictures above a low score: over the detector's and the aligner's logits,
which gives the score of a detection (`--detector`, `--aligner`), and over that score and what the program reads at the place
(confidence, a digit), as the program itself writes it down: `varco eval --data DIR --finds FILE`, then `--finds FILE`. Learnt
from are the places where a labelled plate is, however loosely it is boxed, and in pictures whose plates are all boxed those where
none is; elsewhere a find beside the boxes may well be a plate. Prints the constants of `src/vision/plausibility.rs` and what each
limit would give out.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ..detector.evaluate import JUDGED_WIDTH_PX, LEAST_IOU, left_out
from ..detector.pictures import Picture, read_pictures
from ..detector.session import Session
from ..detector.targets import overlap
from .session import AlignerSession, aligned

Floats = NDArray[np.float32]

SIZES_PX = (640, 320)
"""The looks that the program takes at a still."""
LEAST_SCORE = 0.2
MOST_LOGIT = 6.0
"""The aligner's word counts no more than that."""
LEAST_CONFIDENCE = 1e-3
THERE_IOU, ELSEWHERE_IOU = 0.3, 0.1
"""A find that overlaps a label so much is its plate, one that overlaps less than the second is something else."""
LIMITS = (0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8)


@dataclass(frozen=True)
class Case:
    """One find, and what is there."""

    features: tuple[float, ...]
    complete: bool
    right: bool
    """A labelled plate by its overlap."""
    taught: bool | None
    """Whether a plate is there; `None`: nobody knows."""
    wide: bool
    """A labelled plate of at least `JUDGED_WIDTH_PX`."""


def logit(score: float) -> float:
    """Of a score, as the program bounds it."""
    score = min(max(score, 1e-3), 1 - 1e-3)
    return float(np.log(score / (1 - score)))


def case(picture: Picture, hidden: Floats, box: Floats, features: tuple[float, ...]) -> Case | None:
    """What a find of a picture teaches; `None` where the label does not count."""
    if len(hidden) and overlap(box, hidden).max() >= LEAST_IOU:
        return None
    boxes = np.array([[*p.corners.min(0), *p.corners.max(0)] for p in picture.plates], np.float32).reshape(-1, 4)
    overlaps = overlap(box, boxes) if len(boxes) else np.zeros(1, np.float32)
    near, at = float(overlaps.max()), int(overlaps.argmax())
    taught = True if near >= THERE_IOU else False if picture.complete and near < ELSEWHERE_IOU else None
    right = near >= LEAST_IOU
    return Case(features, picture.complete, right, taught, right and picture.plates[at].width_px >= JUDGED_WIDTH_PX)


def hidden_of(picture: Picture, names: dict[str, list[list[float]]]) -> Floats:
    """[N,4] the boxes of labels that do not count."""
    return np.array([[x, y, x + w, y + h] for x, y, w, h in names.get(picture.name, [])], np.float32).reshape(-1, 4)


def looks_of(picture: Picture, hidden: Floats, detector: Session, aligner: AlignerSession) -> Iterator[Case | None]:
    """Every find of one picture with the logits of detector and aligner."""
    image, _ = picture.decode()
    for found, word in aligned(aligner, image, detector.detect_at(image, SIZES_PX, LEAST_SCORE)):
        features = (logit(found.score), float(np.clip(word, -MOST_LOGIT, MOST_LOGIT)))
        yield case(picture, hidden, found.box, features)


def reads_of(picture: Picture, hidden: Floats, finds: list[dict]) -> Iterator[Case | None]:
    """Every find of one picture with the program's score and reading."""
    for find in finds:
        x, y, w, h = find["box"]
        digit = float(any(c.isdigit() for c in find["text"]))
        features = (logit(find["score"]), float(np.log(max(find["confidence"], LEAST_CONFIDENCE))), digit)
        yield case(picture, hidden, np.array([x, y, x + w, y + h], np.float32), features)


def fit(cases: list[Case], rounds: int = 4000) -> tuple[NDArray[np.float64], float]:
    """Weights and bias of a logistic regression, by gradient descent on standardised features.

    What is taught of the complete pictures counts for the others as well.
    """
    known = [c for c in cases if c.taught is not None]
    x, y = np.array([c.features for c in known]), np.array([bool(c.taught) for c in known], float)
    counts = np.where(y > 0, 1.0, len(cases) / max(sum(c.complete for c in cases), 1))
    mean, spread = x.mean(0), x.std(0) + 1e-9
    z = np.c_[(x - mean) / spread, np.ones(len(x))]
    w = np.zeros(z.shape[1])
    for _ in range(rounds):
        w -= 0.5 * (z.T @ (counts * (1 / (1 + np.exp(-z @ w)) - y)) / counts.sum() + 1e-3 * w)
    weights = w[:-1] / spread
    return weights, float(w[-1] - weights @ mean)


def tell(cases: list[Case], weights: NDArray[np.float64], bias: float, plates: int) -> None:
    """Print what limits of the probability would give out."""
    p = 1 / (1 + np.exp(-(np.array([c.features for c in cases]) @ weights + bias)))
    right, complete, wide = (np.array([getattr(c, name) for c in cases]) for name in ("right", "complete", "wide"))
    for limit in LIMITS:
        kept = p >= limit
        print(
            f"limit {limit}: {kept.sum()} given out, recall {right[kept].sum() / plates:.3f}, from {JUDGED_WIDTH_PX:.0f} px "
            f"{wide[kept].sum()}, precision {right[kept].mean():.3f}, of completely boxed sources {right[kept & complete].mean():.3f}"
        )


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--detector", type=Path, help="with --aligner: fit the score of a detection")
    parser.add_argument("--aligner", type=Path)
    parser.add_argument("--finds", type=Path, help="what `varco eval --finds` wrote: fit what is a plate")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    pictures = read_pictures(given.data, "val")
    names = left_out()
    plates = sum(len(p.plates) for p in pictures) - sum(map(len, names.values()))
    if given.detector and given.aligner:
        detector, aligner = Session(given.detector), AlignerSession(given.aligner)
        cases = [c for p in pictures for c in looks_of(p, hidden_of(p, names), detector, aligner) if c]
        weights, bias = fit(cases)
        print(f"LOOKS_BIAS {bias:.2f}, DETECTOR {weights[0]:.2f}, ALIGNER {weights[1]:.2f}")
        tell(cases, weights, bias, plates)
    if given.finds:
        finds: dict[str, list[dict]] = defaultdict(list)
        for row in map(json.loads, given.finds.read_text(encoding="utf-8").splitlines()):
            finds[Path(row["image"]).stem].append(row)
        cases = [c for p in pictures for c in reads_of(p, hidden_of(p, names), finds[p.name]) if c]
        weights, bias = fit(cases)
        print(f"BIAS {bias:.2f}, SCORE {weights[0]:.2f}, CONFIDENCE {weights[1]:.2f}, DIGIT {weights[2]:.2f}")
        tell(cases, weights, bias, plates)


if __name__ == "__main__":
    main()
