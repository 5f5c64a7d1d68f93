"""A pinhole camera above the road."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Camera:
    """Where the camera stands and what its lens does.

    `focal_px` is the focal length, `horizon_px` the row of the horizon, both for a picture of
    `width` x `height` pixels; `margin_px` more pixels are drawn on every side, so that the picture may
    shake without an empty border.
    """

    width: int = 1280
    height: int = 720
    focal: float = 1.40625
    horizon: float = 0.20
    x_m: float = 0.0
    height_m: float = 2.9
    margin_px: int = 10

    @property
    def focal_px(self):
        return self.focal * self.width

    @property
    def canvas(self):
        """Width and height of the drawn picture, margin included."""
        return self.width + 2 * self.margin_px, self.height + 2 * self.margin_px

    @property
    def centre(self):
        """The principal point on the canvas."""
        return self.canvas[0] / 2.0, self.canvas[1] / 2.0

    @property
    def rotation(self):
        """World axes to camera axes (x right, y down, z forward)."""
        down = np.arctan((self.height / 2 - self.horizon * self.height) / self.focal_px)
        c, s = np.cos(down), np.sin(down)
        return np.array([[1, 0, 0], [0, -c, -s], [0, -s, c]], np.float64)

    @property
    def place(self):
        return np.array([self.x_m, self.height_m, 0.0])

    def project(self, points):
        """World points (n, 3) to canvas pixels (n, 2) and depths (n,)."""
        seen = (np.asarray(points, np.float64) - self.place) @ self.rotation.T
        depth = np.maximum(seen[:, 2], 1e-3)
        flat = seen[:, :2] / depth[:, None] * self.focal_px + np.array(self.centre)
        return flat, seen[:, 2]

    def rays(self, scale):
        """Directions (h, w, 3) through the canvas pixels, `scale` times as many each way."""
        w, h = int(self.canvas[0] * scale), int(self.canvas[1] * scale)
        u = ((np.arange(w) + 0.5) / scale - self.centre[0]) / self.focal_px
        v = ((np.arange(h) + 0.5) / scale - self.centre[1]) / self.focal_px
        grid = np.empty((h, w, 3), np.float32)
        grid[..., 0], grid[..., 1], grid[..., 2] = u[None, :], v[:, None], 1.0
        return grid @ self.rotation.astype(np.float32)
