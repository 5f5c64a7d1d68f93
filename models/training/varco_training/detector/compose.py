"""Training crops: a piece of a real picture with its plates, some of them exchanged, and pasted panels beside them."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from ..plates import render_plate
from .lettering import LetteringPool
from .panels import body_colour, draw_panel, pose, set_into, transform
from .photometry import degrade, write_camera_text
from .pictures import Picture, PictureSampler
from .targets import Target

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]

CROP_PX = 320
LEAST_WIDTH_PX = 11
"""Smaller plates are neither learnt nor counted as background."""
WHOLE_SHARE, HIDDEN_SHARE = 0.9, 0.05
"""With more than the first share inside the crop a plate counts; with less than the second it is not there."""
TWO_ROW_ASPECT = 2.4
UNBOXED_WEIGHT = 0.15
"""What a detection without a box counts in pictures that are not completely boxed."""


class PlatePool:
    """Rendered plates kept for reuse, slowly exchanged for new ones: rendering costs more than pasting."""

    def __init__(
        self,
        rng: np.random.Generator,
        size: int = 2000,
        renew: float = 0.06,
    ) -> None:
        self._renew = renew
        self._plates: dict[bool, list[Image]] = {False: [], True: []}
        while sum(map(len, self._plates.values())) < size or not all(self._plates.values()):
            self._add(rng)

    def _add(self, rng: np.random.Generator) -> None:
        plate = render_plate(rng, framed=False)  # the panel draws the holder: it is no part of the plate
        scale = min(1.0, 320 / plate.image.shape[1])
        image = cv2.resize(plate.image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        self._plates[image.shape[1] / image.shape[0] < TWO_ROW_ASPECT].append(image)

    def draw(self, rng: np.random.Generator, tall: bool | None = None) -> Image:
        """A plate (BGR); `tall` asks for one of two rows or of one."""
        if tall is None:
            tall = bool(rng.random() < 0.3)
        group = self._plates[tall]
        if rng.random() < self._renew:
            group.pop(rng.integers(len(group))) if len(group) > 1 else None
            self._add(rng)
        return group[rng.integers(len(group))]


@dataclass
class Crop:
    """One training crop before encoding."""

    image: Image
    targets: list[Target] = field(default_factory=list)
    negative_weight: float = 1.0
    """See `targets.encode`."""


class Composer:
    """Makes training crops."""

    def __init__(self, pictures: list[Picture], rng: np.random.Generator, pool_size: int = 1000) -> None:
        self._sampler = PictureSampler(pictures)
        self._lettering = LetteringPool(rng)
        self._plates = PlatePool(rng, pool_size)

    def crop(self, rng: np.random.Generator) -> Crop:
        """One crop of `CROP_PX` with light, lens and coding applied."""
        if rng.random() < 0.18:
            crop = self._mosaic(rng)
        else:
            crop = self._plain(rng, CROP_PX)
        if rng.random() < 0.1:
            write_camera_text(rng, crop.image, self._lettering)
        image = degrade(rng, crop.image, [t.corners for t in crop.targets])
        return Crop(image, crop.targets, crop.negative_weight)

    def _mosaic(self, rng: np.random.Generator) -> Crop:
        half = CROP_PX // 2
        whole = Crop(np.empty((CROP_PX, CROP_PX, 3), np.uint8))
        for x, y in ((0, 0), (half, 0), (0, half), (half, half)):
            part = self._plain(rng, half)
            whole.image[y : y + half, x : x + half] = part.image
            offset = np.array([x, y], np.float32)
            whole.targets += [Target(t.corners + offset, t.has_corners, t.ignore) for t in part.targets]
            whole.negative_weight = min(whole.negative_weight, part.negative_weight)
        return whole

    def _plain(self, rng: np.random.Generator, size: int) -> Crop:
        kind = rng.random()
        if kind < 0.68:
            crop = self._real(rng, size, self._sampler.draw(rng))
            panels = int(rng.random() < 0.12)
        elif kind < 0.94:
            crop = self._real(rng, size, self._sampler.draw_complete(rng), aimed=rng.random() < 0.3)
            panels = int(rng.choice([0, 1, 2, 3], p=[0.15, 0.5, 0.25, 0.1]))
        else:
            crop = Crop(self._drawn_ground(rng, size))
            panels = int(rng.choice([0, 1, 2], p=[0.2, 0.5, 0.3]))
        for _ in range(panels):
            self._paste_panel(rng, crop)
        return crop

    def _real(self, rng: np.random.Generator, size: int, picture: Picture, aimed: bool = True) -> Crop:
        """A piece of `picture`, around one of its plates when `aimed`, else anywhere."""
        wanted = plate_width_px(rng, size)
        known = all(p.has_corners for p in picture.plates)
        if picture.plates:
            focus = picture.plates[rng.integers(len(picture.plates))]
            least = 0.7 * size / max(picture.width_px, picture.height_px)  # or the crop would be mostly empty
            scale = float(np.clip(wanted / focus.width_px, least, max(2.0, least)))
            anchor = focus.corners.mean(0)
        else:
            scale, anchor = size / max(picture.width_px, picture.height_px), np.zeros(2)
        if not (aimed and picture.plates) or rng.random() < 0.06:
            anchor = rng.uniform([0, 0], [picture.width_px, picture.height_px])
        image, factor = picture.decode(scale)
        spread = 6.0 if known else 2.2
        angle, shear = np.deg2rad(np.clip(rng.normal(0, spread, 2), -3 * spread, 3 * spread))
        stretch = np.exp(rng.uniform(-0.07, 0.07))
        flip = -1.0 if rng.random() < 0.5 else 1.0
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        linear = turn @ np.array([[1, 0], [np.tan(shear), 1]]) @ np.diag([flip * scale * stretch, scale / stretch])
        place = _keep_inside(rng, rng.uniform(0.12, 0.88, 2) * size, linear, anchor, picture, size)
        matrix = np.eye(3, dtype=np.float32)
        matrix[:2, :2], matrix[:2, 2] = linear, place - linear @ anchor
        if known and rng.random() < 0.5:
            tilt = rng.normal(0, 0.15, 2) / size
            matrix = (np.array([[1, 0, 0], [0, 1, 0], [tilt[0], tilt[1], 1 - tilt @ place]]) @ matrix).astype(np.float32)
        to_decoded = np.diag([1 / factor, 1 / factor, 1.0])
        half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
        pixels = np.linalg.inv(half) @ matrix @ to_decoded @ half
        ground = cv2.warpPerspective(image, pixels, (size, size), flags=cv2.INTER_LINEAR, borderValue=(128, 128, 128))
        crop = Crop(ground, negative_weight=1.0 if picture.complete else UNBOXED_WEIGHT)
        exchange = rng.random() < 0.3
        for plate in picture.plates:
            corners = in_seen_order(transform(plate.corners, matrix), mirrored=flip < 0)
            exact = plate.has_corners
            if exchange and rng.random() < 0.8:
                corners, exact = self._exchange(rng, crop.image, corners, exact), True
            add_target(crop, corners, exact)
        return crop

    def _exchange(self, rng: np.random.Generator, image: Image, corners: Floats, exact: bool) -> Floats:
        """Covers a real plate by a rendered one; returns where the new corners are."""
        low, high = corners.min(0), corners.max(0)
        if not exact:  # cover the whole box, and a little more, so that nothing of the old plate shows
            size = high - low
            outward = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], np.float32)
            corners = corners + outward * (size * rng.uniform(0.02, 0.1, (4, 2))).astype(np.float32)
        width, height = np.maximum(high - low, 4)
        plate = self._plates.draw(rng, tall=bool(width / height < TWO_ROW_ASPECT))
        width = round(min(max(width * 1.2, 12), plate.shape[1]))
        plate = cv2.resize(plate, (width, max(6, round(width * height / max(high[0] - low[0], 4)))), interpolation=cv2.INTER_AREA)
        x0, y0 = np.clip(low, 0, image.shape[0] - 1).astype(int)
        x1, y1 = np.clip(high, 1, image.shape[0]).astype(int) + 1
        there, mine = float(image[y0:y1, x0:x1].mean()), float(plate.mean())
        light = float(np.clip(there / max(mine, 1.0), 0.25, 1.4)) * rng.uniform(0.85, 1.2)
        h, w = plate.shape[:2]
        flat = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
        set_into(image, plate, cv2.getPerspectiveTransform(flat, corners.astype(np.float32)), light)
        return corners

    def _paste_panel(self, rng: np.random.Generator, crop: Crop) -> None:
        size = crop.image.shape[0]
        width = plate_width_px(rng, size)
        plate = self._plates.draw(rng)
        if plate.shape[1] / plate.shape[0] < TWO_ROW_ASPECT:
            width *= 0.7
        bare = rng.random() < 0.3
        texture_width = round(min(max(width * 1.15, 16), plate.shape[1]))
        panel = draw_panel(rng, plate, texture_width, self._lettering)
        if bare:  # straight onto whatever is there
            (x0, y0), (x1, y1) = panel.plate[0].astype(int), panel.plate[2].astype(int)
            image, flat = panel.image[y0:y1, x0:x1], panel.plate - panel.plate[0]
        else:
            image, flat = panel.image, panel.plate
        homography = pose(rng, flat, width)
        h, w = image.shape[:2]
        outline = transform(np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32), homography)
        corners = transform(flat, homography)
        for _ in range(4):
            place = rng.uniform(0.12, 0.88, 2).astype(np.float32) * size
            if all(not _touches(outline + place, t.corners) for t in crop.targets):
                shift = np.array([[1, 0, place[0]], [0, 1, place[1]], [0, 0, 1]], np.float32)
                light = rng.uniform(0.6, 1.15) * (0.4 + 0.6 * float(crop.image.mean()) / 115)
                set_into(crop.image, image, shift @ homography, float(np.clip(light, 0.3, 1.3)))
                add_target(crop, corners + place, True)
                return

    def _drawn_ground(self, rng: np.random.Generator, size: int) -> Image:
        """A plain drawn scene: sky, road, boxes of flat colour, lines."""
        ramp = np.linspace(0, 1, size)[:, None, None]
        image = (body_colour(rng) * (1 - ramp) + body_colour(rng) * ramp + np.zeros((size, size, 3))).astype(np.uint8)
        image[int(rng.integers(size)) :] = np.clip(rng.uniform(40, 160) + rng.normal(0, 4, 3), 0, 255)
        for _ in range(rng.integers(2, 12)):
            x, y = rng.integers(-40, size, 2).tolist()
            w, h = rng.integers(6, size // 2, 2).tolist()
            colour = body_colour(rng).tolist()
            if rng.random() < 0.6:
                cv2.rectangle(image, (x, y), (x + w, y + h), colour, -1)
            elif rng.random() < 0.5:
                cv2.ellipse(image, (x, y), (w // 2, h // 2), 0, 0, 360, colour, -1, cv2.LINE_AA)
            else:
                cv2.line(image, (x, y), (x + w, y + h), colour, int(rng.integers(1, 9)), cv2.LINE_AA)
        for _ in range(rng.integers(0, 3)):
            write_camera_text(rng, image, self._lettering)
        return image


def plate_width_px(rng: np.random.Generator, size: int) -> float:
    """A plate width for a crop of `size`: log-uniform, 14 px to most of the crop."""
    return float(np.exp(rng.uniform(np.log(14), np.log(0.85 * size))))


def _keep_inside(
    rng: np.random.Generator, place: Floats, linear: Floats, anchor: Floats, picture: Picture, size: int
) -> Floats:
    """Moves `place` (where `anchor` comes to lie) so that the picture fills the crop but for a margin, or lies all in it."""
    ends = np.array([[0, 0], [picture.width_px, picture.height_px]]) - anchor
    spans = np.sort(ends * np.diag(linear), axis=0) + place
    margin = rng.uniform(0, 0.12, (2, 2)) * size
    room = spans[1] - spans[0] - size
    fill = np.where(spans[0] > margin[0], margin[0] - spans[0], 0.0)
    fill = np.where(spans[1] < size - margin[1], size - margin[1] - spans[1], fill)
    fit = np.where(spans[0] < 0, -spans[0], 0.0)
    fit = np.where(spans[1] > size, size - spans[1], fit)
    return place + np.where(room > 0, fill, fit)


def in_seen_order(corners: Floats, mirrored: bool) -> Floats:
    """Corners beginning with the top left as seen, after a possible mirroring."""
    return corners[[1, 0, 3, 2]] if mirrored else corners


def add_target(crop: Crop, corners: Floats, has_corners: bool) -> None:
    """Adds a plate, as one to ignore when it is small or cut by the crop's edge; drops it when it is outside."""
    size = crop.image.shape[0]
    low, high = corners.min(0), corners.max(0)
    inside = np.clip(np.minimum(high, size) - np.maximum(low, 0), 0, None)
    share = float(np.prod(inside) / max(np.prod(high - low), 1e-6))
    if share < HIDDEN_SHARE:
        return
    ignore = share < WHOLE_SHARE or high[0] - low[0] < LEAST_WIDTH_PX or high[1] - low[1] < 4
    crop.targets.append(Target(corners.astype(np.float32), has_corners, ignore))


def _touches(a: Floats, b: Floats) -> bool:
    return bool((a.min(0) - 4 < b.max(0)).all() and (b.min(0) - 4 < a.max(0)).all())
