"""Side bands with country signs, seals and coats of arms, small print. Colours are RGB, pictures BGR."""

from __future__ import annotations

import cv2
import numpy as np

from . import codes, fonts
from .formats import Country

_BLUE, _YELLOW, _WHITE = (12, 60, 160), (240, 205, 40), (238, 238, 238)
_EU = {
    "IT", "DE", "FR", "ES", "GB", "RO", "NL", "BE", "AT", "PL", "CZ", "SK", "HU", "SI", "HR", "GR", "BG", "PT", "IE", "LU", "DK",
    "SE", "FI", "EE", "LV", "LT", "MT", "CY",
}
# Inspection stickers change their colour every year.
_STICKERS = ((230, 120, 30), (40, 90, 180), (240, 200, 40), (150, 90, 50), (200, 90, 130), (40, 140, 70))
_SIGN = {"it": "I", "fr": "F", "at": "A", "gb": "GB", "pt": "P", "al": "AL", "ua": "UA"}


def small_text(
    image: np.ndarray, words: str, x: int, y: int, height: int, colour: tuple[int, int, int], face: str | None = None,
    max_width: int | None = None,
) -> None:
    """Write `words` centred at (x, y), `height` pixels high, pressed to `max_width` where given."""
    if height < 3:
        return
    face = face or fonts.faces()["din"][0]
    gap = np.zeros((fonts.CAP_PX, fonts.CAP_PX // 6), np.uint8)
    parts = [p for c in words for p in (fonts.glyph(face, c) if c != " " else np.tile(gap, 2), gap)]
    line = np.hstack(parts[:-1])
    width = max(2, round(line.shape[1] * height / fonts.CAP_PX))
    width = min(width, max_width or width, image.shape[1])
    line = cv2.resize(line, (max(2, width), height), interpolation=cv2.INTER_AREA)
    x0, y0 = max(0, min(x - width // 2, image.shape[1] - width)), max(0, min(y - height // 2, image.shape[0] - height))
    part = image[y0 : y0 + height, x0 : x0 + width]
    alpha = line[: part.shape[0], : part.shape[1], None].astype(np.float32) / 255
    part[:] = (part * (1 - alpha) + np.array(colour[::-1], np.float32) * alpha).astype(np.uint8)


def _tone(colour: tuple[int, int, int], night: bool) -> tuple[int, int, int]:
    if not night:
        return colour
    grey = int(0.8 * colour[0] + 0.15 * colour[1] + 0.05 * colour[2])
    return (grey, grey, grey)


def _stars(image: np.ndarray, x: int, y: int, radius: float, colour: tuple[int, int, int]) -> None:
    dot = max(1, round(radius * 0.16))
    for angle in np.arange(12) * (np.pi / 6):
        centre = (round(x + radius * np.cos(angle)), round(y + radius * np.sin(angle)))
        cv2.circle(image, centre, dot, colour[::-1], -1, cv2.LINE_AA)


def _flag(image: np.ndarray, band: int, tall: int, bottom: float, colour: tuple[int, int, int]) -> None:
    corners = (round(band * 0.2), round(tall * 0.15)), (round(band * 0.8), round(tall * bottom))
    cv2.rectangle(image, *corners, colour[::-1], -1)


def draw_bands(
    rng: np.random.Generator, image: np.ndarray, country: Country | None, full: bool, unit: int, night: bool
) -> tuple[int, int]:
    """Draw the bands of the country's plates, over the whole height or (`full` False) the first row only.

    Returns the widths taken at the left and at the right (pixels).
    """
    high, width = image.shape[:2]
    pad = round(unit * 0.06)
    kind = country.band if country else ("" if rng.random() < 0.6 else str(rng.choice(["D", "F", "X", "GB", "USA", "I"])))
    if not kind or rng.random() < 0.14:
        return pad, pad
    band = round(unit * rng.uniform(0.34, 0.46))
    tall = high if full else high // 2
    blue = _tone(_BLUE if rng.random() < 0.9 else (20, 30, 90), night)
    sign_colour = _tone(_WHITE if rng.random() < 0.85 else _YELLOW, night)
    sign = _SIGN.get(kind, kind)
    if kind == "at" and rng.random() < 0.7:
        red = _tone((200, 30, 40), night)
        thick = max(1, round(high * 0.035))
        for y in (thick, high - thick):
            cv2.line(image, (0, y), (width, y), red[::-1], thick)
    if kind == "ch":
        if rng.random() < 0.85:
            draw_seal(rng, image, round(unit * 0.24), round(high * 0.25 if full else 0.1 * high), round(unit * 0.5),
                      round(unit * 0.15), country, night)
        right = pad
        if rng.random() < 0.35:
            draw_seal(rng, image, width - round(unit * 0.24), round(high * 0.25 if full else 0.1 * high),
                      round(unit * 0.5), round(unit * 0.15), country, night)
            right = round(unit * 0.46)
        return round(unit * 0.46), right
    if kind == "ru":
        return pad, pad
    cv2.rectangle(image, (0, 0), (band, tall), blue[::-1], -1)
    small_text(image, sign, band // 2, round(tall * rng.uniform(0.74, 0.84)), round(unit * rng.uniform(0.16, 0.24)), sign_colour,
               max_width=round(band * 0.86))
    code = country.code if country else ""
    if code in _EU or (not code and rng.random() < 0.5):
        _stars(image, band // 2, round(tall * 0.3), band * 0.3, _tone(_YELLOW, night))
    elif kind == "ua":
        _flag(image, band, tall, 0.3, _tone(_YELLOW, night))
    elif rng.random() < 0.5:
        _flag(image, band, tall, 0.4, _tone((190, 40, 50), night))
    if kind in ("it", "fr", "al") and rng.random() < 0.85:
        return band + pad, _right_band(rng, image, kind, band, unit, full, blue, night) + pad
    if code == "DE" and full and rng.random() < 0.06:
        _season(rng, image, unit, night)
        return band + pad, round(unit * 0.42)
    if kind == "pt" and rng.random() < 0.45:
        yellow = _tone(_YELLOW, night)
        cv2.rectangle(image, (width - band, 0), (width, high), yellow[::-1], -1)
        for share in (0.3, 0.7):
            small_text(image, f"{rng.integers(0, 25):02d}", width - band // 2, round(high * share), round(unit * 0.17), (20, 20, 20))
        return band + pad, band + pad
    return band + pad, pad


def _season(rng: np.random.Generator, image: np.ndarray, unit: int, night: bool) -> None:
    """The months of a German season plate at the right end: from above the line, until below it. No part of the text."""
    high, width = image.shape[:2]
    x, half = width - round(unit * 0.23), round(unit * 0.15)
    ink = _tone((18, 18, 20), night)
    cv2.line(image, (x - half, high // 2), (x + half, high // 2), ink[::-1], max(1, unit // 40))
    for share, month in zip((0.3, 0.7), rng.permutation(12)[:2] + 1, strict=True):
        small_text(image, f"{month:02d}", x, round(high * share), round(unit * rng.uniform(0.22, 0.3)), ink)


def _right_band(
    rng: np.random.Generator, image: np.ndarray, kind: str, band: int, unit: int, full: bool, blue: tuple[int, int, int], night: bool
) -> int:
    """Italy: year in a yellow ring and province; France: a region's sign and the department; Albania: a second blue band."""
    high, width = image.shape[:2]
    tall = high if full else high // 2
    cv2.rectangle(image, (width - band, 0), (width, tall), blue[::-1], -1)
    x, white, yellow = width - band // 2, _tone(_WHITE, night), _tone(_YELLOW, night)
    if kind == "it":
        if rng.random() < 0.5:
            cv2.circle(image, (x, round(tall * 0.28)), round(band * 0.33), yellow[::-1], max(1, unit // 50), cv2.LINE_AA)
            small_text(image, f"{rng.integers(0, 26):02d}", x, round(tall * 0.28), round(unit * 0.13), yellow)
        if rng.random() < 0.6:
            provinces = codes.LISTS["IT"]
            small_text(image, provinces[int(rng.integers(len(provinces)))], x, round(tall * 0.74), round(unit * 0.18), white)
    elif kind == "fr":
        style = rng.random()
        if style < 0.75:
            colours = rng.integers(0, 256, (2, 3))
            box = (x - band // 3, round(tall * 0.12)), (x + band // 3, round(tall * rng.uniform(0.4, 0.52)))
            cv2.rectangle(image, *box, _tone(tuple(int(v) for v in colours[0]), night)[::-1], -1)
            cv2.line(image, box[0], box[1], _tone(tuple(int(v) for v in colours[1]), night)[::-1], max(1, unit // 18), cv2.LINE_AA)
        number = f"{rng.integers(1, 96):02d}" if rng.random() < 0.92 else "2A"
        small_text(image, number, x, round(tall * 0.76), round(unit * rng.uniform(0.16, 0.24)), white)
    return band


def draw_seal(
    rng: np.random.Generator, image: np.ndarray, x: int, top: int, cap: int, radius: int, country: Country | None, night: bool
) -> None:
    """A sticker or coat of arms between signs: discs (Germany has two, one above the other) or a shield in any colours."""
    code = country.code if country else ""
    ring = _tone(tuple(int(v) for v in rng.integers(60, 230, 3)), night)
    inner = _tone(tuple(int(v) for v in rng.integers(120, 256, 3)), night)
    radius = max(2, min(radius, cap // 3))
    if code in ("DE", "CZ") or rng.random() < 0.3:
        if rng.random() < 0.9:
            cv2.circle(image, (x, top + round(cap * 0.76)), round(radius * rng.uniform(0.75, 1)), ring[::-1], -1, cv2.LINE_AA)
            cv2.circle(image, (x, top + round(cap * 0.76)), max(1, radius // 2), inner[::-1], -1, cv2.LINE_AA)
        if rng.random() < 0.8:
            tint = _tone(_STICKERS[int(rng.integers(len(_STICKERS)))], night)
            cv2.circle(image, (x, top + round(cap * 0.24)), round(radius * rng.uniform(0.7, 1)), tint[::-1], -1, cv2.LINE_AA)
            cv2.circle(image, (x, top + round(cap * 0.24)), max(1, radius // 3), (20, 20, 20), max(1, radius // 6), cv2.LINE_AA)
        return
    style = rng.random()
    if style < 0.3:  # a sticker with small print, round or square
        size, middle = radius, top + round(cap * rng.uniform(0.25, 0.75))
        if style < 0.15:
            cv2.rectangle(image, (x - size, middle - size), (x + size, middle + size), ring[::-1], -1)
        else:
            cv2.circle(image, (x, middle), size, ring[::-1], -1, cv2.LINE_AA)
        dark = (20, 20, 20) if sum(ring) > 330 else (240, 240, 240)
        small_text(image, f"{rng.integers(0, 100):02d}", x, middle, round(size * 0.9), dark, max_width=2 * size)
        return
    if style < 0.42:  # an emblem of bare strokes: a star, a wheel
        thick = max(1, radius // 5)
        cv2.circle(image, (x, top + cap // 2), radius, ring[::-1], thick, cv2.LINE_AA)
        for angle in np.arange(3) * (np.pi / 3):
            dx, dy = round(radius * np.cos(angle)), round(radius * np.sin(angle))
            cv2.line(image, (x - dx, top + cap // 2 - dy), (x + dx, top + cap // 2 + dy), inner[::-1], thick, cv2.LINE_AA)
        return
    half, tall = round(radius * rng.uniform(0.7, 1.05)), round(cap * rng.uniform(0.25, 0.42))
    middle = top + cap // 2
    shield = np.array([(-half, -tall), (half, -tall), (half, tall // 3), (0, tall), (-half, tall // 3)]) + (x, middle)
    cv2.fillPoly(image, [shield.astype(np.int32)], ring[::-1], cv2.LINE_AA)
    if rng.random() < 0.5:
        cv2.polylines(image, [shield.astype(np.int32)], True, (30, 30, 30), max(1, radius // 8), cv2.LINE_AA)
    for _ in range(int(rng.integers(1, 4))):
        dx, dy = rng.integers(-half, half + 1) if half else 0, rng.integers(-tall, tall // 2 + 1) if tall else 0
        cv2.circle(image, (int(x + dx * 0.5), int(middle + dy * 0.6)), max(1, half // 3), inner[::-1], -1, cv2.LINE_AA)
