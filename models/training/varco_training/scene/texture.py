"""Grain, stains and cracks: seeded noise that repeats without a seam."""

import cv2
import numpy as np

from .raster import sample


def grain(seed, size=512, octaves=(4, 8, 16, 32, 64, 128), fall=0.6):
    """Cloudy noise (size x size, mean 0, about -1..1) that tiles."""
    rng = np.random.default_rng(seed)
    out = np.zeros((size, size), np.float32)
    weight = 1.0
    for cells in octaves:
        small = rng.standard_normal((cells, cells)).astype(np.float32)
        small = cv2.copyMakeBorder(small, 2, 2, 2, 2, cv2.BORDER_WRAP)
        k = size // cells
        big = cv2.resize(small, None, fx=k, fy=k, interpolation=cv2.INTER_CUBIC)
        out += weight * big[2 * k : 2 * k + size, 2 * k : 2 * k + size]
        weight *= fall
    return out / (2.2 * out.std())


def tiled(picture, a, b, period_m):
    """Looks up a tile at (a, b) metres; it repeats every `period_m`."""
    n = picture.shape[0]
    u = np.mod(a / period_m, 1).astype(np.float32) * n
    v = np.mod(b / period_m, 1).astype(np.float32) * n
    return sample(picture, u.ravel(), v.ravel(), cv2.BORDER_WRAP).reshape(u.shape)


def step(value, edge, soft):
    """0 below the edge, 1 above it, a soft passage between."""
    t = np.clip((value - edge) / np.maximum(soft, 1e-6) + 0.5, 0, 1)
    return t * t * (3 - 2 * t)


def band(value, low, high, soft):
    """1 between `low` and `high`."""
    return step(value, low, soft) * (1 - step(value, high, soft))
