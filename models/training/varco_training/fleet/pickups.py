"""Pickups: a car's front and cab with an open bed behind."""

from __future__ import annotations

import numpy as np

from ..scene.skin import GLASS, MATT, Sheet, Skin
from ..scene.solid import Block, ball, join, skin_mesh
from ..scene.vehicle import mirrors, wheels
from .model import Model
from .paints import UNDER, dulled, head_lamps, paint, pane, plate, rectangle, tail_lamps
from .shapes import arches, box, hollow, union


def pickup(rng: np.random.Generator) -> Model:
    """One pickup."""
    length, width, high = rng.uniform(4.7, 5.7), rng.uniform(1.7, 2.0), rng.uniform(1.62, 1.95)
    w, wheel, clear = width / 2, rng.uniform(0.34, 0.4), rng.uniform(0.3, 0.42)
    hood, belt = high * 0.56, high * 0.62
    cowl, roof = length * rng.uniform(0.22, 0.26), length * rng.uniform(0.33, 0.37)
    back = length * rng.uniform(0.5, 0.68)
    body = Block(
        [(0.05, clear), (0.0, clear + 0.2), (0.06, hood - 0.08), (0.3, hood), (cowl, belt), (length - 0.02, belt), (length, clear + 0.2), (length - 0.1, clear), (0.4, clear)],
        [(0, clear - 0.02), (w * 0.9, clear), (w, clear + 0.25), (w * 0.97, belt - 0.05), (w * 0.9, belt + 0.02), (0, belt + 0.03)],
        [(0, -0.01), (w * 0.6, 0.02), (w * 0.9, 0.15), (w, 0.6), (w, length - 0.15), (w * 0.9, length), (0, length)], 0.07)  # fmt: skip
    cab = Block(
        [(cowl - 0.1, belt - 0.2), (cowl, belt), (roof, high - 0.04), (roof + 0.3, high), (back - 0.15, high), (back, high - 0.1), (back + 0.08, belt - 0.2)],
        [(0, belt - 0.3), (w * 0.95, belt - 0.1), (w * 0.92, belt), (w * 0.74, high - 0.06), (w * 0.6, high), (0, high + 0.01)],
        [(0, cowl - 0.2), (w * 0.8, cowl), (w * 0.95, cowl + 0.4), (w * 0.95, back), (0, back + 0.05)], 0.07)  # fmt: skip
    bed = box(w - 0.12, clear + 0.3, high + 0.4, back + 0.16, length - 0.1)
    axles = (length * 0.17, length * 0.78)
    covered = rng.random() < 0.2
    whole = union(body, cab) if covered else hollow(union(body, cab), bed)
    if rng.random() < 0.35:
        whole = union(whole, ball((0, belt - 0.1, (back + length) / 2 + 0.1), (w * 0.7, rng.uniform(0.2, 0.7), (length - back) * 0.35)))
    solid = arches(whole, axles, wheel, width)
    colour = paint(rng)
    front = Sheet(-w - 0.1, w + 0.1, 0, high + 0.1, colour)
    rectangle(front, -w, w, clear - 0.05, clear + 0.15, (0.12, 0.12, 0.12), 0.3)
    rectangle(front, -w * 0.5, w * 0.5, hood - 0.34, hood - 0.1, (0.05, 0.05, 0.05), MATT)
    head_lamps(front, w * 0.76, hood - 0.2, w * 0.32, 0.16)
    plate(front, 0, clear + 0.12)
    pane(front, [(-w * 0.82, belt + 0.04), (w * 0.82, belt + 0.04), (w * 0.68, high - 0.06), (-w * 0.68, high - 0.06)])
    rear = Sheet(-w - 0.1, w + 0.1, 0, high + 0.1, colour)
    rectangle(rear, -w, w, clear - 0.05, clear + 0.14, (0.3, 0.3, 0.3), 0.5)
    tail_lamps(rear, w * 0.9, belt - 0.2, w * 0.16, 0.34)
    plate(rear, 0, clear + 0.1)
    pane(rear, [(-w * 0.7, belt + 0.08), (w * 0.7, belt + 0.08), (w * 0.62, high - 0.1), (-w * 0.62, high - 0.1)])
    side = Sheet(-0.1, length + 0.1, 0, high + 0.1, colour)
    rectangle(side, -0.1, length, 0, clear + 0.06, UNDER, MATT)
    for z in axles:
        side.disc(z, wheel, wheel + 0.09, (0.04, 0.04, 0.04), MATT)
    pane(side, [(cowl + 0.3, belt + 0.05), (back - 0.12, belt + 0.05), (back - 0.16, high - 0.12), (roof + 0.1, high - 0.12)])
    side.line([((cowl + back) / 2 + 0.2, clear + 0.2), ((cowl + back) / 2 + 0.2, high - 0.1)], 0.03, dulled(colour, 0.5))
    side.line([(back + 0.04, clear + 0.2), (back + 0.04, belt)], 0.03, (0.05, 0.05, 0.05))
    top = Sheet(-0.1, length + 0.1, -w - 0.1, w + 0.1, colour)
    rectangle(top, cowl + 0.02, roof - 0.02, -w * 0.72, w * 0.72, (0.05, 0.05, 0.05), GLASS)
    rectangle(top, back + 0.14, length - 0.08, -w + 0.1, w - 0.1, (0.08, 0.08, 0.08), MATT)
    low, upper = (-w - 0.05, 0.1, -0.06), (w + 0.05, high + 0.5, length + 0.06)
    mesh = join(
        [
            skin_mesh(solid, low, upper, 0.06),
            wheels(width - 0.2, wheel, axles, steps=14),
            mirrors(w + 0.05, belt + 0.05, cowl + 0.35, colour),
        ]
    )
    return Model("truck", length, width, high, mesh, Skin(front, rear, side, top))
