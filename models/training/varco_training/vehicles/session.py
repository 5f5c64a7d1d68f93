"""A vehicle detector as the product runs it: letterbox, ONNX Runtime on one thread, decode, back to picture pixels."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..detector.session import letterbox
from ..detector.vehicles import CLASSES
from ..inference import milliseconds, one_thread
from .looks import FoundVehicle, Look, distinct, together
from .network import STRIDE

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]

LEAST_LONG_SIDE_PX = 288
MOST_LONG_SIDE_PX = 1120
MOST_LONG_SIDE_IN_VIDEOS_PX = 416
MOST_CANDIDATES = 600


def long_sides_of(image: Image) -> tuple[int, int]:
    """The two long sides, px, at which a still is looked at: half and seven eighths of its own, as `src/vision/vehicles.rs` has it."""
    side_px = max(image.shape[:2]) // 8
    limits = LEAST_LONG_SIDE_PX, MOST_LONG_SIDE_PX
    return int(np.clip(side_px * 4, *limits)), int(np.clip(side_px * 7, *limits))


def decode(output: Floats, least_score: float) -> list[FoundVehicle]:
    """Vehicles of one map [10,h,w] of which a class has at least `least_score`, each once, best first."""
    scores = (1.0 / (1.0 + np.exp(-np.clip(output[:CLASSES], -30, 30)))).reshape(CLASSES, -1)
    rows, columns = np.divmod(np.arange(scores.shape[1]), output.shape[2])
    values = output[CLASSES:].reshape(4, -1)
    centre = np.stack([(columns + 0.5 + values[0]) * STRIDE, (rows + 0.5 + values[1]) * STRIDE], 1)
    size = STRIDE * np.exp(np.minimum(values[2:4], 6.0)).T
    boxes = np.concatenate([centre - size / 2, centre + size / 2], 1).astype(np.float32)
    best = scores.max(0)
    cells = np.nonzero(best >= least_score)[0]
    cells = cells[np.argsort(-best[cells])[:MOST_CANDIDATES]]
    return distinct(FoundVehicle(float(best[cell]), scores[:, cell], boxes[cell]) for cell in cells)


def _turned_back(found: FoundVehicle, width_px: int) -> FoundVehicle:
    x0, y0, x1, y1 = found.box
    return replace(found, box=np.array([width_px - x1, y0, width_px - x0, y1], np.float32))


class VehicleSession:
    """One loaded model."""

    def __init__(self, model: Path) -> None:
        self._session = one_thread(model)

    def find(self, image: Image, least_score: float = 0.03, once: bool = False) -> list[FoundVehicle]:
        """Vehicles of a BGR picture in its own pixels, best first; looked at as stills are, with `once` as pictures of a video."""
        if once:
            side_px = min(long_sides_of(image)[0], MOST_LONG_SIDE_IN_VIDEOS_PX)
            return self._looks(image, side_px, least_score, mirror=False)[0].found
        looks = [look for side_px in long_sides_of(image) for look in self._looks(image, side_px, least_score / 2, mirror=True)]
        return [v for v in together(looks) if v.score >= least_score]

    def _looks(self, image: Image, long_side_px: int, least_score: float, mirror: bool) -> list[Look]:
        images, scale = letterbox(image, long_side_px)
        views = np.concatenate([images, images[..., ::-1]]) if mirror else images
        looks = []
        for number, output in enumerate(self._session.run(["vehicles"], {"images": views})[0]):
            found = decode(output, least_score)
            if number == 1:
                found = [_turned_back(v, images.shape[3]) for v in found]
            looks.append(Look([replace(v, box=v.box / np.tile(scale, 2)) for v in found], float(scale[0])))
        return looks

    def milliseconds(self, width_px: int, height_px: int) -> tuple[float, float]:
        """Least and median time of the network alone on one picture of this size."""
        images = np.random.default_rng(0).random((1, 3, height_px, width_px), np.float32)
        return milliseconds(lambda: self._session.run(["vehicles"], {"images": images}))
