"""Measures a detector's plates on `split: val`: `python -m varco_training.detector.evaluate --data DIR --model FILE... [--json]`.

Recall, precision and average precision at an overlap (IoU) of 0.5, by source and by plate width, for the whole range of
score thresholds; the corners' error on the plates with real corners; the network's time. Plates that nobody can see as such
(`not_visible.tsv`) are left out.
"""

from __future__ import annotations

import argparse
import csv
import json
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from .pictures import Picture, read_pictures
from .session import Session, parse_looks
from .targets import Detection, overlap

LEAST_IOU = 0.5
WIDE_PX, NARROW_PX = 60.0, 30.0
JUDGED_WIDTH_PX = WIDE_PX
"""Plates of this width and more are the ones that must be found."""
WIDTHS_PX = (0, 30, 45, 60, 80, 120, 200, 10_000)
THRESHOLDS = (0.2, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7)
NOT_VISIBLE = Path(__file__).with_name("not_visible.tsv")


@dataclass(frozen=True)
class Found:
    """What became of one labelled plate."""

    picture: str
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


def left_out(file: Path = NOT_VISIBLE) -> dict[str, list[list[float]]]:
    """Boxes x, y, w, h of labelled plates that cannot be seen as such, by picture."""
    boxes: dict[str, list[list[float]]] = {}
    with file.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            boxes.setdefault(row["picture"], []).append([float(v) for v in row["box"].split()])
    return boxes


def is_left_out(corners: np.ndarray, boxes: list[list[float]]) -> bool:
    """Whether a labelled plate is one of those."""
    box = np.array([*corners.min(0), *np.ptp(corners, axis=0)])
    return any(np.abs(box - b).max() < 1.5 for b in boxes)


def corner_error(corners: np.ndarray, true: np.ndarray) -> float:
    """Mean distance of four corners from the true ones, in plate heights."""
    sides = np.linalg.norm(true - true[[3, 2, 1, 0]], axis=1)
    return float(np.linalg.norm(corners - true, axis=1).mean() / max(sides.mean(), 1.0))


def match(picture: Picture, detections: list[Detection], hidden: list[list[float]] | None = None) -> tuple[list[Found], list[Shown]]:
    """Pairs detections (best first) with labelled plates, each at most once, by overlap of the upright boxes.

    `hidden` are boxes of plates that are left out: missing them is no fault, finding them neither right nor wrong.
    """
    out = [is_left_out(p.corners, hidden or []) for p in picture.plates]
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
        if not (right and out[best]):
            shown.append(Shown(picture.source, picture.complete, detection.score, bool(right)))
    found = []
    for index, plate in enumerate(picture.plates):
        if out[index]:
            continue
        detection = taken.get(index)
        error = corner_error(detection.corners, plate.corners) if detection and plate.has_corners else None
        score = detection.score if detection else -1.0
        found.append(Found(picture.name, picture.source, plate.width_px, plate.legible, score, error))
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


def summary(errors: list[float]) -> dict[str, float]:
    """Count, mean, median and 90th percentile of corner errors."""
    values = np.array(errors or [np.nan])
    return {
        "plates": len(errors),
        "mean": round(float(values.mean()), 4),
        "median": round(float(np.median(values)), 4),
        "p90": round(float(np.percentile(values, 90)), 4),
    }


def evaluate(model: Path, pictures: list[Picture], looks: tuple[int, ...], threshold: float) -> dict[str, Any]:
    """All figures of one model and one way of looking."""
    session = Session(model)
    found: list[Found] = []
    shown: list[Shown] = []
    hidden = left_out()
    for picture in pictures:
        image, _ = picture.decode()
        f, s = match(picture, session.detect_at(image, looks), hidden.get(picture.name))
        found, shown = found + f, shown + s
    groups = {
        "wide": [f for f in found if f.width_px >= WIDE_PX],
        "narrow": [f for f in found if NARROW_PX <= f.width_px < WIDE_PX],
        "legible_wide": [f for f in found if f.legible and f.width_px >= WIDE_PX],
    }
    sources = sorted({f.source for f in found})
    return {
        "model": model.name,
        "looks": looks,
        "threshold": threshold,
        "left_out": sum(map(len, hidden.values())),
        "ap50": round(average_precision(len(found), shown), 4),
        "ap50_complete": round(
            average_precision(sum(f.source in {s.source for s in shown if s.complete} for f in found), [s for s in shown if s.complete]), 4
        ),
        "ap50_by_source": {
            s: round(average_precision(sum(f.source == s for f in found), [d for d in shown if d.source == s]), 4) for s in sources
        },
        **{name: share(group, threshold) for name, group in groups.items()},
        **{f"{name}_by_source": {s: share([f for f in group if f.source == s], threshold) for s in sources} for name, group in groups.items()},
        "by_width": {
            f"{a}-{b}": share([f for f in found if a <= f.width_px < b], threshold) for a, b in pairwise(WIDTHS_PX)
        },
        "corner_error_heights": summary([f.corner_error for f in found if f.corner_error is not None and f.score >= threshold]),
        "by_threshold": {str(t): operating_point(groups, shown, t) for t in THRESHOLDS},
        "missed": [(f.picture, round(f.width_px), round(f.score, 2)) for f in found if f.score < threshold and f.width_px >= NARROW_PX],
    }


def operating_point(groups: dict[str, list[Found]], shown: list[Shown], threshold: float) -> dict[str, float]:
    """Recall of the groups and precision (all pictures; only those of completely boxed sources)."""

    def precision(these: list[Shown]) -> float:
        these = [s for s in these if s.score >= threshold]
        return round(sum(s.right for s in these) / max(len(these), 1), 4)

    recalls = {name: share(group, threshold)["recall"] for name, group in groups.items()}
    return recalls | {"precision": precision(shown), "precision_complete": precision([s for s in shown if s.complete])}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, nargs="+", required=True)
    parser.add_argument("--long-side", type=parse_looks, nargs="+", default=[(640,)], help="sizes; 640+320 for both looks together")
    parser.add_argument("--threshold", type=float, default=0.5)
    parser.add_argument("--json", action="store_true", help="one JSON object per model and size, with everything")
    parser.add_argument("--missed", action="store_true", help="name the pictures whose plates were missed")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    pictures = read_pictures(given.data, "val")
    for model in given.model:
        for looks in given.long_side:
            result = evaluate(model, pictures, looks, given.threshold)
            if given.json:
                print(json.dumps(result))
                continue
            print(f"{model.name} at {looks}: AP50 {result['ap50']}, complete {result['ap50_complete']}, {result['ap50_by_source']}")
            for name in ("wide", "narrow", "legible_wide", "corner_error_heights"):
                print(f"  {name}: {result[name]}")
            for group in ("wide_by_source", "legible_wide_by_source", "by_width"):
                parts = (f"{k} {v['found']}/{v['plates']}" for k, v in result[group].items() if v["plates"])
                print(f"  {group}: {', '.join(parts)}")
            for threshold, point in result["by_threshold"].items():
                print(f"  score {threshold}: {point}")
            if given.missed:
                print(f"  missed: {result['missed']}")
        least, middle = Session(model).milliseconds(640, 384)
        print(f"  640x384, one thread: least {least:.1f} ms, median {middle:.1f} ms")


if __name__ == "__main__":
    main()
