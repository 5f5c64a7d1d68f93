"""A vehicle detector as the product runs it: letterbox, ONNX Runtime on one thread, decode, back to picture pixels."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from ..detector.session import letterbox
from ..detector.targets import overlap
from ..detector.vehicles import CLASSES
from .network import STRIDE

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]

LEAST_LONG_SIDE_PX, MOST_LONG_SIDE_PX = 288, 800
SAME_VEHICLE_IOU = 0.55
MOST_CANDIDATES = 600


@dataclass(frozen=True)
class FoundVehicle:
    """One vehicle found."""

    score: float
    """How sure it is that there is one, 0..1."""
    scores: Floats
    """[6] how sure it is that there is one of each of `VEHICLE_CLASSES`, 0..1."""
    box: Floats
    """[4] x0, y0, x1, y1."""

    @property
    def index(self) -> int:
        """Place of the likeliest class in `VEHICLE_CLASSES`."""
        return int(self.scores.argmax())


def long_side_of(image: Image) -> int:
    """The long side, px, at which a still is looked at: five eighths of its own within limits, as `src/vision/vehicles.rs` has it."""
    return int(np.clip(max(image.shape[:2]) // 8 * 5, LEAST_LONG_SIDE_PX, MOST_LONG_SIDE_PX))


def distinct(found: Iterable[FoundVehicle]) -> list[FoundVehicle]:
    """The surest of boxes that are the same vehicle, best first."""
    kept: list[FoundVehicle] = []
    for one in sorted(found, key=lambda v: -v.score):
        if not kept or overlap(one.box, np.array([k.box for k in kept])).max() <= SAME_VEHICLE_IOU:
            kept.append(one)
    return kept


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


def together(direct: list[FoundVehicle], mirrored: list[FoundVehicle]) -> list[FoundVehicle]:
    """Both looks' vehicles, as `src/vision/mirror.rs` has it: the mean of what both found, half the scores else."""
    rest, found = list(mirrored), []
    for one in direct:
        alike = [(overlap(one.box, other.box[None])[0], at) for at, other in enumerate(rest)]
        nearest, at = max(alike, default=(0.0, -1))
        if nearest > SAME_VEHICLE_IOU:
            other = rest.pop(at)
            share = one.score / (one.score + other.score)
            box = share * one.box + (1 - share) * other.box
            scores = (one.scores + other.scores) / 2
            found.append(FoundVehicle(float(scores.max()), scores, box.astype(np.float32)))
        else:
            found.append(_halved(one))
    return [*found, *map(_halved, rest)]


def _halved(found: FoundVehicle) -> FoundVehicle:
    return replace(found, score=found.score / 2, scores=found.scores / 2)


def _turned_back(found: FoundVehicle, width_px: int) -> FoundVehicle:
    x0, y0, x1, y1 = found.box
    return replace(found, box=np.array([width_px - x1, y0, width_px - x0, y1], np.float32))


class VehicleSession:
    """One loaded model."""

    def __init__(self, model: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])

    def find(self, image: Image, long_side_px: int, least_score: float = 0.03, once: bool = False) -> list[FoundVehicle]:
        """Vehicles of a BGR picture in its own pixels, best first; looked at a second time in a mirror, as stills are, unless `once`."""
        images, scale = letterbox(image, long_side_px)
        views = images if once else np.concatenate([images, images[..., ::-1]])
        outputs = self._session.run(["vehicles"], {"images": views})[0]
        if once:
            found = decode(outputs[0], least_score)
        else:
            direct, mirrored = (decode(output, least_score / 2) for output in outputs)
            all_of_them = together(direct, [_turned_back(v, images.shape[3]) for v in mirrored])
            found = distinct(v for v in all_of_them if v.score >= least_score)
        return [replace(v, box=v.box / np.tile(scale, 2)) for v in found]

    def milliseconds(self, width_px: int, height_px: int, repeats: int = 60) -> tuple[float, float]:
        """Least and median time of the network alone on one picture of this size."""
        images = np.random.default_rng(0).random((1, 3, height_px, width_px), np.float32)
        spent = []
        for _ in range(repeats):
            start_s = time.perf_counter()
            self._session.run(["vehicles"], {"images": images})
            spent.append((time.perf_counter() - start_s) * 1e3)
        return min(spent), float(np.median(spent))
