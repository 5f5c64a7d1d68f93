"""Measures a vehicle detector on `vehicles/` val: `python -m varco_training.vehicles.evaluate --data DIR --model FILE...`.

Average precision at an overlap of 0.5, by class with its count and for vehicles of any class; for mAP50 every class of a vehicle is
a find of its own, as is usual. A label that leaves two classes open ("bike") makes a find of either neither right nor wrong.

Then the vehicles that carry the plates of `plates/` val, whose class a person saw (`labels/val-vehicles.jsonl`): how many are
found around their plate, and of what class.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..detector.evaluate import LEAST_IOU
from ..detector.pictures import Picture, Plate, read_pictures, read_vehicle_pictures
from ..detector.targets import overlap
from ..detector.vehicles import CLASSES, VEHICLE_CLASSES, Vehicle
from .labels import classes_around_plates, unlabelled
from .looks import FoundVehicle
from .session import VehicleSession

Floats = NDArray[np.float32]

RIGHT, WRONG, LEFT_OUT = 1, 0, -1
THRESHOLDS = (0.15, 0.2, 0.25, 0.3, 0.35, 0.4)
LEAST_SCORE_OF_A_CLASS = 0.003
PLATE_WIDTHS = 1.6
"""A vehicle is wider than its plate by this factor at least."""


def judge(found: list[tuple[float, Floats]], wanted: list[Vehicle], doubtful: list[Vehicle]) -> list[tuple[float, int]]:
    """Score and `RIGHT`, `WRONG` or `LEFT_OUT` of every find (score, box) of one picture, each wanted vehicle found at most once."""
    boxes = np.array([v.box for v in wanted], np.float32).reshape(-1, 4)
    others = np.array([v.box for v in doubtful], np.float32).reshape(-1, 4)
    free = np.ones(len(wanted), bool)
    judged = []
    for score, box in sorted(found, key=lambda f: -f[0]):
        ious = overlap(box, boxes) * free if len(wanted) else np.zeros(0, np.float32)
        if len(ious) and ious.max() >= LEAST_IOU:
            free[int(ious.argmax())] = False
            judged.append((score, RIGHT))
        else:
            beside = len(others) and overlap(box, others).max() >= LEAST_IOU
            judged.append((score, LEFT_OUT if beside else WRONG))
    return judged


def average_precision(count: int, judged: list[tuple[float, int]]) -> float:
    """Area under the precision envelope over recall."""
    right = np.array([r == RIGHT for _, r in sorted(judged, key=lambda j: -j[0]) if r != LEFT_OUT], bool)
    if not count or not len(right):
        return 0.0
    precision = np.cumsum(right) / np.arange(1, len(right) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float((envelope * right).sum() / count)


def of_class(index: int, vehicles: tuple[Vehicle, ...]) -> tuple[list[Vehicle], list[Vehicle]]:
    """The vehicles that are surely of a class, and those that may be."""
    return [v for v in vehicles if v.classes == (index,)], [v for v in vehicles if index in v.classes and len(v.classes) > 1]


def evaluate(looked_at: list[tuple[Picture, list[FoundVehicle]]], more: dict[str, list[Vehicle]]) -> dict[str, Any]:
    """All figures of what was found in pictures; `more`: vehicles that do not count."""
    judged: dict[str, list[tuple[float, int]]] = {name: [] for name in (*VEHICLE_CLASSES, "any")}
    counts = dict.fromkeys(judged, 0)
    sources: dict[str, tuple[int, list[tuple[float, int]]]] = {}
    confused: NDArray[np.int64] = np.zeros((CLASSES, CLASSES), np.int64)
    for picture, found in looked_at:
        others = more.get(picture.name, [])
        for index, name in enumerate(VEHICLE_CLASSES):
            wanted, doubtful = of_class(index, picture.vehicles)
            doubtful = doubtful + others
            counts[name] += len(wanted)
            of_class_found = [(float(f.scores[index]), f.box) for f in found if f.scores[index] >= LEAST_SCORE_OF_A_CLASS]
            judged[name] += judge(of_class_found, wanted, doubtful)
        counts["any"] += len(picture.vehicles)
        every = judge([(f.score, f.box) for f in found], list(picture.vehicles), others)
        judged["any"] += every
        count, mine = sources.get(picture.source, (0, []))
        sources[picture.source] = (count + len(picture.vehicles), mine + every)
        for vehicle in picture.vehicles:
            near = [f for f in found if f.score >= 0.3 and overlap(f.box, vehicle.box[None])[0] >= LEAST_IOU]
            if near and len(vehicle.classes) == 1:
                confused[vehicle.classes[0], near[0].index] += 1
    ap = {name: round(average_precision(counts[name], judged[name]), 4) for name in judged}
    classes = [name for name in VEHICLE_CLASSES if counts[name]]
    points = {}
    for threshold in THRESHOLDS:
        kept = [r for score, r in judged["any"] if score >= threshold]
        right, wrong = kept.count(RIGHT), kept.count(WRONG)
        points[str(threshold)] = {
            "recall": round(right / max(counts["any"], 1), 3),
            "precision": round(right / max(right + wrong, 1), 3),
        }
    return {
        "map50": round(float(np.mean([ap[name] for name in classes])), 4),
        "ap50": {name: {"ap50": ap[name], "vehicles": counts[name]} for name in (*classes, "any")},
        "any_by_source": {s: {"ap50": round(average_precision(n, j), 4), "vehicles": n} for s, (n, j) in sorted(sources.items())},
        "any_by_threshold": points,
        "found_as": {
            VEHICLE_CLASSES[i]: dict(zip(VEHICLE_CLASSES, row.tolist(), strict=True)) for i, row in enumerate(confused) if row.any()
        },
    }


def carrier(found: list[FoundVehicle], plate: Plate) -> FoundVehicle | None:
    """The surest vehicle around a plate."""
    x, y = plate.corners.mean(0)
    for one in sorted(found, key=lambda v: -v.score):
        x0, y0, x1, y1 = one.box
        if x0 < x < x1 and y0 < y < y1 and x1 - x0 > PLATE_WIDTHS * plate.width_px:
            return one
    return None


def around_plates(session: VehicleSession, pictures: list[Picture], least_score: float, once: bool) -> dict[str, dict[str, int]]:
    """For each true class how many carriers were found as which."""
    known = classes_around_plates()
    counted: dict[str, dict[str, int]] = {}
    for picture in (p for p in pictures if p.name in known):
        image = picture.decode()[0]
        found = session.find(image, least_score, once)
        for plate, name in zip(picture.plates, known[picture.name], strict=True):
            if name is None:
                continue
            one = carrier(found, plate)
            row = counted.setdefault(name, {})
            said = VEHICLE_CLASSES[one.index] if one else "nothing"
            row[said] = row.get(said, 0) + 1
    return counted


def report(session: VehicleSession, given: argparse.Namespace) -> None:
    """Prints all figures of a session; `given` are the options of `options`."""
    pictures, with_plates = read_vehicle_pictures(given.data, "val"), read_pictures(given.data, "val")
    looked_at = [(picture, session.find(picture.decode()[0], once=given.once)) for picture in pictures]
    for more in ({}, unlabelled()):
        result, without = evaluate(looked_at, more), sum(map(len, more.values()))
        if given.json:
            print(json.dumps({"unlabelled": without} | result))
            continue
        print(f"mAP50 {result['map50']}" + (f", {without} vehicles without a label left out" if more else ""))
        for group in ("ap50", "any_by_source"):
            print("  " + ", ".join(f"{k} {v['ap50']} of {v['vehicles']}" for k, v in result[group].items()))
        print(f"  any class, by score: {result['any_by_threshold']}")
        for name, row in result["found_as"].items():
            print(f"  {name} found as: {', '.join(f'{k} {v}' for k, v in row.items() if v)}")
    counted = around_plates(session, with_plates, given.score, given.once)
    found = sum(n for row in counted.values() for said, n in row.items() if said != "nothing")
    right = sum(row.get(name, 0) for name, row in counted.items())
    print(f"around plates: found {found} of {sum(map(sum, map(dict.values, counted.values())))}, the class right of {right}")
    for name, row in sorted(counted.items()):
        print(f"  {name} found as: {', '.join(f'{k} {v}' for k, v in sorted(row.items(), key=lambda i: -i[1]))}")


def options(description: str | None) -> argparse.ArgumentParser:
    """The options of a measurement."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--score", type=float, default=0.3, help="from which score on a carrier of a plate is found")
    parser.add_argument("--once", action="store_true", help="one look, as at the pictures of a video")
    parser.add_argument("--json", action="store_true")
    return parser


def main() -> None:
    """Command line."""
    parser = options(__doc__)
    parser.add_argument("--model", type=Path, nargs="+", required=True)
    given = parser.parse_args()
    cv2.setNumThreads(1)
    for model in given.model:
        session = VehicleSession(model)
        least, middle = session.milliseconds(416, 256)
        print(f"{model.name}: 416x256, one thread: least {least:.2f} ms, median {middle:.2f} ms")
        report(session, given)


if __name__ == "__main__":
    main()
