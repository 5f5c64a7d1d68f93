"""Buses: of towns and coaches, of two decks, behind a bonnet, and minibuses with windows all along."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..scene.skin import GLASS, MATT, Sheet, Skin
from ..scene.solid import Block, join, skin_mesh
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
from .shapes import arches


@dataclass(frozen=True)
class Coach:
    """Measures of one, metres."""

    length: float
    width: float
    high: float
    decks: int
    bonnet: float
    """Where the windscreen begins; 0 where the front is flat."""
    rake: float
    """How far the windscreen leans back, of its height."""
    wheel: float
    clear: float
    """From the ground to the bumper."""
    sill_share: float
    """Where the windows begin, of the height of a storey."""
    head_share: float
    """Where they end."""

    @property
    def storey(self) -> float:
        """Height of one deck."""
        return (self.high - self.clear) / self.decks

    @property
    def sill(self) -> float:
        """Height at which the windows of the lower deck begin."""
        return self.clear + self.storey * self.sill_share

    @property
    def head(self) -> float:
        """Height at which they end."""
        return self.clear + self.storey * self.head_share

    @property
    def tall(self) -> float:
        """From there, where the windows begin, to the roof."""
        return self.high - self.sill

    @property
    def slope(self) -> float:
        """How far the top of the windscreen is behind its foot."""
        return self.rake * self.tall


def bus(rng: np.random.Generator) -> Model:
    """A bus of 6.5 to 12 m."""
    decks = 2 if rng.random() < 0.2 else 1
    length, width = rng.uniform(6.5, 12.0), rng.uniform(2.2, 2.55)
    high = rng.uniform(4.0, 4.4) if decks == 2 else rng.uniform(2.7, 3.6)
    bonnet = rng.uniform(0.9, 1.5) if decks == 1 and rng.random() < 0.15 else 0.0
    rake, wheel, clear = rng.uniform(0.0, 0.12), rng.uniform(0.42, 0.5), rng.uniform(0.25, 0.36)
    return _drawn(rng, Coach(length, width, high, decks, bonnet, rake, wheel, clear, *_windows(rng)))


def minibus(rng: np.random.Generator) -> Model:
    """A minibus of 4.4 to 7 m."""
    length = rng.uniform(4.4, 7.0)
    high = rng.uniform(1.9, 2.3) if length < 5.4 else rng.uniform(2.2, 2.75)
    bonnet = rng.uniform(0.3, 0.8) if rng.random() < 0.35 else 0.0
    width, rake = rng.uniform(1.65, 2.1), rng.uniform(0.1, 0.32)
    wheel, clear = rng.uniform(0.3, 0.37), rng.uniform(0.2, 0.3)
    return _drawn(rng, Coach(length, width, high, 1, bonnet, rake, wheel, clear, *_windows(rng)))


def _windows(rng: np.random.Generator) -> tuple[float, float]:
    """Where windows begin and end, of the height of a storey."""
    return rng.uniform(0.38, 0.5), rng.uniform(0.82, 0.92)


def _drawn(rng: np.random.Generator, m: Coach) -> Model:
    w, length, high, clear = m.width / 2, m.length, m.high, m.clear
    bonnet, sill, slope = m.bonnet, m.sill, m.slope
    side = [(0.03, clear), (0.0, clear + 0.25), (0.02, sill - 0.1)]
    if bonnet:
        side += [(0.1, sill - 0.02), (bonnet, sill + 0.04)]
    side += [(bonnet + 0.05 + slope * 0.2, sill + 0.1), (bonnet + 0.1 + slope * 1.6, high - 0.18), (bonnet + 0.35 + slope * 2.0, high - 0.02),
             (length - 0.2, high), (length - 0.02, high - 0.2), (length, clear + 0.3), (length - 0.05, clear)]  # fmt: skip
    lean = rng.uniform(0.86, 0.97)
    front = [
        (0, clear - 0.02),
        (w * 0.94, clear),
        (w, clear + 0.3),
        (w, sill),
        (w * lean, high - 0.2),
        (w * (lean - 0.15), high - 0.01),
        (0, high + 0.02),
    ]
    plan = [(0, -0.02), (w * 0.6, 0.01), (w * 0.9, 0.1), (w, 0.35), (w, length - 0.15), (w * 0.92, length), (0, length + 0.01)]
    axles = (bonnet * 0.4 + length * rng.uniform(0.12, 0.22), length * rng.uniform(0.68, 0.82))
    solid = arches(Block(side, front, plan, 0.1), axles, m.wheel, m.width)
    colour = (0.1, 0.65, 0.92) if bonnet > 0.85 and rng.random() < 0.6 else paint(rng, 0.4)
    skin = Skin(
        _front(m, colour, rng),
        _rear(m, colour, rng),
        _side(m, axles, colour, rng),
        _top(m, colour, rng),
    )
    low, upper = (-w - 0.05, 0.08, -0.08), (w + 0.05, high + 0.08, length + 0.08)
    mesh = join([
        skin_mesh(solid, low, upper, 0.07 if length < 7 else 0.11), wheels(m.width - 0.26, m.wheel, axles, 0.24, steps=14),
        mirrors(w + 0.08, sill + m.tall * 0.3 / m.decks, bonnet + 0.1, (0.05, 0.05, 0.05), (0.08, 0.16, 0.06)),
    ])  # fmt: skip
    return Model("bus", length, m.width, high, mesh, skin)


def _front(m: Coach, colour: Colour, rng: np.random.Generator) -> Sheet:
    w, high, clear, sill = m.width / 2, m.high, m.clear, m.sill
    s = Sheet(-w - 0.1, w + 0.1, 0, high + 0.12, colour)
    rectangle(s, -w, w, clear - 0.05, clear + 0.22, dulled(colour, 0.8) if rng.random() < 0.6 else (0.1, 0.1, 0.1), 0.3)
    lettering(rng, s, -w * 0.9, w * 0.9, clear + 0.35, sill)
    head_lamps(s, w * 0.76, clear + (sill - clear) * 0.4, w * 0.3, min(0.2, (sill - clear) * 0.3))
    plate(s, 0, clear + 0.12)
    if rng.random() < 0.5:
        rectangle(s, -w * 0.5, w * 0.5, clear + (sill - clear) * 0.35, clear + (sill - clear) * 0.6, (0.06, 0.06, 0.06), MATT)
    for deck in range(m.decks):
        y0 = sill - 0.05 + deck * m.storey
        y1 = min(clear + (deck + 1) * m.storey - (0.1 if m.decks == 2 else 0.3 if m.tall > 1.6 else 0.14), high - 0.12)
        pane(s, [(-w * 0.92, y0), (w * 0.92, y0), (w * 0.86, y1), (-w * 0.86, y1)])
        if rng.random() < 0.6:
            s.line([(0, y0), (0, y1)], 0.02, (0.02, 0.02, 0.02), MATT)
    if m.tall > 1.5:  # where it goes
        y = high - 0.3 if m.decks == 1 else clear + m.storey - 0.02
        rectangle(s, -w * 0.7, w * 0.7, y, y + 0.2, (0.02, 0.02, 0.02), GLASS)
        s.text(f"{int(rng.integers(1, 99))}", -w * 0.2, y + 0.04, 0.13, (0.1, 0.6, 0.95))
    return s


def _rear(m: Coach, colour: Colour, rng: np.random.Generator) -> Sheet:
    w, high, clear, sill, head = m.width / 2, m.high, m.clear, m.sill, m.head
    s = Sheet(-w - 0.1, w + 0.1, 0, high + 0.12, colour)
    rectangle(s, -w, w, clear - 0.05, clear + 0.2, dulled(colour, 0.6), 0.3)
    if rng.random() < 0.8:
        pane(s, [(-w * 0.8, sill), (w * 0.8, sill), (w * 0.76, head), (-w * 0.76, head)])
    tail_lamps(s, w * 0.88, clear + (sill - clear) * rng.uniform(0.3, 0.8), w * 0.14, 0.3)
    plate(s, 0, clear + (sill - clear) * 0.4)
    if rng.random() < 0.5:
        for k in range(4):
            s.line([(-w * 0.6, clear + 0.3 + 0.08 * k), (w * 0.6, clear + 0.3 + 0.08 * k)], 0.02, dulled(colour, 0.5))
    lettering(rng, s, -w * 0.8, w * 0.8, clear + 0.3, sill)
    return s


def _side(m: Coach, axles: tuple[float, ...], colour: Colour, rng: np.random.Generator) -> Sheet:
    length, clear, sill, head = m.length, m.clear, m.sill, m.head
    s = Sheet(-0.15, length + 0.15, 0, m.high + 0.12, colour)
    rectangle(s, -0.15, length + 0.15, 0, clear + 0.03, UNDER, MATT)
    lettering(rng, s, m.bonnet, length, clear + 0.1, sill)
    start = m.bonnet + 0.3 + m.slope
    step = rng.uniform(0.75, 1.5)
    band = rng.random() < 0.5
    for deck in range(m.decks):
        y0, y1 = sill + deck * m.storey, head + deck * m.storey
        if band:  # pillars behind the glass
            rectangle(s, start - 0.1, length - 0.12, y0 - 0.03, y1 + 0.03, (0.035, 0.035, 0.035), GLASS)
        for z in np.arange(start, length - 0.4, step):
            end = min(float(z) + step - 0.07, length - 0.18)
            pane(s, [(float(z), y0), (end, y0), (end, y1), (float(z) + (m.slope * 0.5 if z == start else 0.0), y1)])
    if rng.random() < 0.7:
        door = float(rng.choice([start, length * 0.5]))
        rectangle(s, door, door + 0.9, clear + 0.05, head, dulled(colour, 0.7))
        pane(s, [(door + 0.06, clear + 0.3), (door + 0.84, clear + 0.3), (door + 0.84, head - 0.05), (door + 0.06, head - 0.05)])
    for z in axles:
        s.disc(z, m.wheel, m.wheel + 0.1, (0.04, 0.04, 0.04), MATT)
    return s


def _top(m: Coach, colour: Colour, rng: np.random.Generator) -> Sheet:
    w, length = m.width / 2, m.length
    s = Sheet(-0.15, length + 0.15, -w - 0.15, w + 0.15, colour if rng.random() < 0.6 else (0.8, 0.8, 0.8))
    if m.slope > 0.1:
        rectangle(s, m.bonnet + 0.05, m.bonnet + 0.15 + m.slope * 1.4, -w * 0.86, w * 0.86, (0.05, 0.05, 0.05), GLASS)
    for _ in range(int(rng.integers(0, 4))):
        z = rng.uniform(1.2, max(length - 1.5, 1.4))
        rectangle(s, z, z + rng.uniform(0.4, 1.4), -w * 0.4, w * 0.4, dulled(colour, 0.8), 0.3)
    return s
