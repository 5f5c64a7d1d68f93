"""Pictures of a drawn vehicle by itself: seen from any side and height, lit, with its shadow, the ground left open."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ..scene import light, raster
from ..scene.camera import Camera
from ..scene.solid import outline_of
from .model import Model

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]

SIDE_PX = 208
FILLED = 0.9
"""Share of the picture's side that the vehicle takes, about."""
MOST_DOWN = np.deg2rad(50.0)


@dataclass(frozen=True)
class Portrait:
    """One vehicle without its ground."""

    image: Image
    """[S,S,4] BGR and how much of the ground is hidden (or in shadow: black at less than 255)."""
    box: Floats
    """[4] x0 y0 x1 y1 px of the vehicle, its shadow left out."""


def portrait(model: Model, rng: np.random.Generator) -> Portrait | None:
    """One view; nothing where the camera would stand in the vehicle."""
    down = float(min(abs(rng.normal(0.1, 0.24)), MOST_DOWN))
    heading = rng.uniform(-np.pi, np.pi) if rng.random() < 0.5 else rng.normal(0, 0.5) + (np.pi if rng.random() < 0.35 else 0.0)
    focal = float(np.exp(rng.uniform(np.log(1.1), np.log(5.0))))
    across = model.length_m * abs(np.sin(heading)) + model.width_m * abs(np.cos(heading))
    tall = model.height_m * np.cos(down) + model.length_m * abs(np.cos(heading)) * np.sin(down) * 0.8
    distance = focal * max(across, tall) / FILLED + model.length_m / 2
    height = distance * np.sin(down) + model.height_m * 0.5
    ahead = distance * np.cos(down)
    camera = Camera(SIDE_PX, SIDE_PX, focal, 0.5 - float(np.tan(down)) * focal, 0.0, float(height), 0)
    lit = _light(rng)
    middle = raster.turned(heading) @ np.array([0, 0, model.length_m / 2])
    at = np.array([0, 0, ahead]) - middle * [1, 0, 1]
    patch = raster.draw(model.mesh, model.skin, at, heading, camera, lit, lit.surroundings(), lambda x, z: np.ones_like(x))
    if patch is None:
        return None
    cover, colour = np.zeros((SIDE_PX, SIDE_PX, 1), np.float32), np.zeros((SIDE_PX, SIDE_PX, 3), np.float32)
    high, wide = patch.cover.shape[:2]
    cover[patch.y : patch.y + high, patch.x : patch.x + wide] = patch.cover
    colour[patch.y : patch.y + high, patch.x : patch.x + wide] = patch.colour + patch.glow
    rows, columns = np.nonzero(cover[..., 0] > 0.5)
    if len(rows) < 200:
        return None
    box = np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1], np.float32)
    shadow = _shadow(model, at, heading, camera, lit, rng)
    alpha = cover + (1 - cover) * shadow[..., None]
    plain = colour / np.maximum(alpha, 1e-3)
    return Portrait((np.dstack([plain.clip(0, 1), alpha]) * 255).round().astype(np.uint8), box)


def _light(rng: np.random.Generator) -> light.Light:
    lit = light.DAY.mixed(light.DUSK, rng.random() ** 2)
    sun = np.array([rng.normal(0, 0.6), rng.uniform(0.35, 1.2), rng.normal(0, 0.6)], np.float32)
    gain = np.float32(np.exp(rng.normal(0.25, 0.25)))
    strength = np.float32(rng.uniform(0.1, 1.1))
    return replace(
        lit, sun_from=sun / np.linalg.norm(sun), sun=lit.sun * strength * gain, ambient=lit.ambient * gain * (1.5 - 0.5 * strength), lamps=rng.uniform(0, 0.7)
    )  # fmt: skip


def _shadow(model: Model, at: NDArray[np.float64], heading: float, camera: Camera, lit: light.Light, rng: np.random.Generator) -> Floats:
    """[S,S] how dark the ground is beside the vehicle: under it, and away from the sun."""
    rot = raster.turned(heading)
    sun = rot.T @ lit.sun_from
    dark = np.zeros((SIDE_PX, SIDE_PX), np.float32)
    low = np.array([0.0, 1.0, 0.0])
    for towards, strength, soft in (
        (low, rng.uniform(0.5, 0.85), 2.5),
        (sun, rng.uniform(0.1, 0.6) * float(lit.sun.mean() > 0.2), 1.5),
    ):
        flat = outline_of(model.mesh, towards)
        ground = np.stack([flat[:, 0], np.zeros(len(flat)), flat[:, 1]], 1) @ rot.T + at
        spots, depth = camera.project(ground)
        if depth.min() < 0.3:
            continue
        mask = np.zeros((SIDE_PX, SIDE_PX), np.uint8)
        cv2.fillPoly(mask, [np.clip(spots, -4000, 4000).round().astype(np.int32)], 255, cv2.LINE_AA)
        dark = np.maximum(dark, cv2.GaussianBlur(mask, (0, 0), soft).astype(np.float32) / 255 * strength)
    return dark
