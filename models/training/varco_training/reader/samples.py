"""Training samples: a shared pool of rendered crops that a low-priority process renews, and real crops of the data pack."""

from __future__ import annotations

import ctypes
import multiprocessing as mp
import os
from collections import defaultdict
from dataclasses import dataclass
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path

import cv2
import numpy as np

from ..pack import (
    PlateCrop,
    detected_quads,
    labelled_crops,
    plate_crops,
    unreadable_crops,
)
from ..plates import CODES, render_plate
from . import ALPHABET, MARGIN_X, MARGIN_Y, SLOTS, CropSize
from .degrade import camera, photograph, to_input
from .rearranged import Parted, Rearranged

NIGHT_SHARE = 0.12
RENDER_PX = 72
"""Height of rendered one-row plates: little above the largest input of a reader, which keeps rendering fast."""
MAX_SIGNS = SLOTS
SMEAR_SHARE = 0.02
"""How many rendered plates are too small for anybody to read; their text is empty."""
REARRANGED_SHARE = 0.4
"""How many real plates get another text (`rearranged.py`), of those that can."""
UNREADABLE_SHARE = 0.03
"""The same of a batch's real crops: plates of the data pack that a person could not read."""
HOPELESS = 1.6
"""A loss a sign above which a crop no longer counts as a hard example: nobody could read it."""
IGNORED = -100
"""Country class of samples without a known country: no loss."""
IGNORED_BYTE = 255
"""The same in the pool."""
_EMPTY = 255
"""Length of a place in the pool that nobody may take; 0 is an unreadable plate."""


@dataclass(frozen=True)
class Batch:
    """Crops (uint8, N x height x width x 3, RGB), class indices padded with 0, text lengths, country classes."""

    images: np.ndarray
    targets: np.ndarray
    lengths: np.ndarray
    countries: np.ndarray
    slots: np.ndarray
    """Where the first crops of the batch lie in the pool."""


def encode(text: str) -> np.ndarray:
    """CTC classes of a text, padded with 0 to `MAX_SIGNS`."""
    out = np.zeros(MAX_SIGNS, np.uint8)
    out[: len(text)] = [ALPHABET.index(c) + 1 for c in text]
    return out


def rendered(rng: np.random.Generator, severity: float) -> tuple[np.ndarray, str, int]:
    """A rendered plate as a camera shows it (BGR), its text and its country class (last class: no country)."""
    night = rng.random() < NIGHT_SHARE
    plate = render_plate(rng, night=night, height_px=RENDER_PX)
    country = CODES.index(plate.country) if plate.country in CODES else len(CODES)
    if rng.random() < SMEAR_SHARE:
        return smear(rng, photograph(rng, plate.image, severity, night)), "", IGNORED_BYTE
    return photograph(rng, plate.image, severity, night), plate.text[:MAX_SIGNS], country


def smear(rng: np.random.Generator, crop: np.ndarray) -> np.ndarray:
    """What is left of a plate some ten to twenty pixels wide."""
    width = int(rng.integers(9, 21))
    return cv2.resize(crop, (width, max(3, round(width * 0.3))), interpolation=cv2.INTER_AREA)


class Pool:
    """Ring of rendered crops in shared memory; `start` lets a process of lowest priority renew it for ever."""

    def __init__(self, size: int, crop: CropSize) -> None:
        self.size, self.crop = size, crop
        self._memory = SharedMemory(create=True, size=size * (crop.height * crop.width * 3 + MAX_SIGNS + 6))
        self._views()
        self.lengths[:] = _EMPTY
        self.produced = mp.Value(ctypes.c_longlong, 0)
        self.severity = mp.Value(ctypes.c_double, 0.0)
        self._process: mp.Process | None = None

    def _views(self) -> None:
        n, pixels = self.size, self.crop.height * self.crop.width * 3
        buffer = self._memory.buf
        self.losses = np.ndarray((n,), np.float32, buffer)
        self.images = np.ndarray((n, self.crop.height, self.crop.width, 3), np.uint8, buffer, n * 4)
        self.targets = np.ndarray((n, MAX_SIGNS), np.uint8, buffer, n * (pixels + 4))
        self.lengths = np.ndarray((n,), np.uint8, buffer, n * (pixels + MAX_SIGNS + 4))
        self.countries = np.ndarray((n,), np.uint8, buffer, n * (pixels + MAX_SIGNS + 5))

    def render(self, rng: np.random.Generator) -> None:
        """Add one crop in the place of the oldest."""
        with self.produced.get_lock():
            slot = self.produced.value % self.size
            self.produced.value += 1
        photo, text, country = rendered(rng, self.severity.value)
        image = to_input(rng, photo, self.crop)
        self.lengths[slot] = _EMPTY  # nobody takes the slot while picture and text do not belong together
        self.images[slot], self.targets[slot], self.countries[slot] = image, encode(text), country
        self.losses[slot] = HOPELESS / 2
        self.lengths[slot] = len(text)

    def start(self, seed: int) -> None:
        """Start the renewing process."""
        self._process = mp.get_context("fork").Process(target=self._renew, args=(seed,), daemon=True)
        self._process.start()

    def _renew(self, seed: int) -> None:
        os.nice(19)
        cv2.setNumThreads(1)
        rng = np.random.default_rng(seed)
        while os.getppid() != 1:
            self.render(rng)

    def stop(self) -> None:
        """End the process and free the memory."""
        if self._process is not None:
            self._process.terminate()
            self._process.join()
        del self.images, self.targets, self.lengths, self.countries, self.losses
        self._memory.close()
        self._memory.unlink()

    def take(self, rng: np.random.Generator, count: int) -> np.ndarray:
        """Indices of `count` filled slots, those oftener that the network still got wrong when it last saw them."""
        filled = min(self.produced.value, self.size)
        slots = rng.integers(filled, size=count * 4)
        slots = slots[self.lengths[slots] != _EMPTY]
        losses = self.losses[slots]
        weight = np.where(losses > HOPELESS, 0.25, 0.25 + np.minimum(losses, 0.5))
        return slots[rng.random(len(slots)) * 0.75 < weight][:count]

    def learnt(self, slots: np.ndarray, losses: np.ndarray) -> None:
        """Take note of the losses a sign of the crops that were used last."""
        self.losses[slots] = losses


class RealCrops:
    """Plates of the train split that a person read, drawn by text (by the root of how often it was
    filmed, so that the same car does not outweigh the rest), and some that nobody could read.
    """

    def __init__(self, data: Path, labels: Path | None = None, quads: Path | None = None) -> None:
        self._rearranged: Rearranged | None = None
        found = detected_quads(quads) if quads else None
        groups: dict[str, list[PlateCrop]] = defaultdict(list)
        more = labelled_crops(data, labels, found) if labels else []
        for crop in [*plate_crops(data, "train", found), *more]:
            if len(crop.text) <= MAX_SIGNS and all(c in ALPHABET for c in crop.text):
                groups[crop.text].append(crop)
        self.groups = list(groups.values())
        sizes = np.sqrt([len(group) for group in self.groups])
        self.bounds = np.cumsum(sizes / sizes.sum())
        self.unreadable = unreadable_crops(data, "train")

    @property
    def crops(self) -> list[PlateCrop]:
        """All plates that a person read."""
        return [crop for group in self.groups for crop in group]

    def rearrange(self, plates: list[Parted]) -> None:
        """From now on give some of these plates other texts."""
        self._rearranged = Rearranged(plates)

    def draw(self, rng: np.random.Generator) -> tuple[np.ndarray, str, int]:
        """A real plate as another camera might show it (BGR), its text and its country class."""
        if self.unreadable and rng.random() < UNREADABLE_SHARE:
            return augment(rng, self.unreadable[int(rng.integers(len(self.unreadable)))]), "", IGNORED
        group = self.groups[min(int(np.searchsorted(self.bounds, rng.random())), len(self.groups) - 1)]
        crop = group[int(rng.integers(len(group)))]
        if self._rearranged and rng.random() < REARRANGED_SHARE:
            crop = self._rearranged.draw(rng, crop)
        country = CODES.index(crop.country) if crop.country in CODES else IGNORED
        return augment(rng, crop), crop.text, country


DETECTED_SHARE = 0.8
"""How many real plates are pulled straight by the detector's corners, where there are any; the others are seen upright."""
SLANTED_SHARE = 0.25
"""How many are narrower or lower in the camera's picture than they were: pulled straight from a view from beside or above."""
BURNT_OUT, MOST_BURNT_OUT = 250, 0.95
"""Values that show nothing any more, and the share of them from which a crop is taken anew: overexposed to the last, it would teach to guess."""
FAULTS_PX = (55, 80, 150), (0.2, 0.4, 1.0)
"""Widths and how severe the camera's faults are there: a small plate is at the limit of what can be read already."""


def augment(rng: np.random.Generator, crop: PlateCrop) -> np.ndarray:
    """A real plate through jittered corners or a jittered and turned box, made smaller and worse (BGR)."""
    if crop.corners is not None and rng.random() < DETECTED_SHARE:
        corners = _pulled(rng, crop.corners)
    else:
        corners = _boxed(rng, crop.box)
    size = np.linalg.norm(corners[1] - corners[0]), np.linalg.norm(corners[3] - corners[0])
    wide = float(size[0])
    if wide > 80 and rng.random() < 0.6:
        wide = float(np.exp(rng.uniform(np.log(65), np.log(wide))))
    scale = wide / float(size[0])
    patch = crop.patch
    if scale < 0.7:
        patch = cv2.resize(patch, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        corners = corners * np.float32(scale)
    size = max(12, round(wide)), max(8, round(float(size[1]) * scale))
    matrix = cv2.getPerspectiveTransform(corners, np.float32([(0, 0), (size[0], 0), size, (0, size[1])]))
    out = cv2.warpPerspective(patch, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    if rng.random() < SLANTED_SHARE:
        out = _slanted(rng, out)
    severity = float(np.interp(min(wide, out.shape[1] * 1.4), *FAULTS_PX))
    grey = rng.random() < 0.2
    for _ in range(3):
        seen = camera(rng, out, severity, grey)
        if np.mean(seen > BURNT_OUT) < MOST_BURNT_OUT:
            break
    return seen


def _slanted(rng: np.random.Generator, crop: np.ndarray) -> np.ndarray:
    """What a view from beside (two in three) or above leaves of the sharpness in one direction."""
    h, w = crop.shape[:2]
    if rng.random() < 2 / 3:
        w = max(min(w, 55), round(w * rng.uniform(0.45, 0.95)))
    else:
        h = max(min(h, 14), round(h * rng.uniform(0.5, 0.95)))
    return cv2.resize(crop, (w, h), interpolation=cv2.INTER_AREA)


def _pulled(rng: np.random.Generator, corners: np.ndarray) -> np.ndarray:
    """The detector's corners with the reader's margins, each a little off."""
    mx, my = rng.normal(MARGIN_X, 0.02, 2), rng.normal(MARGIN_Y, 0.05, 2)
    square = np.float32([(0, 0), (1, 0), (1, 1), (0, 1)])
    wide = np.float32([[(-mx[0], -my[0]), (1 + mx[1], -my[0]), (1 + mx[1], 1 + my[1]), (-mx[0], 1 + my[1])]])
    wide += rng.normal(0, 1, (1, 4, 2)).astype(np.float32) * np.float32([0.012, 0.03])
    return cv2.perspectiveTransform(wide, cv2.getPerspectiveTransform(square, corners))[0]


def _boxed(rng: np.random.Generator, box: tuple[float, float, float, float]) -> np.ndarray:
    """The labelled box with margins, turned and sheared a little."""
    x, y, w, h = box
    mx, my = rng.uniform(-0.02, 0.13, 2), rng.uniform(-0.04, 0.24, 2)
    x0, x1, y0, y1 = x - mx[0] * w, x + w + mx[1] * w, y - my[0] * h, y + h + my[1] * h
    angle = np.deg2rad(rng.normal(0, 3.0))
    middle = np.array([(x0 + x1) / 2, (y0 + y1) / 2])
    half = np.array([(x1 - x0) / 2, (y1 - y0) / 2])
    across, down = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle) + rng.normal(0, 0.06), np.cos(angle)])
    signs = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    return np.float32([middle + sx * half[0] * across + sy * half[1] * down for sx, sy in signs])


def make_batch(rng: np.random.Generator, pool: Pool, real: RealCrops | None, size: int, real_share: float) -> Batch:
    """A batch of pool crops and `real_share` real ones."""
    count = int(size * real_share) if real is not None else 0
    slots = pool.take(rng, size - count)
    drawn = [real.draw(rng) for _ in range(count)] if real is not None else []
    images = np.concatenate([pool.images[slots], *(to_input(rng, d[0], pool.crop)[None] for d in drawn)])
    targets = np.concatenate([pool.targets[slots], *(encode(d[1])[None] for d in drawn)])
    lengths = np.concatenate([pool.lengths[slots], np.array([len(d[1]) for d in drawn], np.uint8)])
    countries = pool.countries[slots].astype(np.int64)
    countries[countries == IGNORED_BYTE] = IGNORED
    countries = np.concatenate([countries, np.array([d[2] for d in drawn], np.int64)])
    return Batch(images, targets, lengths, countries, slots)
