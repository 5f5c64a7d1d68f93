"""How a vehicle's surface looks: drawings of its front, rear, side and top, in one atlas."""

import cv2
import numpy as np

from .raster import sample

PX_PER_M = 250
MATT, PAINT, GLASS, CHROME = 0.06, 0.55, 0.75, 0.95


class Sheet:
    """One elevation: drawn in metres, a to the right and b upwards; smooth edges by drawing larger."""

    def __init__(self, a0, a1, b0, b1, base, shine=PAINT):
        self.a0, self.b1 = a0, b1
        self.w, self.h = int((a1 - a0) * PX_PER_M), int((b1 - b0) * PX_PER_M)
        shape = (self.h, self.w)
        self.colour = np.empty(shape + (3,), np.float32)
        self.colour[:] = base
        self.shine = np.full(shape, shine, np.float32)
        self.lamp = np.zeros(shape + (3,), np.float32)

    def _spots(self, points):
        p = np.asarray(points, float).reshape(-1, 2)
        return np.stack([(p[:, 0] - self.a0), (self.b1 - p[:, 1])], 1) * PX_PER_M

    def _lay(self, mask, colour, shine, lamp):
        mask = mask.astype(np.float32)[..., None] / 255
        if colour is not None:
            self.colour = self.colour * (1 - mask) + np.asarray(colour, np.float32) * mask
        if shine is not None:
            self.shine = self.shine * (1 - mask[..., 0]) + shine * mask[..., 0]
        if lamp is not None:
            self.lamp = self.lamp * (1 - mask) + np.asarray(lamp, np.float32) * mask

    def area(self, points, colour, shine=None, lamp=None, both=False, soft=0):
        """A filled polygon; `both` draws its mirror image (about a = 0) too."""
        mask = np.zeros((self.h, self.w), np.uint8)
        p = np.asarray(points, float)
        for sign in (1, -1) if both else (1,):
            spots = np.round(self._spots(p * [sign, 1]) * 16).astype(np.int32)
            cv2.fillPoly(mask, [spots], 255, cv2.LINE_AA, 4)
        if soft:
            mask = cv2.GaussianBlur(mask, (0, 0), soft * PX_PER_M)
        self._lay(mask, colour, shine, lamp)

    def line(self, points, width_m, colour, shine=None, both=False, closed=False, lamp=None):
        mask = np.zeros((self.h, self.w), np.uint8)
        p = np.asarray(points, float)
        for sign in (1, -1) if both else (1,):
            spots = np.round(self._spots(p * [sign, 1]) * 16).astype(np.int32)
            cv2.polylines(mask, [spots], closed, 255, max(1, round(width_m * PX_PER_M)), cv2.LINE_AA, 4)
        self._lay(mask, colour, shine, lamp)

    def disc(self, a, b, radius_m, colour, shine=None, lamp=None, both=False, squash=1.0):
        turn = np.linspace(0, 2 * np.pi, 28, endpoint=False)
        ring = np.stack([a + radius_m * np.cos(turn), b + squash * radius_m * np.sin(turn)], 1)
        self.area(ring, colour, shine, lamp, both)

    def text(self, words, a, b, height_m, colour, shine=None):
        """Plain lettering, its left foot at (a, b)."""
        size = height_m * PX_PER_M / 22
        mask = np.zeros((self.h, self.w), np.uint8)
        foot = self._spots([[a, b]])[0]
        cv2.putText(mask, words, (int(foot[0]), int(foot[1])), cv2.FONT_HERSHEY_DUPLEX, size, 255,
                    max(1, round(size * 2.2)), cv2.LINE_AA)
        self._lay(mask, colour, shine, None)


class Skin:
    """The four sheets of one vehicle, small copies for a distance included."""

    def __init__(self, front, rear, side, top):
        self.sheets = (front, rear, side, top)
        self.levels = []
        looks = [(np.dstack([s.colour, s.shine]), s.lamp) for s in self.sheets]
        for _ in range(5):
            self.levels.append(looks)
            looks = [tuple(_halved(x) for x in pair) for pair in looks]

    def look(self, place, normal, px_per_m, light):
        """Colour, shine and glow of surface points (vehicle's own axes: front is at z = 0)."""
        level = int(np.clip(np.floor(np.log2(max(PX_PER_M / px_per_m, 1))), 0, 4))
        nx, ny, nz = np.abs(normal[:, 0]), normal[:, 1], normal[:, 2]
        front = (nz < -0.36) & (-nz >= nx * 0.95)
        rear = (nz > 0.30) & (nz >= nx * 0.95)
        side = ~front & ~rear & (nx > 0.62)
        top = ~front & ~rear & ~side & (ny > -0.3)
        x, y, z = place.T
        colour = np.full((len(x), 3), 0.03, np.float32)
        shine = np.full(len(x), 0.02, np.float32)
        glow = np.zeros((len(x), 3), np.float32)
        for zone, sheet, maps, a, b in (
            (front, self.sheets[0], self.levels[level][0], x, y),
            (rear, self.sheets[1], self.levels[level][1], -x, y),
            (side, self.sheets[2], self.levels[level][2], z, y),
            (top, self.sheets[3], self.levels[level][3], z, x),
        ):
            if not zone.any():
                continue
            scale = PX_PER_M / 2**level
            u, v = (a[zone] - sheet.a0) * scale - 0.5, (sheet.b1 - b[zone]) * scale - 0.5
            worn = sample(maps[0], u, v)
            colour[zone], shine[zone] = worn[:, :3], worn[:, 3]
            glow[zone] = sample(maps[1], u, v) * light.lamps
        return colour, shine, glow


def _halved(x):
    size = max(2, x.shape[1] // 2), max(2, x.shape[0] // 2)
    return cv2.resize(x, size, interpolation=cv2.INTER_AREA)
