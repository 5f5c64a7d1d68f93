"""Vehicles in the pictures: their classes and labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

VEHICLE_CLASSES = ("car", "van", "truck", "bus", "motorcycle", "bicycle")
CLASSES = len(VEHICLE_CLASSES)
ANY = tuple(range(CLASSES))
"""What a label is that only says "vehicle"."""
CLASSES_OF_LABELS: dict[str, tuple[int, ...]] = {
    "car": (0,), "ambulance": (1,), "van": (1,), "truck": (2,), "bus": (3,), "motorcycle": (4,), "bicycle": (5,),
    "bike": (4, 5), "vehicle": ANY,
}  # fmt: skip
"""Which of `VEHICLE_CLASSES` a label of the data pack can be: an ambulance has a van's body, a "bike" is any two-wheeler."""

LEAST_SIDE_PX = 14
"""Vehicles with a shorter long side are neither learnt nor counted as background."""
SHOWN_SHARE = 0.35
"""With less than this inside a crop a vehicle is ignored."""


@dataclass(frozen=True)
class Vehicle:
    """One labelled vehicle."""

    box: Floats
    """[4] x0, y0, x1, y1 in pixels of the picture or crop it belongs to."""
    classes: tuple[int, ...]
    """What it may be, places in `VEHICLE_CLASSES`."""
    ignore: bool = False
    """Neither vehicle nor background."""


def part_of(vehicle: Vehicle, limits: Floats) -> Vehicle | None:
    """What of a vehicle shows in a crop of which `limits` [4] is the width, the height and both again: the box cut at the edges, to be ignored when little shows, nothing when hardly any."""
    box = vehicle.box.clip(0, limits).astype(np.float32)
    shown, whole = box[2:] - box[:2], vehicle.box[2:] - vehicle.box[:2]
    share = float(np.prod(shown) / max(float(np.prod(whole)), 1e-6))
    if share < 0.04 or shown.min() < 3:
        return None
    doubtful = share < SHOWN_SHARE or max(shown) < LEAST_SIDE_PX or shown.min() < LEAST_SIDE_PX / 2
    return Vehicle(box, vehicle.classes, vehicle.ignore or doubtful)
