"""Training crops: a piece of a real picture with its plates, some of them exchanged, and pasted panels beside them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from .lettering import LetteringPool
from .panels import body_colour, draw_panel, pose, set_into, transform
from .photometry import degrade, write_camera_text
from .pictures import Picture, PictureSampler, VehicleSampler
from .placing import (
    Crop,
    add_target,
    ahead,
    in_seen_order,
    keep_inside,
    moved_box,
    plate_width_px,
    slant,
    touches,
    view_of,
)  # fmt: skip
from .platepool import TWO_ROW_ASPECT, PlatePool
from .targets import Target

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]

CROP_PX = 320
LARGE_CROP_PX = 512
"""Crops in which whole pictures and plates as wide as the program sees them in close-ups have room."""
UNBOXED_WEIGHT = 0.15
"""What a detection without a box counts in pictures that are not completely boxed."""
MOSAIC_SHARE = 0.15
"""Crops of four pictures."""


class Composer:
    """Makes training crops."""

    def __init__(
        self, pictures: list[Picture], with_vehicles: list[Picture], rng: np.random.Generator, pool_size: int = 1000,
        slanted: float = 0.0,
    ) -> None:
        """`slanted` is the share of crops, of those that know all corners, that are turned as from beside or above."""
        self._slanted = slanted
        self._sampler = PictureSampler(pictures)
        self._vehicles = VehicleSampler(with_vehicles)
        self._lettering = LetteringPool(rng)
        self._plates = PlatePool(rng, pool_size)

    def crop(self, rng: np.random.Generator, size: int = CROP_PX) -> Crop:
        """One crop of `size` with light, lens and coding applied."""
        crop = self._mosaic(rng, size) if rng.random() < MOSAIC_SHARE else self._plain(rng, size)
        if rng.random() < 0.1:
            write_camera_text(rng, crop.image, self._lettering)
        image = degrade(rng, crop.image, [t.corners for t in crop.targets if not t.ignore and not t.mistake])
        crop.image = image
        return crop

    def scene(self, rng: np.random.Generator, size: int) -> Crop:
        """A whole picture with rendered plates only, light, lens and coding applied: for measuring corners."""
        picture = self._sampler.draw(rng) if rng.random() < 0.6 else self._vehicles.draw(rng)
        crop = self._real(rng, size, picture, "whole", exchange=1.0)
        if not picture.plates:
            crop.targets.clear()
            self._paste_panel(rng, crop)
        crop.image = degrade(rng, crop.image, [t.corners for t in crop.targets if t.has_corners])
        return crop

    def near(self, rng: np.random.Generator, size: int) -> Crop:
        """A crop around a plate or around what was taken for one, for the aligner: half of the plates are rendered ones."""
        kind = rng.random()
        mistaken = self._sampler.draw_mistaken(rng) if kind < 0.15 else None
        if mistaken:
            crop = self._real(rng, size, mistaken, "mistake", exchange=0.0)
        elif kind < 0.65:
            crop = self._real(rng, size, self._sampler.draw(rng), "plate", exchange=1.0 if rng.random() < 0.35 else 0.0)
        else:
            ground = kind < 0.95
            crop = self._real(rng, size, self._sampler.draw_complete(rng), "anywhere") if ground else Crop(self._drawn_ground(rng, size))
            for _ in range(int(rng.integers(1, 4))):
                self._paste_panel(rng, crop)
        if rng.random() < 0.2:
            self._paste_mistake(rng, crop)
        crop.image = degrade(rng, crop.image, [t.corners for t in crop.targets if not t.ignore and not t.mistake])
        return crop

    def _mosaic(self, rng: np.random.Generator, size: int) -> Crop:
        half = size // 2
        whole = Crop(np.empty((size, size, 3), np.uint8))
        for x, y in ((0, 0), (half, 0), (0, half), (half, half)):
            part = self._plain(rng, half)
            whole.image[y : y + half, x : x + half] = part.image
            offset = np.array([x, y], np.float32)
            whole.targets += [Target(t.corners + offset, t.has_corners, t.ignore, t.mistake) for t in part.targets]
            whole.negative_weight = min(whole.negative_weight, part.negative_weight)
        return whole

    def _plain(self, rng: np.random.Generator, size: int) -> Crop:
        kind = rng.random()
        mistaken = self._sampler.draw_mistaken(rng) if kind < 0.1 else None
        if mistaken:
            crop = self._real(rng, size, mistaken, "mistake")
            panels = int(rng.random() < 0.3)
        elif kind < 0.68:
            crop = self._real(rng, size, self._sampler.draw(rng), "whole" if rng.random() < 0.15 else "plate")
            panels = int(rng.random() < 0.12)
        elif kind < 0.95:
            aim = str(rng.choice(["plate", "anywhere", "whole"], p=[0.3, 0.5, 0.2]))
            crop = self._real(rng, size, self._sampler.draw_complete(rng), aim)
            panels = int(rng.choice([0, 1, 2, 3], p=[0.15, 0.5, 0.25, 0.1]))
        else:
            crop = Crop(self._drawn_ground(rng, size))
            panels = int(rng.choice([0, 1, 2], p=[0.2, 0.5, 0.3]))
        for _ in range(panels):
            self._paste_panel(rng, crop)
        if rng.random() < 0.15:
            self._paste_mistake(rng, crop)
        return crop

    def _focus(self, rng: np.random.Generator, picture: Picture, size: int, aim: str) -> tuple[Floats | None, float]:
        """The box that a crop of `picture` is made for, and how long it is to become."""
        if aim == "mistake":
            return picture.mistakes[rng.integers(len(picture.mistakes))], plate_width_px(rng, size)
        if aim in ("plate", "anywhere") and picture.plates:
            corners = picture.plates[rng.integers(len(picture.plates))].corners
            return np.concatenate([corners.min(0), corners.max(0)]), plate_width_px(rng, size)
        return None, 0.0

    def _real(self, rng: np.random.Generator, size: int, picture: Picture, aim: str, exchange: float | None = None) -> Crop:
        """A piece of `picture`: around one of its plates or mistakes, anywhere in it, or all of it.

        `exchange` is the share of its plates that rendered ones cover; by default most of them in some crops.
        """
        known = bool(picture.plates) and all(p.has_corners for p in picture.plates)
        view = view_of(rng, picture, size, *self._focus(rng, picture, size, aim))
        scale, anchor = view.scale, view.anchor
        if aim == "anywhere" or rng.random() < 0.06:
            anchor = rng.uniform([0, 0], [picture.width_px, picture.height_px])
        image, factor = picture.decode(scale)
        spread = 6.0 if known else 2.2
        angle, shear = np.deg2rad(np.clip(rng.normal(0, spread, 2), -3 * spread, 3 * spread))
        stretch = np.exp(rng.uniform(-0.07, 0.07))
        flip = -1.0 if rng.random() < 0.5 else 1.0
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        linear = turn @ np.array([[1, 0], [np.tan(shear), 1]]) @ np.diag([flip * scale * stretch, scale / stretch])
        place = keep_inside(rng, rng.uniform(0.12, 0.88, 2) * size, linear, anchor, picture, size)
        matrix = np.eye(3, dtype=np.float32)
        matrix[:2, :2], matrix[:2, 2] = linear, place - linear @ anchor
        if known and self._slanted and rng.random() < self._slanted:
            there, back = np.eye(3, dtype=np.float32), np.eye(3, dtype=np.float32)
            there[:2, 2], back[:2, 2] = place, -place
            matrix = there @ slant(rng, size) @ back @ matrix
        elif known and rng.random() < 0.5:
            tilt = rng.normal(0, 0.15, 2) / size
            matrix = (np.array([[1, 0, 0], [0, 1, 0], [tilt[0], tilt[1], 1 - tilt @ place]]) @ matrix).astype(np.float32)
        to_decoded = np.diag([1 / factor, 1 / factor, 1.0])
        half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
        pixels = np.linalg.inv(half) @ matrix @ to_decoded @ half
        ground = cv2.warpPerspective(image, pixels, (size, size), flags=cv2.INTER_LINEAR, borderValue=(128, 128, 128))
        complete = 1.0 if picture.complete else UNBOXED_WEIGHT
        crop = Crop(ground, negative_weight=complete)
        if not picture.knows_plates:
            everything = np.array([[0, 0], [size, 0], [size, size], [0, size]], np.float32)
            crop.targets.append(Target(everything, False, ignore=True))
        mistakes = [box for box in picture.mistakes if ahead(box.reshape(2, 2), matrix)]
        crop.targets += [Target.around(moved_box(box, matrix), mistake=True) for box in mistakes]
        if exchange is None:
            exchange = 0.8 if rng.random() < 0.3 else 0.0
        for plate in picture.plates:
            if not ahead(plate.around, matrix):
                continue
            corners, around = (in_seen_order(transform(points, matrix), mirrored=flip < 0) for points in (plate.corners, plate.around))
            exact = plate.has_corners
            if not plate.ignore and rng.random() < exchange:
                corners = around = self._exchange(rng, crop.image, around, exact and plate.outline is None)
                exact = True
            add_target(crop, corners, exact, plate.ignore, around)
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
            if all(not touches(outline + place, t.corners) for t in crop.targets):
                shift = np.array([[1, 0, place[0]], [0, 1, place[1]], [0, 0, 1]], np.float32)
                light = rng.uniform(0.6, 1.15) * (0.4 + 0.6 * float(crop.image.mean()) / 115)
                set_into(crop.image, image, shift @ homography, float(np.clip(light, 0.3, 1.3)))
                add_target(crop, corners + place, True)
                return

    def _paste_mistake(self, rng: np.random.Generator, crop: Crop) -> None:
        """Sets something that was taken for a plate elsewhere into the crop, with a little of its surroundings."""
        picture = self._sampler.draw_mistaken(rng)
        if picture is None:
            return
        size = crop.image.shape[0]
        box = picture.mistakes[rng.integers(len(picture.mistakes))]
        side = np.tile(box[2:] - box[:2], 2) * np.array([-1, -1, 1, 1]) * rng.uniform(0.05, 0.4, 4)
        scale = min(plate_width_px(rng, size) / max(float(box[2] - box[0]), 1.0), 2.0)
        image, factor = picture.decode(scale)
        x0, y0, x1, y1 = ((box + side) * factor).round().astype(int).clip(0)
        patch = image[y0:y1, x0:x1]
        if min(patch.shape[:2]) < 4:
            return
        width, height = (round(patch.shape[i] * scale / factor) for i in (1, 0))
        if not (4 <= width < size and 4 <= height < size):
            return
        x, y = rng.integers(0, [size - width, size - height], endpoint=True)
        corners = np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]], np.float32)
        if any(touches(corners, t.corners) for t in crop.targets):
            return
        patch = cv2.resize(patch, (width, height), interpolation=cv2.INTER_AREA)
        crop.image[y : y + height, x : x + width] = patch[:, ::-1] if rng.random() < 0.5 else patch
        crop.targets.append(Target(corners, False, mistake=True))

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
