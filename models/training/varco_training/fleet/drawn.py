"""The drawn vehicles as training takes them: set before the grounds of real pictures.

A thousand real lorries and buses are learnt by heart within minutes, and of a small lorry among cars there is hardly one. A drawn one is never
taken for real, but it shows what makes a lorry from every side: a cab with something else behind it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ..detector.vehicles import VEHICLE_CLASSES

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Drawn:
    """One view of a drawn vehicle."""

    image: Image
    """[S,S,4] BGR and how much of the ground is hidden."""
    box: Floats
    """[4] x0 y0 x1 y1 px."""
    index: int
    """What it is, a place in `VEHICLE_CLASSES`."""


def read_drawn(folders: Iterable[Path]) -> list[Drawn]:
    """What `python -m varco_training.fleet` has written to each of the folders."""
    found = []
    rows = ((folder, json.loads(line)) for folder in folders for line in (folder / "labels.jsonl").read_text(encoding="utf-8").splitlines())
    for folder, row in rows:
        image = cv2.imread(str(folder / row["image"]), cv2.IMREAD_UNCHANGED)
        x, y, w, h = row["box"]
        found.append(Drawn(np.asarray(image, np.uint8), np.array([x, y, x + w, y + h], np.float32), VEHICLE_CLASSES.index(row["class"])))
    return found


def before(rng: np.random.Generator, one: Drawn, ground: Image) -> Image:
    """The drawn vehicle before a piece of the ground: [S,S,3]."""
    size = one.image.shape[0]
    side = min(ground.shape[:2])
    piece = int(side * rng.uniform(0.5, 1.0))
    x, y = rng.integers(0, ground.shape[1] - piece + 1), rng.integers(0, ground.shape[0] - piece + 1)
    behind = cv2.resize(ground[y : y + piece, x : x + piece], (size, size), interpolation=cv2.INTER_LINEAR).astype(np.float32)
    if rng.random() < 0.5:
        behind = behind[:, ::-1]
    alpha = one.image[..., 3:].astype(np.float32) / 255.0
    # Haze, and a light of another colour than the drawing's.
    haze, tint = rng.uniform(0, 0.25), rng.normal(1.0, 0.08, 3) * float(np.exp(rng.normal(0, 0.2)))
    worn = one.image[..., :3] * tint.astype(np.float32)
    worn += haze * (behind.mean((0, 1)) - worn)
    return (behind * (1 - alpha) + worn * alpha).clip(0, 255).astype(np.uint8)
