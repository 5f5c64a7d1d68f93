"""One drawn vehicle, and what all of them share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..scene.skin import Skin
from ..scene.solid import Mesh

Solid = Callable[[NDArray[np.float64]], NDArray[np.float64]]


@dataclass(frozen=True)
class Model:
    """A vehicle in its own axes, metres: the front at z = 0 looking at -z, wheels on y = 0."""

    kind: str
    """One of `detector.vehicles.VEHICLE_CLASSES`."""
    length_m: float
    width_m: float
    height_m: float
    mesh: Mesh
    skin: Skin


def arches(solid: Solid, axles: tuple[float, ...], wheel_m: float, width_m: float) -> Solid:
    """The solid with room for its wheels."""

    def cut(p: NDArray[np.float64]) -> NDArray[np.float64]:
        whole = solid(p)
        for z in axles:
            hole = np.hypot(p[..., 2] - z, p[..., 1] - wheel_m) - wheel_m - 0.06
            whole = np.maximum(whole, -np.maximum(hole, width_m / 2 - 0.3 - np.abs(p[..., 0])))
        return whole

    return cut
