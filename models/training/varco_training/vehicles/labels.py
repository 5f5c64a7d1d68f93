"""Vehicles in the pack's pictures of plates, found by the network; every find that was no sure car was looked at by a person.

The pictures of plates are four times as many as those in which vehicles have a class, and nobody has boxed the vehicles in them.
`labels/vehicles.jsonl` holds a line a picture: `image` and `vehicles`, a `class` and a `box` [x, y, w, h] each; where the class is
null the box is no whole vehicle, or nobody could say which, and nothing in it is background. Pictures with a plate whose vehicle was not
found are left out.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from ..detector.pictures import Picture
from ..detector.vehicles import ANY, CLASSES_OF_LABELS, Vehicle

OWN_LABELS = Path(__file__).parent.parent.parent / "labels" / "vehicles.jsonl"
"""The labels that come with the recipe, for training."""
VAL_LABELS = OWN_LABELS.with_name("val-vehicles.jsonl")
"""For measuring: what carries each plate of the val split, seen by a person with the network's word beside it."""


def labelled(pictures: list[Picture], file: Path = OWN_LABELS) -> list[Picture]:
    """Those of `pictures` of which `file` tells, with their vehicles."""
    rows = (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines())
    of_picture = {row["image"]: row["vehicles"] for row in rows}
    return [replace(p, vehicles=tuple(map(_vehicle, of_picture[p.name]))) for p in pictures if p.name in of_picture]


def classes_around_plates(file: Path = VAL_LABELS) -> dict[str, list[str | None]]:
    """For each picture the class of the vehicle that carries each of its plates, in their order; none where nobody can say."""
    rows = (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines())
    return {row["image"]: row["of_plates"] for row in rows}


def _vehicle(row: dict[str, object]) -> Vehicle:
    x, y, w, h = np.array(row["box"], np.float32)
    known = row["class"]
    return Vehicle(np.array([x, y, x + w, y + h], np.float32), CLASSES_OF_LABELS[str(known)] if known else ANY, ignore=known is None)
