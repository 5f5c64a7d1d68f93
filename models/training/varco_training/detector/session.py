"""A detector model as the product runs it: letterbox, ONNX Runtime on one thread, decode, back to picture pixels."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ..inference import milliseconds, one_thread
from .targets import Detection, decode, overlap

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]

MULTIPLE_PX = 32
MOST_ENLARGED = 2.0
SAME_PLATE_IOU, INSIDE_SHARE = 0.4, 0.8


def letterbox(image: Image, long_side_px: int) -> tuple[Floats, Floats]:
    """Network input [1,3,H,W] of a BGR picture and the scale (x, y): aspect kept, padded right and below with 0.5."""
    height, width = image.shape[:2]
    scale = min(long_side_px / max(height, width), MOST_ENLARGED)
    inner_w, inner_h = max(1, round(width * scale)), max(1, round(height * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    scaled = cv2.resize(image, (inner_w, inner_h), interpolation=method)[..., ::-1].astype(np.float32) / 255
    padded = [-(-side // MULTIPLE_PX) * MULTIPLE_PX for side in (inner_h, inner_w)]
    canvas = np.full((1, 3, *padded), 0.5, np.float32)
    canvas[0, :, :inner_h, :inner_w] = scaled.transpose(2, 0, 1)
    return canvas, np.array([inner_w / width, inner_h / height], np.float32)


def distinct(found: list[Detection]) -> list[Detection]:
    """The surest of boxes that are the same plate, as `src/vision/detector.rs` does it."""
    kept: list[Detection] = []
    for one in sorted(found, key=lambda d: -d.score):
        boxes = np.array([k.box for k in kept], np.float32).reshape(-1, 4)
        low, high = np.maximum(one.box[:2], boxes[:, :2]), np.minimum(one.box[2:], boxes[:, 2:])
        both = np.prod(np.clip(high - low, 0, None), axis=1)
        areas = np.minimum(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1), np.prod(one.box[2:] - one.box[:2]))
        if not ((overlap(one.box, boxes) > SAME_PLATE_IOU) | (both / np.maximum(areas, 1e-6) > INSIDE_SHARE)).any():
            kept.append(one)
    return kept


class Session:
    """One loaded model."""

    def __init__(self, model: Path) -> None:
        self._session = one_thread(model)

    def map_of(self, images: Floats) -> Floats:
        """The raw map [13,h,w] of one input [1,3,H,W]."""
        return self._session.run(["map"], {"images": images})[0][0]

    def detect(self, image: Image, long_side_px: int, least_score: float = 0.05) -> list[Detection]:
        """Plates of a BGR picture in its own pixels, best first."""
        images, scale = letterbox(image, long_side_px)
        twice = np.tile(scale, 2)
        return [Detection(d.score, d.box / twice, d.corners / scale) for d in decode(self.map_of(images), least_score)]

    def detect_at(self, image: Image, sizes_px: tuple[int, ...], least_score: float = 0.05) -> list[Detection]:
        """What looks at several sizes find, every plate once."""
        looks = [self.detect(image, size, least_score) for size in sizes_px]
        return looks[0] if len(looks) == 1 else distinct([d for plates in looks for d in plates])

    def milliseconds(self, width_px: int, height_px: int) -> tuple[float, float]:
        """Least and median time of the network alone on one picture of this size."""
        images = np.random.default_rng(0).random((1, 3, height_px, width_px), np.float32)
        return milliseconds(lambda: self.map_of(images))


def parse_looks(text: str) -> tuple[int, ...]:
    """`640` or `640+320`."""
    return tuple(int(part) for part in text.split("+"))
