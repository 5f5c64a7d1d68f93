"""The detector's corners of the train split's plates: ``python -m varco_training.reader.quads --data DIR --detector FILE --out FILE``.

The reader then learns from plates pulled straight by the very corners that it will be given. One JSON line a plate: `image`,
`plate` (its number in the picture), `quad` (four corners in pixels of the picture, clockwise from the top left one).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import cv2
import numpy as np

from ..detector.pictures import read_pictures
from ..detector.session import Session
from ..detector.targets import overlap

LONG_SIDE_PX = 640
LEAST_IOU = 0.5


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--detector", type=Path, required=True, help="an exported detector")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--pictures", type=int, help="only the first so many, to try the recipe out")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    detector = Session(given.detector)
    with given.out.open("w", encoding="utf-8") as out:
        for picture in read_pictures(given.data, "train")[: given.pictures]:
            found = detector.detect(picture.decode()[0], LONG_SIDE_PX)
            if not found:
                continue
            boxes = np.array([d.box for d in found], np.float32)
            for place, plate in enumerate(picture.plates):
                corners = plate.corners
                ious = overlap(np.array([*corners.min(0), *corners.max(0)], np.float32), boxes)
                if ious.max() >= LEAST_IOU:
                    quad = found[int(ious.argmax())].corners.round(1).tolist()
                    out.write(json.dumps({"image": picture.name, "plate": place, "quad": quad}) + "\n")


if __name__ == "__main__":
    main()
