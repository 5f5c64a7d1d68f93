"""Typefaces of the plate renderer: where they lie, which ones suit which plates, and a cache of glyph masks.

Folders: the free typefaces fetched by ``fetch_fonts.sh`` (``$VARCO_FONTS``, by default ``models/training/runs/fonts``) and
the German FE shapes of the data pack (``$VARCO_DATA/fonts``, by default ``shared/data/fonts`` beside the repository).
"""

from __future__ import annotations

import functools
import os
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

CAP_PX = 96
"""Height of a cached capital letter; masks are scaled down from here."""

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÜ"

# Zeros with a stroke or a dot inside look like no plate's zero: the letter O stands in for them.
_MARKED_ZERO = ("mono", "share-tech", "electrolize", "quantico")

_GROUPS: dict[str, tuple[str, ...]] = {
    "fe": ("GL-Nummernschild",),
    "din": ("OSP-DIN", "gidole", "barlow", "roboto-condensed", "RG2014", "saira-semi", "sofia-sans-condensed"),
    "round": ("m-plus-rounded", "varela", "dosis", "nunito", "rajdhani", "barlow-semi", "overpass-"),
    "square": ("share-tech", "saira", "chakra", "electrolize", "quantico", "rajdhani", "khand", "teko", "big-shoulders"),
    "narrow": ("condensed", "oswald", "antonio", "pathway", "league", "bebas", "francois", "archivo-narrow", "RG2014B"),
    "gb": ("share-tech-400", "saira-semi", "barlow-semi", "overpass-", "rajdhani-7", "RG2014E", "public-sans", "francois"),
}


def _ancestor_with(relative: str) -> Path | None:
    for parent in Path(__file__).resolve().parents:
        if (parent / relative).is_dir():
            return parent / relative
    return None


@functools.cache
def faces() -> dict[str, list[str]]:
    """All usable typeface files by group; group ``any`` holds every one of them."""
    default = Path(__file__).resolve().parents[2] / "runs" / "fonts"
    folders = [Path(os.environ.get("VARCO_FONTS", default))]
    data = os.environ.get("VARCO_DATA")
    pack = Path(data) if data else _ancestor_with("shared/data")
    if pack is not None:
        folders.append(pack / "fonts")
    files = sorted(str(f) for d in folders if d.is_dir() for f in d.iterdir() if f.suffix in (".ttf", ".otf"))
    if not files:
        raise FileNotFoundError(f"no typefaces in {', '.join(map(str, folders))}: run models/training/fetch_fonts.sh first")
    groups = {
        name: [f for f in files if any(key in os.path.basename(f) for key in keys)] or files
        for name, keys in _GROUPS.items()
    }
    groups["any"] = files
    return groups


def pick_face(rng: np.random.Generator, group: str) -> str:
    """A typeface of `group`, now and then any other: the reader must not depend on the exact shapes."""
    table = faces()
    loose = {"fe": 0.15, "any": 0.0}.get(group, 0.3)
    files = table["any"] if rng.random() < loose else table[group]
    return files[int(rng.integers(len(files)))]


@functools.lru_cache(maxsize=512)
def _font(face: str) -> tuple[ImageFont.FreeTypeFont, int]:
    """The font at a size whose capital H is `CAP_PX` high, and the y of the H's top."""
    probe = ImageFont.truetype(face, 200)
    _, top, _, bottom = probe.getbbox("H")
    font = ImageFont.truetype(face, max(8, round(200 * CAP_PX / max(1, bottom - top))))
    return font, font.getbbox("H")[1]


@functools.lru_cache(maxsize=40_000)
def glyph(face: str, char: str, stroke: int = 0) -> np.ndarray:
    """Mask (uint8, `CAP_PX` high, tight in width) of one character; `stroke` -1..2 thins or fattens it."""
    name = os.path.basename(face)
    if char == "0" and any(key in name for key in _MARKED_ZERO):
        char = "O"
    font, top = _font(face)
    left, _, right, _ = font.getbbox(char)
    width = max(4, right - left)
    canvas = Image.new("L", (width + 16, CAP_PX * 2), 0)
    ImageDraw.Draw(canvas).text((8 - left, CAP_PX // 2 - top), char, font=font, fill=255)
    mask = np.asarray(canvas)
    rows = np.flatnonzero(mask.max(axis=1) > 60)
    columns = np.flatnonzero(mask.max(axis=0) > 60)
    if rows.size == 0 or columns.size == 0:
        return np.zeros((CAP_PX, CAP_PX // 2), np.uint8)
    y0, y1 = CAP_PX // 2, CAP_PX // 2 + CAP_PX
    if char.isalnum():
        # Umlauts and tails are pressed into the height of a capital, as plates do.
        y0 = rows[0] if rows[0] < y0 - 4 or char.isdigit() else y0
        y1 = rows[-1] + 1 if rows[-1] + 1 > y1 + 4 or char.isdigit() else y1
    mask = np.ascontiguousarray(mask[y0:y1, max(0, columns[0]) : columns[-1] + 1])
    if mask.shape[0] != CAP_PX:
        mask = cv2.resize(mask, (mask.shape[1], CAP_PX), interpolation=cv2.INTER_AREA)
    if stroke > 0:
        mask = cv2.dilate(np.pad(mask, ((0, 0), (stroke, stroke))), np.ones((1 + stroke * 2,) * 2, np.uint8))
    elif stroke < 0:
        mask = cv2.erode(mask, np.ones((3, 3), np.uint8))
    return mask


@functools.cache
def round_o(face: str) -> bool:
    """Whether the letter O is plainly wider than the digit 0, so that a reader can tell them apart."""
    return glyph(face, "O").shape[1] > 1.14 * glyph(face, "0").shape[1]


def has_umlauts(face: str) -> bool:
    """Whether the face draws Ä (some have plain Latin capitals only)."""
    return bool(glyph(face, "Ä").any()) and not np.array_equal(glyph(face, "Ä"), glyph(face, "Ö"))
