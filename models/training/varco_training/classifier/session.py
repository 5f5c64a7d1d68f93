"""Detector and classifier as the product runs them: each vehicle found is looked at again, and its box moved."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..inference import milliseconds, one_thread
from ..vehicles.looks import FoundVehicle, distinct
from ..vehicles.session import VehicleSession
from .network import NOTHING, SIDE_PX
from .views import moved_by, view

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]

SHARE = 0.6
"""What the classifier counts in the class, as `src/vision/vehicle_classifier.rs` has it: a weighted geometric mean."""
LEAST = 1e-3
MOVED, MOVED_AGAIN = 1.0, 0.5
"""How much of the moves that the network asks for a box makes at the first look and, from where it then is, at the second."""
MOST_MOVED = 0.5


def weighed(found: FoundVehicle, said: Floats) -> FoundVehicle:
    """The detector's find, its score and classes weighed by the classifier's probabilities [7]."""
    kinds = said[:NOTHING]
    # Torn between two classes the detector has a low score for each, and is still sure that there is one.
    score = float((1 - np.prod(1 - found.scores)) * (1 - said[NOTHING]))
    sums = (max(float(one.sum()), 1e-9) for one in (found.scores, kinds))
    mixed = (found.scores / next(sums) + LEAST) ** (1 - SHARE) * (kinds / next(sums) + LEAST) ** SHARE
    return replace(found, score=score, scores=(score * mixed / mixed.sum()).astype(np.float32))


def after(box: Floats, moves: Floats) -> Floats:
    """The box after the moves, within limits."""
    return moved_by(box, moves.clip(-MOST_MOVED, MOST_MOVED))


def probabilities(logits: Floats) -> Floats:
    """Of each row of logits."""
    parts = np.exp(logits - logits.max(1, keepdims=True))
    return parts / parts.sum(1, keepdims=True)


class ClassifiedSession(VehicleSession):
    """Both models."""

    def __init__(self, detector: Path, classifier: Path) -> None:
        super().__init__(detector)
        self._classifier = one_thread(classifier)

    def look(self, image: Image, boxes: list[Floats], once: bool) -> tuple[Floats, Floats]:
        """Logits [N,7] and moves [N,4] of each box; the mean of a view and its mirror unless `once`."""
        views = np.stack([view(image, box)[..., ::-1].transpose(2, 0, 1) for box in boxes]).astype(np.float32) / 255
        logits, moves = self._classifier.run(["kinds", "moves"], {"views": views})
        if not once:
            mirrored = self._classifier.run(["kinds", "moves"], {"views": np.ascontiguousarray(views[..., ::-1])})
            logits, moves = (logits + mirrored[0]) / 2, (moves + mirrored[1] * np.float32([-1, 1, 1, 1])) / 2
        return logits, moves

    def said(self, image: Image, boxes: list[Floats], once: bool) -> Floats:
        """[N,7] probabilities of the outputs for each box."""
        return probabilities(self.look(image, boxes, once)[0])

    def find(self, image: Image, least_score: float = 0.03, once: bool = False) -> list[FoundVehicle]:
        """As `VehicleSession.find`, each vehicle's box moved and its scores weighed by what it is when seen by itself; seen again
        with the new box unless `once`."""
        found = super().find(image, least_score, once)
        if not found:
            return []
        limits = np.tile(np.float32(image.shape[1::-1]), 2)
        logits, moves = self.look(image, [v.box for v in found], once)
        boxes = [after(v.box, MOVED * move).clip(0, limits) for v, move in zip(found, moves, strict=True)]
        if not once:
            again, moves = self.look(image, boxes, once)
            logits = (logits + again) / 2
            boxes = [after(box, MOVED_AGAIN * move).clip(0, limits) for box, move in zip(boxes, moves, strict=True)]
        moved = [replace(v, box=box) for v, box in zip(found, boxes, strict=True)]
        return distinct(sorted(map(weighed, moved, probabilities(logits)), key=lambda v: -v.score))

    def milliseconds_each(self) -> tuple[float, float]:
        """Least and median time of the classifier on one view."""
        views = np.random.default_rng(0).random((1, 3, SIDE_PX, SIDE_PX), np.float32)
        return milliseconds(lambda: self._classifier.run(["kinds", "moves"], {"views": views}))
