"""Measures a detector on `split: val`: `python -m varco_training.detector.evaluate --data DIR --model FILE... [--json]`.

Recall, precision and average precision at an overlap (IoU) of 0.5, by source and by plate width, for the whole range of
score thresholds; the corners' error on the plates with real corners; the network's time.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from .pictures import Picture, read_pictures
from .session import Session
from .targets import Detection, overlap

LEAST_IOU = 0.5
JUDGED_WIDTH_PX = 60.0
"""Legible plates of this width and more are the ones that must be found."""
WIDTHS_PX = (0, 30, 45, 60, 80, 120, 200, 10_000)
THRESHOLDS = (0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6)


@dataclass(frozen=True)
class Found:
    """What became of one labelled plate."""

    source: str
    width_px: float
    legible: bool | None
    score: float
    """Of the detection that found it; -1 when none did."""
    corner_error: float | None
    """Mean distance of the four corners in plate heights, where the real ones are known."""


@dataclass(frozen=True)
class Shown:
    """One detection: right or not."""

    source: str
    complete: bool
    score: float
    right: bool


def match(picture: Picture, detections: list[Detection]) -> tuple[list[Found], list[Shown]]:
    """Pairs detections (best first) with labelled plates, each at most once, by overlap of the upright boxes."""
    boxes = np.array([[*p.corners.min(0), *p.corners.max(0)] for p in picture.plates], np.float32).reshape(-1, 4)
    taken: dict[int, Detection] = {}
    shown = []
    for detection in detections:
        ious = overlap(detection.box, boxes) if len(boxes) else np.zeros(0, np.float32)
        ious[list(taken)] = 0
        best = int(ious.argmax()) if len(ious) else -1
        right = best >= 0 and ious[best] >= LEAST_IOU
        if right:
            taken[best] = detection
        shown.append(Shown(picture.source, picture.complete, detection.score, bool(right)))
    found = []
    for index, plate in enumerate(picture.plates):
        detection = taken.get(index)
        error = None
        if detection and plate.has_corners:
            sides = np.linalg.norm(plate.corners - plate.corners[[3, 2, 1, 0]], axis=1)
            error = float(np.linalg.norm(detection.corners - plate.corners, axis=1).mean() / max(sides.mean(), 1.0))
        score = detection.score if detection else -1.0
        found.append(Found(picture.source, plate.width_px, plate.legible, score, error))
    return found, shown


def average_precision(plates: int, shown: list[Shown]) -> float:
    """Area under the precision envelope over recall."""
    right = np.array([s.right for s in sorted(shown, key=lambda s: -s.score)], bool)
    if plates == 0 or len(right) == 0:
        return 0.0
    hits = np.cumsum(right)
    precision = np.maximum.accumulate((hits / np.arange(1, len(right) + 1))[::-1])[::-1]
    return float((precision * right).sum() / plates)


def share(found: list[Found], threshold: float) -> dict[str, Any]:
    """Recall at a threshold with its counts."""
    hits = sum(f.score >= threshold for f in found)
    return {"found": hits, "plates": len(found), "recall": round(hits / len(found), 4) if found else None}


def evaluate(model: Path, pictures: list[Picture], long_side_px: int, threshold: float) -> dict[str, Any]:
    """All figures of one model at one picture size."""
    session = Session(model)
    found: list[Found] = []
    shown: list[Shown] = []
    for picture in pictures:
        image, _ = picture.decode()
        f, s = match(picture, session.detect(image, long_side_px))
        found, shown = found + f, shown + s
    judged = [f for f in found if f.legible and f.width_px >= JUDGED_WIDTH_PX]
    wide = [f for f in found if f.legible is not False and f.width_px >= JUDGED_WIDTH_PX]
    errors = np.array([f.corner_error for f in found if f.corner_error is not None and f.score >= threshold] or [np.nan])
    sources = sorted({f.source for f in found})
    return {
        "model": model.name,
        "long_side_px": long_side_px,
        "threshold": threshold,
        "ap50": round(average_precision(len(found), shown), 4),
        "ap50_by_source": {
            s: round(average_precision(sum(f.source == s for f in found), [d for d in shown if d.source == s]), 4)
            for s in sources
        },
        "legible_60px": share(judged, threshold),
        "legible_60px_by_source": {s: share([f for f in judged if f.source == s], threshold) for s in sources},
        "not_illegible_60px": share(wide, threshold),
        "not_illegible_60px_by_source": {s: share([f for f in wide if f.source == s], threshold) for s in sources},
        "by_width": {
            f"{a}-{b}": share([f for f in found if a <= f.width_px < b], threshold)
            for a, b in zip(WIDTHS_PX, WIDTHS_PX[1:], strict=False)
        },
        "corner_error_heights": {
            "plates": int(np.isfinite(errors).sum()),
            "mean": round(float(errors.mean()), 4),
            "median": round(float(np.median(errors)), 4),
            "p90": round(float(np.percentile(errors, 90)), 4),
        },
        "by_threshold": {str(t): operating_point(judged, wide, shown, t) for t in THRESHOLDS},
    }


def operating_point(judged: list[Found], wide: list[Found], shown: list[Shown], threshold: float) -> dict[str, float]:
    """Recall of both groups and precision (all pictures; only those of completely boxed sources)."""

    def precision(these: list[Shown]) -> float:
        these = [s for s in these if s.score >= threshold]
        return round(sum(s.right for s in these) / max(len(these), 1), 4)

    return {
        "recall_legible_60px": share(judged, threshold)["recall"],
        "recall_60px": share(wide, threshold)["recall"],
        "precision": precision(shown),
        "precision_complete": precision([s for s in shown if s.complete]),
    }


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, nargs="+", required=True)
    parser.add_argument("--long-side", type=int, nargs="+", default=[640])
    parser.add_argument("--threshold", type=float, default=0.35)
    parser.add_argument("--json", action="store_true", help="one JSON object per model and size, with everything")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    pictures = read_pictures(given.data, "val")
    for model in given.model:
        for long_side in given.long_side:
            result = evaluate(model, pictures, long_side, given.threshold)
            if given.json:
                print(json.dumps(result))
                continue
            print(f"{model.name} at {long_side}: AP50 {result['ap50']}, {result['ap50_by_source']}")
            for name in ("legible_60px", "not_illegible_60px", "corner_error_heights"):
                print(f"  {name}: {result[name]}")
            for group in ("legible_60px_by_source", "not_illegible_60px_by_source", "by_width"):
                parts = (f"{k} {v['found']}/{v['plates']}" for k, v in result[group].items() if v["plates"])
                print(f"  {group}: {', '.join(parts)}")
            for threshold, point in result["by_threshold"].items():
                print(f"  score {threshold}: {point}")
        least, middle = Session(model).milliseconds(640, 384)
        print(f"  640x384, one thread: least {least:.1f} ms, median {middle:.1f} ms")


if __name__ == "__main__":
    main()
