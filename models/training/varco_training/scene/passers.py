"""People on the pavement; they come back in step with the clip's loop."""

import numpy as np

from . import raster
from .others import walker

PHASES = 10
LOOP_S = 38.0
STRIDE_M = 1.35


class Passer:
    """Somebody who walks along the left pavement between two places, and rests out of sight."""

    def __init__(self, from_m, to_m, x_m, leave_s, clothes):
        self.from_m, self.to_m, self.x_m, self.leave_s = from_m, to_m, x_m, leave_s
        self.poses = [walker(k / PHASES, **clothes) for k in range(PHASES)]

    def draw(self, canvas, t, film):
        speed = 1.32
        gone = (t - self.leave_s) % LOOP_S
        long = abs(self.to_m - self.from_m)
        if gone * speed > long:
            return
        way = np.sign(self.to_m - self.from_m)
        z = self.from_m + way * gone * speed
        left_s = long / speed - gone
        far_end_s = gone if self.from_m > self.to_m else left_s
        # At the far end they come out of a door, or go into one.
        x = self.x_m - 1.1 * max(0.0, 1 - far_end_s / 2.5)
        pose = self.poses[int(gone * speed / STRIDE_M * PHASES) % PHASES]
        at = np.array([x, 0.13, z])
        foot = np.array([(-0.25, 0, 0.15), (0.2, 0, -0.15), (0.2, 0, 0.15), (-1.1, 0, 0.9)]) + at
        spots, _ = film.camera.project(foot[[1, 2, 3, 0]])
        raster.darken(canvas, spots, 0.05 * film.camera.focal_px / z, 0.35 if film.light.sun.mean() > 0.3 else 0.2)
        patch = raster.draw(pose, None, at, 0.0 if way < 0 else np.pi, film.camera, film.light, film.mirror, film.street.sunlight)
        if patch is not None:
            raster.lay(canvas, patch, float(np.clip(far_end_s / 0.7, 0, 1)))


def passers_by():
    """The people of the demonstration clip."""
    return [
        Passer(56.0, 11.5, -4.72, 1.0, {"coat": (0.20, 0.24, 0.62), "trousers": (0.30, 0.22, 0.16), "bag": (0.10, 0.16, 0.30)}),
        Passer(12.0, 52.0, -5.0, 14.0, {"coat": (0.62, 0.60, 0.56), "trousers": (0.10, 0.10, 0.11), "hair": (0.30, 0.42, 0.52)}),
        Passer(53.0, 12.0, -4.85, 20.0, {"coat": (0.34, 0.40, 0.16), "trousers": (0.46, 0.52, 0.58)}),
    ]
