"""House fronts along the street, drawn flat (metres along the street and up), 40 pixels a metre."""

import cv2
import numpy as np

from .raster import sample
from .texture import grain

PX_PER_M = 40
OCHRE, TERRACOTTA, CREAM, ROSE, SAND = (
    (0.42, 0.66, 0.82), (0.36, 0.50, 0.74), (0.66, 0.80, 0.88), (0.56, 0.62, 0.80), (0.56, 0.70, 0.78))
GREEN, BROWN, GREY = (0.20, 0.30, 0.16), (0.14, 0.20, 0.30), (0.42, 0.40, 0.36)


class House:
    """One house: from `start_m` to `end_m` along the street, its colour and shutters (BGR 0..1)."""

    def __init__(self, start_m, end_m, height_m, colour, shutters, shop=False, seed=0):
        self.start_m, self.end_m, self.height_m = start_m, end_m, height_m
        self.colour, self.shutters, self.shop, self.seed = np.array(colour), shutters, shop, seed


def _box(picture, z0, z1, y0, y1, colour, high):
    a = (round(z0 * PX_PER_M), round((high - y1) * PX_PER_M))
    b = (round(z1 * PX_PER_M) - 1, round((high - y0) * PX_PER_M) - 1)
    cv2.rectangle(picture, a, b, tuple(float(c) for c in colour), -1)


def _window(pic, glow, z, y, w, h, house, high, rng, lit):
    stone = house.colour * 0.55 + 0.42
    _box(pic, z - w / 2 - 0.14, z + w / 2 + 0.14, y - 0.12, y + h + 0.16, np.minimum(stone, 0.95), high)
    _box(pic, z - w / 2 - 0.2, z + w / 2 + 0.2, y - 0.20, y - 0.10, np.minimum(stone * 1.06, 1), high)
    _box(pic, z - w / 2 - 0.2, z + w / 2 + 0.2, y - 0.28, y - 0.20, house.colour * 0.62, high)
    _box(pic, z - w / 2, z + w / 2, y, y + h, (0.16, 0.14, 0.12), high)
    state = rng.random()
    if state < 0.22:
        _shutter(pic, z - w / 2, z, y, h, house.shutters, high)
        _shutter(pic, z, z + w / 2, y, h, house.shutters, high)
        return
    _box(pic, z - w / 2 + 0.06, z - 0.03, y + 0.06, y + h - 0.06, (0.36, 0.32, 0.27), high)
    _box(pic, z + 0.03, z + w / 2 - 0.06, y + 0.06, y + h - 0.06, (0.30, 0.27, 0.23), high)
    _box(pic, z - w / 2 + 0.06, z + w / 2 - 0.06, y + h * 0.62, y + h * 0.65, (0.75, 0.77, 0.78), high)
    if state < 0.6:
        _box(pic, z - w / 2 + 0.08, z - w / 2 + 0.24, y + 0.08, y + h - 0.08, (0.70, 0.72, 0.74), high)
    if lit:
        _box(glow, z - w / 2 + 0.06, z + w / 2 - 0.06, y + 0.06, y + h - 0.06, (0.30, 0.62, 0.92), high)
    _shutter(pic, z - w - 0.06, z - w / 2 - 0.04, y, h, house.shutters, high)
    _shutter(pic, z + w / 2 + 0.04, z + w + 0.06, y, h, house.shutters, high)


def _shutter(pic, z0, z1, y, h, colour, high):
    colour = np.array(colour)
    _box(pic, z0, z1, y, y + h, colour, high)
    for k in range(int(h / 0.14)):
        _box(pic, z0 + 0.05, z1 - 0.05, y + 0.05 + k * 0.14, y + 0.10 + k * 0.14, colour * 1.45, high)
    _box(pic, z0, z1, y + h * 0.48, y + h * 0.53, colour * 0.8, high)


def _ground_floor(pic, glow, house, high, rng):
    wide = house.end_m - house.start_m
    stone = house.colour * 0.35 + 0.36
    _box(pic, 0, wide, 0, 3.5, stone * 0.98, high)
    for k in range(9):
        _box(pic, 0, wide, k * 0.4, k * 0.4 + 0.03, stone * 0.82, high)
    _box(pic, 0, wide, 0, 0.55, stone * 0.72, high)
    _box(pic, 0, wide, 3.5, 3.68, np.minimum(stone * 1.2, 0.95), high)
    z, n = 1.2, 0
    while z < wide - 1.6:
        if house.shop and n % 3 != 1:
            _box(pic, z - 0.1, z + 2.2, 0.12, 2.95, (0.12, 0.12, 0.12), high)
            _box(pic, z, z + 2.1, 0.5, 2.5, (0.34, 0.36, 0.36), high)
            _box(pic, z + 0.2, z + 1.0, 0.6, 1.5, (0.30, 0.45, 0.60), high)
            _box(pic, z + 1.2, z + 1.9, 0.6, 1.2, (0.55, 0.40, 0.30), high)
            _box(glow, z, z + 2.1, 0.5, 2.5, (0.45, 0.75, 0.95), high)
            cloth = [(0.16, 0.18, 0.55), (0.22, 0.38, 0.16), (0.60, 0.60, 0.62)][(house.seed + n) % 3]
            for k in range(8):
                c = np.array(cloth) if k % 2 else np.array((0.86, 0.88, 0.88))
                _box(pic, z - 0.2 + k * 0.32, z - 0.2 + (k + 1) * 0.32, 2.45, 3.05, c, high)
            _box(pic, z - 0.2, z + 2.36, 2.30, 2.45, stone * 0.6, high)
            z += 3.1
        else:
            wood = np.array((0.12, 0.20, 0.32)) * rng.uniform(0.8, 1.2)
            _box(pic, z - 0.15, z + 1.35, 0, 2.75, np.minimum(stone * 1.25, 0.95), high)
            _box(pic, z, z + 1.2, 0.05, 2.5, wood, high)
            _box(pic, z + 0.58, z + 0.62, 0.05, 2.5, wood * 0.5, high)
            for a in (0.12, 0.72):
                _box(pic, z + a, z + a + 0.36, 0.3, 1.1, wood * 0.75, high)
                _box(pic, z + a, z + a + 0.36, 1.3, 2.3, wood * 0.75, high)
            z += 2.6
        n += 1


def draw_house(house):
    """Colour and glow pictures of one front."""
    rng = np.random.default_rng(1000 + house.seed)
    wide, high = house.end_m - house.start_m, house.height_m
    shape = (round(high * PX_PER_M), round(wide * PX_PER_M), 3)
    pic = np.empty(shape, np.float32)
    pic[:] = house.colour
    glow = np.zeros(shape, np.float32)
    stain = cv2.resize(grain(house.seed, 512), (max(shape[1], 1), shape[0]))
    streak = cv2.resize(grain(house.seed + 77, 512, (32, 64)), (shape[1], shape[0] * 6))[: shape[0]]
    pic *= (1 + 0.05 * stain + 0.035 * streak)[..., None]
    _ground_floor(pic, glow, house, high, rng)
    count = max(1, int((wide - 0.8) / 2.7))
    gap = wide / count
    y = 4.35
    while y + 2.0 < high:
        for k in range(count):
            tall = 1.75 if y < 6 else 1.5
            _window(pic, glow, (k + 0.5) * gap, y, 1.0, tall, house, high, rng, rng.random() < 0.4)
        y += 3.0
        if y + 2.0 < high:
            _box(pic, 0, wide, y - 0.75, y - 0.62, np.minimum(house.colour * 1.15, 0.95), high)
    # Under the eaves: a cornice and its shadow; at the ends a gutter pipe.
    _box(pic, 0, wide, high - 0.9, high - 0.55, house.colour * 0.62, high)
    _box(pic, 0, wide, high - 0.45, high, (0.30, 0.36, 0.44), high)
    _box(pic, 0, wide, high - 0.12, high, (0.22, 0.28, 0.40), high)
    _box(pic, wide - 0.22, wide - 0.10, 0.2, high - 0.4, (0.26, 0.34, 0.42), high)
    _box(pic, 0, 0.05, 0, high, house.colour * 0.55, high)
    pic += 0.012 * rng.standard_normal(shape[:2]).astype(np.float32)[..., None]
    return np.clip(pic, 0, 1), glow


class Row:
    """Houses on one side of the street: looked up by (along, up)."""

    def __init__(self, x_m, houses):
        self.x_m, self.houses = x_m, houses
        self.pictures = [draw_house(h) for h in houses]

    def height(self, z):
        """The height of the row at `z`, 0 where no house stands."""
        out = np.zeros(np.shape(z), np.float32)
        for h in self.houses:
            out = np.where((z >= h.start_m) & (z < h.end_m), h.height_m, out)
        return out

    def look(self, z, y):
        """Colour and glow at points of the fronts."""
        colour = np.zeros(z.shape + (3,), np.float32)
        glow = np.zeros_like(colour)
        for house, (pic, lit) in zip(self.houses, self.pictures):
            here = (z >= house.start_m) & (z < house.end_m)
            if not here.any():
                continue
            u = (z[here] - house.start_m) * PX_PER_M
            v = (house.height_m - y[here]) * PX_PER_M
            colour[here] = sample(pic, u, v)
            glow[here] = sample(lit, u, v)
        return colour, glow
