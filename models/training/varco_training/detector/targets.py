"""From labelled plates to the maps the loss compares with, and from the network's map back to detections."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .network import STRIDE

Floats = NDArray[np.float32]

SIGMA_SHARE = 0.15
"""Standard deviation of the heat as a share of the plate's width and height."""
SIGMA_LEAST = 0.45
"""Its least value in cells, so that a plate of one cell still has a peak and calm neighbours."""
REGRESS_ABOVE = 0.35
"""Cells with more heat than this learn the box and the corners."""
MISTAKE_WEIGHT = 2.5
"""What a repeated mistake counts as background."""
MAPS = 17
"""Target maps: heat, counts as negative, box weight, corner weight, 4 box (x0 y0 x1 y1 px), 8 corners (px), negative
weight of cells where the network already sees a plate."""


@dataclass(frozen=True)
class Target:
    """One plate in a training crop."""

    corners: Floats
    """[4,2] pixels of the crop, clockwise from the top left as seen."""
    has_corners: bool
    ignore: bool = False
    """Neither plate nor background: cut by the edge, too small, unsure."""
    mistake: bool = False
    """No plate, but something that the network took for one: background that counts `MISTAKE_WEIGHT`."""
    outline: Floats | None = None
    """[4,2] what the upright box goes around, where that is not the corners."""

    @staticmethod
    def around(box: Floats, mistake: bool = False) -> Target:
        """A target of an upright box x0 y0 x1 y1."""
        x0, y0, x1, y1 = box
        return Target(np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32), False, mistake=mistake)


def encode(targets: list[Target], size_px: int, negative_weight: float) -> Floats:
    """Target maps [MAPS, size/8, size/8] of one square crop.

    `negative_weight` is what a cell without a plate counts where the network already sees one there (below 1 for
    pictures with unboxed plates).
    """
    cells = size_px // STRIDE
    maps = np.zeros((MAPS, cells, cells), np.float32)
    maps[1] = 1.0
    maps[16] = negative_weight
    axis = np.arange(cells, dtype=np.float32)
    for target in targets:
        outline = target.corners if target.outline is None else target.outline
        low, high = outline.min(0), outline.max(0)
        if target.ignore or target.mistake:
            x0, y0 = np.floor(low / STRIDE - 0.5).astype(int).clip(0)
            x1, y1 = np.ceil(high / STRIDE + 0.5).astype(int).clip(0)
            if target.mistake:
                maps[16, y0:y1, x0:x1] = MISTAKE_WEIGHT
            else:
                maps[1, y0:y1, x0:x1] = 0.0
            continue
        centre, size = (low + high) / 2, high - low
        column, row = np.floor(centre / STRIDE).astype(int).clip(0, cells - 1)
        sigma = np.maximum(SIGMA_SHARE * size / STRIDE, SIGMA_LEAST)
        heat = np.exp(-0.5 * ((axis[:, None] - row) / sigma[1]) ** 2 - 0.5 * ((axis[None] - column) / sigma[0]) ** 2)
        mine = (heat > REGRESS_ABOVE) & (heat > maps[0])
        np.maximum(maps[0], heat, out=maps[0])
        share = 1.0 / max(float(heat[mine].sum()), 1e-6)  # every plate counts the same, whatever its size
        maps[2][mine] = heat[mine] * share
        maps[3][mine] = heat[mine] * share * target.has_corners
        values = np.concatenate([low, high, target.corners.reshape(8)])
        for index, value in enumerate(values):
            maps[4 + index][mine] = value
    return maps


@dataclass(frozen=True)
class Detection:
    """One plate found, in pixels of the network's picture."""

    score: float
    box: Floats
    """[4] x0, y0, x1, y1."""
    corners: Floats
    """[4,2] clockwise from the top left."""


def overlap(box: Floats, others: Floats) -> Floats:
    """Intersection over union of one box [4] with others [n,4] (x0, y0, x1, y1)."""
    low, high = np.maximum(box[:2], others[:, :2]), np.minimum(box[2:], others[:, 2:])
    both = np.prod(np.clip(high - low, 0, None), axis=1)
    areas = np.prod(others[:, 2:] - others[:, :2], axis=1)
    return (both / np.maximum(np.prod(box[2:] - box[:2]) + areas - both, 1e-6)).astype(np.float32)


def decode(output: Floats, least_score: float = 0.05, nms_iou: float = 0.4) -> list[Detection]:
    """Detections of one network map [13,h,w], best first: sigmoid, 3x3 maximum, non-maximum suppression."""
    heat = 1.0 / (1.0 + np.exp(-output[0]))
    peaks = (heat >= cv2.dilate(heat, np.ones((3, 3), np.uint8))) & (heat >= least_score)
    rows, columns = np.nonzero(peaks)
    order = np.argsort(-heat[rows, columns])[:100]
    rows, columns = rows[order], columns[order]
    values = output[:, rows, columns]
    centre = np.stack([(columns + 0.5 + values[1]) * STRIDE, (rows + 0.5 + values[2]) * STRIDE], 1)
    size = STRIDE * np.exp(np.minimum(values[3:5], 6.0)).T
    boxes = np.concatenate([centre - size / 2, centre + size / 2], 1).astype(np.float32)
    corners = (centre[:, None] + values[5:13].T.reshape(-1, 4, 2) * size[:, None]).astype(np.float32)
    kept: list[int] = []
    for index in range(len(boxes)):
        if not kept or overlap(boxes[index], boxes[kept]).max() < nms_iou:
            kept.append(index)
    return [Detection(float(heat[rows[i], columns[i]]), boxes[i], corners[i]) for i in kept]
