"""A lorry, a scooter with its rider, and people on foot."""

import numpy as np

from .skin import CHROME, GLASS, MATT, Sheet, Skin
from .solid import Block, ball, capsule, figure, join, skin_mesh
from .vehicle import Mount, Vehicle, mirrors, wheel, wheels

LORRY_LONG, LORRY_WIDE, LORRY_HIGH = 7.2, 2.3, 3.15


def _lorry_solid():
    w = LORRY_WIDE / 2
    cab = Block(
        [(0.03, 0.42), (0.0, 0.6), (0.02, 1.15), (0.08, 1.32), (0.30, 2.15), (0.45, 2.36), (0.8, 2.45), (1.9, 2.48), (1.95, 2.3), (1.95, 0.5), (1.8, 0.4), (0.2, 0.38)],
        [(0, 0.36), (w * 0.86, 0.38), (w * 0.93, 0.55), (w * 0.94, 1.3), (w * 0.90, 2.2), (w * 0.80, 2.42), (0, 2.50)],
        [(0, -0.02), (w * 0.5, 0.0), (w * 0.82, 0.07), (w * 0.94, 0.28), (w * 0.94, 1.95), (0, 1.97)], 0.09)
    load = Block(
        [(2.12, 0.95), (2.12, LORRY_HIGH), (LORRY_LONG, LORRY_HIGH), (LORRY_LONG, 0.95)],
        [(0, 0.95), (w, 0.95), (w, LORRY_HIGH), (0, LORRY_HIGH)],
        [(0, 2.1), (w, 2.1), (w, LORRY_LONG), (0, LORRY_LONG)], 0.04)
    frame = Block(
        [(1.2, 0.55), (1.2, 0.98), (LORRY_LONG - 0.05, 0.98), (LORRY_LONG - 0.05, 0.55)],
        [(0, 0.55), (w * 0.8, 0.55), (w * 0.8, 0.98), (0, 0.98)],
        [(0, 1.2), (w * 0.8, 1.2), (w * 0.8, LORRY_LONG - 0.05), (0, LORRY_LONG - 0.05)], 0.04)

    def solid(p):
        d = cab(p)
        for z in (1.15, 5.6):
            hole = np.hypot(p[..., 2] - z, p[..., 1] - 0.45) - 0.52
            d = np.maximum(d, -np.maximum(hole, w - 0.34 - np.abs(p[..., 0])))
        return np.minimum(np.minimum(d, load(p)), frame(p))

    return solid


def _lorry_front(paint):
    s = Sheet(-1.3, 1.3, 0, 3.3, (0.90, 0.90, 0.90))
    dark = (0.06, 0.06, 0.06)
    s.area([(-1.3, 0), (1.3, 0), (1.3, 2.52), (-1.3, 2.52)], paint)
    s.area([(-1.3, 0.3), (1.3, 0.3), (1.3, 0.74), (-1.3, 0.74)], (0.12, 0.12, 0.12), 0.15)
    s.area([(-0.62, 0.86), (0.62, 0.86), (0.68, 1.18), (-0.68, 1.18)], dark, 0.2)
    for k in range(4):
        s.line([(-0.60, 0.92 + k * 0.075), (0.60, 0.92 + k * 0.075)], 0.014, (0.34, 0.34, 0.34), 0.6)
    s.area([(0.70, 0.56), (1.02, 0.58), (1.06, 0.78), (0.74, 0.76)], (0.15, 0.15, 0.15), GLASS, both=True)
    for a, r in ((0.80, 0.075), (0.95, 0.065)):
        s.disc(a, 0.67, r, (0.8, 0.8, 0.8), CHROME, (0.75, 0.85, 0.95), both=True)
        s.disc(a, 0.67, r * 0.5, (0.95, 0.95, 0.95), GLASS, (1, 1, 1), both=True)
    s.area([(1.0, 0.80), (1.09, 0.80), (1.09, 0.92), (1.0, 0.92)], (0.12, 0.5, 0.9), GLASS, both=True)
    s.area([(-0.6, 0.33), (0.6, 0.33), (0.6, 0.42), (-0.6, 0.42)], (0.03, 0.03, 0.03), MATT)
    s.area([(-0.28, 0.48), (0.28, 0.48), (0.28, 0.62), (-0.28, 0.62)], (0.04, 0.04, 0.04), MATT)
    s.area([(-0.98, 1.34), (0.98, 1.34), (0.90, 2.18), (-0.90, 2.18)], (0.03, 0.03, 0.03), 0.3)
    s.area([(-0.95, 1.38), (0.95, 1.38), (0.87, 2.14), (-0.87, 2.14)], (0.055, 0.055, 0.05), GLASS)
    s.area([(0.28, 1.38), (0.80, 1.38), (0.72, 1.72), (0.36, 1.72)], (0.20, 0.30, 0.55), GLASS, soft=0.01)
    s.disc(0.54, 1.86, 0.10, (0.25, 0.31, 0.42), GLASS, squash=1.25)
    s.line([(0.3, 1.40), (0.4, 1.52), (0.68, 1.52), (0.78, 1.40)], 0.03, (0.02, 0.02, 0.02), GLASS)
    s.line([(-0.9, 1.40), (0.02, 1.46)], 0.018, dark, MATT)
    s.line([(0.06, 1.40), (0.88, 1.46)], 0.018, dark, MATT)
    s.line([(-1.0, 1.24), (1.0, 1.24)], 0.012, np.asarray(paint) * 0.5)
    s.text("FRUTTA & FIORI", -0.86, 2.80, 0.17, (0.18, 0.42, 0.12))
    s.line([(-1.05, 2.70), (1.05, 2.70)], 0.03, (0.18, 0.42, 0.12))
    return s


def _lorry_rear():
    s = Sheet(-1.3, 1.3, 0, 3.3, (0.88, 0.88, 0.88))
    s.area([(-1.3, 0), (1.3, 0), (1.3, 0.95), (-1.3, 0.95)], (0.06, 0.06, 0.06), MATT)
    s.line([(0, 0.95), (0, 3.2)], 0.02, (0.4, 0.4, 0.4))
    for a in (0.2, 0.5):
        s.line([(a, 1.0), (a, 3.1)], 0.03, (0.6, 0.6, 0.6), 0.6, both=True)
    s.area([(0.75, 0.68), (1.1, 0.68), (1.1, 0.82), (0.75, 0.82)], (0.1, 0.06, 0.7), GLASS, (0.1, 0.06, 0.8), both=True)
    s.area([(-0.28, 0.67), (0.28, 0.67), (0.28, 0.81), (-0.28, 0.81)], (0.04, 0.04, 0.04), MATT)
    return s


def lorry(paint):
    """A delivery lorry."""
    solid, w = _lorry_solid(), LORRY_WIDE / 2
    side = Sheet(-0.1, LORRY_LONG + 0.1, 0, 3.3, paint)
    side.area([(2.08, 0.9), (8, 0.9), (8, 3.3), (2.08, 3.3)], (0.90, 0.90, 0.90))
    side.area([(1.2, 0), (8, 0), (8, 0.95), (1.2, 0.95)], (0.07, 0.07, 0.07), MATT)
    side.area([(0.45, 1.40), (1.45, 1.40), (1.45, 2.15), (0.62, 2.15)], (0.06, 0.06, 0.055), GLASS)
    side.line([(0.30, 0.6), (0.42, 1.4), (0.56, 2.2), (1.55, 2.2), (1.55, 0.6)], 0.014, np.asarray(paint) * 0.4)
    side.text("FRUTTA & FIORI", 2.8, 1.9, 0.5, (0.18, 0.42, 0.12))
    top = Sheet(-0.1, LORRY_LONG + 0.1, -1.3, 1.3, paint)
    top.area([(2.05, -1.3), (8, -1.3), (8, 1.3), (2.05, 1.3)], (0.86, 0.86, 0.86), 0.2)
    skin = Skin(_lorry_front(paint), _lorry_rear(), side, top)
    low, high = (-w - 0.05, 0.3, -0.06), (w + 0.05, LORRY_HIGH + 0.06, LORRY_LONG + 0.06)
    rolling = wheels(LORRY_WIDE - 0.34, 0.45, (1.15, 5.6), 0.28)
    glasses = mirrors(w + 0.05, 1.78, 0.25, (0.05, 0.05, 0.05), (0.10, 0.20, 0.07))
    near = join([skin_mesh(solid, low, high, 0.06), rolling, glasses])
    far = join([skin_mesh(solid, low, high, 0.11), rolling])
    tiny = join([skin_mesh(solid, low, high, 0.24), wheels(LORRY_WIDE - 0.34, 0.45, (1.15, 5.6), 0.28, steps=8)])
    return Vehicle("lorry", LORRY_LONG, LORRY_WIDE, near, far, tiny, skin,
                   Mount(0, 0.55, -0.03, False), Mount(0, 0.74, LORRY_LONG + 0.01, True))


def scooter(paint, jacket=(0.20, 0.16, 0.42), helmet=(0.92, 0.92, 0.92)):
    """A scooter, its rider, and a plate of two rows at the rear. The front wheel's foremost point is z = 0."""
    dark, skin, jeans = (0.05, 0.05, 0.05), (0.48, 0.58, 0.76), (0.36, 0.22, 0.14)
    parts = [
        (capsule((0, 0.46, 1.28), (0, 0.62, 1.72), 0.17, 0.13), paint, 0.6), (capsule((0, 0.33, 0.55), (0, 0.33, 1.15), 0.16), paint, 0.5),
        (capsule((0, 0.45, 0.42), (0, 0.98, 0.52), 0.13, 0.10), paint, 0.6), (capsule((0, 0.74, 1.05), (0, 0.78, 1.62), 0.13, 0.11), dark, 0.2),
        (capsule((-0.33, 1.06, 0.55), (0.33, 1.06, 0.55), 0.025), dark, 0.3), (ball((0, 1.04, 0.48), (0.13, 0.09, 0.08)), paint, 0.6),
        (ball((0.36, 1.22, 0.52), (0.07, 0.05, 0.025)), dark, 0.4), (ball((-0.36, 1.22, 0.52), (0.07, 0.05, 0.025)), dark, 0.4),
        (capsule((0.33, 1.06, 0.55), (0.36, 1.2, 0.53), 0.012), dark, 0.3), (capsule((-0.33, 1.06, 0.55), (-0.36, 1.2, 0.53), 0.012), dark, 0.3),
        (capsule((0, 0.95, 1.28), (0, 1.34, 1.22), 0.16, 0.19), jacket, 0.08), (capsule((-0.2, 1.38, 1.22), (0.2, 1.38, 1.22), 0.09), jacket, 0.08),
        (capsule((0.23, 1.37, 1.2), (0.32, 1.12, 0.95), 0.07, 0.06), jacket, 0.08), (capsule((-0.23, 1.37, 1.2), (-0.32, 1.12, 0.95), 0.07, 0.06), jacket, 0.08),
        (capsule((0.32, 1.12, 0.95), (0.30, 1.08, 0.60), 0.055, 0.045), jacket, 0.08), (capsule((-0.32, 1.12, 0.95), (-0.30, 1.08, 0.60), 0.055, 0.045), jacket, 0.08),
        (ball((0.3, 1.08, 0.57), (0.05, 0.05, 0.06)), dark, 0.1), (ball((-0.3, 1.08, 0.57), (0.05, 0.05, 0.06)), dark, 0.1),
        (capsule((0.11, 0.88, 1.25), (0.21, 0.80, 0.84), 0.10, 0.075), jeans, 0.05), (capsule((-0.11, 0.88, 1.25), (-0.21, 0.80, 0.84), 0.10, 0.075), jeans, 0.05),
        (capsule((0.21, 0.80, 0.84), (0.16, 0.42, 0.80), 0.07, 0.05), jeans, 0.05), (capsule((-0.21, 0.80, 0.84), (-0.16, 0.42, 0.80), 0.07, 0.05), jeans, 0.05),
        (capsule((0, 1.46, 1.2), (0, 1.56, 1.18), 0.06), skin, 0.05), (ball((0, 1.68, 1.17), (0.135, 0.15, 0.16)), helmet, 0.6),
        (ball((0, 0.66, 1.80), (0.12, 0.045, 0.05)), (0.10, 0.06, 0.72), 0.6), (capsule((0, 0.62, 1.80), (0, 0.40, 1.93), 0.05, 0.02), dark, 0.1),
        (capsule((0.17, 0.62, 1.84), (-0.17, 0.62, 1.84), 0.022), (0.15, 0.45, 0.85), 0.5),
    ]
    near = join([figure(parts, 0.028, 0.02), wheel(0.05, 0.24, 0.24, 0.11), wheel(0.05, 1.52, 0.25, 0.12)])
    tiny = figure(parts, 0.09, 0.02)
    return Vehicle("scooter", 1.95, 0.75, near, tiny, tiny, None, None, Mount(0, 0.50, 2.00, True, 0.25), 0.177)


def walker(step, coat, trousers, hair=(0.08, 0.10, 0.13), bag=None):
    """Somebody on foot, in one of the poses of a stride (`step` 0..1)."""
    swing = np.sin(step * 2 * np.pi)
    lift = np.abs(np.cos(step * 2 * np.pi)) * 0.02
    skin, shoe = (0.48, 0.58, 0.78), (0.05, 0.05, 0.06)
    hip, parts = 0.90 + lift, []
    for side in (-1, 1):
        reach = side * swing
        knee = (side * 0.10, 0.48 + lift, -0.16 * reach - 0.03)
        foot = (side * 0.10, 0.08 + max(0.0, -reach) * 0.05, -0.32 * reach)
        parts += [(capsule((side * 0.09, hip, 0), knee, 0.085, 0.062), trousers, 0.03), (capsule(knee, foot, 0.06, 0.042), trousers, 0.03),
                  (capsule(foot, (foot[0], 0.05, foot[2] - 0.13), 0.045), shoe, 0.1)]
        hand = (side * 0.27, 0.92 + lift, 0.24 * reach)
        parts += [(capsule((side * 0.2, 1.42 + lift, 0), (side * 0.25, 1.15, 0.1 * reach + 0.02), 0.055, 0.048), coat, 0.04),
                  (capsule((side * 0.25, 1.15, 0.1 * reach + 0.02), hand, 0.046, 0.036), coat, 0.04), (ball(hand, (0.04, 0.055, 0.045)), skin, 0.03)]
    parts += [(capsule((0, hip + 0.02, 0), (0, 1.36 + lift, 0), 0.135, 0.155), coat, 0.04), (capsule((-0.14, 1.42 + lift, 0), (0.14, 1.42 + lift, 0), 0.07), coat, 0.04),
              (capsule((0, 1.48 + lift, 0), (0, 1.58 + lift, 0), 0.05), skin, 0.03), (ball((0, 1.66 + lift, -0.01), (0.085, 0.115, 0.10)), skin, 0.05),
              (ball((0, 1.71 + lift, 0.025), (0.095, 0.095, 0.10)), hair, 0.1)]
    if bag is not None:
        parts.append((ball((0.34, 0.72 + lift, 0.1 * swing), (0.06, 0.16, 0.14)), bag, 0.1))
    return figure(parts, 0.03, 0.02)
