"""Vehicles cut out of the training pictures, to be set into other ones.

Setting known objects before other grounds helps most where there are few pictures (Ghiasi et al., Simple Copy-Paste, CVPR 2021). The
pack has boxes and no outlines; GrabCut (Rother et al., SIGGRAPH 2004) finds one within each box.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..detector.pictures import Picture
from ..detector.vehicles import Vehicle
from ..fleet.drawn import Drawn

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]

SIDE_PX = 160
"""Long side of a cut-out vehicle at most: crops show few that are larger."""
LEAST_SIDE_PX = 40
MARGIN = 0.12
"""Ground around the box that shows GrabCut what is not the vehicle."""
LEAST_FILLED, MOST_FILLED = 0.45, 0.97
"""The share of its box that an outline fills; less or more is GrabCut's failure."""
ROUNDS = 3


@dataclass(frozen=True)
class CutOut:
    """One vehicle without its ground."""

    image: Image
    """[h,w,3] BGR, the box and nothing around it."""
    outline: Image
    """[h,w] 255 where the vehicle is."""
    classes: tuple[int, ...]


def cut_out(image: Image, vehicle: Vehicle) -> CutOut | None:
    """`vehicle` of `image`; nothing where it is small or has no outline that could be one."""
    height, width = image.shape[:2]
    x0, y0, x1, y1 = vehicle.box.clip(0, [width, height, width, height])
    side = max(x1 - x0, y1 - y0)
    if side < LEAST_SIDE_PX:
        return None
    margin = MARGIN * side
    left, top, right, bottom = (round(float(v)) for v in (x0 - margin, y0 - margin, x1 + margin, y1 + margin))
    left, top, right, bottom = max(left, 0), max(top, 0), min(right, width), min(bottom, height)
    scale = min(1.0, SIDE_PX / side)
    around = image[top:bottom, left:right]
    if scale < 1.0:
        around = cv2.resize(around, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    bx0, by0 = round(float(x0 - left) * scale), round(float(y0 - top) * scale)
    bx1, by1 = min(round(float(x1 - left) * scale), around.shape[1]), min(round(float(y1 - top) * scale), around.shape[0])
    if bx1 - bx0 < 12 or by1 - by0 < 12 or (bx1 - bx0) * (by1 - by0) > 0.98 * around.shape[0] * around.shape[1]:
        return None
    mask = np.zeros(around.shape[:2], np.uint8)
    try:
        cv2.grabCut(around, mask, (bx0, by0, bx1 - bx0, by1 - by0), np.zeros((1, 65)), np.zeros((1, 65)), ROUNDS, cv2.GC_INIT_WITH_RECT)
    except cv2.error:  # a plain ground gives it nothing to learn from
        return None
    outline = np.where((mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD), 255, 0).astype(np.uint8)[by0:by1, bx0:bx1]
    outline = cv2.morphologyEx(outline, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8))
    if not LEAST_FILLED < float((outline > 0).mean()) < MOST_FILLED:
        return None
    return CutOut(around[by0:by1, bx0:bx1].copy(), outline, vehicle.classes)


def cut_outs(pictures: list[Picture]) -> list[CutOut]:
    """Every vehicle of one class that stands free: no other box covers a tenth of it."""
    found = []
    for picture in pictures:
        image = picture.decode()[0]
        for vehicle in picture.vehicles:
            if vehicle.ignore or len(vehicle.classes) != 1:
                continue
            if any(hidden_share(vehicle.box, other.box) > 0.1 for other in picture.vehicles if other is not vehicle):
                continue
            one = cut_out(image, vehicle)
            if one is not None:
                found.append(one)
    return found


def cut_out_of(one: Drawn) -> CutOut:
    """A drawn vehicle, what of its shadow lies in its box included."""
    x0, y0, x1, y1 = one.box.astype(int)
    image = one.image[y0:y1, x0:x1]
    scale = min(1.0, SIDE_PX / max(image.shape[:2]))
    if scale < 1.0:
        image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return CutOut(np.ascontiguousarray(image[..., :3]), np.ascontiguousarray(image[..., 3]), (one.index,))


def hidden_share(box: Floats, other: Floats) -> float:
    """How much of `box` [4] lies in `other`."""
    low, high = np.maximum(box[:2], other[:2]), np.minimum(box[2:], other[2:])
    return float((high - low).clip(min=0).prod() / max(float((box[2:] - box[:2]).prod()), 1.0))
