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

from ..pack import PlateCrop, plate_crops, self_labelled_crops
from ..plates import CODES, render_plate
from . import ALPHABET, HEIGHT, WIDTH
from .degrade import camera, photograph, to_input

NIGHT_SHARE = 0.12
RENDER_PX = 56
"""Height of rendered one-row plates: little above the reader's input, which keeps rendering fast."""
MAX_SIGNS = 14
IGNORED = -100
"""Country class of samples without a known country: no loss."""


@dataclass(frozen=True)
class Batch:
    """Crops (uint8, N x 48 x 160 x 3, RGB), class indices padded with 0, text lengths, country classes."""

    images: np.ndarray
    targets: np.ndarray
    lengths: np.ndarray
    countries: np.ndarray


def encode(text: str) -> np.ndarray:
    """CTC classes of a text, padded with 0 to `MAX_SIGNS`."""
    out = np.zeros(MAX_SIGNS, np.uint8)
    out[: len(text)] = [ALPHABET.index(c) + 1 for c in text]
    return out


def rendered(rng: np.random.Generator, severity: float) -> tuple[np.ndarray, str, int]:
    """A rendered crop, its text and its country class (last class: no country)."""
    night = rng.random() < NIGHT_SHARE
    plate = render_plate(rng, night=night, height_px=RENDER_PX)
    country = CODES.index(plate.country) if plate.country in CODES else len(CODES)
    return photograph(rng, plate.image, severity, night), plate.text[:MAX_SIGNS], country


class Pool:
    """Ring of rendered crops in shared memory; `start` lets a process of lowest priority renew it for ever."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._memory = SharedMemory(create=True, size=size * (HEIGHT * WIDTH * 3 + MAX_SIGNS + 2))
        self._views()
        self.lengths[:] = 0
        self.produced = mp.Value(ctypes.c_longlong, 0)
        self.severity = mp.Value(ctypes.c_double, 0.0)
        self._process: mp.Process | None = None

    def _views(self) -> None:
        n, pixels = self.size, HEIGHT * WIDTH * 3
        buffer = self._memory.buf
        self.images = np.ndarray((n, HEIGHT, WIDTH, 3), np.uint8, buffer)
        self.targets = np.ndarray((n, MAX_SIGNS), np.uint8, buffer, n * pixels)
        self.lengths = np.ndarray((n,), np.uint8, buffer, n * (pixels + MAX_SIGNS))
        self.countries = np.ndarray((n,), np.uint8, buffer, n * (pixels + MAX_SIGNS + 1))

    def render(self, rng: np.random.Generator) -> None:
        """Add one crop in the place of the oldest."""
        with self.produced.get_lock():
            slot = self.produced.value % self.size
            self.produced.value += 1
        image, text, country = rendered(rng, self.severity.value)
        self.lengths[slot] = 0  # nobody takes the slot while picture and text do not belong together
        self.images[slot], self.targets[slot], self.countries[slot] = image, encode(text), country
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
        del self.images, self.targets, self.lengths, self.countries
        self._memory.close()
        self._memory.unlink()

    def take(self, rng: np.random.Generator, count: int) -> np.ndarray:
        """Indices of `count` filled slots."""
        filled = min(self.produced.value, self.size)
        slots = rng.integers(filled, size=count * 2)
        return slots[self.lengths[slots] > 0][:count]


class RealCrops:
    """Legible plates of the train split, drawn by text so that often-filmed cars do not outweigh the rest."""

    def __init__(self, data: Path, self_labels: Path | None = None) -> None:
        groups: dict[str, list[PlateCrop]] = defaultdict(list)
        more = self_labelled_crops(data, self_labels) if self_labels else []
        for crop in [*plate_crops(data, "train"), *more]:
            if len(crop.text) <= MAX_SIGNS and all(c in ALPHABET for c in crop.text):
                groups[crop.text].append(crop)
        self.groups = list(groups.values())

    def draw(self, rng: np.random.Generator) -> tuple[np.ndarray, str, int]:
        """An augmented crop, its text and its country class."""
        group = self.groups[int(rng.integers(len(self.groups)))]
        crop = group[int(rng.integers(len(group)))]
        country = CODES.index(crop.country) if crop.country in CODES else IGNORED
        return augment(rng, crop), crop.text, country


def augment(rng: np.random.Generator, crop: PlateCrop) -> np.ndarray:
    """A real plate through a jittered box, turned a little, made smaller and worse; sized for the reader."""
    x, y, w, h = crop.box
    mx, my = rng.uniform(-0.02, 0.13, 2), rng.uniform(-0.04, 0.24, 2)
    x0, x1, y0, y1 = x - mx[0] * w, x + w + mx[1] * w, y - my[0] * h, y + h + my[1] * h
    wide = crop.box[2]
    if wide > 80 and rng.random() < 0.6:
        wide = float(np.exp(rng.uniform(np.log(65), np.log(wide))))
    scale = wide / w
    angle = np.deg2rad(rng.normal(0, 3.0))
    middle = np.array([(x0 + x1) / 2, (y0 + y1) / 2])
    half = np.array([(x1 - x0) / 2, (y1 - y0) / 2])
    across, down = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle) + rng.normal(0, 0.06), np.cos(angle)])
    corners = np.float32([middle - half[0] * across - half[1] * down, middle + half[0] * across - half[1] * down,
                          middle - half[0] * across + half[1] * down])
    size = max(12, round(2 * half[0] * scale)), max(8, round(2 * half[1] * scale))
    patch = crop.patch
    if scale < 0.7:
        patch = cv2.resize(patch, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        corners = corners * np.float32(scale)
    matrix = cv2.getAffineTransform(corners, np.float32([(0, 0), (size[0], 0), (0, size[1])]))
    out = cv2.warpAffine(patch, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return to_input(rng, camera(rng, out, 0.2 if wide < 80 else 0.65, grey=rng.random() < 0.2))


def make_batch(rng: np.random.Generator, pool: Pool, real: RealCrops | None, size: int, real_share: float) -> Batch:
    """A batch of pool crops and `real_share` real ones."""
    count = int(size * real_share) if real is not None else 0
    slots = pool.take(rng, size - count)
    drawn = [real.draw(rng) for _ in range(count)] if real is not None else []
    images = np.concatenate([pool.images[slots], *(d[0][None] for d in drawn)])
    targets = np.concatenate([pool.targets[slots], *(encode(d[1])[None] for d in drawn)])
    lengths = np.concatenate([pool.lengths[slots], np.array([len(d[1]) for d in drawn], np.uint8)])
    countries = np.concatenate([pool.countries[slots].astype(np.int64), np.array([d[2] for d in drawn], np.int64)])
    return Batch(images, targets, lengths, countries)
