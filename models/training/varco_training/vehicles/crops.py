"""Training crops with vehicles: whole pictures, pieces and four of them together, turned, stretched and relit, other vehicles set in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ..detector.photometry import degrade
from ..detector.pictures import GroupSampler, Picture, VehicleSampler
from ..detector.placing import moved_box
from ..detector.vehicles import CLASSES, Vehicle, part_of
from .cutouts import CutOut, hidden_share

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]

CROP_PX = 256
MOSAIC_SHARE = 0.45
MIXED_SHARE = 0.12
CLASSLESS_SHARE = 0.05
"""Crops out of pictures whose vehicles have boxes and no class: they teach where a vehicle ends."""
OWN_SHARE = 0.15
"""Crops out of the pictures of plates in which a person looked at the vehicles (`labels.py`)."""
SET_IN_SHARE, MOST_SET_IN = 0.45, 3
"""Crops into which cut-out vehicles are set, and how many of them at most."""
DRAWN_SHARE = 0.4
"""Set-in vehicles that are drawn ones, where there are any."""
HIDDEN_SHARE = 0.6
"""A vehicle of which a set-in one hides more than this is left out of account."""
CROWDED, CROWDED_SHARE = 6, 0.12
"""Pictures with more vehicles than this, and how many crops come from them beside those that are drawn by class."""
MOST_VEHICLES = 40
"""Of one crop; the smallest of more are left out of account."""


@dataclass
class Crop:
    """One training crop."""

    image: Image
    vehicles: list[Vehicle]


@dataclass(frozen=True)
class Sample:
    """One crop as the network takes it."""

    image: Image
    """[S,S,3] BGR."""
    boxes: Floats
    """[MOST_VEHICLES,4] x0 y0 x1 y1 px, zero where there is none."""
    classes: Floats
    """[MOST_VEHICLES,CLASSES] one for what it may be."""
    ignored: Floats
    """[MOST_VEHICLES,4] boxes in which nothing is background."""


class VehicleComposer:
    """Makes training crops."""

    def __init__(
        self, pictures: list[Picture], classless: list[Picture], own: list[Picture], cut_out: list[CutOut], drawn: Sequence[CutOut] = ()
    ) -> None:
        """`pictures` of vehicles with a class, those with boxes alone, those with our own labels, and single vehicles to set in, real and drawn."""
        self._sampler, self._classless = VehicleSampler(pictures), classless
        self._own = VehicleSampler(own) if own else None
        self._cut_out = GroupSampler((one.classes, one) for one in cut_out) if cut_out else None
        self._drawn = GroupSampler((one.classes, one) for one in drawn) if drawn else None
        self._crowded = [p for p in pictures if len(p.vehicles) > CROWDED]
        self._decoded: dict[str, Image] = {}

    def sample(self, rng: np.random.Generator, size: int = CROP_PX) -> Sample:
        """One crop with light, lens and coding applied."""
        crop = self._crop(rng, size)
        if self._cut_out and rng.random() < SET_IN_SHARE:
            for _ in range(rng.integers(1, MOST_SET_IN + 1)):
                sampler = self._drawn if self._drawn and rng.random() < DRAWN_SHARE else self._cut_out
                _set_in(rng, crop, sampler.draw(rng))
        if rng.random() < MIXED_SHARE:
            other, share = self._crop(rng, size), float(rng.uniform(0.4, 0.6))
            crop = Crop(cv2.addWeighted(crop.image, share, other.image, 1 - share, 0), crop.vehicles + other.vehicles)
        vehicles = sorted(crop.vehicles, key=lambda v: -float(np.prod(v.box[2:] - v.box[:2])))
        known = [v for v in vehicles if not v.ignore]
        left = [v for v in vehicles if v.ignore] + known[MOST_VEHICLES:]
        boxes, classes, ignored = (np.zeros((MOST_VEHICLES, n), np.float32) for n in (4, CLASSES, 4))
        for index, vehicle in enumerate(known[:MOST_VEHICLES]):
            boxes[index] = vehicle.box
            classes[index, list(vehicle.classes)] = 1.0
        for index, vehicle in enumerate(left[:MOST_VEHICLES]):
            ignored[index] = vehicle.box
        return Sample(degrade(rng, recoloured(rng, crop.image), []), boxes, classes, ignored)

    def _crop(self, rng: np.random.Generator, size: int) -> Crop:
        whole = Crop(np.full((size, size, 3), 127, np.uint8), [])
        if rng.random() >= MOSAIC_SHARE:
            self._place(rng, whole, (0, 0, size, size), size)
            return whole
        cx, cy = (rng.uniform(0.3, 0.7, 2) * size).astype(int).tolist()
        for tile in ((0, 0, cx, cy), (cx, 0, size, cy), (0, cy, cx, size), (cx, cy, size, size)):
            self._place(rng, whole, tile, max(tile[2] - tile[0], tile[3] - tile[1]))
        return whole

    def _draw(self, rng: np.random.Generator) -> Picture:
        kind = rng.random()
        if self._classless and kind < CLASSLESS_SHARE:
            return self._classless[rng.integers(len(self._classless))]
        if self._own and kind < CLASSLESS_SHARE + OWN_SHARE:
            return self._own.draw(rng)
        if self._crowded and kind > 1 - CROWDED_SHARE:
            return self._crowded[rng.integers(len(self._crowded))]
        return self._sampler.draw(rng)

    def _decode(self, picture: Picture) -> Image:
        if picture.name not in self._decoded:
            self._decoded[picture.name] = picture.decode()[0]
        return self._decoded[picture.name]

    def _place(self, rng: np.random.Generator, whole: Crop, tile: tuple[int, int, int, int], side: int) -> None:
        """Sets a picture, or a piece of it, into a tile of the crop."""
        picture = self._draw(rng)
        image = self._decode(picture)
        height, width = image.shape[:2]
        crowd = len(picture.vehicles) > CROWDED
        spread = np.log([0.8, 3.5]) if crowd else np.log([0.55, 1.7])
        scale = float(np.exp(rng.uniform(*spread))) * side / max(height, width)
        stretch = float(np.exp(np.clip(rng.normal(0, 0.12), -0.3, 0.3)))
        angle = np.deg2rad(np.clip(rng.normal(0, 2.0), -5, 5))
        flip = -1.0 if rng.random() < 0.5 else 1.0
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        linear = turn @ np.diag([flip * scale * stretch, scale / stretch])
        x0, y0, x1, y1 = tile
        tile_size = np.array([x1 - x0, y1 - y0], float)
        scaled = np.array([width * scale * stretch, height * scale / stretch])
        # A smaller picture lies anywhere in the tile, of a larger one any part shows: mostly one with a vehicle in it.
        room = tile_size - scaled
        middle = np.array([width, height]) / 2
        place = tile_size / 2 + rng.uniform(-0.5, 0.5, 2) * np.abs(room)
        if picture.vehicles and (room < 0).any() and rng.random() < 0.7:
            box = picture.vehicles[rng.integers(len(picture.vehicles))].box
            anchor = (box[:2] + box[2:]) / 2
            wanted = rng.uniform(0.25, 0.75, 2) * tile_size
            shifted = wanted - linear @ (anchor - middle)
            low, high = np.minimum(tile_size - scaled / 2, scaled / 2), np.maximum(tile_size - scaled / 2, scaled / 2)
            place = np.clip(shifted, low, high)
        matrix = np.eye(3, dtype=np.float32)
        matrix[:2, :2], matrix[:2, 2] = linear, place - linear @ middle
        if scale < 0.5:  # so that nothing aliases
            factor = max(scale * 1.5, 0.1)
            image = cv2.resize(image, (max(8, round(width * factor)), max(8, round(height * factor))), interpolation=cv2.INTER_AREA)
        to_decoded = np.diag([width / image.shape[1], height / image.shape[0], 1.0])
        pixels = (matrix @ to_decoded)[:2]
        ground = cv2.warpAffine(image, pixels, (x1 - x0, y1 - y0), flags=cv2.INTER_LINEAR, borderValue=(127, 127, 127))
        whole.image[y0:y1, x0:x1] = ground
        offset = np.array([x0, y0, x0, y0], np.float32)
        limits = np.tile(tile_size, 2).astype(np.float32)
        for vehicle in picture.vehicles:
            part = part_of(Vehicle(moved_box(vehicle.box, matrix), vehicle.classes, vehicle.ignore), limits)
            if part is not None:
                whole.vehicles.append(Vehicle(part.box + offset, part.classes, part.ignore))


def _set_in(rng: np.random.Generator, crop: Crop, one: CutOut) -> None:
    """Sets one cut-out vehicle anywhere into the crop, its edge softened; what it hides is no longer looked for."""
    size = crop.image.shape[0]
    side = float(np.exp(rng.uniform(np.log(0.08), np.log(0.8)))) * size
    scale = side / max(one.image.shape[:2])
    height, width = (max(8, round(v * scale)) for v in one.image.shape[:2])
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    image, outline = (cv2.resize(part, (width, height), interpolation=how) for part in (one.image, one.outline))
    if rng.random() < 0.5:
        image, outline = image[:, ::-1], outline[:, ::-1]
    x0, y0 = round(rng.uniform(-0.2 * width, size - 0.8 * width)), round(rng.uniform(-0.1 * height, size - 0.7 * height))
    box = np.array([x0, y0, x0 + width, y0 + height], np.float32)
    part = part_of(Vehicle(box, one.classes), np.full(4, size, np.float32))
    if part is None:
        return
    left, top, right, bottom = max(x0, 0), max(y0, 0), min(x0 + width, size), min(y0 + height, size)
    here = slice(top - y0, bottom - y0), slice(left - x0, right - x0)
    alpha = cv2.GaussianBlur(np.ascontiguousarray(outline), (3, 3), 0)[here][..., None].astype(np.float32) / 255.0
    gain = float(rng.uniform(0.7, 1.3))
    ground = crop.image[top:bottom, left:right]
    ground[:] = np.clip(ground * (1 - alpha) + image[here] * (gain * alpha), 0, 255).astype(np.uint8)
    crop.vehicles = [replace(v, ignore=v.ignore or hidden_share(v.box, box) > HIDDEN_SHARE) for v in crop.vehicles]
    crop.vehicles.append(part)


def recoloured(rng: np.random.Generator, image: Image) -> Image:
    """Another paint: hue, saturation and brightness of the whole."""
    if rng.random() < 0.3:
        return image
    hsv = cv2.cvtColor(image, cv2.COLOR_BGR2HSV)
    steps = np.arange(256)
    hue = ((steps + rng.integers(-12, 13)) % 180).astype(np.uint8)
    saturation = np.clip(steps * rng.uniform(0.5, 1.5), 0, 255).astype(np.uint8)
    value = np.clip(steps * rng.uniform(0.7, 1.35), 0, 255).astype(np.uint8)
    channels = [cv2.LUT(c, t) for c, t in zip(cv2.split(hsv), (hue, saturation, value), strict=True)]
    return cv2.cvtColor(cv2.merge(channels), cv2.COLOR_HSV2BGR)
