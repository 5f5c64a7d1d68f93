"""One drawn vehicle."""

from __future__ import annotations

from dataclasses import dataclass

from ..scene.skin import Skin
from ..scene.solid import Mesh


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
