"""Reads the data pack: pictures with labelled plates (``plates/``) and the cut-out validation plates."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from .labels import read_labels


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
    corners: np.ndarray | None
    """The detector's four corners in the patch, clockwise from the top left, where they are known."""
    source: str
    """Prefix of the picture's name, which stands for the repository it comes from."""
    rows: int | None = None
    """Rows of signs, where noted."""


CONTEXT = 0.6
Quads = dict[tuple[str, int], np.ndarray]
"""Corners by picture and number of the plate in it."""


def labels(folder: Path) -> Iterator[dict[str, Any]]:
    """The lines of ``labels.jsonl`` in `folder`."""
    path = folder / "labels.jsonl"
    if not path.is_file():
        raise FileNotFoundError(f"{path} not found: --data must name the data pack's folder")
    with path.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def plate_crops(data: Path, split: str, quads: Quads | None = None) -> list[PlateCrop]:
    """All legible plates with a text of one split (`train` or `val`)."""
    return [crop for _, _, crop in _crops(data, split, lambda p: bool(p.get("legible") and p.get("text")), quads)]


def unreadable_crops(data: Path, split: str) -> list[PlateCrop]:
    """Plates of one split that a person looked at and could not read, wide enough to be plates at all."""

    def wanted(plate: dict[str, Any]) -> bool:
        return plate.get("legible") is False and not plate.get("text") and 14 <= plate["box"][2] <= 60

    return [crop for _, _, crop in _crops(data, split, wanted)]


def unread_crops(data: Path, sources: frozenset[str], least_width_px: float) -> Iterator[tuple[str, int, PlateCrop]]:
    """Plates of the train split that nobody has read: picture, number of the plate in it, crop with an empty text."""

    def wanted(plate: dict[str, Any]) -> bool:
        return plate.get("legible") is None and plate["box"][2] >= least_width_px

    return (found for found in _crops(data, "train", wanted) if found[2].source in sources)


def labelled_crops(data: Path, file: Path, quads: Quads | None = None, split: str = "train") -> list[PlateCrop]:
    """Plates of one split that the project's own labels (`labels.py`) give a text."""
    labels = read_labels(data, file)
    found = _crops(data, split, lambda p: p.get("legible") is None, quads)
    return [
        replace(crop, text=label.text, rows=label.rows, country=label.country)
        for image, place, crop in found
        if (label := labels.get((image, place)))
    ]


def detected_quads(file: Path) -> Quads:
    """What `reader.quads` wrote."""
    rows = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    return {(row["image"], row["plate"]): np.array(row["quad"], np.float32) for row in rows}


def _crops(
    data: Path, split: str, wanted: Callable[[dict[str, Any]], bool], quads: Quads | None = None
) -> Iterator[tuple[str, int, PlateCrop]]:
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
            crop = _cut(picture, plate, source)
            quad = (quads or {}).get((Path(entry["image"]).stem, place))
            if quad is not None:
                shift = np.float32(crop.box[:2]) - np.float32(plate["box"][:2])
                crop = replace(crop, corners=quad + shift)
            yield entry["image"], place, crop


def _cut(picture: np.ndarray, plate: dict[str, Any], source: str) -> PlateCrop:
    x, y, w, h = plate["box"]
    left, top = int(x - CONTEXT * w), int(y - CONTEXT * h)
    right, bottom = int(np.ceil(x + (1 + CONTEXT) * w)), int(np.ceil(y + (1 + CONTEXT) * h))
    high, wide = picture.shape[:2]
    pad = max(0, -left, -top, right - wide, bottom - high)
    if pad:
        picture = cv2.copyMakeBorder(picture, pad, pad, pad, pad, cv2.BORDER_REPLICATE)
    patch = picture[top + pad : bottom + pad, left + pad : right + pad].copy()
    return PlateCrop(patch, (x - left, y - top, w, h), plate.get("text") or "", plate.get("country"), None, source)


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
