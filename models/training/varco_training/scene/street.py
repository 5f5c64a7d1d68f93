"""The street before the city gate: what does not move, drawn once by casting a ray through every pixel."""

from dataclasses import dataclass

import cv2
import numpy as np

from . import facade
from .facade import House, Row
from .furniture import furnish
from .raster import sample
from .texture import band, grain, step, tiled

LEFT_KERB, RIGHT_KERB, CENTRE = -3.3, 3.6, 0.12
LANE_IN, LANE_OUT = -1.55, 1.80
STOP_LINE = 9.9
KERB_M = 0.13
GATE_M, GATE_HIGH = 104.0, 8.6
ARCH_HALF, ARCH_SPRING = 3.9, 3.4
TREES = [(6.0, 24.0, 1.0), (6.1, 33.5, 1.1), (6.0, 62.0, 1.2), (6.2, 74.0, 1.2), (6.2, 87.0, 1.3), (-6.6, 66.0, 1.2), (-6.8, 80.0, 1.3), (-6.8, 93.0, 1.2)]


@dataclass
class Scenery:
    """The drawn street: `picture` (canvas size, float BGR 0..1), the gate's cover and the sun on the ground."""

    picture: np.ndarray
    before_gate: np.ndarray
    """True where something at or before the gate's wall is seen, so that what is behind stays hidden."""
    sun_map: np.ndarray
    light: object

    def sunlight(self, x, z):
        """How much sun (0..1) reaches the ground at (x, z)."""
        u = (x + 12) * 10
        v = (z + 2) * 5
        return sample(self.sun_map, u, v)[:, 0]


def _rows(seed):
    left = Row(-6.1, [
        House(9.0, 21.0, 9.6, facade.OCHRE, facade.GREEN, True, seed + 1), House(21.0, 30.0, 11.2, facade.ROSE, facade.GREY, False, seed + 2),
        House(30.0, 43.0, 9.0, facade.CREAM, facade.BROWN, True, seed + 3), House(43.0, 55.0, 10.4, facade.TERRACOTTA, facade.GREEN, False, seed + 4)])
    right = Row(8.6, [
        House(10.0, 20.0, 10.2, facade.SAND, facade.BROWN, False, seed + 5), House(20.0, 33.0, 9.0, facade.TERRACOTTA, facade.GREEN, True, seed + 6),
        House(33.0, 42.0, 11.0, facade.CREAM, facade.GREEN, False, seed + 7), House(42.0, 53.0, 9.4, facade.OCHRE, facade.BROWN, True, seed + 8)])
    return left, right


def _sun_map(light, right, seed):
    """Sun on the ground, 10 x 5 pixels a metre, from x = -12 and z = -2."""
    x = (np.arange(240) + 0.5) / 10 - 12
    z = (np.arange(640) + 0.5) / 5 - 2
    x, z = np.meshgrid(x.astype(np.float32), z.astype(np.float32))
    sun = light.sun_from
    out = np.ones_like(x)
    far = (right.x_m - x) / sun[0]
    high, along = far * sun[1], z + far * sun[2]
    out[(far > 0) & (high < right.height(along) + 0.2)] = 0
    leaves = grain(seed + 40, 512, (32, 64, 128), 0.9)
    for tx, tz, size in TREES:
        to = np.stack([tx - x, np.full_like(x, 4.6 * size), tz - z], -1)
        near = (to @ sun)[..., None] * sun - to
        gap = np.linalg.norm(near / (np.array([1.9, 1.7, 1.9]) * size), axis=-1)
        holes = tiled(leaves, x, z, 6.0)
        out = np.minimum(out, step(gap + 0.34 * holes, 1.0, 0.3) * 0.9 + 0.1 * (gap > 1))
        trunk = np.abs(near[..., 0]) < 0.12
        out[(trunk & (to @ sun > 0) & (gap < 3.0) & (gap > 0.9) & (near[..., 1] > 0))] *= 0.35
    return cv2.GaussianBlur(out, (0, 0), 0.9)


def _ground(x, z, far, seed):
    """Colour of road, gutters and pavements."""
    fade = np.clip(14.0 / np.maximum(far, 1), 0.05, 1)
    coarse, fine = grain(seed + 50), grain(seed + 51, 512, (64, 128, 256), 0.9)
    rough = tiled(coarse, x, z * 0.6, 7.0)
    spot = tiled(fine, x, z, 1.9)
    road = np.empty(x.shape + (3,), np.float32)
    road[:] = (0.395, 0.392, 0.385)
    wheel = sum(np.exp(-(((x - lane - s * 0.72) / 0.28) ** 2)) for lane in (LANE_IN, LANE_OUT) for s in (-1, 1))
    oil = sum(np.exp(-(((x - lane) / 0.30) ** 2)) for lane in (LANE_IN, LANE_OUT))
    tone = 1 + 0.055 * rough + 0.060 * spot * fade - 0.05 * wheel - 0.075 * oil * (0.7 + 0.3 * rough)
    # A repaired trench, a patch, cracks.
    patch = np.maximum(band(z, 17.2, 18.1, 0.04) * band(x, -3.3, 1.3, 0.03), band(x, 1.2, 2.3, 0.03) * band(z, 27.5, 31.5, 0.05))
    tone -= 0.10 * patch
    crack = np.abs(tiled(coarse, x * 0.9 + 0.3 * rough, z * 0.5, 11.0))
    tone -= 0.16 * (1 - step(crack, 0.012, 0.02)) * fade * step(rough, 0.1, 0.3)
    road *= tone[..., None]
    gutter = np.maximum(band(x, LEFT_KERB, LEFT_KERB + 0.30, 0.02), band(x, RIGHT_KERB - 0.30, RIGHT_KERB, 0.02))
    road *= (1 - 0.14 * gutter)[..., None]
    soft = 0.03 + far * 0.0006
    line = band(x, CENTRE - 0.07, CENTRE + 0.07, soft) * np.maximum(band(np.mod(z - 3.0, 4.5), 0.0, 3.0, 0.06), band(z, STOP_LINE, 19.0, 0.05))
    line = np.maximum(line, band(x, LEFT_KERB + 0.36, LEFT_KERB + 0.48, soft))
    line = np.maximum(line, band(x, RIGHT_KERB - 0.48, RIGHT_KERB - 0.36, soft))
    line = np.maximum(line, band(z, STOP_LINE, STOP_LINE + 0.45, 0.03) * band(x, LEFT_KERB + 0.5, CENTRE, 0.02))
    zebra = band(z, 6.6, 9.1, 0.03) * band(np.mod(x + 0.2, 1.0), 0.0, 0.5, 0.03) * band(x, LEFT_KERB + 0.3, RIGHT_KERB - 0.2, 0.02)
    line = np.maximum(line, zebra)
    line = np.maximum(line, _lettering(x, z))
    worn = np.clip(0.86 - 0.28 * step(spot + 0.5 * rough, 0.62, 0.5) - 0.14 * wheel, 0.2, 1)
    line = (line * worn)[..., None]
    road = road * (1 - line) + np.array((0.80, 0.82, 0.82), np.float32) * line
    return _pavement(road, x, z, rough, spot, fade)


def _lettering(x, z):
    """ZTL painted on the lane towards the camera, to be read by who drives there."""
    pic = np.zeros((180, 96), np.uint8)
    cv2.putText(pic, "ZTL", (3, 158), cv2.FONT_HERSHEY_SIMPLEX, 1.62, 255, 6, cv2.LINE_AA)
    pic = cv2.resize(pic[112:166], (192, 300)).astype(np.float32) / 255
    u = (LANE_IN + 1.0 - x) / 2.0 * 192
    v = (z - 21.5) / 4.2 * 300
    return sample(pic, u, v, cv2.BORDER_CONSTANT)[:, 0]


def _pavement(road, x, z, rough, spot, fade):
    stone = np.empty_like(road)
    stone[:] = (0.49, 0.515, 0.54)
    joint = np.maximum(1 - band(np.mod(x, 0.5), 0.02, 0.48, 0.02), 1 - band(np.mod(z + 0.25 * (np.floor(x / 0.5) % 2), 0.8), 0.02, 0.78, 0.02))
    cell = np.sin(np.floor(x / 0.5) * 12.9 + np.floor((z + 0.25 * (np.floor(x / 0.5) % 2)) / 0.8) * 78.2) * 43758.5
    cell = cell - np.floor(cell)
    stone *= (1 + 0.05 * rough + 0.04 * spot * fade + (0.10 * (cell - 0.5) - 0.16 * joint) * np.clip(fade * 1.6, 0, 1))[..., None]
    kerb = np.maximum(band(x, LEFT_KERB - 0.28, LEFT_KERB, 0.02), band(x, RIGHT_KERB, RIGHT_KERB + 0.28, 0.02))
    edge = (kerb * (1 - 0.25 * (1 - band(np.mod(z, 1.2), 0.02, 1.18, 0.02)) * fade))[..., None]
    stone = stone * (1 - edge) + np.array((0.60, 0.61, 0.61), np.float32) * edge
    off = ((x < LEFT_KERB) | (x > RIGHT_KERB))[..., None]
    grass = np.array((0.20, 0.40, 0.34), np.float32) * (1 + 0.12 * rough + 0.15 * spot)[..., None]
    green = (((x < -5.2) | (x > 5.2)) & (z > 56) & (z < GATE_M))[..., None]
    return np.where(off, np.where(green, grass, stone), road)


def _brick(x, y, seed, base=(0.36, 0.47, 0.62)):
    rough = tiled(grain(seed + 60), x, y, 9.0)
    course = np.floor(y / 0.42)
    cell = np.sin(np.floor((x + 0.3 * (course % 2)) / 0.8) * 12.9 + course * 78.2) * 43758.5
    cell = cell - np.floor(cell)
    joint = np.maximum(1 - band(np.mod(y, 0.42), 0.03, 0.40, 0.04), 1 - band(np.mod(x + 0.3 * (course % 2), 0.8), 0.03, 0.77, 0.05))
    tone = 1 + 0.10 * rough + 0.12 * (cell - 0.5) - 0.12 * joint
    return np.array(base, np.float32) * tone[..., None]


def _gate(x, y, seed):
    """The city wall with its gate: where it is solid, and its colour."""
    mid = (LEFT_KERB + RIGHT_KERB) / 2
    a = np.abs(x - mid)
    teeth = band(np.mod(x - mid + 0.55, 2.2), 0.0, 1.1, 0.01)
    tower = a < 8.2
    top = np.where(tower, GATE_HIGH + 1.1 * teeth, 5.6 + 0.8 * teeth)
    arch = np.where(y < ARCH_SPRING, a < ARCH_HALF, np.hypot(a, y - ARCH_SPRING) < ARCH_HALF)
    solid = (y < top) & ~arch
    colour = _brick(x, y, seed)
    ring = np.where(y < ARCH_SPRING, a - ARCH_HALF, np.hypot(a, y - ARCH_SPRING) - ARCH_HALF)
    stone = np.array((0.66, 0.72, 0.76), np.float32)
    for mask in (band(ring, -0.1, 0.7, 0.05), band(y, 7.75, 8.05, 0.05) * tower, band(a, 7.4, 8.2, 0.03) * (y < 7.75)):
        colour = colour * (1 - mask[..., None] * 0.85) + stone * mask[..., None] * 0.85
    colour = colour * (0.80 + 0.2 * np.clip(y / 3, 0, 1))[..., None]
    return solid, colour


def _sky(ray, light, seed):
    up = ray[..., 1] / np.linalg.norm(ray, axis=-1)
    colour = light.sky(np.clip(up * 3.0, 0, 1)).astype(np.float32)
    cloud = tiled(grain(seed + 70, 512, (4, 8, 16, 32), 0.55), ray[..., 0] / ray[..., 2] * 1.2, ray[..., 1] / ray[..., 2] * 3.4, 1.3)
    cover = (step(cloud, 0.25, 0.9) * 0.75)[..., None]
    white = np.minimum(light.skyline * 1.08, 1.0)
    return colour * (1 - cover) + white * cover


def build(camera, light, seed=7, scale=2):
    """Draws the street for this camera and light."""
    left, right = _rows(seed)
    sun_map = _sun_map(light, right, seed)
    ray = camera.rays(scale)
    eye = camera.place.astype(np.float32)
    picture = _sky(ray, light, seed)
    nearest = np.full(ray.shape[:2], 1e6, np.float32)
    scenery = Scenery(picture, None, sun_map, light)
    with np.errstate(divide="ignore", invalid="ignore"):
        _cast_gate(picture, nearest, ray, eye, light, seed)
        for row in (left, right):
            _cast_row(picture, nearest, ray, eye, row, light)
        _cast_ground(picture, nearest, ray, eye, scenery, seed)
    size = camera.canvas
    haze = np.clip(1 - np.exp(-np.where(nearest > 1e5, 0, nearest) / 420), 0, 1)[..., None]
    picture[:] = picture * (1 - haze) + light.skyline * 0.92 * haze
    before = cv2.resize((nearest < GATE_M + 0.5).astype(np.float32), size, interpolation=cv2.INTER_AREA)
    furnish(picture, camera, light, scenery, scale, seed)
    scenery.picture = cv2.resize(np.clip(picture, 0, 1), size, interpolation=cv2.INTER_AREA)
    scenery.before_gate = before
    return scenery


def _cast_gate(picture, nearest, ray, eye, light, seed):
    tower = (240.0 - eye[2]) / ray[..., 2]
    x, y = eye[0] + ray[..., 0] * tower, eye[1] + ray[..., 1] * tower
    bell = (np.abs(x + 15) < 2.4) & (y < 17.5) & ~((np.abs(x + 15) < 0.9) & (y > 11.5) & (y < 14.5))
    bell |= (np.abs(x + 15) < 2.6 * np.clip((21.5 - y) / 4, 0, 1)) & (y >= 17.5)
    roofs = y < 8.5 + 1.2 * np.sin(np.floor(x / 7) * 2.4) + 0.25 * np.abs(np.mod(x, 7) - 3.5)
    for hit, colour in ((roofs & (y > 0), (0.42, 0.50, 0.66)), (bell, (0.50, 0.58, 0.70))):
        tone = np.array(colour, np.float32) * (light.ambient * 0.9 + light.sun * 0.55)
        picture[hit] = (tone * 0.62 + light.skyline * 0.30)
    t = (GATE_M - eye[2]) / ray[..., 2]
    x, y = eye[0] + ray[..., 0] * t, eye[1] + ray[..., 1] * t
    solid, colour = _gate(x, y, seed)
    hit = solid & (t > 0) & (y > 0)
    lit = light.ambient + light.sun * 0.62
    picture[hit] = (colour * lit)[hit]
    nearest[hit] = t[hit]
    # Inside the arch: the passage's walls and vault, dark towards the far end.
    mid = (LEFT_KERB + RIGHT_KERB) / 2
    for side in (-1, 1):
        tw = (mid + side * ARCH_HALF - eye[0]) / ray[..., 0]
        z, yw = ray[..., 2] * tw, eye[1] + ray[..., 1] * tw
        inner = (tw > 0) & (z > GATE_M) & (z < GATE_M + 7) & (yw < ARCH_SPRING) & (yw > 0) & (nearest > 1e5)
        tone = np.array((0.30, 0.38, 0.48), np.float32) * (light.ambient * 0.7)
        picture[inner] = tone
        nearest[inner] = GATE_M + 5


def _cast_row(picture, nearest, ray, eye, row, light):
    t = (row.x_m - eye[0]) / ray[..., 0]
    y, z = eye[1] + ray[..., 1] * t, ray[..., 2] * t
    hit = (t > 0) & (y > 0) & (y < row.height(z)) & (t < nearest)
    for axis_house in row.houses:
        _cast_end(picture, nearest, ray, eye, row, axis_house, light)
    hit &= t < nearest
    colour, glow = row.look(z[hit], y[hit])
    out = np.array([1.0 if row.x_m < 0 else -1.0, 0, 0])
    face = max(0.0, float(out @ light.sun_from))
    lit = light.ambient * (1.0 + 0.1 * (face > 0)) + light.sun * (face * 1.15)
    glow_now = glow * max(0.0, (light.lamps - 0.4) / 0.6) * (0 if light.infrared else 1)
    picture[hit] = np.maximum(colour * lit, glow_now)
    nearest[hit] = t[hit]


def _cast_end(picture, nearest, ray, eye, row, house, light):
    """The front wall of a house that stands out above or before its neighbour."""
    t = (house.start_m - eye[2]) / ray[..., 2]
    x, y = eye[0] + ray[..., 0] * t, eye[1] + ray[..., 1] * t
    behind = x < row.x_m if row.x_m < 0 else x > row.x_m
    hit = (t > 0) & behind & (np.abs(x) < abs(row.x_m) + 9) & (y > 0) & (y < house.height_m) & (t < nearest)
    face = max(0.0, float(-light.sun_from[2]))
    picture[hit] = house.colour * 0.9 * (light.ambient + light.sun * face)
    nearest[hit] = t[hit]


def _cast_ground(picture, nearest, ray, eye, scenery, seed):
    light = scenery.light
    for high in (KERB_M, 0.0):
        t = (high - eye[1]) / ray[..., 1]
        x, z = eye[0] + ray[..., 0] * t, ray[..., 2] * t
        raised = (x < LEFT_KERB) | (x > RIGHT_KERB)
        hit = (t > 0) & (z < 400) & (t < nearest) & (raised if high else True)
        xs, zs = x[hit], z[hit]
        colour = _ground(xs, zs, np.abs(zs), seed)
        if not high:
            face = raised[hit]
            colour[face] = (0.50, 0.51, 0.51)
        sun = scenery.sunlight(xs, zs)[:, None]
        under = ((zs > GATE_M) & (zs < GATE_M + 7))[..., None]
        lit = np.where(under, light.ambient * 0.5, light.ambient * 1.12 + light.sun * 0.80 * sun)
        side = np.exp(-np.maximum(0, np.minimum(np.abs(xs + 6.1), np.abs(xs - 8.6))) / 0.5)[..., None]
        lit = lit * (1 - 0.35 * side * (zs < 55)[..., None])
        if light.infrared:
            lit = lit * np.clip(9.0 / np.maximum(zs, 4), 0.12, 1.4)[..., None]
        picture[hit] = colour * lit
        nearest[hit] = t[hit]
