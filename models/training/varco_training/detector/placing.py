"""Where a piece of a picture lies in a crop, and which plates the crop then has."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from .panels import transform, turned
from .pictures import Picture
from .targets import Target

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]

LEAST_WIDTH_PX = 11
"""Smaller plates are neither learnt nor counted as background."""
WHOLE_SHARE, HIDDEN_SHARE = 0.9, 0.05
"""With more than the first share inside the crop a plate counts; with less than the second it is not there."""
MOST_ENLARGED = 3.0
"""More than the program enlarges: plates that fill the crop are few at their own size."""

LEAST_DEPTH = 0.2
"""Of a point that a slanted view shows, in distances of the view's middle."""


@dataclass
class Crop:
    """One training crop before encoding."""

    image: Image
    targets: list[Target] = field(default_factory=list)
    negative_weight: float = 1.0
    """See `targets.encode`."""


def plate_width_px(rng: np.random.Generator, size: int) -> float:
    """A plate width for a crop of `size`: log-uniform, 14 px to most of the crop."""
    return float(np.exp(rng.uniform(np.log(14), np.log(0.85 * size))))


@dataclass(frozen=True)
class View:
    """What a crop is to show of a picture."""

    scale: float
    """Crop pixels per picture pixel."""
    anchor: Floats
    """[2] the point of the picture that matters."""


def view_of(rng: np.random.Generator, picture: Picture, size: int, focus: Floats | None, wanted_px: float) -> View:
    """A view with `focus` (a box x0 y0 x1 y1) `wanted_px` long, as far as the picture allows it; the whole picture without one."""
    longest = max(picture.width_px, picture.height_px)
    if focus is None:
        return View(size / longest * rng.uniform(0.8, 1.0), rng.uniform([0, 0], [picture.width_px, picture.height_px]))
    least = 0.9 * size / longest  # or the crop would be mostly empty
    scale = wanted_px / max(float((focus[2:] - focus[:2]).max()), 1.0)
    return View(float(np.clip(scale, least, max(MOST_ENLARGED, least))), (focus[:2] + focus[2:]) / 2)


def keep_inside(rng: np.random.Generator, place: Floats, linear: Floats, anchor: Floats, picture: Picture, size: int) -> Floats:
    """Moves `place` (where `anchor` comes to lie) so that the picture fills the crop but for a margin, or lies all in it."""
    ends = np.array([[0, 0], [picture.width_px, picture.height_px]]) - anchor
    spans = np.sort(ends * np.diag(linear), axis=0) + place
    margin = rng.uniform(0, 0.12, (2, 2)) * size
    room = spans[1] - spans[0] - size
    fill = np.where(spans[0] > margin[0], margin[0] - spans[0], 0.0)
    fill = np.where(spans[1] < size - margin[1], size - margin[1] - spans[1], fill)
    fit = np.where(spans[0] < 0, -spans[0], 0.0)
    fit = np.where(spans[1] > size, size - spans[1], fit)
    return place + np.where(room > 0, fill, fit)


def in_seen_order(corners: Floats, mirrored: bool) -> Floats:
    """Corners beginning with the top left as seen, after a possible mirroring."""
    return corners[[1, 0, 3, 2]] if mirrored else corners


def add_target(crop: Crop, corners: Floats, has_corners: bool, ignore: bool = False, outline: Floats | None = None) -> None:
    """Adds a plate, as one to ignore when it is small or cut by the crop's edge; drops it when it is outside."""
    size = crop.image.shape[0]
    around = corners if outline is None else outline
    low, high = around.min(0), around.max(0)
    inside = np.clip(np.minimum(high, size) - np.maximum(low, 0), 0, None)
    share = float(np.prod(inside) / max(np.prod(high - low), 1e-6))
    if share < HIDDEN_SHARE:
        return
    ignore = ignore or share < WHOLE_SHARE or high[0] - low[0] < LEAST_WIDTH_PX or high[1] - low[1] < 4
    crop.targets.append(Target(corners.astype(np.float32), has_corners, ignore, outline=outline))


def slant(rng: np.random.Generator, size: int) -> Floats:
    """A 3x3 homography that turns a flat picture about the point 0, 0 as a camera beside or above it would see it: tilted by
    up to 55 degrees about any axis, mostly an upright one, rolled by up to 35. Areas around the point stay as they are."""
    tilt = np.deg2rad(min(abs(rng.normal(0, 28)), 55))
    axis = rng.normal(0, 0.5) + (0 if rng.random() < 0.5 else np.pi)  # from the upright one
    roll = np.deg2rad(np.clip(rng.normal(0, 12), -35, 35))
    rotation = cv2.Rodrigues(np.array([np.sin(axis), np.cos(axis), 0]) * tilt)[0]
    distance = size * rng.uniform(2, 6)  # so the horizon lies outside the crop
    camera = cv2.Rodrigues(np.array([0, 0, roll]))[0]
    camera[:2] /= np.sqrt(np.cos(tilt))
    return (camera @ turned(rotation, distance)).astype(np.float32)


def ahead(points: Floats, matrix: Floats) -> bool:
    """Whether all points lie well before the horizon of a homography: what is beyond it has no place in the crop."""
    return bool((points @ matrix[2, :2] + matrix[2, 2]).min() > LEAST_DEPTH)


def moved_box(box: Floats, matrix: Floats) -> Floats:
    """The upright box around a box x0 y0 x1 y1 that `matrix` has moved."""
    x0, y0, x1, y1 = box
    corners = transform(np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32), matrix)
    return np.concatenate([corners.min(0), corners.max(0)]).astype(np.float32)


def touches(a: Floats, b: Floats) -> bool:
    """Whether the upright boxes around two sets of points come within 4 px of each other."""
    return bool((a.min(0) - 4 < b.max(0)).all() and (b.min(0) - 4 < a.max(0)).all())
