"""A detector model as the product runs it: letterbox, ONNX Runtime on one thread, decode, back to picture pixels."""

from __future__ import annotations

import time
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from .targets import Detection, decode

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]

MULTIPLE_PX = 32
MOST_ENLARGED = 2.0


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


class Session:
    """One loaded model."""

    def __init__(self, model: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])

    def map_of(self, images: Floats) -> Floats:
        """The raw map [13,h,w] of one input [1,3,H,W]."""
        return self._session.run(["map"], {"images": images})[0][0]

    def detect(self, image: Image, long_side_px: int, least_score: float = 0.05) -> list[Detection]:
        """Plates of a BGR picture in its own pixels, best first."""
        images, scale = letterbox(image, long_side_px)
        return [
            Detection(d.score, d.box / np.tile(scale, 2), d.corners / scale)
            for d in decode(self.map_of(images), least_score)
        ]

    def milliseconds(self, width_px: int, height_px: int, repeats: int = 60) -> tuple[float, float]:
        """Least and median time of the network alone on one picture of this size."""
        images = np.random.default_rng(0).random((1, 3, height_px, width_px), np.float32)
        spent = []
        for _ in range(repeats):
            start_s = time.perf_counter()
            self.map_of(images)
            spent.append((time.perf_counter() - start_s) * 1e3)
        return min(spent), float(np.median(spent))
