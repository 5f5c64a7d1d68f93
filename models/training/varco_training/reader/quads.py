"""The corners of all labelled plates: ``python -m varco_training.reader.quads --data DIR --detector FILE --aligner FILE --out FILE``.

The reader then learns from plates pulled straight by the very corners that it will be given: the aligner's, which looks again at what
the detector has found or, where that found nothing and in the val split, at the labelled box. One JSON line a plate: `image`, `plate` (its number in
the picture), `quad` (four corners in pixels of the picture, clockwise from the top left one).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import cv2
import numpy as np

from ..aligner.session import AlignerSession
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
    parser.add_argument("--aligner", type=Path, required=True, help="an exported aligner")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--pictures", type=int, help="only the first so many of train, to try the recipe out")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    detector, aligner = Session(given.detector), AlignerSession(given.aligner)
    with given.out.open("w", encoding="utf-8") as out:
        pictures = [(p, True) for p in read_pictures(given.data, "train")[: given.pictures]]
        pictures += [(p, False) for p in read_pictures(given.data, "val")]
        for picture, trained_on in pictures:
            image, _ = picture.decode()
            found = detector.detect(image, LONG_SIDE_PX) if trained_on else []
            boxes = np.array([d.box for d in found], np.float32).reshape(-1, 4)
            rough = []
            for plate in picture.plates:
                ious = overlap(np.array([*plate.corners.min(0), *plate.corners.max(0)], np.float32), boxes)
                seen = len(found) and ious.max() >= LEAST_IOU
                rough.append(found[int(ious.argmax())].corners if seen else plate.corners)
            for place, quad in enumerate(aligner.align(image, rough)[0]):
                out.write(json.dumps({"image": picture.name, "plate": place, "quad": quad.round(1).tolist()}) + "\n")


if __name__ == "__main__":
    main()
