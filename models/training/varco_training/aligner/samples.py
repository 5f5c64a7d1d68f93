"""Views of plates through rough quads, and of what is no plate: cut out of the detector's own training crops."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from torch.utils.data import IterableDataset, get_worker_info

from ..detector.compose import CROP_PX, LARGE_CROP_PX, Composer
from ..detector.placing import Crop, touches
from ..detector.targets import Target
from ..detector.train import training_pictures
from .view import seen, to_view, view_of

Floats = NDArray[np.float32]

NOTHING, BOXED, EXACT = 0, 1, 2
"""What is known of a view: no plate; a plate and its box; a plate and its corners."""
LEAST_WIDTH_PX = 22
LARGE_SHARE = 0.25
VIEWS_A_PLATE, VIEWS_A_MISTAKE, VIEWS_A_CROP_OF_NOTHING = 4, 3, 1
CUT_OUT_SHARE = 0.12
"""Plates seen in pictures that end around them, as cut-out plates do and plates at a picture's edge."""
OUTSIDE = 0.02
"""How far outside the view a corner may lie: beyond that the quad is too rough to be mended."""
UNIT = np.float32([(0, 0), (1, 0), (1, 1), (0, 1)])


@dataclass(frozen=True)
class Views:
    """N views and what is known of them."""

    images: NDArray[np.uint8]
    """N x 64 x 160 x 3, RGB."""
    known: NDArray[np.int64]
    """N: `NOTHING`, `BOXED` or `EXACT`."""
    matrices: Floats
    """N x 3 x 3: from the view's unit square to where errors are counted. Of `EXACT` ones that is the picture with the
    plate's height as its unit, of `BOXED` ones the box with its height as its unit."""
    corners: Floats
    """N x 4 x 2: the corners, or the box's, there."""
    places: Floats
    """N x 4 x 2: the corners in the view's unit square."""

    def __len__(self) -> int:
        return len(self.images)

    def take(self, rows: NDArray[np.int64]) -> Views:
        """Some of them."""
        return Views(*(getattr(self, f.name)[rows] for f in fields(self)))


def rough(rng: np.random.Generator, corners: Floats) -> Floats:
    """A quad as the detector might give it for a plate with these corners."""
    across = (np.linalg.norm(corners[1] - corners[0]) + np.linalg.norm(corners[2] - corners[3])) / 2
    down = (np.linalg.norm(corners[3] - corners[0]) + np.linalg.norm(corners[2] - corners[1])) / 2
    sides = np.float32([across, down])
    kind = rng.random()
    if kind < 0.1:  # nearly right already
        return corners + np.clip(rng.normal(0, 0.03, (4, 2)), -0.08, 0.08).astype(np.float32) * down
    quad = corners
    if kind > 0.93:  # with the grille above it, or whatever stands below
        reach = rng.uniform(0.4, 1.9) * (corners[[3, 2]] - corners[[0, 1]])
        quad = corners.copy()
        if rng.random() < 0.8:
            quad[[0, 1]] -= reach
        else:
            quad[[3, 2]] += reach
    elif kind < 0.4:  # the upright box
        low, high = corners.min(0), corners.max(0)
        quad = low + UNIT * (high - low)
    wild = 0.85 < kind <= 0.93
    grow = np.exp(rng.uniform([-0.3, -0.4], [0.35, 0.65])) if wild else np.exp(np.clip(rng.normal(0, [0.05, 0.12]), -0.3, 0.3))
    shift = rng.uniform(-1, 1, 2) * [0.12, 0.25] if wild else np.clip(rng.normal(0, [0.03, 0.08]), -0.1, 0.2)
    angle = np.deg2rad(np.clip(rng.normal(0, 8.0 if wild or rng.random() < 0.15 else 2.5), -20, 20))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    frame = np.stack([(quad[1] - quad[0] + quad[2] - quad[3]) / 2, (quad[3] - quad[0] + quad[2] - quad[1]) / 2])
    unit = frame / np.maximum(np.linalg.norm(frame, axis=1, keepdims=True), 1e-6)
    centre = quad.mean(0)
    noise = np.clip(rng.normal(0, 0.08 if not wild else 0.15, (4, 2)), -0.3, 0.3) * down
    grown = centre + ((quad - centre) @ np.linalg.inv(unit) * grow) @ unit
    return ((grown - centre) @ turn + centre + (shift * sides) @ unit + noise).astype(np.float32)


def of_plate(rng: np.random.Generator, crop: Crop, target: Target) -> tuple[object, ...] | None:
    """One view of a plate: image, what is known, matrix, corners, places."""
    for _ in range(4):
        view = view_of(rough(rng, target.corners))
        places = to_view(target.corners, view)
        if (places > -OUTSIDE).all() and (places < 1 + OUTSIDE).all():
            break
    else:
        return None
    whole = np.vstack([view, [0, 0, 1]])
    if target.has_corners:
        sides = np.linalg.norm(target.corners[[3, 2]] - target.corners[[0, 1]], axis=1)
        unit = max(float(sides.mean()), 2.0)
        there = np.diag([1 / unit, 1 / unit, 1.0]) @ np.array([[1, 0, -target.corners[0, 0]], [0, 1, -target.corners[0, 1]], [0, 0, 1]])
        corners = (target.corners - target.corners[0]) / unit
    else:
        high, wide = np.linalg.norm(target.corners[3] - target.corners[0]), np.linalg.norm(target.corners[1] - target.corners[0])
        corners = UNIT * np.float32([wide / max(high, 2.0), 1.0])
        there = cv2.getPerspectiveTransform(target.corners.astype(np.float32), corners.astype(np.float32))
    known = EXACT if target.has_corners else BOXED
    image = crop.image
    if rng.random() < CUT_OUT_SHARE:
        image, view = cut_out(rng, image, target.corners, view)
    return seen(image, view), known, (there @ whole).astype(np.float32), corners.astype(np.float32), places


def cut_out(rng: np.random.Generator, image: NDArray[np.uint8], corners: Floats, view: Floats) -> tuple[NDArray[np.uint8], Floats]:
    """The picture cut to little more than the plate, and the same view of that."""
    low, high = corners.min(0), corners.max(0)
    margin = rng.uniform([-0.01, -0.02], [0.12, 0.3], (2, 2)) * (high - low)
    x0, y0 = np.clip(np.floor(low - margin[0]), 0, None).astype(int)
    x1, y1 = np.ceil(high + margin[1]).astype(int)
    return image[y0:y1, x0:x1], view - np.float32([[0, 0, x0], [0, 0, y0]])


def of_nothing(rng: np.random.Generator, crop: Crop, corners: Floats) -> tuple[object, ...]:
    """One view of what is no plate."""
    view = view_of(rough(rng, corners))
    return seen(crop.image, view), NOTHING, np.eye(3, dtype=np.float32), UNIT, UNIT


def somewhere(rng: np.random.Generator, crop: Crop) -> Floats | None:
    """An upright box that touches no plate; `None` when none was found or not all plates are known."""
    if crop.negative_weight < 1 or any(t.ignore for t in crop.targets):
        return None
    size = crop.image.shape[0]
    for _ in range(4):
        wide = float(np.exp(rng.uniform(np.log(30), np.log(0.6 * size))))
        sides = np.float32([wide, wide / rng.uniform(1.2, 6.0)])
        corners = (rng.uniform(0, 1, 2) * (size - sides) + UNIT * sides).astype(np.float32)
        if not any(touches(corners, t.corners) for t in crop.targets if not t.mistake):
            return corners
    return None


def views_of(rng: np.random.Generator, crop: Crop) -> Iterator[tuple[object, ...]]:
    """All views of one training crop."""
    for target in crop.targets:
        if target.ignore or np.ptp(target.corners[:, 0]) < LEAST_WIDTH_PX:
            continue
        for _ in range(VIEWS_A_MISTAKE if target.mistake else VIEWS_A_PLATE):
            view = of_nothing(rng, crop, target.corners) if target.mistake else of_plate(rng, crop, target)
            if view is not None:
                yield view
    for _ in range(VIEWS_A_CROP_OF_NOTHING):
        corners = somewhere(rng, crop) if rng.random() < 0.4 else None
        if corners is not None:
            yield of_nothing(rng, crop, corners)


class Samples(IterableDataset[Views]):
    """Endless groups of views, made by a process of lower priority."""

    def __init__(self, data: Path, finds: Path | None, seed: int, size: int = 256) -> None:
        self._data, self._finds, self._seed, self._size = data, finds, seed, size

    def __iter__(self) -> Iterator[Views]:
        cv2.setNumThreads(1)
        if get_worker_info() is not None:
            os.nice(6)  # the training comes first
        rng = np.random.default_rng(self._seed)
        composer = Composer(*training_pictures(self._data, self._finds), rng)
        rows: list[tuple[object, ...]] = []
        while True:
            size = LARGE_CROP_PX if rng.random() < LARGE_SHARE else CROP_PX
            rows += views_of(rng, composer.near(rng, size))
            if len(rows) >= self._size:
                yield Views(*(np.stack(column) for column in zip(*rows[: self._size], strict=True)))
                rows = rows[self._size :]
