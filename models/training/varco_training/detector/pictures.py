"""The real pictures: labels of the data pack, JPEG bytes held in memory, decoded at the size a crop needs."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from .vehicles import CLASSES, CLASSES_OF_LABELS, Vehicle

Image = NDArray[np.uint8]
Points = NDArray[np.float32]
T = TypeVar("T")

SOURCE_SHARES = {
    "ol": 0.33, "ro": 0.17, "mp": 0.15, "kg": 0.10, "oi": 0.09, "es": 0.06, "vr": 0.04, "ru": 0.03, "in": 0.02, "wd": 0.01,
}  # fmt: skip
"""How often a crop comes from each source (two letters of the file name): towards Europe and towards real corners."""

COMPLETE_SOURCES = frozenset({"ol", "mp", "es", "vr", "wd"})
"""Sources in which (almost) every visible plate is boxed. Elsewhere an unexpected detection may well be right."""


@dataclass(frozen=True)
class Plate:
    """One labelled plate, in pixels of the stored picture."""

    corners: Points
    """[4,2], clockwise from the top left as seen; the box's corners where the source has no real ones."""
    has_corners: bool
    """Whether `corners` are the plate's own rather than those of its upright box."""
    legible: bool | None
    """A person reads it with certainty; `None`: nobody has judged it."""
    ignore: bool = False
    """Perhaps a plate: a find of the network itself that is not sure enough to learn from."""
    outline: Points | None = None
    """[4,2] around `corners`, so large that its upright box is the one people drew; the corners themselves without one."""

    @property
    def width_px(self) -> float:
        """Width of the upright box."""
        return float(np.ptp(self.corners[:, 0]))

    @property
    def around(self) -> Points:
        """[4,2] what the upright box goes around: the outline, or the corners."""
        return self.corners if self.outline is None else self.outline


@dataclass(frozen=True)
class Picture:
    """One picture of the pack, still encoded."""

    name: str
    source: str
    width_px: int
    height_px: int
    plates: tuple[Plate, ...]
    encoded: NDArray[np.uint8]
    vehicles: tuple[Vehicle, ...] = ()
    knows_plates: bool = True
    """Whether its plates are boxed (by people, or by the network's own finds)."""
    mistakes: tuple[Points, ...] = ()
    """[4] boxes x0 y0 x1 y1 of what the network took for plates and is none (`finds.py`)."""

    @property
    def complete(self) -> bool:
        """Whether a place without a box may be taken for a place without a plate."""
        return self.source in COMPLETE_SOURCES

    def decode(self, scale: float = 1.0) -> tuple[Image, float]:
        """The picture (BGR) for a use at `scale`, decoded at 1/1, 1/2, 1/4 or 1/8, and that factor."""
        for flag, factor in ((cv2.IMREAD_REDUCED_COLOR_8, 8), (cv2.IMREAD_REDUCED_COLOR_4, 4), (cv2.IMREAD_REDUCED_COLOR_2, 2)):
            if scale * factor <= 1.0:
                return cv2.imdecode(self.encoded, flag), 1.0 / factor
        return cv2.imdecode(self.encoded, cv2.IMREAD_COLOR), 1.0


def box_corners(box: list[float]) -> Points:
    """The four corners of an upright `[x, y, w, h]` box, clockwise from the top left."""
    x, y, w, h = box
    return np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]], np.float32)


def _vehicles(label: dict[str, Any]) -> tuple[Vehicle, ...]:
    """The vehicles of one label line."""
    boxes = ((v["class"], v["box"]) for v in label.get("vehicles") or ())
    return tuple(Vehicle(np.array([x, y, x + w, y + h], np.float32), CLASSES_OF_LABELS[c]) for c, (x, y, w, h) in boxes)


def read_vehicle_pictures(data: Path, split: str) -> list[Picture]:
    """Every picture of `split` below `data`/vehicles; nobody has boxed the plates in them."""
    pictures = []
    for line in (data / "vehicles" / "labels.jsonl").read_text(encoding="utf-8").splitlines():
        label = json.loads(line)
        if label["split"] != split:
            continue
        path = data / "vehicles" / label["image"]
        encoded = np.frombuffer(path.read_bytes(), np.uint8)
        pictures.append(
            Picture(
                path.stem, path.stem[:2], label["width"], label["height"], (), encoded, _vehicles(label), knows_plates=False,
            )
        )  # fmt: skip
    return pictures


def read_pictures(data: Path, split: str) -> list[Picture]:
    """Every picture of `split` ("train" or "val") below `data`/plates, with its encoded bytes in memory."""
    pictures = []
    for line in (data / "plates" / "labels.jsonl").read_text(encoding="utf-8").splitlines():
        label = json.loads(line)
        if label["split"] != split:
            continue
        path = data / "plates" / label["image"]
        plates = tuple(
            Plate(
                np.array(p["quad"], np.float32) if p.get("quad") else box_corners(p["box"]),
                bool(p.get("quad")),
                p["legible"],
            )
            for p in label["plates"]
        )
        encoded = np.frombuffer(path.read_bytes(), np.uint8)
        pictures.append(Picture(path.stem, path.stem[:2], label["width"], label["height"], plates, encoded, _vehicles(label)))
    return pictures


class PictureSampler:
    """Draws pictures: first the source by its share, then any picture of it."""

    def __init__(self, pictures: list[Picture]) -> None:
        by_source: dict[str, list[Picture]] = {}
        for picture in pictures:
            by_source.setdefault(picture.source, []).append(picture)
        self._sources = [s for s in SOURCE_SHARES if s in by_source]
        shares = np.array([SOURCE_SHARES[s] for s in self._sources])
        self._shares = shares / shares.sum()
        self._by_source = by_source
        self._complete = [p for p in pictures if p.complete]
        self._mistaken = [p for p in pictures if p.mistakes]

    def draw(self, rng: np.random.Generator) -> Picture:
        """Any picture."""
        group = self._by_source[self._sources[rng.choice(len(self._sources), p=self._shares)]]
        return group[rng.integers(len(group))]

    def draw_complete(self, rng: np.random.Generator) -> Picture:
        """A picture in which every plate is boxed: the ground for pasted plates and for negatives."""
        return self._complete[rng.integers(len(self._complete))]

    def draw_mistaken(self, rng: np.random.Generator) -> Picture | None:
        """A picture in which the network took something else for a plate; none where its finds are not known."""
        return self._mistaken[rng.integers(len(self._mistaken))] if self._mistaken else None


class GroupSampler(Generic[T]):
    """Draws things: first a group, then any of it. A group of few is drawn less often, or it would be learnt by heart."""

    def __init__(self, things: Iterable[tuple[Hashable, T]]) -> None:
        """Each thing with its group; a thing of several groups is given with each."""
        groups: dict[Hashable, list[T]] = {}
        for group, thing in things:
            groups.setdefault(group, []).append(thing)
        self._groups = list(groups.values())
        shares = np.array([len(group) for group in self._groups], float) ** 0.5
        self._shares = shares / shares.sum()

    def draw(self, rng: np.random.Generator) -> T:
        """Any of them."""
        group = self._groups[rng.choice(len(self._groups), p=self._shares)]
        return group[rng.integers(len(group))]


class VehicleSampler(GroupSampler[Picture]):
    """Draws pictures with vehicles: first a class, then any picture that shows it."""

    def __init__(self, pictures: list[Picture]) -> None:
        super().__init__((index, picture) for picture in pictures for index in _shown(picture))


def _shown(picture: Picture) -> set[int]:
    """The classes of its vehicles, where they are known."""
    return {i for v in picture.vehicles if len(v.classes) < CLASSES for i in v.classes}
