"""Detector and classifier as the product runs them: each vehicle found is looked at again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..inference import milliseconds, one_thread
from ..vehicles.looks import FoundVehicle
from ..vehicles.session import VehicleSession
from .network import NOTHING, SIDE_PX
from .views import view

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]

SHARE = 0.5
"""What the classifier counts in the class, as `src/vision/vehicle_classifier.rs` has it: a weighted geometric mean."""
LEAST = 1e-3


def weighed(found: FoundVehicle, said: Floats) -> FoundVehicle:
    """The detector's find, its score and classes weighed by the classifier's probabilities [7]."""
    kinds = said[:NOTHING]
    # Torn between two classes the detector has a low score for each, and is still sure that there is one.
    score = float((1 - np.prod(1 - found.scores)) * (1 - said[NOTHING]))
    sums = (max(float(one.sum()), 1e-9) for one in (found.scores, kinds))
    mixed = (found.scores / next(sums) + LEAST) ** (1 - SHARE) * (kinds / next(sums) + LEAST) ** SHARE
    return replace(found, score=score, scores=(score * mixed / mixed.sum()).astype(np.float32))


class ClassifiedSession(VehicleSession):
    """Both models."""

    def __init__(self, detector: Path, classifier: Path) -> None:
        super().__init__(detector)
        self._classifier = one_thread(classifier)

    def said(self, image: Image, boxes: list[Floats], once: bool) -> Floats:
        """[N,7] probabilities of the outputs for each box; the mean of the logits of a view and its mirror unless `once`."""
        views = np.stack([view(image, box)[..., ::-1].transpose(2, 0, 1) for box in boxes]).astype(np.float32) / 255
        logits = self._classifier.run(["kinds"], {"views": views})[0]
        if not once:
            logits = (logits + self._classifier.run(["kinds"], {"views": np.ascontiguousarray(views[..., ::-1])})[0]) / 2
        parts = np.exp(logits - logits.max(1, keepdims=True))
        return parts / parts.sum(1, keepdims=True)

    def find(self, image: Image, least_score: float = 0.03, once: bool = False) -> list[FoundVehicle]:
        """As `VehicleSession.find`, each vehicle's scores weighed by what it is when seen by itself."""
        found = super().find(image, least_score, once)
        if not found:
            return []
        said = self.said(image, [v.box for v in found], once)
        return sorted(map(weighed, found, said), key=lambda v: -v.score)

    def milliseconds_each(self) -> tuple[float, float]:
        """Least and median time of the classifier on one view."""
        views = np.random.default_rng(0).random((1, 3, SIDE_PX, SIDE_PX), np.float32)
        return milliseconds(lambda: self._classifier.run(["kinds"], {"views": views}))
