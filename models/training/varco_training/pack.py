"""Reads the data pack: pictures with labelled plates (``plates/``) and the cut-out validation plates."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
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
    """Empty when nobody has read it."""
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
    return [crop for _, _, crop in _crops(data, split, lambda p: bool(p.get("legible") and p.get("text")))]


def unread_crops(data: Path, sources: frozenset[str], least_width_px: float) -> Iterator[tuple[str, int, PlateCrop]]:
    """Plates of the train split that nobody has read: picture, number of the plate in it, crop with an empty text."""

    def wanted(plate: dict[str, Any]) -> bool:
        return plate.get("legible") is None and plate["box"][2] >= least_width_px

    return (found for found in _crops(data, "train", wanted) if found[2].source in sources)


def self_labelled_crops(data: Path, file: Path) -> list[PlateCrop]:
    """The plates that `reader.selflabel` read and a person checked: a JSON line each with `image`, `plate`, `text`."""
    texts: dict[tuple[str, int], str] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        texts[row["image"], row["plate"]] = row["text"]
    found = _crops(data, "train", lambda p: p.get("legible") is None)
    return [replace(crop, text=texts[image, place]) for image, place, crop in found if (image, place) in texts]


def _crops(data: Path, split: str, wanted: Callable[[dict[str, Any]], bool]) -> Iterator[tuple[str, int, PlateCrop]]:
    folder = data / "plates"
    for entry in labels(folder):
        plates = [(i, p) for i, p in enumerate(entry["plates"]) if wanted(p)]
        if entry["split"] != split or not plates:
            continue
        picture = cv2.imread(str(folder / entry["image"]), cv2.IMREAD_COLOR)
        if picture is None:
            raise ValueError(f"{folder / entry['image']} cannot be decoded")
        source = Path(entry["image"]).name.split("_")[0]
        for place, plate in plates:
            yield entry["image"], place, _cut(picture, plate, source)


def _cut(picture: np.ndarray, plate: dict[str, Any], source: str) -> PlateCrop:
    x, y, w, h = plate["box"]
    left, top = int(x - CONTEXT * w), int(y - CONTEXT * h)
    right, bottom = int(np.ceil(x + (1 + CONTEXT) * w)), int(np.ceil(y + (1 + CONTEXT) * h))
    high, wide = picture.shape[:2]
    pad = max(0, -left, -top, right - wide, bottom - high)
    if pad:
        picture = cv2.copyMakeBorder(picture, pad, pad, pad, pad, cv2.BORDER_REPLICATE)
    patch = picture[top + pad : bottom + pad, left + pad : right + pad].copy()
    return PlateCrop(patch, (x - left, y - top, w, h), plate.get("text") or "", plate.get("country"), source)


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
