"""Fits how probable a detection with its reading is a plate: `python -m varco_training.aligner.plausibility --data DIR ...`.

Two logistic regressions on the detections of the val pictures above a low score: over the detector's and the aligner's logits,
which gives the score of a detection, and over that score and what the readers make of the place (confidence, a digit). Learnt from are the places where a labelled plate is, however loosely it is boxed, and in pictures whose
plates are all boxed those where none is; elsewhere a find beside the boxes may well be a plate. Prints the constants of
`src/vision/plausibility.rs` and what each limit would give out.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ..detector.evaluate import JUDGED_WIDTH_PX, left_out, match
from ..detector.pictures import Picture, read_pictures
from ..detector.session import Session
from ..detector.targets import overlap
from ..reader.evaluate import session_infer
from ..reader.measure import Infer, decode, rectified
from ..reader.together import log_probability
from .session import AlignerSession, aligned

Floats = NDArray[np.float32]

SIZES_PX = (640, 320)
"""The looks that the program takes at a still."""
LEAST_SCORE = 0.2
MOST_LOGIT = 6.0
"""The aligner's word counts no more than that."""
THERE_IOU, ELSEWHERE_IOU = 0.3, 0.1
"""A find that overlaps a label so much is its plate, one that overlaps less than the second is something else."""


@dataclass(frozen=True)
class Case:
    """One detection, what was read there, and whether a labelled plate is there."""

    features: tuple[float, ...]
    """Logits of the detector and of the aligner, ln of the readers' confidence, a digit."""
    complete: bool
    right: bool
    taught: bool | None
    """Whether a plate is there; `None`: nobody knows."""
    legible: bool
    """A legible plate of at least `JUDGED_WIDTH_PX`."""


def read(said: Sequence[tuple[Floats, float]]) -> tuple[float, bool]:
    """Ln of the confidence and whether a digit is among the characters, much as `src/vision/ctc.rs` has them.

    `said` are the logits of each reader and its temperature.
    """
    scaled = [logits / temperature for logits, temperature in said]
    sums = {text: np.mean([log_probability(one, text) for one in scaled]) for one in scaled for text in decode(one[None])}
    text = max(sums, key=lambda t: sums[t])
    return float(sums[text]) if text else float(np.log(1e-3)), any(c.isdigit() for c in text)


def logit(score: float) -> float:
    """Of a score, as the program bounds it."""
    score = min(max(score, 1e-3), 1 - 1e-3)
    return float(np.log(score / (1 - score)))


def cases(picture: Picture, detector: Session, aligner: AlignerSession, readers: list[tuple[Infer, float]]) -> list[Case]:
    """Every detection of one picture."""
    image, _ = picture.decode()
    found = aligned(aligner, image, detector.detect_at(image, SIZES_PX, LEAST_SCORE))
    if not found:
        return []
    crops = np.stack([rectified(image, d.corners) for d, _ in found])
    said = [infer(crops)[0] for infer, _ in readers]
    boxes = np.array([[*p.corners.min(0), *p.corners.max(0)] for p in picture.plates], np.float32).reshape(-1, 4)
    _, shown = match(picture, [d for d, _ in found])
    out = []
    for at, ((detection, plate_logit), result) in enumerate(zip(found, shown, strict=True)):
        confidence, digit = read([(logits[at], temperature) for logits, (_, temperature) in zip(said, readers, strict=True)])
        of_looks = logit(detection.score), float(np.clip(plate_logit, -MOST_LOGIT, MOST_LOGIT))
        features = (*of_looks, max(confidence, float(np.log(1e-3))), float(digit))
        near = float(overlap(detection.box, boxes).max()) if len(boxes) else 0.0
        taught = True if near >= THERE_IOU else False if picture.complete and near < ELSEWHERE_IOU else None
        plate = picture.plates[int(overlap(detection.box, boxes).argmax())] if result.right else None
        legible = bool(plate and plate.legible and plate.width_px >= JUDGED_WIDTH_PX)
        out.append(Case(features, picture.complete, result.right, taught, legible))
    return out


def fit(
    x: NDArray[np.float64], y: NDArray[np.float64], counts: NDArray[np.float64], rounds: int = 4000
) -> tuple[NDArray[np.float64], float]:
    """Weights and bias of a logistic regression, by gradient descent on standardised features; a row counts `counts` times."""
    mean, spread = x.mean(0), x.std(0) + 1e-9
    z = np.c_[(x - mean) / spread, np.ones(len(x))]
    w = np.zeros(z.shape[1])
    for _ in range(rounds):
        w -= 0.5 * (z.T @ (counts * (1 / (1 + np.exp(-z @ w)) - y)) / counts.sum() + 1e-3 * w)
    weights = w[:-1] / spread
    return weights, float(w[-1] - weights @ mean)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--detector", type=Path, required=True)
    parser.add_argument("--aligner", type=Path, required=True)
    parser.add_argument("--reader", type=Path, nargs="+", required=True, help="the reader, and the second one")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    detector, aligner = Session(given.detector), AlignerSession(given.aligner)
    readers = []
    for infer, session in map(session_infer, given.reader):
        readers.append((infer, float(session.get_modelmeta().custom_metadata_map.get("temperature", "1"))))
    pictures = read_pictures(given.data, "val")
    found = [case for picture in pictures for case in cases(picture, detector, aligner, readers)]
    plates = sum(len(p.plates) for p in pictures) - sum(map(len, left_out().values()))
    x, y = np.array([c.features for c in found]), np.array([c.right for c in found], float)
    complete, legible = np.array([c.complete for c in found]), np.array([c.legible for c in found])
    # What is taught of the complete pictures counts for the others as well.
    known = np.array([c.taught is not None for c in found])
    there = np.array([bool(c.taught) for c in found], float)
    share = len(found) / max(complete.sum(), 1)
    counts = np.where(there > 0, 1.0, share)[known]
    weights, bias = fit(x[known, :2], there[known], counts)
    print(f"LOOKS_BIAS {bias:.2f}, DETECTOR {weights[0]:.2f}, ALIGNER {weights[1]:.2f}")
    looks = x[:, :2] @ weights + bias
    tell("looks alone", 1 / (1 + np.exp(-looks)), y, complete, legible, plates)
    x = np.c_[looks, x[:, 2:]]
    weights, bias = fit(x[known], there[known], counts)
    for name, value in zip(("SCORE", "CONFIDENCE", "DIGIT"), weights, strict=True):
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
