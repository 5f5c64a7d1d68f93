"""Lorries: cabs over the engine and behind a bonnet, with boxes, sheets, boards, tanks, tippers or nothing behind them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..scene.skin import GLASS, MATT, Sheet, Skin
from ..scene.solid import Block, Mesh, Outline, ball, capsule, join, mirrored, skin_mesh
from ..scene.vehicle import mirrors, wheels
from .model import Model
from .paints import (
    UNDER,
    Colour,
    dulled,
    head_lamps,
    lettering,
    paint,
    pane,
    plate,
    rectangle,
    tail_lamps,
)
from .shapes import Solid, arches, box, hollow, union

OPEN = ("boards", "stakes", "tipper")
"""Loads that lie in a tray without a roof."""


@dataclass(frozen=True)
class Lorry:
    """Measures of one, metres."""

    length: float
    width: float
    cab: float
    """Where the cab ends behind."""
    bonnet: float
    """Where the windscreen begins; 0 of a cab over the engine."""
    nose: float
    """Height of the bonnet."""
    high: float
    """Height of the cab."""
    clear: float
    """From the ground to the bumper."""
    deck: float
    """Height of the ground of what carries the load."""
    wheel: float
    axles: tuple[float, ...]


def measures(rng: np.random.Generator) -> Lorry:
    """A light one of two axles (4 to 6 m) twice as often as a heavy one, of which a fifth have a trailer (12 to 16 m)."""
    trailer = False
    if rng.random() < 0.65:
        high, width = rng.uniform(1.75, 2.25), rng.uniform(1.62, 2.05)
        length, wheel = rng.uniform(4.1, 6.4), rng.uniform(0.29, 0.37)
        deck = rng.uniform(0.62, 0.95)
    else:
        high, width = rng.uniform(2.4, 3.6), rng.uniform(2.2, 2.55)
        trailer = rng.random() < 0.2
        length, wheel = float(rng.uniform(12.0, 16.0) if trailer else rng.uniform(6.0, 11.0)), rng.uniform(0.44, 0.54)
        deck = rng.uniform(0.95, 1.25)
    bonnet = rng.uniform(0.5, 1.3) * high / 2 if rng.random() < 0.25 else 0.0
    cab = bonnet + high * rng.uniform(0.62, 0.85) + (high * 0.3 if rng.random() < 0.2 else 0.0)
    front = bonnet * 0.5 + wheel * 1.6 + rng.uniform(0.1, 0.4)
    rear = length - rng.uniform(0.18, 0.3) * length
    axles = (front, rear) if length < 7 or rng.random() < 0.5 else (front, rear - 2.6 * wheel, rear)
    if trailer:
        axles = (front, cab + 0.9, rear - 2.6 * wheel, rear, rear + 2.6 * wheel)
    return Lorry(
        length, width, cab, bonnet, high * rng.uniform(0.48, 0.62), high, rng.uniform(0.2, 0.36), deck, wheel, axles
    )  # fmt: skip


def _cab(m: Lorry, rng: np.random.Generator) -> Block:
    w, rake = m.width / 2, rng.uniform(0.05, 0.3)
    low, sill, top = m.clear, m.high * 0.52, m.high
    side = [(0.02, low), (0.0, low + 0.2), (0.03, sill - 0.12)]
    if m.bonnet:
        side += [(0.08, m.nose), (m.bonnet - 0.05, m.nose + 0.08)]
    at = m.bonnet
    side += [(at + 0.06, sill + 0.05), (at + 0.06 + rake * m.high * 0.45, top - 0.18), (at + rake * m.high * 0.5 + 0.2, top - 0.02),
             (m.cab - 0.06, top), (m.cab, top - 0.15), (m.cab, low + 0.1), (m.cab - 0.1, low)]  # fmt: skip
    front = [(0, low - 0.02), (w * 0.88, low), (w * 0.95, low + 0.15), (w * 0.96, sill), (w * rng.uniform(0.82, 0.93), top - 0.12),
             (w * 0.75, top - 0.01), (0, top + 0.02)]  # fmt: skip
    plan = [(0, -0.02), (w * 0.55, 0.0), (w * 0.84, 0.06), (w * 0.96, 0.3), (w * 0.96, m.cab - 0.03), (0, m.cab)]
    return Block(side, front, plan, 0.08)


def _load(m: Lorry, rng: np.random.Generator) -> tuple[Solid, float, str]:
    """What is behind the cab, how high it is and what it is."""
    w, z0, z1, y = m.width / 2, m.cab + rng.uniform(0.05, 0.2), m.length, m.deck
    w *= rng.uniform(0.97, 1.08)
    kind = str(
        rng.choice(["box", "sheet", "boards", "stakes", "tipper", "tank", "bare", "mixer"], p=[0.28, 0.17, 0.2, 0.1, 0.1, 0.06, 0.04, 0.05])
    )
    if kind == "box":
        top = m.high * rng.uniform(1.0, 1.42)
        if rng.random() < 0.2:  # over the cab as well
            return union(box(w, y, top, z0, z1), box(w * 0.95, m.high + 0.02, top, m.cab * 0.5, z0 + 0.2)), top, kind
        return box(w, y, top, z0, z1), top, kind
    if kind == "sheet":
        top, eaves = m.high * rng.uniform(1.0, 1.4), rng.uniform(0.05, 0.4)
        arch = Outline(mirrored([(0, y - 0.5), (w, y - 0.5), (w, top - eaves), (w * 0.75, top - 0.05), (0, top)]))
        whole = box(w, y, top, z0, z1)
        return (lambda p: np.maximum(whole(p), arch.distance(p[..., 0], p[..., 1]))), top, kind
    if kind in OPEN:
        side = {"boards": (0.28, 0.5), "stakes": (0.7, 1.3), "tipper": (0.5, 1.1)}[kind]
        top = y + rng.uniform(*side) * (1.0 if m.high < 2.3 else 1.4)
        tray = hollow(box(w, y, top, z0, z1), box(w - 0.07, y + 0.12, top + 0.5, z0 + 0.07, z1 - 0.07))
        if rng.random() < 0.6:
            heaps: list[Solid] = [tray]
            for _ in range(rng.integers(1, 6)):
                at = rng.uniform(z0 + 0.4, z1 - 0.4)
                size = rng.uniform(0.25, 0.8) * w
                if rng.random() < 0.5:
                    heaps.append(ball((rng.uniform(-0.4, 0.4) * w, y + 0.2, at), (size, rng.uniform(0.4, 1.2), size * 1.3)))
                else:
                    heaps.append(box(size, y + 0.1, y + rng.uniform(0.3, 1.3), at - 0.35, min(at + 0.35, z1 - 0.1)))
            return union(*heaps), max(top, y + 1.4), kind
        return tray, max(top, y + 0.3), kind
    if kind == "tank":
        r = min(w * 0.95, (z1 - z0) * 0.3)
        return (
            union(capsule((0, y + r + 0.05, z0 + r), (0, y + r + 0.05, z1 - r), r), box(w * 0.5, y - 0.05, y + 0.2, z0, z1)),
            y + 2 * r + 0.05,
            kind,
        )
    if kind == "mixer":
        r = w * 0.95
        middle = (z0 + z1) / 2
        return union(ball((0, y + r, middle), (r, r, (z1 - z0) * 0.46)), box(w * 0.6, y - 0.05, y + 0.25, z0, z1)), y + 2 * r, kind
    return box(w * 0.35, y - 0.12, y + 0.05, z0, z1), y + 0.1, kind


def _colour_of_load(kind: str, body: Colour, rng: np.random.Generator) -> Colour:
    if kind in ("box", "tank") and rng.random() < 0.5:
        return 0.86, 0.86, 0.86
    if kind in OPEN and rng.random() < 0.5:
        return body
    colour = paint(rng, 0.4)
    if kind == "sheet":  # more often coloured
        return (0.72, 0.72, 0.7) if rng.random() < 0.3 else paint(rng, 0.2)
    return colour


def _front(m: Lorry, body: Colour, load: Colour, top: float, rng: np.random.Generator) -> Sheet:
    w = m.width / 2
    s = Sheet(-w - 0.15, w + 0.15, 0, max(top, m.high) + 0.15, load)
    rectangle(s, -w - 0.1, w + 0.1, 0, m.high + 0.04, body)
    low, sill = m.clear, m.high * 0.52
    bumper = dulled(body, 0.9) if rng.random() < 0.5 else (0.12, 0.12, 0.12)
    rectangle(s, -w, w, low - 0.05, low + m.high * 0.13, bumper, 0.2)
    g = rng.uniform(0.4, 0.75) * w
    y0 = low + m.high * 0.16
    rectangle(s, -g, g, y0, y0 + m.high * rng.uniform(0.06, 0.14), (0.06, 0.06, 0.06), MATT)
    for k in range(int(rng.integers(0, 4))):
        s.line([(-g * 0.95, y0 + 0.03 + k * 0.06), (g * 0.95, y0 + 0.03 + k * 0.06)], 0.015, (0.5, 0.5, 0.5), 0.6)
    head_lamps(s, w * 0.74, y0 + 0.06, w * 0.34, m.high * rng.uniform(0.06, 0.1))
    plate(s, 0, low + m.high * 0.07)
    narrow, high = w * rng.uniform(0.76, 0.86), m.high - rng.uniform(0.14, 0.3)
    pane(s, [(-w * 0.88, sill + 0.06), (w * 0.88, sill + 0.06), (narrow, high), (-narrow, high)])
    rectangle(s, -w * 0.86, w * 0.86, sill + 0.07, sill + 0.12, (0.1, 0.1, 0.1), GLASS)
    if rng.random() < 0.3:
        rectangle(s, -narrow, narrow, high + 0.02, high + 0.12, paint(rng, 0.3))
    if top > m.high + 0.25:
        lettering(rng, s, -w, w, m.high + 0.08, top)
    return s


def _rear(m: Lorry, load: Colour, top: float, kind: str, rng: np.random.Generator) -> Sheet:
    w = m.width / 2
    s = Sheet(-w - 0.15, w + 0.15, 0, max(top, m.high) + 0.15, load)
    rectangle(s, -w - 0.1, w + 0.1, 0, m.deck, UNDER, MATT)
    if kind in ("box", "sheet") and rng.random() < 0.7:
        s.line([(0, m.deck), (0, top)], 0.025, dulled(load, 0.5))
        for a in (0.18, 0.6):
            s.line([(a * w, m.deck + 0.05), (a * w, top - 0.05)], 0.03, (0.55, 0.55, 0.55), 0.5, both=True)
    if kind in OPEN:
        for k in range(3):
            s.line([(-w, m.deck + 0.1 + 0.16 * k), (w, m.deck + 0.1 + 0.16 * k)], 0.015, dulled(load, 0.6))
    tail_lamps(s, w * 0.8, m.deck - 0.14, w * 0.24, 0.13)
    plate(s, float(rng.choice([0.0, -0.4, 0.4])) * w, m.deck - 0.16)
    lettering(rng, s, -w * 0.9, w * 0.9, m.deck + 0.05, top)
    return s


def _side(m: Lorry, body: Colour, load: Colour, top: float, kind: str, rng: np.random.Generator) -> Sheet:
    s = Sheet(-0.15, m.length + 0.15, 0, max(top, m.high) + 0.15, load)
    rectangle(s, -0.15, m.cab + 0.03, 0, m.high + 0.1, body)
    rectangle(s, m.cab - 0.2, m.length + 0.15, 0, m.deck - 0.02, UNDER, MATT)
    rectangle(s, -0.15, m.cab, 0, m.clear + 0.08, (0.1, 0.1, 0.1), MATT)
    sill, at = m.high * 0.52, m.bonnet + 0.14
    end = min(m.cab - 0.12, at + m.high * 0.55)
    pane(s, [(at + 0.03, sill + 0.04), (end, sill + 0.04), (end, m.high - 0.22), (at + 0.24, m.high - 0.22)])
    door = dulled(body, 0.5)
    s.line(
        [(at, m.clear + 0.2), (at, sill), (at + 0.2, m.high - 0.16), (end + 0.05, m.high - 0.16), (end + 0.05, m.clear + 0.2)], 0.015, door
    )
    for z in m.axles:
        s.disc(z, m.wheel, m.wheel + 0.1, (0.04, 0.04, 0.04), MATT)
    y0, z0 = m.deck, m.cab + 0.12
    if kind in OPEN:
        steps = np.arange(z0 + 0.05, m.length, rng.uniform(0.4, 0.9))
        for z in steps:
            s.line([(float(z), y0), (float(z), top)], rng.uniform(0.03, 0.08), dulled(load, 0.65))
        for k in range(int(rng.integers(1, 5))):
            s.line([(z0, y0 + 0.08 + 0.18 * k), (m.length, y0 + 0.08 + 0.18 * k)], 0.018, dulled(load, 0.6))
        if kind == "stakes":  # one sees through
            for k in range(4):
                rectangle(s, z0, m.length, y0 + 0.34 + 0.24 * k, y0 + 0.42 + 0.24 * k, dulled(load, 0.25), MATT)
    elif kind in ("box", "sheet"):
        if rng.random() < 0.5:
            for z in np.arange(z0, m.length, rng.uniform(0.25, 0.8)):
                s.line([(float(z), y0), (float(z), top)], 0.02, dulled(load, rng.uniform(0.75, 0.92)))
        rectangle(s, z0, m.length, y0, y0 + 0.07, dulled(load, 0.6))
        lettering(rng, s, z0, m.length, y0 + 0.1, top)
    return s


def _top(m: Lorry, body: Colour, load: Colour, kind: str, rng: np.random.Generator) -> Sheet:
    w = m.width / 2
    s = Sheet(-0.15, m.length + 0.15, -w - 0.2, w + 0.2, dulled(load, 0.95), 0.2)
    rectangle(s, -0.15, m.cab + 0.02, -w - 0.2, w + 0.2, body)
    at = m.bonnet
    rectangle(s, at + 0.05, at + 0.05 + m.high * 0.12, -w * 0.85, w * 0.85, (0.05, 0.05, 0.05), GLASS)
    if kind in OPEN:
        rectangle(s, m.cab + 0.2, m.length - 0.08, -w * 0.94, w * 0.94, paint(rng, 0.5) if rng.random() < 0.6 else (0.2, 0.26, 0.3), MATT)
    return s


def lorry(rng: np.random.Generator) -> Model:
    """One lorry."""
    m = measures(rng)
    body = paint(rng)
    load_solid, top, kind = _load(m, rng)
    load = _colour_of_load(kind, body, rng)
    frame = box(m.width * 0.38, m.wheel + 0.05, m.deck + 0.02, m.cab * 0.6, m.length - 0.05)
    solid = union(arches(_cab(m, rng), m.axles[:1], m.wheel, m.width), load_solid, frame)
    w = m.width / 2
    low, high = (-w * 1.1 - 0.05, 0.1, -0.08), (w * 1.1 + 0.05, max(top, m.high) + 0.1, m.length + 0.08)
    rolling = wheels(m.width - 0.26, m.wheel, m.axles, 0.24, steps=14)
    glasses = mirrors(w + 0.08, m.high * 0.66, m.bonnet + 0.25, (0.05, 0.05, 0.05), (0.09, 0.15, 0.06))
    mesh: Mesh = join([skin_mesh(solid, low, high, 0.07 if m.length < 7 else 0.1), rolling, glasses])
    skin = Skin(
        _front(m, body, load, top, rng),
        _rear(m, load, top, kind, rng),
        _side(m, body, load, top, kind, rng),
        _top(m, body, load, kind, rng),
    )
    return Model("truck", m.length, m.width, max(top, m.high), mesh, skin)
