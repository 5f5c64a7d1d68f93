"""Rendered plates kept for reuse."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ..plates import render_plate

Image = NDArray[np.uint8]

TWO_ROW_ASPECT = 2.4
"""Plates less wide than this many heights have two rows."""


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
