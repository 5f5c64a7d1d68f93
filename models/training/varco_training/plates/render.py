"""Draws one flat plate: ground, bands, signs, seals, frame, bolts, dirt.

All lengths follow from the plate's height in pixels, so the reader's training can draw small and fast and the scenes large.
Colours are RGB tuples until the last step; pictures are BGR, uint8.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from . import fonts
from .bands import draw_bands, draw_seal, small_text
from .countries import COUNTRIES, pick_country
from .formats import COLOURS, Country, Layout, draw_layout
from .wear import add_frame, draw_bolt, wear
from .words import draw_words, tint_ground

RANDOM_SHARE = 0.15
FRAMED_SHARE = 0.3
"""How many plates are shown in a holder."""
_FOOTED_SHARE = {"": 0.15, "US": 0.75}
"""How many plates draw I with bars at its top and foot, by country; of the others none (but for typefaces that have them)."""
_SLANTED_SHARE = {"": 0.08, "US": 0.08, "PK": 0.08}
"""How many plates have slanted signs, by country (none: a plate of no national form); of the others one in fifty."""
_GAPS = {"~": 0.22, " ": 0.5, "-": 0.42, ".": 0.36, "*": 0.62}


@dataclass(frozen=True)
class RenderedPlate:
    """A flat rectangular plate."""

    image: np.ndarray
    """BGR, uint8, height x width x 3; the plate with its frame fills it to the edges."""
    text: str
    """`A-Z0-9ÄÖÜ` without separators, rows joined from top to bottom."""
    rows: int
    country: str | None
    """ISO 3166 code (`XK` Kosovo), None for a plate without a national form."""


def render_plate(
    rng: np.random.Generator,
    text: str | None = None,
    country: str | None = None,
    rows: int | None = None,
    night: bool = False,
    height_px: int = 110,
    framed: bool | None = None,
) -> RenderedPlate:
    """Draw a plate: any of the known countries by weight, some 15 % random strings, or what is asked for.

    `text` without `country` gives a plate of no national form; `rows` 1 or 2 forces the number of rows; `night` gives the
    grey, washed-out look of infra-red light. `height_px` is the height of a one-row plate (two-row ones are about 1.85 times
    as high); a one-row plate is about 4.7 times as wide as high. `framed` puts it in a holder, or never does; by default 30 %.
    """
    chosen = COUNTRIES.get(country) if country else None
    if country is None and text is None and rng.random() >= RANDOM_SHARE:
        chosen = pick_country(rng.random())
    layout = draw_layout(rng, chosen, text, rows)
    if country is not None and chosen is None:
        layout = replace(layout, country=country)
    face = fonts.pick_face(rng, chosen.font if chosen else "any")
    if chosen is None and any(c in layout.text for c in "0O"):
        # Without a national form only the shape tells O from 0.
        tries = 0
        while not fonts.round_o(face) and tries < 8:
            face, tries = fonts.pick_face(rng, "any"), tries + 1
    if any(c in layout.text for c in "ÄÖÜ") and not fonts.has_umlauts(face):
        face = fonts.pick_face(rng, "fe")
    image = _draw(rng, layout, chosen, face, height_px, night)
    if framed if framed is not None else rng.random() < FRAMED_SHARE:
        image = add_frame(rng, image, night)
    return RenderedPlate(image, layout.text, layout.rows, layout.country)


def _infra_red(colour: tuple[int, int, int]) -> tuple[int, int, int]:
    """How bright a colour is under infra-red light: red and yellow shine like white, blue goes dark."""
    grey = int(0.8 * colour[0] + 0.15 * colour[1] + 0.05 * colour[2])
    return (grey, grey, grey)


def _pick_colours(rng: np.random.Generator, country: Country | None, night: bool, named: str = "") -> list[tuple[int, int, int]]:
    if named:
        pair = COLOURS[named]
    elif country is None and rng.random() < 0.25:
        ground = rng.integers(0, 256, 3)
        ink = rng.integers(0, 256, 3)
        if abs(int(ground.mean()) - int(ink.mean())) < 90:
            ink = np.full(3, 20 if ground.mean() > 110 else 235)
        pair = (tuple(int(v) for v in ground), tuple(int(v) for v in ink))
    else:
        names = country.colours if country else ("w", "w", "w", "w", "y", "k", "k", "k", "ky", "b", "wb", "wg", "wr",
                                                      "r", "g", "o", "lg", "yr", "ky")
        pair = COLOURS[names[int(rng.integers(len(names)))]]
    jitter = rng.integers(-14, 15, 2)
    out = [tuple(int(np.clip(v + j, 0, 255)) for v in c) for c, j in zip(pair, jitter, strict=True)]
    return [_infra_red(c) for c in out] if night else out


def _size(rng: np.random.Generator, layout: Layout, country: Country | None, height: int) -> tuple[int, int]:
    count = len(layout.text)
    if layout.rows > 1:
        high = round(height * rng.uniform(1.6, 2.0))
        # Motorcycle plates are nearly square, the square ones of cars wider.
        aspect = rng.uniform(1.0, 1.35) if rng.random() < 0.45 else rng.uniform(1.3, 1.9)
        return max(round(high * aspect), round(height * 0.30 * count)), high
    aspect = country.width if country else float(rng.uniform(2.2, 4.9))
    if country and country.code == "US":
        # The signs fill little more than half of the height, the rest is for words.
        high = round(height * 1.6)
        return round(high * max(aspect * rng.uniform(0.95, 1.05), 0.23 * count + 0.25)), high
    if country and rng.random() < 0.15:
        aspect *= rng.uniform(0.7, 1.05)
    return round(height * max(aspect * rng.uniform(0.96, 1.04), 0.42 * count + 0.4)), height


def _draw(rng: np.random.Generator, layout: Layout, country: Country | None, face: str, height: int, night: bool) -> np.ndarray:
    ground, ink = _pick_colours(rng, country, night, layout.colour)
    width, high = _size(rng, layout, country, height)
    image = np.empty((high, width, 3), np.uint8)
    image[:] = ground[::-1]
    code = country.code if country else ""
    if code == "US" and rng.random() < 0.5:
        tint_ground(rng, image, night)
    full_band = layout.rows == 1 or rng.random() < 0.5
    left = right = round(height * 0.06)
    if layout.bands:
        left, right = draw_bands(rng, image, country, full_band, height, night)
    stroke = int(rng.integers(-1, 3))
    slant = float(rng.uniform(0.08, 0.28)) if rng.random() < _SLANTED_SHARE.get(code, 0.02) else 0.0
    mask = np.zeros((high, width), np.uint8)
    rows = layout.tokens.split("/")
    shares = [1.0] if len(rows) == 1 else [s := float(rng.uniform(0.42, 0.54)), 1 - s]
    top = bottom = round(high * rng.uniform(0.02, 0.06)) if len(rows) > 1 else 0
    above, below = draw_words(rng, image, layout, code, ink, night)
    top, bottom = max(top, above), max(bottom, below)
    y = float(top)
    for index, (row, share) in enumerate(zip(rows, shares, strict=True)):
        row_high = (high - top - bottom) * share
        # On many square plates only the first row stands beside the band.
        x0, x1 = (left, width - right) if index == 0 or full_band else (round(0.03 * width), round(0.97 * width))
        row, _, boxed = row.partition(">")
        if boxed:
            edge = x1 - round(height * rng.uniform(0.95, 1.2))
            cv2.line(image, (edge, round(y)), (edge, round(y + row_high)), ink[::-1], max(1, height // 40))
            small_text(image, "RUS", (edge + x1) // 2, round(y + row_high * 0.86), round(height * 0.15), ink)
            _draw_row(rng, image, mask, boxed, face, stroke, slant, (edge + 2, y, x1, y + row_high * 0.8), country, night)
            x1 = edge
        _draw_row(rng, image, mask, row, face, stroke, slant, (x0, y, x1, y + row_high), country, night)
        y += row_high
    _ink(rng, image, mask, ink)
    if rng.random() < 0.6:
        thick = max(1, round(high * rng.uniform(0.01, 0.03)))
        inset = round(high * rng.uniform(0, 0.04))
        edge = ink if rng.random() < 0.7 else tuple(int(v * 0.6) for v in ground)
        cv2.rectangle(image, (inset, inset), (width - 1 - inset, high - 1 - inset), edge[::-1], thick, cv2.LINE_AA)
    return wear(rng, image, night)


def _footed(stroke: int) -> np.ndarray:
    """An I with a bar across its top and its foot, as American plates have it."""
    high = fonts.CAP_PX
    wide, stem, foot = round(high * 0.4), round(high * (0.13 + 0.02 * stroke)), round(high * (0.12 + 0.015 * stroke))
    mask = np.zeros((high, wide), np.uint8)
    mask[:foot] = mask[-foot:] = 255
    mask[:, (wide - stem) // 2 : (wide + stem) // 2] = 255
    return mask


def _sign(bars: bool, feet: bool, face: str, sign: str, stroke: int, country: Country | None) -> np.ndarray:
    """The sign's mask. British plates have one shape for I and 1 and one for O and 0."""
    if sign == "I" and feet:
        return _footed(stroke)
    if country is not None and country.code == "GB" and bars:
        sign = {"1": "I", "0": "O"}.get(sign, sign)
    if sign == "I" and bars:
        return np.full((fonts.CAP_PX, round(fonts.CAP_PX * (0.15 + 0.02 * stroke))), 255, np.uint8)
    return fonts.glyph(face, sign, stroke)


def _slanted(glyph: np.ndarray, slant: float) -> np.ndarray:
    """The sign leaning to the right by `slant` times its height."""
    if slant == 0.0:
        return glyph
    high, wide = glyph.shape
    matrix = np.float32([[1, -slant, slant * high], [0, 1, 0]])
    return cv2.warpAffine(glyph, matrix, (wide + round(slant * high), high), flags=cv2.INTER_LINEAR)


def _draw_row(
    rng: np.random.Generator, image: np.ndarray, mask: np.ndarray, row: str, face: str, stroke: int, slant: float,
    box: tuple[float, float, float, float], country: Country | None, night: bool,
) -> None:
    """Draw one row of signs centred into `box` (x0, y0, x1, y1), pressed together where it is too narrow."""
    x0, y0, x1, y1 = box
    cap = round((y1 - y0) * rng.uniform(0.62, 0.84))
    stretch = cap / fonts.CAP_PX * float(rng.uniform(0.82, 1.12))
    # Signs that nearly touch are a common cause of lost ones, so they get a share of their own.
    tight = rng.random() < 0.25
    gap = cap * float(rng.uniform(0.03, 0.08) if tight else rng.uniform(0.08, 0.2))
    # Some countries give each sign a cell of the same width, others the sign's own width and a fixed gap.
    cell = cap * float(rng.uniform(0.5, 0.62)) if rng.random() < 0.35 and not tight else 0.0
    # Plate scripts press W and M into the width of the other signs, text faces do not.
    widest = cap * float(rng.uniform(0.46, 0.66)) if rng.random() < 0.6 else cap * 2.0
    if country is None and "O" in row:
        widest = max(widest, 1.3 * stretch * fonts.glyph(face, "0", stroke).shape[1])
    bare = rng.random() < 0.1  # no dashes or seals drawn, only their gaps
    feet = rng.random() < _FOOTED_SHARE.get(country.code if country else "", 0.0)
    bars = rng.random() < 0.4
    bolted = rng.random() < 0.08
    dash, dot = cap * float(rng.uniform(0.07, 0.19)), max(1, round(cap * rng.uniform(0.06, 0.13)))
    parts: list[tuple[str, np.ndarray | None, float, float]] = []
    for sign in row:
        if sign in _GAPS:
            parts.append((sign, None, _GAPS[sign] * cap * float(rng.uniform(0.8, 1.25)), 0.0))
        else:
            glyph = _slanted(_sign(bars, feet, face, sign, stroke, country), slant)
            own = min(glyph.shape[1] * stretch, widest)
            parts.append((sign, glyph, max(cell, own + gap), own))
    total = sum(p[2] for p in parts)
    room = (x1 - x0) * float(rng.uniform(0.88, 0.97))
    squeeze = min(1.0, room / max(total, 1.0))
    if total < room and rng.random() < 0.4:
        squeeze = min(room / total, float(rng.uniform(1.0, 1.1 if tight else 1.35)))
    slack = (x1 - x0) - total * squeeze
    x = x0 + slack * float(rng.uniform(0.3, 0.7))
    top = round((y0 + y1 - cap) / 2 + (y1 - y0) * float(rng.uniform(-0.05, 0.05)))
    for sign, glyph, advance, own in parts:
        advance *= squeeze
        if glyph is None:
            middle, y = x + advance / 2, round(top + cap * 0.5)
            if not bare and sign in "-.":
                half = dash if sign == "-" else dot / 2
                cv2.line(mask, (round(middle - half), y), (round(middle + half), y), 255, dot)
            elif not bare and sign == "*":
                draw_seal(rng, image, round(middle), top, cap, round(advance * 0.42), country, night)
            elif bolted:
                draw_bolt(rng, image, round(middle), y, max(1.0, min(advance * 0.45, cap * 0.13)))
        else:
            _blit(mask, glyph, x + advance / 2, top, max(2.0, own * min(squeeze, 1.12)), cap)
        x += advance


def _blit(mask: np.ndarray, glyph: np.ndarray, middle: float, top: int, width: float, height: int) -> None:
    scaled = cv2.resize(glyph, (max(2, round(width)), max(2, height)), interpolation=cv2.INTER_AREA)
    x, y = round(middle - scaled.shape[1] / 2), top
    cx0, cy0 = max(0, -x), max(0, -y)
    cx1, cy1 = min(scaled.shape[1], mask.shape[1] - x), min(scaled.shape[0], mask.shape[0] - y)
    if cx1 > cx0 and cy1 > cy0:
        part = mask[y + cy0 : y + cy1, x + cx0 : x + cx1]
        np.maximum(part, scaled[cy0:cy1, cx0:cx1], out=part)


def _ink(rng: np.random.Generator, image: np.ndarray, mask: np.ndarray, ink: tuple[int, int, int]) -> None:
    """Blend the signs into the plate, half of the time with the light and dark edges of embossed metal."""
    if rng.random() < 0.5:
        depth = int(rng.integers(1, 3)) if image.shape[0] > 80 else 1
        edge = cv2.subtract(mask[:-depth, :-depth], mask[depth:, depth:])
        light = float(rng.uniform(0.15, 0.5))
        view = image[depth:, depth:]
        view[:] = cv2.subtract(view, cv2.merge([cv2.convertScaleAbs(edge, alpha=light)] * 3))
    alpha = cv2.merge([mask] * 3)
    colour = np.empty_like(image)
    colour[:] = ink[::-1]
    image[:] = cv2.add(
        cv2.multiply(image, cv2.bitwise_not(alpha), scale=1 / 255), cv2.multiply(colour, alpha, scale=1 / 255)
    )
