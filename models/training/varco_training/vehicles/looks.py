"""One picture looked at several times, at two sizes and in a mirror, as `src/vision/looks.rs` does it for stills.

A look counts the more for a vehicle the nearer its size in it is to what the network has learnt: far cars are too small in the smaller
picture, near buses too large in the larger one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..detector.targets import overlap

Floats = NDArray[np.float32]

SAME_VEHICLE_IOU = 0.55
LONG_SIDES_PX = (12.0, 28.0, 240.0, 480.0)
"""Long sides of vehicles in a look: from the first to the second it counts more and more, from the third to the last less and less."""
LEAST_WEIGHT = 0.02


@dataclass(frozen=True)
class FoundVehicle:
    """One vehicle found."""

    score: float
    """How sure it is that there is one, 0..1."""
    scores: Floats
    """[6] how sure it is that there is one of each of `VEHICLE_CLASSES`, 0..1."""
    box: Floats
    """[4] x0, y0, x1, y1."""

    @property
    def index(self) -> int:
        """Place of the likeliest class in `VEHICLE_CLASSES`."""
        return int(self.scores.argmax())


@dataclass(frozen=True)
class Look:
    """What one look found, in pixels of the picture."""

    found: list[FoundVehicle]
    scale: float
    """Pixels of what the network saw for one of the picture."""

    def weight(self, box: Floats) -> float:
        """What this look counts for a vehicle of this size."""
        low, small, large, high = LONG_SIDES_PX
        side_px = float((box[2:] - box[:2]).max()) * self.scale
        return max(min((side_px - low) / (small - low), (high - side_px) / (high - large), 1.0), LEAST_WEIGHT)


def distinct(found: Iterable[FoundVehicle]) -> list[FoundVehicle]:
    """The surest of boxes that are the same vehicle, best first."""
    kept: list[FoundVehicle] = []
    for one in sorted(found, key=lambda v: -v.score):
        if not kept or overlap(one.box, np.array([k.box for k in kept])).max() <= SAME_VEHICLE_IOU:
            kept.append(one)
    return kept


def together(looks: list[Look]) -> list[FoundVehicle]:
    """The vehicles of all looks: scores are weighted means, nought where a look has not found one; boxes by the scores of those that have."""
    order = sorted(
        ((one.score * look.weight(one.box), which, at) for which, look in enumerate(looks) for at, one in enumerate(look.found)),
        key=lambda o: -o[0],
    )
    free = [np.ones(len(look.found), bool) for look in looks]
    boxes = [np.array([one.box for one in look.found], np.float32).reshape(-1, 4) for look in looks]
    all_of_them = []
    for _, which, at in order:
        if not free[which][at]:
            continue
        box = looks[which].found[at].box
        weights, scores, sums, moved = 0.0, np.zeros(0), 0.0, np.zeros(4)
        for other, look in enumerate(looks):
            weight = look.weight(box)
            weights += weight
            place = at if other == which else _nearest(box, boxes[other], free[other])
            if place is not None:
                free[other][place] = False
                one = look.found[place]
                scores = weight * one.scores if not len(scores) else scores + weight * one.scores
                sums, moved = sums + weight * one.score, moved + weight * one.score * one.box
        scores = (scores / weights).astype(np.float32)
        all_of_them.append(FoundVehicle(float(scores.max()), scores, (moved / sums).astype(np.float32)))
    return distinct(all_of_them)


def _nearest(box: Floats, boxes: Floats, free: NDArray[np.bool_]) -> int | None:
    if not len(boxes):
        return None
    overlaps = overlap(box, boxes) * free
    place = int(overlaps.argmax())
    return place if overlaps[place] > SAME_VEHICLE_IOU else None
