"""Training views: one vehicle each in the middle of a square, what is around its box faded; and views of no vehicle."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..detector.photometry import degrade
from ..detector.pictures import GroupSampler, Picture
from ..detector.targets import overlap
from ..detector.vehicles import LEAST_SIDE_PX, VEHICLE_CLASSES
from ..fleet.drawn import Drawn, before
from ..vehicles.crops import recoloured
from .network import MOVES, NOTHING, OUTPUTS, SIDE_PX

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]

AROUND = 1.4
"""Side of the square for the long side of the box: what a vehicle stands on tells something of it, and a box that
ends too early shows what it leaves out."""
FADED = 0.5
"""How much of the grey the ground around the box is: which of two neighbours is meant shows."""
GREY = 127
KEPT_AROUND, KEPT_PX = 2.1, 288
"""What is kept of each vehicle in memory: this square, of that side at most."""
KEPT_AROUND_RIDERS, KEPT_PX_OF_RIDERS = 2.9, 400
"""The same of motorcycles, whose boxes may reach up to the rider's head."""
MOTORCYCLE = VEHICLE_CLASSES.index("motorcycle")
OUTPUT_SHARES = {"car": 0.3, "van": 0.1, "truck": 0.21, "bus": 0.14, "motorcycle": 0.1}
"""How often a view shows each class: cars are in nine of ten pictures, and lorries are what is mistaken. The rest shows nothing."""
DRAWN_SHARES = {"car": 0.15, "van": 0.25, "truck": 0.4, "bus": 0.4}
"""How many of each are drawn ones, where there are any: most where the real ones are few. All kinds but two-wheelers, so that being drawn tells nothing."""
MIXED_SHARE, PIECED_SHARE = 0.4, 0.25
"""Views mixed with another one (mixup, Zhang et al., 2018), and those with a piece of another one (CutMix, Yun et al., 2019): a thousand
lorries are learnt by heart within minutes."""
SMALL_SHARE = 0.35
"""Views of which the detail of a far vehicle is all that there is."""
MOVED, MOST_MOVED = 0.09, 0.22
GROWN, MOST_GROWN = 0.17, 0.4
"""How far the middle of the box that is shown is off, in its sides, and the logarithm of how much too large it is: deviation and limit."""
LEAST_IOU = 0.48
"""A box that is further off shows a part, or next to nothing."""
RIDER_SHARE, RIDER = 0.35, (0.2, 1.0)
"""Motorcycles whose box reaches up to where a rider's head may be, and by how much of the motorcycle's height: the labels leave riders out,
and detectors take them in."""
LEAST_IOU_OF_RIDERS = 0.36
PART_IOU = (0.1, 0.38)
"""A box that overlaps a vehicle by this little holds a part of it."""


@dataclass(frozen=True)
class Subject:
    """What a view shows, with the ground around it."""

    image: Image
    """[h,w,3] BGR, at most `KEPT_PX` on a side."""
    box: Floats
    """[4] x0 y0 x1 y1 px of the subject in it."""
    output: int
    """What it is, a place among the network's outputs."""


def view(image: Image, box: Floats) -> Image:
    """The box's [128,128,3] as the network sees it: a square around its middle, beyond the picture grey, beyond the box faded."""
    return _seen(image, box, np.eye(2))


def _seen(image: Image, box: Floats, turned: NDArray[np.float64]) -> Image:
    middle, size = (box[:2] + box[2:]) / 2, box[2:] - box[:2]
    scale = SIDE_PX / (AROUND * float(max(size.max(), 2.0)))
    if scale < 0.6:  # so that nothing aliases
        factor = max(1.25 * scale, 4.0 / min(image.shape[:2]))
        small = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        ratio = np.array(small.shape[1::-1]) / np.array(image.shape[1::-1])
        image, middle, size, scale = small, middle * ratio, size * ratio, scale / factor
    linear = turned * scale
    matrix = np.concatenate([linear, (SIDE_PX / 2 - linear @ middle)[:, None]], 1)
    seen = cv2.warpAffine(image, matrix, (SIDE_PX, SIDE_PX), flags=cv2.INTER_LINEAR, borderValue=(GREY,) * 3)
    half = np.abs(linear) @ size / 2
    x0, y0 = np.floor(SIDE_PX / 2 - half).astype(int).clip(0, SIDE_PX)
    x1, y1 = np.ceil(SIDE_PX / 2 + half).astype(int).clip(0, SIDE_PX)
    faded = cv2.addWeighted(seen, 1 - FADED, np.full_like(seen, GREY), FADED, 0)
    faded[y0:y1, x0:x1] = seen[y0:y1, x0:x1]
    return faded


def subject(image: Image, box: Floats, output: int) -> Subject:
    """What is kept of a vehicle in a picture."""
    around, most_px = (KEPT_AROUND_RIDERS, KEPT_PX_OF_RIDERS) if output == MOTORCYCLE else (KEPT_AROUND, KEPT_PX)
    middle, side = (box[:2] + box[2:]) / 2, around * float((box[2:] - box[:2]).max())
    low = np.floor(middle - side / 2).astype(int).clip(0)
    high = np.minimum(np.ceil(middle + side / 2).astype(int), image.shape[1::-1])
    part = image[low[1] : high[1], low[0] : high[0]]
    factor = min(1.0, most_px / max(part.shape[:2]))
    if factor < 1.0:
        part = cv2.resize(part, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    ratio = np.array(part.shape[1::-1]) / (high - low)
    moved = (box - np.tile(low, 2)) * np.tile(ratio, 2)
    return Subject(part.copy(), moved.astype(np.float32), output)


def vehicles_of(pictures: Iterable[Picture]) -> list[tuple[str, Subject]]:
    """Every vehicle with a class that is large enough, with the source of its picture."""
    found = []
    for picture in pictures:
        known = [v for v in picture.vehicles if not v.ignore and len(v.classes) == 1 and max(v.box[2:] - v.box[:2]) >= LEAST_SIDE_PX]
        if known:
            image = picture.decode()[0]
            found += [(picture.source, subject(image, v.box, v.classes[0])) for v in known]
    return found


def parts_of(pictures: Iterable[Picture], rng: np.random.Generator, each: int) -> list[Subject]:
    """Boxes with no vehicle in them, or a part of one, up to `each` a picture."""
    found = []
    for picture in pictures:
        if not picture.vehicles:
            continue
        boxes = np.array([v.box for v in picture.vehicles], np.float32)
        image, taken = None, 0
        for _ in range(12 * each):
            like = boxes[rng.integers(len(boxes))]
            size = (like[2:] - like[:2]) * np.exp(rng.normal(0, 0.5, 2))
            if rng.random() < 0.6:
                middle = (like[:2] + like[2:]) / 2 + rng.uniform(-1, 1, 2) * (like[2:] - like[:2])
            else:
                middle = rng.uniform(0, [picture.width_px, picture.height_px])
            box = (
                np.concatenate([middle - size / 2, middle + size / 2]).clip(0, [picture.width_px, picture.height_px] * 2).astype(np.float32)
            )
            if min(box[2:] - box[:2]) < LEAST_SIDE_PX:
                continue
            most = float(overlap(box, boxes).max())
            if most > PART_IOU[1] or (most < PART_IOU[0] and rng.random() < 0.5):
                continue
            image = picture.decode()[0] if image is None else image
            found.append(subject(image, box, NOTHING))
            taken += 1
            if taken == each:
                break
    return found


class ViewComposer:
    """Makes training views."""

    def __init__(self, vehicles: list[tuple[str, Subject]], parts: list[Subject], mistakes: list[Subject], drawn: Sequence[Drawn] = ()) -> None:
        """`vehicles` with the source of each; of what is none, parts and grounds, and what the detector took for vehicles; drawn vehicles."""
        of_output = {o: [(source, one) for source, one in vehicles if one.output == o] for o in range(NOTHING)}
        self._samplers = [GroupSampler(of_output[VEHICLE_CLASSES.index(name)]) for name in OUTPUT_SHARES]
        self._samplers.append(GroupSampler([*(("part", one) for one in parts), *(("mistake", one) for one in mistakes)]))
        self._shares = np.array([*OUTPUT_SHARES.values(), 1 - sum(OUTPUT_SHARES.values())])
        self._drawn = [[one for one in drawn if one.index == VEHICLE_CLASSES.index(name)] for name in OUTPUT_SHARES]
        self._drawn_shares = [DRAWN_SHARES.get(name, 0.0) for name in OUTPUT_SHARES]
        self._grounds = parts

    def sample(self, rng: np.random.Generator) -> tuple[Image, Floats, Floats]:
        """One view, with light, lens and coding applied, the share of each output in it [7] and the moves of its box [4], which
        are no numbers where it is not of one vehicle."""
        image, shares, moves = self._one(rng)
        kind = rng.random()
        if kind < MIXED_SHARE + PIECED_SHARE:
            moves = np.full(MOVES, np.nan, np.float32)
        if kind < MIXED_SHARE:
            other, others, _ = self._one(rng)
            share = float(rng.beta(0.8, 0.8))
            image = cv2.addWeighted(image, share, other, 1 - share, 0)
            shares = share * shares + (1 - share) * others
        elif kind < MIXED_SHARE + PIECED_SHARE:
            other, others, _ = self._one(rng)
            w, h = (SIDE_PX * rng.uniform(0.25, 0.75, 2)).astype(int)
            x, y = rng.integers(0, SIDE_PX - w), rng.integers(0, SIDE_PX - h)
            image[y : y + h, x : x + w] = other[y : y + h, x : x + w]
            share = 1 - w * h / SIDE_PX**2
            shares = share * shares + (1 - share) * others
        return image, shares, moves

    def _draw(self, rng: np.random.Generator) -> Subject:
        place = int(rng.choice(len(self._samplers), p=self._shares))
        if place < len(self._drawn) and self._drawn[place] and rng.random() < self._drawn_shares[place]:
            one = self._drawn[place][rng.integers(len(self._drawn[place]))]
            return Subject(before(rng, one, self._grounds[rng.integers(len(self._grounds))].image), one.box, one.index)
        return self._samplers[place].draw(rng)

    def _one(self, rng: np.random.Generator) -> tuple[Image, Floats, Floats]:
        one = self._draw(rng)
        box = _moved(rng, one.box, rider=one.output == MOTORCYCLE and rng.random() < RIDER_SHARE)
        image = one.image
        if rng.random() < SMALL_SHARE:
            factor = float(np.exp(rng.uniform(np.log(18), np.log(90)))) / float((one.box[2:] - one.box[:2]).max())
            if factor < 1.0:
                small = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
                image = cv2.resize(small, image.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        angle, stretch = np.deg2rad(rng.normal(0, 4.0)), float(np.exp(rng.normal(0, 0.13)))
        turned = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ np.diag([stretch, 1 / stretch])
        if rng.random() < 0.5:
            turned = turned @ np.diag([-1.0, 1.0])
        seen = _seen(image, box, turned)
        seen = degrade(rng, recoloured(rng, seen), [])
        if rng.random() < 0.25:  # something stands before it
            w, h = rng.integers(12, 60, 2)
            x, y = rng.integers(-20, SIDE_PX - 10, 2).clip(0)
            seen[y : y + h, x : x + w] = rng.integers(0, 256, 3) if rng.random() < 0.5 else GREY
        shares = np.zeros(OUTPUTS, np.float32)
        shares[one.output] = 1.0
        return seen, shares, moves_between(box, one.box, turned) if one.output != NOTHING else np.full(MOVES, np.nan, np.float32)


def _moved(rng: np.random.Generator, true: Floats, rider: bool) -> Floats:
    """The box as a detector may find it, of a motorcycle with its rider."""
    box = true.copy()
    if rider:
        box[1] -= rng.uniform(*RIDER) * (box[3] - box[1])
    middle, size = (box[:2] + box[2:]) / 2, box[2:] - box[:2]
    while True:
        at = middle + rng.normal(0, MOVED, 2).clip(-MOST_MOVED, MOST_MOVED) * size
        half = size * np.exp(rng.normal(0, GROWN, 2).clip(-MOST_GROWN, MOST_GROWN)) / 2
        found = np.concatenate([at - half, at + half]).astype(np.float32)
        if overlap(found, true[None])[0] >= (LEAST_IOU_OF_RIDERS if rider else LEAST_IOU):
            return found


def moves_between(box: Floats, true: Floats, turned: NDArray[np.float64]) -> Floats:
    """The moves [4] that lead from `box` to the `true` one, as a view shows them that is `turned`."""
    sizes = [np.abs(turned) @ (one[2:] - one[:2]) for one in (box, true)]
    apart = turned @ ((true[:2] + true[2:]) / 2 - (box[:2] + box[2:]) / 2)
    return np.concatenate([apart / sizes[0], np.log(sizes[1] / sizes[0])]).astype(np.float32)


def moved_by(box: Floats, moves: Floats) -> Floats:
    """The box after the `moves` that the network asks for."""
    size = box[2:] - box[:2]
    middle, half = (box[:2] + box[2:]) / 2 + moves[:2] * size, size * np.exp(moves[2:]) / 2
    return np.concatenate([middle - half, middle + half]).astype(np.float32)
