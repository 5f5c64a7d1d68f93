"""Solids that the drawn vehicles are made of: signed distances, metres, negative inside."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Solid = Callable[[NDArray[np.float64]], NDArray[np.float64]]


def box(x: float, y0: float, y1: float, z0: float, z1: float) -> Solid:
    """A box with sharp edges, `x` to both sides."""

    def distance(p: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.maximum(
            np.maximum(np.abs(p[..., 0]) - x, np.abs(p[..., 1] - (y0 + y1) / 2) - (y1 - y0) / 2),
            np.abs(p[..., 2] - (z0 + z1) / 2) - (z1 - z0) / 2,
        )

    return distance


def hollow(outer: Solid, inner: Solid) -> Solid:
    """`outer` without what is in `inner`."""
    return lambda p: np.maximum(outer(p), -inner(p))


def union(*solids: Solid) -> Solid:
    """What is in any of them."""

    def distance(p: NDArray[np.float64]) -> NDArray[np.float64]:
        whole = solids[0](p)
        for one in solids[1:]:
            whole = np.minimum(whole, one(p))
        return whole

    return distance


def arches(solid: Solid, axles: tuple[float, ...], wheel_m: float, width_m: float) -> Solid:
    """The solid with room for its wheels."""

    def cut(p: NDArray[np.float64]) -> NDArray[np.float64]:
        whole = solid(p)
        for z in axles:
            hole = np.hypot(p[..., 2] - z, p[..., 1] - wheel_m) - wheel_m - 0.06
            whole = np.maximum(whole, -np.maximum(hole, width_m / 2 - 0.3 - np.abs(p[..., 0])))
        return whole

    return cut
