"""Corners for plates of which people gave only an upright box: the aligner's own (`reader.quads`), where they fit the box.

With them a real picture may be turned and slanted as far as a camera beside the road sees it, and the targets stay exact.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..pack import Quads
from .panels import transform
from .pictures import Picture, Plate
from .targets import overlap

LEAST_OVERLAP = 0.65
"""Least overlap of the upright box around the corners with the labelled one: boxes are drawn with a margin, so less than it could be."""


def with_corners(picture: Picture, quads: Quads) -> Picture:
    """`picture` with the corners of those of its plates that have fitting ones in `quads`."""
    plates = (_with_corners(p, quads.get((picture.name, number))) for number, p in enumerate(picture.plates))
    return replace(picture, plates=tuple(plates))


def _with_corners(plate: Plate, quad: np.ndarray | None) -> Plate:
    if plate.has_corners or quad is None:
        return plate
    low, high, quad_low, quad_high = plate.corners.min(0), plate.corners.max(0), quad.min(0), quad.max(0)
    fits = overlap(np.concatenate([low, high]), np.concatenate([quad_low, quad_high])[None])[0] >= LEAST_OVERLAP
    if not fits:
        return plate
    scale = (high - low) / (quad_high - quad_low)
    to_box = np.array([[scale[0], 0, low[0] - scale[0] * quad_low[0]], [0, scale[1], low[1] - scale[1] * quad_low[1]], [0, 0, 1]])
    return replace(plate, corners=quad, has_corners=True, outline=transform(quad, to_box))
