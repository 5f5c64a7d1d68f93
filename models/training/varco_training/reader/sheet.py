"""A page of what the reader learns from: ``python -m varco_training.reader.sheet --data DIR --quads FILE --arranger FILE --out FILE``.

A row for each real plate: as the camera saw it with where its signs begin and end, twice with another text (`rearranged.py`), as training shows it, and two
rendered plates beside it, so that a person sees the gap. It shows real plates: it is not to be handed on.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np

from ..labels import SEALED_LABELS
from . import MARGIN_X, CropSize
from .degrade import to_input
from .measure import as_given
from .rearranged import Parted, Rearranged, parted
from .samples import RealCrops, augment, rendered
from .session import opened

SIZE = CropSize(256, 80)
CAPTION_PX = 16


def _cell(crop: np.ndarray, text: str) -> np.ndarray:
    """A crop (RGB) above its text."""
    cell = cv2.copyMakeBorder(cv2.cvtColor(crop, cv2.COLOR_RGB2BGR), 0, CAPTION_PX, 0, 4, cv2.BORDER_CONSTANT)
    caption = text.encode("ascii", "replace").decode()
    return cv2.putText(cell, caption, (2, SIZE.height + 12), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (255, 255, 255), 1, cv2.LINE_AA)


def sheet(rng: np.random.Generator, plates: list[Parted], rows: int) -> np.ndarray:
    """Rows of `plates`, drawn by chance (BGR)."""
    others, lines = Rearranged(plates), []
    for number in rng.permutation(len(plates))[:rows]:
        plate = plates[number]
        seen = as_given(plate.crop, SIZE)
        for x in (plate.cuts + MARGIN_X) / (1 + 2 * MARGIN_X) * SIZE.width:
            cv2.line(seen, (round(float(x)), 0), (round(float(x)), SIZE.height), (255, 0, 0), 1)
        cells = [_cell(seen, plate.crop.text)]
        cells += [_cell(as_given(other, SIZE), other.text) for other in (others.draw(rng, plate.crop) for _ in range(2))]
        cells.append(_cell(to_input(rng, augment(rng, plate.crop), SIZE), "in training"))
        for _ in range(2):
            photo, text, _ = rendered(rng, 1.0)
            cells.append(_cell(to_input(rng, photo, SIZE), f"rendered {text}"))
        lines.append(np.hstack(cells))
    return np.vstack(lines)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--quads", type=Path, required=True, help="the aligner's corners, from reader.quads")
    parser.add_argument("--arranger", type=Path, required=True, help="an exported reader that tells where signs stand")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    cv2.setNumThreads(1)
    network = opened(given.arranger)
    plates = parted(RealCrops(given.data, SEALED_LABELS, given.quads).crops, network.infer, network.size)
    if not plates:
        raise SystemExit(f"{given.quads}: of no plate of {given.data} is it known where its signs stand")
    if not cv2.imwrite(str(given.out), sheet(np.random.default_rng(given.seed), plates, given.rows)):
        raise SystemExit(f"cannot write {given.out}")


if __name__ == "__main__":
    main()
