"""Trees, lamps, signs and bollards of the street."""

import cv2
import numpy as np

GREENS = np.array([(0.16, 0.36, 0.24), (0.20, 0.44, 0.32), (0.13, 0.30, 0.20), (0.24, 0.50, 0.40)], np.float32)


class Painter:
    """Draws things given in world metres onto the enlarged picture."""

    def __init__(self, picture, camera, light, scale):
        self.picture, self.camera, self.light, self.scale = picture, camera, light, scale

    def at(self, points):
        spots, depth = self.camera.project(np.atleast_2d(np.asarray(points, float)))
        return spots * self.scale, depth

    def area(self, points, colour, lit=1.0, glow=False):
        spots, depth = self.at(points)
        if depth.min() < 0.5:
            return
        tone = np.asarray(colour, float)
        if not glow:
            tone = tone * (self.light.ambient * 1.1 + self.light.sun * lit)
        cv2.fillPoly(self.picture, [np.round(spots * 16).astype(np.int32)], tuple(float(c) for c in np.clip(tone, 0, 1)), cv2.LINE_AA, 4)

    def sign(self, x0, x1, y0, y1, z, colour, **kw):
        self.area([(x0, y0, z), (x1, y0, z), (x1, y1, z), (x0, y1, z)], colour, **kw)

    def disc(self, x, y, z, radius, colour, **kw):
        turn = np.linspace(0, 2 * np.pi, 40, endpoint=False)
        self.area([(x + radius * np.cos(a), y + radius * np.sin(a), z) for a in turn], colour, **kw)

    def pole(self, x, z, y0, y1, radius, colour):
        """An upright round pole: a lit and a dark side."""
        steps = 5
        for k in range(steps):
            a, b = x - radius + 2 * radius * k / steps, x - radius + 2 * radius * (k + 1) / steps
            self.area([(a, y0, z), (b, y0, z), (b, y1, z), (a, y1, z)], np.asarray(colour) * (0.75 + 0.5 * k / steps), lit=0.2 + 0.15 * k)

    def words(self, text, x, y, z, height, colour):
        """Lettering that stands upright, its left foot at (x, y)."""
        (wide, tall), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_DUPLEX, 1.0, 2)
        pic = np.zeros((tall + 8, wide + 4), np.uint8)
        cv2.putText(pic, text, (1, tall + 3), cv2.FONT_HERSHEY_DUPLEX, 1.0, 255, 2, cv2.LINE_AA)
        long = height * pic.shape[1] / tall
        high = height * pic.shape[0] / tall
        quad, _ = self.at([(x, y + high, z), (x + long, y + high, z), (x + long, y, z), (x, y, z)])
        h, w = pic.shape
        m = cv2.getPerspectiveTransform(np.float32([[0, 0], [w, 0], [w, h], [0, h]]), quad.astype(np.float32))
        mask = cv2.warpPerspective(pic, m, self.picture.shape[1::-1], flags=cv2.INTER_AREA).astype(np.float32)[..., None] / 255
        tone = np.asarray(colour, np.float32) * np.clip(self.light.ambient * 1.1 + self.light.sun * 0.6, 0.25, 1)
        self.picture[:] = self.picture * (1 - mask) + tone * mask


def _tree(p, x, z, size, seed):
    rng = np.random.default_rng(seed)
    sun = p.light.sun_from
    high = 4.6 * size
    p.pole(x, z, 0.1, high - 0.8 * size, 0.13 * size, (0.22, 0.30, 0.36))
    n = 4200 if z < 40 else 1200
    way = rng.standard_normal((n, 3))
    way /= np.linalg.norm(way, axis=1, keepdims=True)
    radius = rng.uniform(0.45, 1, n) ** 0.6
    lumps = 1 + 0.16 * np.sin(way[:, 0] * 7 + seed) * np.cos(way[:, 1] * 6 + seed) + 0.1 * np.sin(way[:, 2] * 9)
    spots = way * (radius * lumps)[:, None] * np.array([1.9, 1.7, 1.9]) * size + [x, high, z]
    screen, depth = p.at(spots)
    light = np.clip((way @ sun) * radius * 0.75 + 0.32, 0, 1) * rng.uniform(0.75, 1.15, n)
    for k in np.argsort(-depth):
        tone = GREENS[k % 4] * (p.light.ambient * (0.75 + 0.3 * radius[k]) + p.light.sun * light[k] * 1.5)
        r = rng.uniform(0.05, 0.13) * size * p.camera.focal_px / depth[k] * p.scale
        leaf = ((screen[k, 0], screen[k, 1]), (2 * r, 1.3 * r), float(rng.uniform(0, 180)))
        cv2.ellipse(p.picture, leaf, tuple(float(c) for c in np.clip(tone, 0, 1)), -1, cv2.LINE_AA)


def _lamp(p, x, z, towards):
    p.pole(x, z, 0.1, 5.4, 0.05, (0.14, 0.17, 0.15))
    p.pole(x, z, 0.1, 0.9, 0.085, (0.14, 0.17, 0.15))
    p.area([(x, 5.4, z), (x + towards * 1.0, 5.62, z), (x + towards * 1.0, 5.55, z), (x, 5.25, z)], (0.14, 0.17, 0.15))
    a, b = x + towards * 0.75, x + towards * 1.25
    p.area([(a, 5.62, z), (b, 5.62, z), (b, 5.50, z), (a, 5.50, z)], (0.16, 0.18, 0.17))
    on = max(0.0, (p.light.lamps - 0.4) / 0.6)
    bulb = np.array((0.72, 0.92, 1.0)) * on + np.array((0.55, 0.58, 0.58)) * (1 - on)
    p.area([(a + 0.03, 5.50, z), (b - 0.03, 5.50, z), (b - 0.08, 5.43, z), (a + 0.08, 5.43, z)], bulb, glow=on > 0)


def _gate_sign(p, x, z):
    """The sign of the limited-traffic zone on its pole, and the camera's small sign under it."""
    p.pole(x, z, 0.1, 4.15, 0.05, (0.52, 0.52, 0.52))
    p.sign(x - 0.62, x + 0.62, 1.85, 4.1, z, (0.80, 0.80, 0.80))
    p.sign(x - 0.59, x + 0.59, 1.88, 4.07, z, (0.94, 0.94, 0.94))
    p.disc(x, 3.52, z, 0.46, (0.14, 0.12, 0.78))
    p.disc(x, 3.52, z, 0.35, (0.95, 0.95, 0.95))
    p.words("ZTL", x - 0.42, 2.62, z, 0.24, (0.05, 0.05, 0.05))
    p.words("0-24", x - 0.36, 2.28, z, 0.17, (0.05, 0.05, 0.05))
    p.sign(x - 0.54, x + 0.54, 1.93, 2.20, z, (0.10, 0.10, 0.10))
    p.words("VARCO ATTIVO", x - 0.49, 2.00, z, 0.105, (0.30, 0.35, 1.35))


def _bollards(p, x, zs):
    for z in sorted(zs, reverse=True):
        p.pole(x, z, 0.1, 0.95, 0.06, (0.20, 0.20, 0.20))
        p.pole(x, z, 0.70, 0.80, 0.062, (0.75, 0.78, 0.78))
        p.disc(x, 0.97, z, 0.075, (0.22, 0.22, 0.22))


def _planter(p, x, z, seed):
    rng = np.random.default_rng(seed)
    p.area([(x - 0.35, 0.12, z), (x + 0.35, 0.12, z), (x + 0.42, 0.62, z), (x - 0.42, 0.62, z)], (0.30, 0.42, 0.62), lit=0.7)
    p.area([(x + 0.1, 0.12, z), (x + 0.35, 0.12, z), (x + 0.42, 0.62, z), (x + 0.15, 0.62, z)], (0.24, 0.34, 0.52), lit=0.4)
    for _ in range(160):
        a, b = rng.normal(0, 0.22), abs(rng.normal(0, 0.2))
        tone = GREENS[rng.integers(4)] * rng.uniform(0.8, 1.3) if rng.random() < 0.72 else np.array([(0.35, 0.2, 0.85), (0.75, 0.6, 0.95)][rng.integers(2)])
        p.disc(x + a, 0.66 + b, z, 0.035, tone, lit=0.8)


def furnish(picture, camera, light, scenery, scale, seed):
    """Draws the furniture from far to near."""
    from .street import LEFT_KERB, RIGHT_KERB, TREES

    p = Painter(picture, camera, light, scale)
    todo = [(z, _tree, (p, x, z, size, seed + 100 + k)) for k, (x, z, size) in enumerate(TREES)]
    for z in (28.0, 52.0, 78.0):
        todo.append((z, _lamp, (p, RIGHT_KERB + 0.7, z, -1)))
    for z in (40.0, 64.0, 90.0):
        todo.append((z, _lamp, (p, LEFT_KERB - 0.7, z, 1)))
    todo.append((22.5, _gate_sign, (p, LEFT_KERB - 0.75, 22.5)))
    for z in np.arange(14.0, 36.0, 2.0):
        todo.append((z, _bollards, (p, RIGHT_KERB + 0.4, [z])))
    for z in (17.5, 37.5, 47.0):
        todo.append((z, _planter, (p, -5.4, z, seed + int(z))))
    for _, draw, args in sorted(todo, key=lambda t: -t[0]):
        draw(*args)
