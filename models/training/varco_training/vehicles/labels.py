"""Vehicles that the pack's labels leave out: found by the network, and those that were no sure car looked at by a person.

The pictures of plates are four times as many as those in which vehicles have a class, and nobody has boxed the vehicles in them; in those of
vehicles, parked and far ones are largely left out. `labels/vehicles.jsonl` holds a line a picture: `image` and `vehicles`, a `class` and a
`box` [x, y, w, h] each; where the class is null the box is no whole vehicle, or nobody could say which, and nothing in it is background; where it is
"nothing" the network took something else for a vehicle. Pictures with a plate whose vehicle was not found are left out.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..detector.pictures import Picture
from ..detector.targets import overlap
from ..detector.vehicles import ANY, CLASSES_OF_LABELS, Vehicle

Floats = NDArray[np.float32]

NO_VEHICLE = "nothing"
SAME_BOX_IOU = 0.85
OWN_LABELS = Path(__file__).parent.parent.parent / "labels" / "vehicles.jsonl"
"""The labels that come with the recipe, for training."""
VAL_LABELS = OWN_LABELS.with_name("val-vehicles.jsonl")
"""For measuring: what carries each plate of the val split, seen by a person with the network's word beside it."""
UNLABELLED = OWN_LABELS.with_name("val-unlabelled-vehicles.tsv")
"""For measuring: vehicles in the val pictures of vehicles that have no label; every find beside the labels was looked at."""


def labelled(pictures: list[Picture], file: Path = OWN_LABELS) -> list[Picture]:
    """Those of `pictures` of which `file` tells, with their vehicles."""
    rows = (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines())
    of_picture = {row["image"]: [v for v in row["vehicles"] if v["class"] != NO_VEHICLE] for row in rows}
    return [replace(p, vehicles=tuple(map(_vehicle, of_picture[p.name]))) for p in pictures if p.name in of_picture]


def completed(pictures: list[Picture], file: Path = OWN_LABELS) -> list[Picture]:
    """`pictures` of vehicles, with those in them that the pack's labels leave out; our own label takes the place of one of theirs in the same box."""
    more = {p.name: p.vehicles for p in labelled(pictures, file)}
    return [replace(p, vehicles=_corrected(p.vehicles, more.get(p.name, ()))) for p in pictures]


def _corrected(theirs: tuple[Vehicle, ...], own: tuple[Vehicle, ...]) -> tuple[Vehicle, ...]:
    boxes = np.array([v.box for v in own], np.float32).reshape(-1, 4)
    return (*(v for v in theirs if not own or overlap(v.box, boxes).max() < SAME_BOX_IOU), *own)


def mistaken(pictures: list[Picture], file: Path = OWN_LABELS) -> list[tuple[Picture, Floats]]:
    """What the network took for a vehicle and is none: pictures and boxes [4] x0 y0 x1 y1."""
    by_name = {p.name: p for p in pictures}
    rows = (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines())
    known = [(by_name[row["image"]], v) for row in rows if row["image"] in by_name for v in row["vehicles"]]
    return [(p, _vehicle(v | {"class": None}).box) for p, v in known if v["class"] == NO_VEHICLE]


def classes_around_plates(file: Path = VAL_LABELS) -> dict[str, list[str | None]]:
    """For each picture the class of the vehicle that carries each of its plates, in their order; none where nobody can say."""
    rows = (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines())
    return {row["image"]: row["of_plates"] for row in rows}


def unlabelled(file: Path = UNLABELLED) -> dict[str, list[Vehicle]]:
    """For each val picture the vehicles that nobody has labelled, by a table of picture, box (x y w h) and what it is."""
    found: dict[str, list[Vehicle]] = {}
    for line in file.read_text(encoding="utf-8").splitlines()[1:]:
        name, box, _ = line.split("\t")
        found.setdefault(name, []).append(_vehicle({"box": [float(v) for v in box.split(" ")], "class": None}))
    return found


def _vehicle(row: dict[str, Any]) -> Vehicle:
    x, y, w, h = np.array(row["box"], np.float32)
    known = row["class"]
    return Vehicle(np.array([x, y, x + w, y + h], np.float32), CLASSES_OF_LABELS[str(known)] if known else ANY, ignore=known is None)
