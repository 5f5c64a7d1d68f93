"""An exported aligner as the program runs it: ONNX Runtime on one thread."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..detector.session import distinct
from ..detector.targets import Detection
from ..inference import milliseconds, one_thread
from . import HEIGHT, WIDTH
from .view import seen, to_picture, view_of

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]


class AlignerSession:
    """One loaded model."""

    def __init__(self, model: Path) -> None:
        self._session = one_thread(model)

    def run(self, views: NDArray[np.uint8]) -> tuple[Floats, Floats]:
        """Corners [N,4,2] in the views' unit squares and the logits [N] of N views."""
        floats = np.ascontiguousarray(views.transpose(0, 3, 1, 2)).astype(np.float32) / 255
        return tuple(self._session.run(["corners", "plate"], {"views": floats}))

    def align(self, image: Image, quads: list[Floats]) -> tuple[list[Floats], Floats]:
        """The plates' corners in a BGR picture and the logits of their being plates."""
        if not quads:
            return [], np.zeros(0, np.float32)
        views = [view_of(q) for q in quads]
        corners, plate = self.run(np.stack([seen(image, v) for v in views]))
        return [to_picture(c, v) for c, v in zip(corners, views, strict=True)], plate

    def milliseconds(self, repeats: int = 300) -> tuple[float, float]:
        """Least and median time of one view."""
        view = np.random.default_rng(0).integers(0, 256, (1, HEIGHT, WIDTH, 3), np.uint8)
        return milliseconds(lambda: self.run(view), repeats)


def aligned(session: AlignerSession, image: Image, found: list[Detection]) -> list[tuple[Detection, float]]:
    """Detections with the aligner's corners, boxes half-way to those, and their logits, every plate once, as the program has them."""
    corners, logits = session.align(image, [d.corners for d in found])
    moved = [
        replace(d, corners=c, box=(d.box + np.concatenate([c.min(0), c.max(0)])) / 2) for d, c in zip(found, corners, strict=True)
    ]
    of = {id(d): float(logit) for d, logit in zip(moved, logits, strict=True)}
    return [(d, of[id(d)]) for d in distinct(moved)]
