"""Measures corners on composited val pictures: `python -m varco_training.detector.composite --data DIR --model FILE... [--sheet FILE]`.

Val pictures with their plates covered by rendered ones and, where none is to be covered, with a rendered plate on a piece of
a vehicle's body: light, lens and coding as in training, corners exact. Seeded, so that every model sees the same pictures.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from .compose import Composer
from .evaluate import LEAST_IOU, corner_error, summary
from .pictures import read_pictures, read_vehicle_pictures
from .placing import Crop
from .session import Session
from .targets import Target, overlap

SIDE_PX = 640
LEAST_WIDTH_PX = 24


def scenes(data: Path, count: int, seed: int) -> list[Crop]:
    """`count` composited pictures of 640 px."""
    rng = np.random.default_rng(seed)
    composer = Composer(read_pictures(data, "val"), read_vehicle_pictures(data, "val"), rng, 300)
    return [composer.scene(rng, SIDE_PX) for _ in range(count)]


def judged(scene: Crop) -> list[Target]:
    """The plates of a scene whose corners are exact."""
    return [t for t in scene.targets if t.has_corners and not t.ignore and np.ptp(t.corners[:, 0]) >= LEAST_WIDTH_PX]


def drawn(scene: Crop, found: list[NDArray[np.float32]]) -> NDArray[np.uint8]:
    """A scene with the true corners in green and the found ones in red."""
    image = scene.image.copy()
    for corners, colour in [(t.corners, (0, 255, 0)) for t in judged(scene)] + [(c, (0, 0, 255)) for c in found]:
        cv2.polylines(image, [np.round(corners * 8).astype(np.int32)], True, colour, 1, cv2.LINE_AA, 3)
    return image


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, nargs="+", required=True)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--threshold", type=float, default=0.4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sheet", type=Path, help="a picture of the first twelve, with what the last model found")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    pictures = scenes(given.data, given.count, given.seed)
    for model in given.model:
        session = Session(model)
        errors: list[tuple[float, float]] = []
        plates, sheet = 0, []
        for scene in pictures:
            found = [d for d in session.detect(scene.image, SIDE_PX) if d.score >= given.threshold]
            for target in judged(scene):
                plates += 1
                box = np.array([[*target.corners.min(0), *target.corners.max(0)]], np.float32)
                best = max(found, key=lambda d: overlap(d.box, box)[0], default=None)
                if best is not None and overlap(best.box, box)[0] >= LEAST_IOU:
                    errors.append((float(np.ptp(target.corners[:, 0])), corner_error(best.corners, target.corners)))
            if given.sheet and len(sheet) < 12:
                sheet.append(drawn(scene, [d.corners for d in found]))
        print(f"{model.name}: {len(errors)} of {plates} found, corner error in plate heights {summary([e for _, e in errors])}")
        for low, high in ((0, 60), (60, 120), (120, 1000)):
            print(f"  {low}-{high} px wide: {summary([e for w, e in errors if low <= w < high])}")
        if given.sheet:
            cv2.imwrite(str(given.sheet), np.vstack([np.hstack(sheet[i : i + 4]) for i in range(0, len(sheet), 4)]))


if __name__ == "__main__":
    main()
