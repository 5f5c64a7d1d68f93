"""Reads the data pack: pictures with labelled plates (``plates/``) and the cut-out validation plates."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np


@dataclass(frozen=True)
class PlateCrop:
    """One legible plate with the picture around it."""

    patch: np.ndarray
    """BGR, uint8: the labelled box with `CONTEXT` of its size on every side (edge pixels repeated past the picture)."""
    box: tuple[float, float, float, float]
    """x, y, width, height of the labelled upright box inside the patch, pixels."""
    text: str
    country: str | None
    source: str
    """Prefix of the picture's name, which stands for the repository it comes from."""


CONTEXT = 0.6


def labels(folder: Path) -> Iterator[dict[str, Any]]:
    """The lines of ``labels.jsonl`` in `folder`."""
    path = folder / "labels.jsonl"
    if not path.is_file():
        raise FileNotFoundError(f"{path} not found: --data must name the data pack's folder")
    with path.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def plate_crops(data: Path, split: str) -> list[PlateCrop]:
    """All legible plates with a text of one split (`train` or `val`)."""
    folder = data / "plates"
    out = []
    for entry in labels(folder):
        plates = [p for p in entry["plates"] if p.get("legible") and p.get("text")]
        if entry["split"] != split or not plates:
            continue
        picture = cv2.imread(str(folder / entry["image"]), cv2.IMREAD_COLOR)
        if picture is None:
            raise ValueError(f"{folder / entry['image']} cannot be decoded")
        source = Path(entry["image"]).name.split("_")[0]
        out.extend(_cut(picture, p, source) for p in plates)
    return out


def _cut(picture: np.ndarray, plate: dict[str, Any], source: str) -> PlateCrop:
    x, y, w, h = plate["box"]
    left, top = int(x - CONTEXT * w), int(y - CONTEXT * h)
    right, bottom = int(np.ceil(x + (1 + CONTEXT) * w)), int(np.ceil(y + (1 + CONTEXT) * h))
    high, wide = picture.shape[:2]
    pad = max(0, -left, -top, right - wide, bottom - high)
    if pad:
        picture = cv2.copyMakeBorder(picture, pad, pad, pad, pad, cv2.BORDER_REPLICATE)
    patch = picture[top + pad : bottom + pad, left + pad : right + pad].copy()
    return PlateCrop(patch, (x - left, y - top, w, h), plate["text"], plate.get("country"), source)


def validation_crops(data: Path) -> Iterator[tuple[np.ndarray, str, str | None]]:
    """Cut-out plates (BGR), their texts and countries; for measuring only, never for training, calibration or choosing."""
    folder = data / "crops-validation"
    for entry in labels(folder):
        picture = cv2.imread(str(folder / entry["image"]), cv2.IMREAD_COLOR)
        if picture is None:
            picture = cv2.imread(str(folder / "images" / entry["image"]), cv2.IMREAD_COLOR)
        if picture is None:
            raise ValueError(f"{folder / entry['image']} cannot be decoded")
        yield picture, entry["text"], entry.get("country")
