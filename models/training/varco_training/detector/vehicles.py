"""Vehicles: their classes and labels, the maps that the loss compares with, and the way back from the network's map."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .network import VEHICLE_CLASSES, VEHICLE_STRIDE
from .targets import REGRESS_ABOVE, SIGMA_LEAST, SIGMA_SHARE, overlap

Floats = NDArray[np.float32]

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

VEHICLE_MAPS = 2 * CLASSES + 7
"""Target maps: heat of each class, whether the label leaves the class open, weight of the heat, box weight, 4 box (x0 y0 x1 y1
px), weight of background in which the network already sees a vehicle."""

HEAT_FROM = 0.05
"""Cells with less heat are background."""
HEAT_CELLS = 3.0
"""A vehicle counts as much as so many cells, however many it covers."""


@dataclass(frozen=True)
class Vehicle:
    """One labelled vehicle."""

    box: Floats
    """[4] x0, y0, x1, y1 in pixels of the picture or crop it belongs to."""
    classes: tuple[int, ...]
    """What it may be, places in `VEHICLE_CLASSES`."""
    ignore: bool = False
    """Neither vehicle nor background."""


def encode_vehicles(vehicles: list[Vehicle], size_px: int, negative_weight: float) -> Floats:
    """Target maps [VEHICLE_MAPS, size/16, size/16] of one square crop.

    `negative_weight` is what background counts in cells where the network sees a vehicle.
    """
    cells = size_px // VEHICLE_STRIDE
    maps = np.zeros((VEHICLE_MAPS, cells, cells), np.float32)
    background, weights, boxes = 2 * CLASSES, 2 * CLASSES + 1, slice(2 * CLASSES + 2, 2 * CLASSES + 6)
    maps[background] = 1.0
    maps[-1] = negative_weight
    axis = np.arange(cells, dtype=np.float32)
    hottest = np.zeros((cells, cells), np.float32)
    for vehicle in vehicles:
        low, high = vehicle.box[:2], vehicle.box[2:]
        if vehicle.ignore:
            x0, y0 = np.floor(low / VEHICLE_STRIDE).astype(int).clip(0)
            x1, y1 = np.ceil(high / VEHICLE_STRIDE).astype(int).clip(0)
            maps[background, y0:y1, x0:x1] = 0.0
    for vehicle in sorted((v for v in vehicles if not v.ignore), key=lambda v: -float(np.prod(v.box[2:] - v.box[:2]))):
        low, high = vehicle.box[:2], vehicle.box[2:]
        centre, size = (low + high) / 2, high - low
        column, row = np.floor(centre / VEHICLE_STRIDE).astype(int).clip(0, cells - 1)
        sigma = np.maximum(SIGMA_SHARE * size / VEHICLE_STRIDE, SIGMA_LEAST)
        heat = np.exp(-0.5 * ((axis[:, None] - row) / sigma[1]) ** 2 - 0.5 * ((axis[None] - column) / sigma[0]) ** 2)
        hot = heat > HEAT_FROM
        for index in vehicle.classes:
            np.maximum(maps[index], heat * hot, out=maps[index])
            maps[CLASSES + index][hot] = float(len(vehicle.classes) > 1)
        maps[background][hot] = min(1.0, HEAT_CELLS / float(heat.sum()))
        mine = (heat > REGRESS_ABOVE) & (heat > hottest)
        np.maximum(hottest, heat, out=hottest)
        maps[weights][mine] = heat[mine] / max(float(heat[mine].sum()), 1e-6)
        for index, value in enumerate(vehicle.box):
            maps[boxes.start + index][mine] = value
    return maps


def part_of(vehicle: Vehicle, size_px: int) -> Vehicle | None:
    """What of a vehicle shows in a crop: the box cut at the edges, to be ignored when little shows, nothing when hardly any."""
    box = vehicle.box.clip(0, size_px).astype(np.float32)
    shown, whole = box[2:] - box[:2], vehicle.box[2:] - vehicle.box[:2]
    share = float(np.prod(shown) / max(float(np.prod(whole)), 1e-6))
    if share < 0.04 or shown.min() < 3:
        return None
    doubtful = share < SHOWN_SHARE or max(shown) < LEAST_SIDE_PX or shown.min() < LEAST_SIDE_PX / 2
    return Vehicle(box, vehicle.classes, vehicle.ignore or doubtful)


@dataclass(frozen=True)
class FoundVehicle:
    """One vehicle found."""

    score: float
    index: int
    """Place in `VEHICLE_CLASSES`."""
    box: Floats
    """[4] x0, y0, x1, y1."""


def decode_vehicles(output: Floats, least_score: float = 0.05, nms_iou: float = 0.5) -> list[FoundVehicle]:
    """Vehicles of one network map [10,h,w], best first: the best class of a cell, 3x3 maximum, suppression over all classes."""
    scores = 1.0 / (1.0 + np.exp(-output[:CLASSES]))
    best = np.ascontiguousarray(scores.max(0))
    peaks = (best >= cv2.dilate(best, np.ones((3, 3), np.uint8))) & (best >= least_score)
    rows, columns = np.nonzero(peaks)
    order = np.argsort(-best[rows, columns])[:150]
    rows, columns = rows[order], columns[order]
    values = output[CLASSES:, rows, columns]
    centre = np.stack([(columns + 0.5 + values[0]) * VEHICLE_STRIDE, (rows + 0.5 + values[1]) * VEHICLE_STRIDE], 1)
    size = VEHICLE_STRIDE * np.exp(np.minimum(values[2:4], 6.0)).T
    boxes = np.concatenate([centre - size / 2, centre + size / 2], 1).astype(np.float32)
    found = [
        FoundVehicle(float(best[r, c]), int(scores[:, r, c].argmax()), box) for r, c, box in zip(rows, columns, boxes, strict=True)
    ]
    return distinct_vehicles(found, nms_iou)


def distinct_vehicles(found: list[FoundVehicle], nms_iou: float = 0.5) -> list[FoundVehicle]:
    """The surest of boxes that overlap by more than `nms_iou`, whatever their classes."""
    kept: list[FoundVehicle] = []
    for one in sorted(found, key=lambda v: -v.score):
        if not kept or overlap(one.box, np.array([k.box for k in kept])).max() < nms_iou:
            kept.append(one)
    return kept
