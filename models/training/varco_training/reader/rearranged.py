"""Real plates with other texts: their signs put in another order, or signs of plates like them put in their places.

The train split shows few cars, some of them a hundred times, and a network learns such texts by heart. A sign changes places only with one of its
kind, a letter with a letter and a digit with a digit, so that the order of the signs tells O from 0 as on every plate.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ..pack import PlateCrop
from . import MARGIN_X, CropSize
from .measure import Infer, as_given
from .together import lattice

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]

LEAST_SIGNS = 4
LEAST_LOG_A_SIGN = -0.7
"""Mean logarithm of the probability of a text's likeliest way through the columns, a sign, below which the network does not know where its signs stand."""
LIKE_PX = 1.6
"""How many times as wide as a plate another one may be whose signs are put on it, and the other way round."""
FOREIGN_SHARE = 0.5
"""Rearranged plates that get signs of others; the rest have their own in another order."""
CHANGED_SHARE = 0.6
"""How many of a plate's places get another sign."""
STRAIGHT_PX = 64
"""Height at which signs change places, the plate pulled straight: above what a reader sees of most."""
GROUND_AND_SIGNS = (8, 92)
"""Percentiles of a plate's brightness that stand for its signs and its ground, or the other way round."""
LIKE_GROUND, LIKE_CONTRAST = 22, 2.0
"""How far two grounds may differ in a channel once both plates are as bright, and how many times the contrast of one may be the other's."""
ASKED = 4
"""Plates looked at for one that is like enough."""
TRIED, LEAST_LOG_A_TRIED_SIGN = 2, -1.0
"""Times that a plate is rearranged before it is used, and what the network must make of it: less, and signs are cut in the wrong places."""


@dataclass(frozen=True)
class Parted:
    """A plate of one row of which it is known where its signs stand."""

    crop: PlateCrop
    cuts: Floats
    """[n + 1] where the n signs begin and end, shares of the plate's width."""

    @property
    def width_px(self) -> float:
        """Of the plate in its picture."""
        assert self.crop.corners is not None
        return float(np.linalg.norm(self.crop.corners[1] - self.crop.corners[0]))

    def pulled_straight(self) -> Image:
        """The plate alone, pulled straight, as wide as it is for its height."""
        corners = np.float32(self.crop.corners)
        tall = float(np.linalg.norm(corners[3] - corners[0]) + np.linalg.norm(corners[2] - corners[1])) / 2
        return _straight(self.crop, (int(np.clip(STRAIGHT_PX * self.width_px / max(tall, 1.0), STRAIGHT_PX, 8 * STRAIGHT_PX)), STRAIGHT_PX))

    def with_plate(self, plate: Image) -> Image:
        """The patch with another picture of the plate in its place."""
        size = plate.shape[1], plate.shape[0]
        patch = self.crop.patch.copy()
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return cv2.warpPerspective(plate, _matrix(self.crop, size), patch.shape[1::-1], patch, flags, cv2.BORDER_TRANSPARENT)


def _matrix(crop: PlateCrop, size: tuple[int, int]) -> NDArray[np.float64]:
    """From a crop's plate to a rectangle of that width and height, px."""
    w, h = size
    return cv2.getPerspectiveTransform(np.float32(crop.corners), np.float32([(0, 0), (w, 0), (w, h), (0, h)]))


def _straight(crop: PlateCrop, size: tuple[int, int]) -> Image:
    """The plate alone, pulled straight, at a width and height, px."""
    return cv2.warpPerspective(crop.patch, _matrix(crop, size), size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _way(logits: Floats, text: str) -> tuple[list[float], float] | None:
    """Where each sign of `text` stands on the likeliest way through the columns [T,40], and that way's logarithm (Viterbi's algorithm)."""
    rows, states, skips = lattice(logits, text)
    reached = np.full(len(states), -np.inf)
    reached[:2] = rows[0, states[:2]]
    back = np.zeros((len(rows), len(states)), np.int64)
    for at, row in enumerate(rows[1:], 1):
        before = np.stack([reached, np.r_[-np.inf, reached[:-1]], np.where(skips, np.r_[-np.inf, -np.inf, reached[:-2]], -np.inf)])
        back[at] = before.argmax(0)
        reached = before.max(0) + row[states]
    state = len(states) - 1 if reached[-1] >= reached[-2] else len(states) - 2
    log, on = float(reached[state]), defaultdict(list)
    for at in range(len(rows) - 1, -1, -1):
        if state % 2:
            on[state // 2].append(at)
        state -= back[at, state]
    if not np.isfinite(log):
        return None
    return [float(np.mean(on[sign])) for sign in range(len(text))], log


def parted(crops: Sequence[PlateCrop], infer: Infer, size: CropSize) -> list[Parted]:
    """Those of one row of which a reader's network knows where each sign stands."""
    found = []
    for crop in crops:
        if crop.corners is None or crop.rows == 2 or len(crop.text) < LEAST_SIGNS:
            continue
        logits = infer(as_given(crop, size)[None])[0][0]
        known = _way(logits, crop.text)
        if known is None or known[1] < LEAST_LOG_A_SIGN * len(crop.text):
            continue
        # The columns of the upper and of the lower half, each as many as the crop has.
        half = len(logits) // 2
        at = (np.array(known[0]) % half + 0.5) / half * (1 + 2 * MARGIN_X) - MARGIN_X
        if (np.diff(at) > 0.02).all():
            plate = Parted(crop, _cuts(crop, at.astype(np.float32)))
            if _well_cut(plate, infer, size):
                found.append(plate)
    return found


def _well_cut(plate: Parted, infer: Infer, size: CropSize) -> bool:
    """Whether the network reads the plate's own signs in other orders."""
    rng = np.random.default_rng(round(1000 * plate.width_px))
    tried = [_put(rng, plate, plate, 1.0) for _ in range(TRIED)]
    said = infer(np.stack([as_given(crop, size) for crop in tried]))[0]
    ways = (_way(logits, crop.text) for logits, crop in zip(said, tried, strict=True))
    return all(way and way[1] > LEAST_LOG_A_TRIED_SIGN * len(plate.crop.text) for way in ways)


def _cuts(crop: PlateCrop, at: Floats) -> Floats:
    """Where signs begin and end that stand around `at`: in the stillest columns between them."""
    width = 256
    grey = cv2.cvtColor(_straight(crop, (width, STRAIGHT_PX)), cv2.COLOR_BGR2GRAY)[STRAIGHT_PX // 6 : -STRAIGHT_PX // 6]
    ways = (1, 1), (1, 0), (0, 1)
    changes = np.sum([np.abs(cv2.Sobel(grey, cv2.CV_32F, dx, dy, ksize=3)).mean(0) for dx, dy in ways], axis=0)
    changes = cv2.GaussianBlur(changes[None], (0, 0), 1.5)[0]
    steps = np.diff(at)
    usual = float(np.median(steps))
    places = [at[0] - usual, *at, at[-1] + usual]
    cuts = []
    for left, right in itertools.pairwise(places):
        middle, reach = (left + right) / 2, min(right - left, 1.3 * usual) * 0.22
        low, high = (int(np.clip(round(x * width), 0, width - 1)) for x in (middle - reach, middle + reach))
        cuts.append((low + int(changes[low : high + 1].argmin()) + 0.5) / width)
    return np.float32(cuts)


class Rearranged:
    """Makes plates with other texts."""

    def __init__(self, plates: Sequence[Parted]) -> None:
        self._of_crop = {id(plate.crop): plate for plate in plates}
        self._like: dict[tuple[str, str | None], list[Parted]] = defaultdict(list)
        for plate in plates:
            self._like[plate.crop.source, plate.crop.country].append(plate)

    def draw(self, rng: np.random.Generator, crop: PlateCrop) -> PlateCrop:
        """A plate like `crop` with another text; `crop` itself where it is not known where its signs stand."""
        plate = self._of_crop.get(id(crop))
        if plate is None:
            return crop
        if rng.random() < FOREIGN_SHARE and crop.country:
            like = self._like[crop.source, crop.country]
            for _ in range(ASKED):
                other = like[int(rng.integers(len(like)))]
                if other is not plate and 1 / LIKE_PX < other.width_px / plate.width_px < LIKE_PX:
                    put = _put(rng, plate, other, CHANGED_SHARE)
                    if put is not crop:
                        return put
        return _put(rng, plate, plate, CHANGED_SHARE)


def _put(rng: np.random.Generator, plate: Parted, other: Parted, changed: float) -> PlateCrop:
    """A plate with signs of another one, or its own, in a share of its places; as it is where they do not look alike."""
    straight, crop = plate.pulled_straight(), plate.crop
    giver: Image | None = straight if other is plate else _matched(other.pulled_straight(), straight)
    if giver is None:
        return crop
    edges, others = (np.round(one.cuts * picture.shape[1]).astype(int).clip(0, picture.shape[1])
                     for one, picture in ((plate, straight), (other, giver)))
    text, pieces = list(crop.text), []
    for place, sign in enumerate(crop.text):
        piece = straight[:, edges[place] : edges[place + 1]]
        of_kind = [i for i, s in enumerate(other.crop.text) if s.isdigit() == sign.isdigit() and others[i + 1] - others[i] > 2]
        if of_kind and rng.random() < changed:
            chosen = int(rng.choice(of_kind))
            text[place], piece = other.crop.text[chosen], giver[:, others[chosen] : others[chosen + 1]]
        pieces.append(piece)
    straight[:, edges[0] : edges[-1]] = cv2.resize(
        np.concatenate(pieces, axis=1), (int(edges[-1] - edges[0]), STRAIGHT_PX), interpolation=cv2.INTER_LINEAR
    )
    return replace(crop, patch=plate.with_plate(straight), text="".join(text))


def _matched(plate: Image, to: Image) -> Image | None:
    """A plate as bright and as rich in contrast as another one, if their grounds then are alike."""
    low, high = np.percentile(plate, GROUND_AND_SIGNS)
    dark, bright = np.percentile(to, GROUND_AND_SIGNS)
    gain = (bright - dark) / max(high - low, 8.0)
    if not 1 / LIKE_CONTRAST < gain < LIKE_CONTRAST:
        return None
    table = np.clip((np.arange(256) - low) * gain + dark, 0, 255).astype(np.uint8)
    matched = cv2.LUT(plate, table)
    grounds = (np.median(one[STRAIGHT_PX // 6 : -STRAIGHT_PX // 6], axis=(0, 1)) for one in (matched, to))
    return matched if np.abs(next(grounds) - next(grounds)).max() < LIKE_GROUND else None
