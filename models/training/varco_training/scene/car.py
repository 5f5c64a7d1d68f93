"""Passenger cars and vans: outlines, and drawings of what they wear."""

from dataclasses import dataclass, field

import numpy as np

from .skin import CHROME, GLASS, MATT, Sheet, Skin
from .solid import Block, either, join, skin_mesh
from .vehicle import Mount, Vehicle, mirrors, wheels

BLACK = (0.025, 0.025, 0.025)
DARK = (0.055, 0.055, 0.055)
GLASS_DARK = (0.060, 0.058, 0.050)
STEEL = (0.70, 0.70, 0.70)
WHITE_LAMP = (1.0, 1.0, 1.0)
TAIL_LAMP = (0.10, 0.06, 0.85)


@dataclass
class Build:
    """Measures of one model (metres). Pairs are (z, y) along the middle of the car."""

    name: str
    length: float
    width: float
    height: float
    nose: float
    cowl: tuple
    roof: tuple
    back: tuple
    tail: tuple
    boot: float
    clearance: float = 0.19
    wheel: float = 0.32
    axles: tuple = (0.82, 3.30)
    lamp: tuple = (0.47, 0.57, 0.73)
    grille: tuple = (0.40, 0.56, 0.70)
    intake: tuple = (0.52, 0.22, 0.33)
    plate_y: float = 0.42
    rear_plate_y: float = 0.62
    slats: int = 3
    style: dict = field(default_factory=dict)


HATCHBACK = Build("hatchback", 4.02, 1.74, 1.46, 0.76, (1.02, 0.97), (1.78, 1.41), (3.25, 1.43), (3.93, 1.00), 0.98,
                  axles=(0.80, 3.28), rear_plate_y=0.78)
CITY = Build("small hatchback", 3.58, 1.62, 1.50, 0.78, (0.80, 0.99), (1.46, 1.45), (2.95, 1.47), (3.50, 1.02), 1.0,
             axles=(0.70, 2.98), wheel=0.29, lamp=(0.46, 0.56, 0.76), grille=(0.30, 0.60, 0.68), slats=1, rear_plate_y=0.72)
SALOON = Build("saloon", 4.62, 1.80, 1.43, 0.74, (1.28, 0.95), (2.02, 1.37), (3.15, 1.40), (3.95, 1.04), 1.02,
               axles=(0.90, 3.70), lamp=(0.45, 0.57, 0.70), grille=(0.34, 0.52, 0.72), slats=6, rear_plate_y=0.72)
ESTATE = Build("estate", 4.58, 1.80, 1.48, 0.75, (1.22, 0.96), (1.95, 1.41), (3.95, 1.44), (4.50, 1.02), 1.0,
               axles=(0.90, 3.62), lamp=(0.50, 0.58, 0.71), grille=(0.46, 0.55, 0.68), slats=4, rear_plate_y=0.74)
SUV = Build("SUV", 4.42, 1.86, 1.68, 0.92, (1.14, 1.14), (1.80, 1.60), (3.55, 1.64), (4.30, 1.16), 1.14, clearance=0.24,
            wheel=0.36, axles=(0.88, 3.52), lamp=(0.52, 0.72, 0.86), grille=(0.48, 0.62, 0.86), intake=(0.60, 0.26, 0.40),
            plate_y=0.52, slats=5, rear_plate_y=0.86, style={"rails": True, "sill": True})
VAN = Build("van", 5.05, 1.96, 2.05, 1.02, (0.80, 1.22), (1.42, 1.90), (4.75, 2.00), (4.98, 1.20), 1.20, clearance=0.23,
            wheel=0.34, axles=(0.92, 3.95), lamp=(0.58, 0.74, 0.96), grille=(0.52, 0.66, 0.84), intake=(0.62, 0.26, 0.40),
            plate_y=0.50, slats=3, rear_plate_y=0.80, style={"van": True})


def _solid(b):
    w, nose = b.width / 2, b.nose
    low, end = b.clearance, b.length
    side = [(0.05, low + 0.03), (0.0, low + 0.18), (0.015, nose - 0.18), (0.09, nose - 0.03), (0.32, nose + 0.06),
            (b.cowl[0], b.cowl[1] + 0.01), (b.tail[0] - 0.3, b.boot), (b.tail[0] + 0.02, b.boot - 0.03), (end - 0.02, b.boot - 0.20),
            (end, 0.62), (end - 0.02, low + 0.14), (end - 0.18, low + 0.02), (end * 0.5, low - 0.02), (0.4, low)]
    front = [(0, low - 0.02), (w * 0.80, low), (w * 0.955, low + 0.14), (w, 0.50), (w * 0.995, 0.72), (w * 0.955, b.cowl[1] - 0.02),
             (w * 0.86, b.cowl[1] + 0.055), (0, b.cowl[1] + 0.085)]
    plan = [(0, -0.005), (w * 0.34, 0.0), (w * 0.66, 0.045), (w * 0.88, 0.17), (w * 0.985, 0.50), (w, 1.0), (w, end - 0.9), (w * 0.97, end - 0.35),
            (w * 0.86, end - 0.08), (w * 0.5, end), (0, end + 0.005)]
    body = Block(side, front, plan, 0.09)
    cab_side = [(b.cowl[0] - 0.12, b.cowl[1] - 0.12), (b.cowl[0], b.cowl[1]), (b.roof[0] - 0.02, b.roof[1]), (b.roof[0] + 0.25, b.height - 0.012),
                ((b.roof[0] + b.back[0]) / 2, b.height), (b.back[0] - 0.2, b.height - 0.008), b.back, b.tail, (b.tail[0] - 0.1, b.tail[1] - 0.25)]
    over, tall = b.cowl[1], b.height
    lean = 0.84 if "van" in b.style else 0.71
    cab_front = [(0, over - 0.3), (w * 0.95, over - 0.12), (w * 0.915, over + 0.02), (w * (lean + 0.03), tall - 0.13), (w * (lean - 0.06), tall - 0.03),
                 (w * 0.4, tall + 0.004), (0, tall + 0.012)]
    cab_plan = [(0, b.cowl[0] - 0.22), (w * 0.5, b.cowl[0] - 0.13), (w * 0.78, b.cowl[0] + 0.06), (w * 0.93, b.cowl[0] + 0.5), (w * 0.95, b.tail[0] - 0.7),
                (w * 0.86, b.tail[0] - 0.08), (w * 0.5, b.tail[0] + 0.03), (0, b.tail[0] + 0.05)]
    cab = Block(cab_side, cab_front, cab_plan, 0.08)
    arch = b.wheel + 0.045

    def solid(p):
        d = either(body(p), cab(p), 0.05)
        for z in b.axles:
            hole = np.hypot(p[..., 2] - z, p[..., 1] - b.wheel) - arch
            hole = np.maximum(hole, w - 0.26 - np.abs(p[..., 0]))
            d = np.maximum(d, -hole)
        return d

    return solid


def _windscreen(b):
    """Half widths at the cowl and at the roof, and the rows between which the glass lies."""
    w = b.width / 2
    top = 0.80 if "van" in b.style else 0.655
    return w * 0.80, w * top, b.cowl[1] + 0.035, b.roof[1] - 0.035


def _front(b, paint, brand):
    w, s = b.width / 2, Sheet(-b.width / 2 - 0.1, b.width / 2 + 0.1, 0, b.height + 0.1, paint)
    low = b.clearance
    shade = np.asarray(paint) * 0.62
    s.area([(-1.2, 0), (1.2, 0), (1.2, low + 0.05), (-1.2, low + 0.05)], BLACK, MATT)
    bumper = b.grille[1] - 0.05
    s.line([(-w, bumper), (-b.lamp[0] - 0.02, bumper + 0.015)], 0.008, shade, both=True)
    i = b.intake
    s.area([(-i[0], i[1] + 0.02), (-i[0] + 0.05, i[2]), (i[0] - 0.05, i[2]), (i[0], i[1] + 0.02), (i[0] - 0.1, i[1] - 0.03), (-i[0] + 0.1, i[1] - 0.03)], BLACK, MATT)
    for k in range(3):
        y = i[1] + 0.01 + k * (i[2] - i[1]) / 3
        s.line([(-i[0] + 0.06, y), (i[0] - 0.06, y)], 0.008, (0.11, 0.11, 0.11), MATT)
    s.line([(-i[0] + 0.02, i[1] - 0.02), (i[0] - 0.02, i[1] - 0.02)], 0.016, (0.20, 0.20, 0.20), 0.2)
    # Fog lamps in dark corners of the bumper.
    s.area([(w * 0.68, low + 0.10), (w * 0.88, low + 0.13), (w * 0.90, low + 0.24), (w * 0.72, low + 0.20)], DARK, MATT, both=True)
    s.disc(w * 0.79, low + 0.168, 0.034, (0.62, 0.62, 0.60), GLASS, (0.25, 0.25, 0.22), both=True)
    g = b.grille
    s.area([(-g[0], g[2]), (g[0], g[2]), (g[0] - 0.05, g[1]), (-g[0] + 0.05, g[1])], (0.03, 0.03, 0.03), 0.15)
    for k in range(b.slats):
        y = g[1] + (k + 0.7) * (g[2] - g[1]) / (b.slats + 0.4)
        s.line([(-g[0] + 0.03, y), (g[0] - 0.03, y)], 0.009, (0.38, 0.38, 0.38), 0.7)
    s.line([(-g[0], g[2]), (g[0], g[2]), (g[0] - 0.05, g[1]), (-g[0] + 0.05, g[1])], 0.012, STEEL, CHROME, closed=True)
    _badge(s, 0, (g[1] + g[2]) / 2, brand)
    _headlamps(s, b, w)
    s.line([(-w * 0.80, b.nose - 0.005), (-w * 0.3, b.nose + 0.012), (w * 0.3, b.nose + 0.012), (w * 0.80, b.nose - 0.005)], 0.010, shade * 0.5)
    _holder(s, b.plate_y)
    _glass_front(s, b)
    if "van" in b.style:
        s.area([(-1.2, 0), (1.2, 0), (1.2, low + 0.22), (-1.2, low + 0.22)], (0.10, 0.10, 0.10), MATT)
        _holder(s, b.plate_y)
    return s


def _badge(s, a, y, brand):
    """A maker that does not exist: a shield with a tower."""
    shield = np.array([(-0.042, 0.045), (0.042, 0.045), (0.042, -0.005), (0, -0.052), (-0.042, -0.005)])
    s.area(shield + [a, y], STEEL, CHROME)
    s.area(shield * 0.78 + [a, y], brand, 0.5)
    s.area(np.array([(-0.016, -0.02), (0.016, -0.02), (0.016, 0.022), (-0.016, 0.022)]) + [a, y], STEEL, CHROME)


def _headlamps(s, b, w):
    x, y0, y1 = b.lamp
    out = w * 0.965
    shape = [(x, y0 + 0.03), (x + 0.06, y0), (out - 0.03, y0 + 0.02), (out + 0.05, y1 + 0.03), (out - 0.08, y1 + 0.035), (x - 0.01, y1 - 0.02)]
    s.area(shape, (0.16, 0.155, 0.15), GLASS, both=True)
    mid = (y0 + y1) / 2 + 0.005
    r = (y1 - y0) * 0.36
    for a, size in ((x + 0.10, r), (x + 0.10 + 2.3 * r, r * 0.86)):
        s.disc(a, mid, size * 1.18, (0.55, 0.55, 0.55), CHROME, both=True)
        s.disc(a, mid, size * 0.92, (0.86, 0.86, 0.84), GLASS, (0.85, 0.92, 1.0), both=True)
        s.disc(a, mid, size * 0.42, (0.97, 0.97, 0.97), GLASS, WHITE_LAMP, both=True)
    s.line([(x + 0.05, y0 + 0.012), (out - 0.05, y0 + 0.032), (out + 0.01, y1 - 0.01)], 0.016, (0.95, 0.96, 0.97), GLASS, lamp=(0.9, 0.95, 1.0), both=True)
    s.area([(out - 0.05, y0 + 0.03), (out, y0 + 0.04), (out + 0.03, y1), (out - 0.02, y1)], (0.25, 0.50, 0.80), GLASS, both=True)


def _holder(s, y, half=0.275, tall=0.07):
    s.area([(-half, y - tall), (half, y - tall), (half, y + tall), (-half, y + tall)], (0.05, 0.05, 0.05), 0.2)


def _glass_front(s, b):
    low, top, y0, y1 = _windscreen(b)
    s.area([(-low - 0.05, y0 - 0.035), (low + 0.05, y0 - 0.035), (top + 0.045, y1 + 0.03), (-top - 0.045, y1 + 0.03)], BLACK, 0.3)
    s.area([(-low, y0), (low, y0), (top, y1), (-top, y1)], GLASS_DARK, GLASS)
    tall = y1 - y0
    # Two seats, a driver (at the right as seen from the front), the dashboard and the mirror.
    for x in (-0.36, 0.36):
        s.area([(x - 0.17, y0 + tall * 0.1), (x + 0.17, y0 + tall * 0.1), (x + 0.15, y0 + tall * 0.52), (x - 0.15, y0 + tall * 0.52)], (0.085, 0.085, 0.085), GLASS, soft=0.01)
        s.area([(x - 0.09, y0 + tall * 0.5), (x + 0.09, y0 + tall * 0.5), (x + 0.08, y0 + tall * 0.76), (x - 0.08, y0 + tall * 0.76)], (0.085, 0.085, 0.085), GLASS, soft=0.01)
    s.area([(0.17, y0 + 0.02), (0.56, y0 + 0.02), (0.50, y0 + tall * 0.44), (0.42, y0 + tall * 0.54), (0.30, y0 + tall * 0.54), (0.22, y0 + tall * 0.44)], b.style.get("coat", (0.26, 0.17, 0.13)), GLASS, soft=0.008)
    s.disc(0.36, y0 + tall * 0.68, 0.085, (0.25, 0.31, 0.42), GLASS, squash=tall * 2.2)
    s.area([(0.27, y0 + tall * 0.76), (0.45, y0 + tall * 0.76), (0.42, y0 + tall * 0.9), (0.30, y0 + tall * 0.9)], (0.05, 0.06, 0.08), GLASS, soft=0.01)
    s.line([(0.20, y0 + 0.03), (0.28, y0 + 0.09), (0.44, y0 + 0.09), (0.52, y0 + 0.03)], 0.022, (0.02, 0.02, 0.02), GLASS)
    s.area([(-low, y0), (low, y0), (low * 0.98, y0 + tall * 0.09), (-low * 0.98, y0 + tall * 0.09)], (0.09, 0.09, 0.09), GLASS)
    s.area([(-0.11, y1 - 0.07), (0.11, y1 - 0.07), (0.11, y1 - 0.015), (-0.11, y1 - 0.015)], (0.02, 0.02, 0.02), GLASS)
    s.line([(-low * 0.9, y0 + 0.004), (-0.05, y0 + 0.030)], 0.014, BLACK, MATT)
    s.line([(-0.02, y0 + 0.004), (low * 0.85, y0 + 0.030)], 0.014, BLACK, MATT)


def _top(b, paint):
    s = Sheet(-0.1, b.length + 0.1, -b.width / 2 - 0.1, b.width / 2 + 0.1, paint)
    low, top, _, _ = _windscreen(b)
    z0, z1 = b.cowl[0] + 0.02, b.roof[0] - 0.02
    shade = np.asarray(paint) * 0.55
    for sign in (-1, 1):
        s.line([(0.12, sign * b.width * 0.26), (z0 - 0.1, sign * b.width * 0.36)], 0.02, np.asarray(paint) * 0.86)
        s.line([(0.10, sign * b.width * 0.445), (z0, sign * b.width * 0.455)], 0.008, shade)
    s.area([(z0 - 0.16, -low - 0.05), (z0 - 0.02, -low - 0.08), (z0 - 0.02, low + 0.08), (z0 - 0.16, low + 0.05), (z0 - 0.21, 0)], BLACK, MATT)
    s.area([(z0, -low), (z1, -top), (z1, top), (z0, low)], GLASS_DARK, GLASS)
    if b.style.get("rails"):
        for sign in (-1, 1):
            s.line([(b.roof[0] + 0.2, sign * b.width * 0.31), (b.back[0], sign * b.width * 0.31)], 0.035, (0.55, 0.55, 0.55), CHROME)
    if not b.style.get("van") and b.name != "small hatchback":
        s.area([(b.roof[0] + 0.12, -0.40), (b.roof[0] + 0.75, -0.42), (b.roof[0] + 0.75, 0.42), (b.roof[0] + 0.12, 0.40)], (0.05, 0.05, 0.05), GLASS)
    return s


def _side(b, paint):
    s = Sheet(-0.1, b.length + 0.1, 0, b.height + 0.1, paint)
    shade = np.asarray(paint) * 0.4
    belt = b.cowl[1] + 0.0
    over = b.height - 0.10
    s.area([(0, 0), (b.length, 0), (b.length, b.clearance + 0.07), (0, b.clearance + 0.07)], DARK, MATT)
    if b.style.get("sill") or b.style.get("van"):
        s.area([(0, 0), (b.length, 0), (b.length, b.clearance + 0.17), (0, b.clearance + 0.17)], (0.09, 0.09, 0.09), MATT)
    for z in b.axles:
        s.disc(z, b.wheel, b.wheel + 0.085, (0.05, 0.05, 0.05) if b.style.get("sill") else np.asarray(paint) * 0.8, MATT if b.style.get("sill") else None)
        s.disc(z, b.wheel, b.wheel + 0.045, BLACK, MATT)
    a0 = b.cowl[0] + 0.22
    mid = (b.roof[0] + b.back[0]) / 2 - 0.1
    last = mid + 0.1 if b.style.get("van") else b.tail[0] - 0.25
    up = b.roof[0] + 0.02
    s.area([(a0 - 0.06, belt + 0.015), (up, over + 0.03), ((up + b.back[0]) / 2, over + 0.05), (min(b.back[0] + 0.1, last), over + 0.02), (last + 0.03, belt + 0.05)], BLACK, 0.3)
    s.area([(a0 + 0.02, belt + 0.04), (up + 0.06, over), (mid - 0.05, over + 0.02), (mid - 0.05, belt + 0.04)], GLASS_DARK, GLASS)
    if not b.style.get("van"):
        s.area([(mid + 0.05, belt + 0.04), (mid + 0.05, over + 0.02), (b.back[0] - 0.1, over), (last - 0.08, belt + 0.07)], GLASS_DARK, GLASS)
    for z in (b.axles[0] + 0.48, mid, min(last - 0.1, b.axles[1] - 0.05)):
        s.line([(z, b.clearance + 0.12), (z, belt)], 0.010, shade)
    s.line([(b.axles[0] + 0.4, 0.70), (b.axles[1] + 0.3, 0.74)], 0.02, np.asarray(paint) * 0.82)
    for z in (mid - 0.22, mid + 0.75):
        s.area([(z, belt - 0.12), (z + 0.18, belt - 0.115), (z + 0.18, belt - 0.085), (z, belt - 0.09)], shade, 0.6)
    _, y0, y1 = b.lamp
    s.area([(-0.1, y0 + 0.02), (0.30, y0 + 0.05), (0.42, y1 + 0.03), (-0.1, y1 + 0.03)], (0.45, 0.46, 0.48), GLASS, (0.12, 0.12, 0.12))
    s.area([(b.length - 0.28, b.boot - 0.30), (b.length + 0.1, b.boot - 0.30), (b.length + 0.1, b.boot - 0.08), (b.length - 0.25, b.boot - 0.10)], (0.10, 0.06, 0.62), GLASS, (0.0, 0.0, 0.25))
    return s


def _rear(b, paint, brand):
    w, s = b.width / 2, Sheet(-b.width / 2 - 0.1, b.width / 2 + 0.1, 0, b.height + 0.1, paint)
    low, shade = b.clearance, np.asarray(paint) * 0.5
    s.area([(-1.2, 0), (1.2, 0), (1.2, low + 0.12), (-1.2, low + 0.12)], DARK, MATT)
    s.line([(-w, 0.52), (w, 0.52)], 0.012, shade)
    top = b.boot - 0.06
    lamp = [(w * 0.62, top - 0.19), (w * 0.99, top - 0.22), (w * 0.99, top), (w * 0.70, top - 0.01)]
    if b.style.get("van") or b.name in ("estate", "SUV"):
        lamp = [(w * 0.78, top - 0.30), (w * 0.99, top - 0.30), (w * 0.97, top + 0.10), (w * 0.82, top + 0.08)]
    s.area(lamp, (0.10, 0.06, 0.66), GLASS, (0.05, 0.03, 0.55), both=True)
    p = np.asarray(lamp)
    c = p.mean(0)
    s.area(c + (p - c) * 0.55, (0.14, 0.10, 0.90), GLASS, TAIL_LAMP, both=True)
    s.area(c + (p - c) * [0.5, 0.16] - [0, 0.06], (0.75, 0.78, 0.80), GLASS, both=True)
    wide, y0, y1 = w * 0.70, b.tail[1] + 0.06, b.back[1] - 0.06
    roof = w * (0.74 if b.style.get("van") else 0.58)
    s.area([(-wide - 0.03, y0 - 0.03), (wide + 0.03, y0 - 0.03), (roof + 0.03, y1 + 0.03), (-roof - 0.03, y1 + 0.03)], BLACK, 0.3)
    s.area([(-wide, y0), (wide, y0), (roof, y1), (-roof, y1)], (0.05, 0.05, 0.045), GLASS)
    for k in range(5):
        y = y0 + (k + 0.8) * (y1 - y0) / 5.6
        s.line([(-wide * 0.9, y), (wide * 0.9, y)], 0.004, (0.10, 0.09, 0.08), GLASS)
    s.line([(0, y0 + 0.02), (-wide * 0.6, y0 + 0.05)], 0.014, BLACK, MATT)
    if b.style.get("van"):
        s.line([(0, low), (0, b.height)], 0.014, shade)
    s.area([(-0.30, b.rear_plate_y - 0.085), (0.30, b.rear_plate_y - 0.085), (0.33, b.rear_plate_y + 0.10), (-0.33, b.rear_plate_y + 0.10)], shade * 0.8, 0.3)
    _holder(s, b.rear_plate_y)
    _badge(s, 0, b.rear_plate_y + 0.15, brand)
    s.area([(w * 0.66, low + 0.14), (w * 0.84, low + 0.15), (w * 0.84, low + 0.19), (w * 0.66, low + 0.18)], (0.08, 0.05, 0.6), GLASS, both=True)
    s.area([(-0.62, low + 0.02), (-0.50, low + 0.02), (-0.50, low + 0.06), (-0.62, low + 0.06)], (0.45, 0.45, 0.45), CHROME)
    return s


def car(build, paint, brand=(0.35, 0.12, 0.08)):
    """A vehicle of this build in this paint (BGR 0..1)."""
    b = build
    solid = _solid(b)
    low, high = (-b.width / 2 - 0.05, 0.1, -0.06), (b.width / 2 + 0.05, b.height + 0.06, b.length + 0.06)
    skin = Skin(_front(b, paint, brand), _rear(b, paint, brand), _side(b, paint), _top(b, paint))
    rolling = wheels(b.width - 0.24, b.wheel, b.axles)
    glasses = mirrors(b.width / 2 + 0.03, b.cowl[1] + 0.05, b.cowl[0] + 0.42, np.asarray(paint), (0.10, 0.075, 0.06))
    near = join([skin_mesh(solid, low, high, 0.045), rolling, glasses])
    far = join([skin_mesh(solid, low, high, 0.09), rolling])
    tiny = join([skin_mesh(solid, low, high, 0.20), wheels(b.width - 0.24, b.wheel, b.axles, steps=8)])
    return Vehicle(b.name, b.length, b.width, near, far, tiny, skin,
                   Mount(0, b.plate_y, -0.035, False), Mount(0, b.rear_plate_y, b.length + 0.03, True))
