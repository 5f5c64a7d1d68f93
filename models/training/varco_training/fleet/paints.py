"""Colours and lettering that vehicles wear. Colours are BGR, 0..1."""

from __future__ import annotations

import colorsys

import numpy as np

from ..scene.skin import GLASS, MATT, Sheet

Colour = tuple[float, float, float]

GREYS_SHARE = 0.55
"""Most vehicles are white, silver, grey or black."""
TYRES: Colour = (0.04, 0.04, 0.04)
PANE: Colour = (0.06, 0.058, 0.05)
UNDER: Colour = (0.07, 0.07, 0.07)
WORDS = (
    "TRASPORTI",
    "EDIL",
    "ROSSI & FIGLI",
    "EXPRESS",
    "LOGISTICA",
    "PANE",
    "CARGO",
    "LATTE",
    "FRUTTA",
    "GAS",
    "24 H",
    "SERVICE",
    "TRANS",
    "POLO",
)


def paint(rng: np.random.Generator, greys: float = GREYS_SHARE) -> Colour:
    """A vehicle's colour."""
    if rng.random() < greys:
        grey = float(rng.choice([0.9, 0.84, 0.62, 0.35, 0.13, 0.07], p=[0.32, 0.16, 0.17, 0.13, 0.12, 0.1])) + rng.normal(0, 0.03)
        tint = rng.normal(0, 0.012, 3)
        return tuple((grey + tint).clip(0.02, 0.95).tolist())
    red, green, blue = colorsys.hsv_to_rgb(rng.random(), rng.uniform(0.45, 0.95), rng.uniform(0.2, 0.85))
    return blue, green, red


def dulled(colour: Colour, factor: float) -> Colour:
    """The colour, darker by the factor."""
    return tuple((np.asarray(colour) * factor).clip(0, 1).tolist())


def rectangle(
    sheet: Sheet, a0: float, a1: float, b0: float, b1: float, colour: Colour, shine: float | None = None, both: bool = False
) -> None:
    """A filled upright rectangle, metres."""
    sheet.area([(a0, b0), (a1, b0), (a1, b1), (a0, b1)], colour, shine, both=both)


def pane(sheet: Sheet, corners: list[tuple[float, float]], both: bool = False) -> None:
    """A window with its dark frame."""
    around = np.asarray(corners)
    middle = around.mean(0)
    sheet.area(middle + (around - middle) * 1.06, dulled(PANE, 0.6), MATT, both=both)
    sheet.area(around, PANE, GLASS, both=both)


def lettering(rng: np.random.Generator, sheet: Sheet, a0: float, a1: float, b0: float, b1: float) -> None:
    """Stripes and words between these limits, or nothing."""
    wide, high = a1 - a0, b1 - b0
    if rng.random() < 0.4:
        at = rng.uniform(b0, b1 - 0.2 * high)
        rectangle(sheet, a0, a1, at, at + high * rng.uniform(0.05, 0.3), paint(rng, 0.2))
    if rng.random() < 0.15:
        at = rng.uniform(a0, a0 + 0.6 * wide)
        lean, broad = rng.uniform(-0.4, 0.4) * high, rng.uniform(0.1, 0.4) * wide
        sheet.area([(at, b0), (at + broad, b0), (at + broad + lean, b1), (at + lean, b1)], paint(rng, 0.2))
    if rng.random() < 0.55:
        words = str(rng.choice(WORDS))
        size = min(high * rng.uniform(0.15, 0.5), wide / max(len(words), 4) * 1.1)
        sheet.text(words, a0 + rng.uniform(0.02, 0.3) * wide, b0 + rng.uniform(0.15, 0.6) * high, size, paint(rng, 0.3))


def plate(sheet: Sheet, a: float, b: float) -> None:
    """A plate without a text, and its holder."""
    rectangle(sheet, a - 0.28, a + 0.28, b - 0.075, b + 0.075, (0.05, 0.05, 0.05), MATT)
    rectangle(sheet, a - 0.25, a + 0.25, b - 0.05, b + 0.05, (0.8, 0.82, 0.82), MATT)


def head_lamps(sheet: Sheet, a: float, b: float, wide: float, high: float) -> None:
    """Head lamps at `a` on both sides."""
    rectangle(sheet, a - wide / 2, a + wide / 2, b - high / 2, b + high / 2, (0.5, 0.5, 0.48), GLASS, both=True)
    sheet.disc(a, b, min(wide, high) * 0.36, (0.9, 0.9, 0.88), GLASS, (0.7, 0.8, 0.9), both=True)
    rectangle(sheet, a + wide * 0.3, a + wide * 0.5, b - high / 2, b + high / 2, (0.1, 0.45, 0.85), GLASS, both=True)


def tail_lamps(sheet: Sheet, a: float, b: float, wide: float, high: float) -> None:
    """Tail lamps at `a` on both sides."""
    sheet.area(
        [(a - wide / 2, b - high / 2), (a + wide / 2, b - high / 2), (a + wide / 2, b + high / 2), (a - wide / 2, b + high / 2)],
        (0.12, 0.08, 0.68), GLASS, (0.05, 0.03, 0.4), both=True,
    )  # fmt: skip
