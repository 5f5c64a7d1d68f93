"""What drives through the scene: a mesh, a skin and the places of the plates."""

from dataclasses import dataclass

import numpy as np

from .solid import Mesh, ball, figure, join, lathe


@dataclass
class Mount:
    """Where a plate sits on a vehicle: its centre, which way it faces and how far it leans back."""

    x: float
    y: float
    z: float
    rear: bool
    lean: float = 0.06

    def corners(self, width_m, height_m):
        """Top left, top right, bottom right, bottom left as one sees them in front of the plate."""
        a, b = width_m / 2, height_m / 2
        flat = np.array([[-a, b], [a, b], [a, -b], [-a, -b]])
        out = np.empty((4, 3))
        side = -1.0 if self.rear else 1.0
        out[:, 0] = self.x + side * flat[:, 0]
        out[:, 1] = self.y + flat[:, 1] * np.cos(self.lean)
        out[:, 2] = self.z - side * flat[:, 1] * -np.sin(self.lean)
        return out


@dataclass
class Vehicle:
    """Metres in its own axes: the front at z = 0 looking at -z, wheels on y = 0."""

    name: str
    length_m: float
    width_m: float
    mesh: Mesh
    far_mesh: Mesh
    tiny_mesh: Mesh
    skin: object
    front: Mount | None
    rear: Mount
    plate_height_m: float = 0.11


TYRE, RIM = (0.035, 0.035, 0.035), (0.55, 0.54, 0.52)


def wheel(x, z, radius_m, width_m=0.20, rim=RIM, steps=22):
    """A wheel whose outer face looks to the side of `x`."""
    r, half = radius_m, width_m / 2
    profile = [(-half, r * 0.1), (-half, r * 0.6), (-half, r * 0.93), (-half * 0.7, r), (half * 0.7, r), (half, r * 0.93),
               (half, r * 0.66), (half * 0.8, r * 0.62), (half * 0.7, r * 0.3), (half * 0.85, r * 0.12), (half * 0.85, 0.001)]
    colours = [TYRE] * 7 + [(0.12,) * 3, rim, rim, rim]
    shine = [0.05] * 7 + [0.1, 0.5, 0.5, 0.5]
    mesh = lathe(profile, colours, shine, steps)
    if x < 0:
        mesh.corners[:, 0] *= -1
        mesh.normals[:, 0] *= -1
    mesh.corners += [x, r, z]
    return mesh


def wheels(track_m, radius_m, axles, width_m=0.20, rim=RIM, steps=22):
    return join([wheel(s * track_m / 2, z, radius_m, width_m, rim, steps) for z in axles for s in (-1, 1)])


def mirrors(x, y, z, colour, size=(0.11, 0.075, 0.06)):
    """Two wing mirrors."""
    dark = (0.03, 0.03, 0.03)
    parts = []
    for side in (-1, 1):
        parts += [(ball((side * x, y, z), size), colour, 0.5),
                  (ball((side * x, y, z + 0.04), (size[0] * 0.9, size[1] * 0.85, 0.045)), dark, 0.3)]
    return figure(parts, 0.03, 0.01)
