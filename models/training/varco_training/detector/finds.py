"""What a network finds in the training pictures, and what the next run learns from it.

`python -m varco_training.detector.finds --data DIR --model FILE --out FINDS.jsonl` looks at every training picture. Then
`train --finds FINDS.jsonl` takes, in pictures where nobody boxed them, sure finds for plates and leaves doubtful
ones out of account; where every plate is boxed, a find beside the boxes is a mistake to learn from.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from .pictures import Picture, Plate, read_pictures, read_vehicle_pictures
from .session import Session, parse_looks
from .targets import overlap

LEAST_SCORE = 0.15
SURE_PLATE = 0.85
"""From this score on a find is a plate."""
DOUBTFUL_PLATE = 0.3
"""From this one on it may be one and is left out of account."""
MISTAKE_SCORE, MOST_OVERLAP = LEAST_SCORE, 0.02
"""A find of this score that hardly touches any box is a mistake where all plates are boxed."""


def look(session: Session, picture: Picture, looks: tuple[int, ...]) -> dict[str, Any]:
    """What is found in one picture, as a line of the file."""
    image, _ = picture.decode()
    plates = session.detect_at(image, looks, LEAST_SCORE)
    return {"name": picture.name, "plates": [{"box": d.box.round(1).tolist(), "score": round(d.score, 3)} for d in plates]}


def read_finds(file: Path) -> dict[str, dict[str, Any]]:
    """The lines of a file of finds by picture."""
    rows = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    return {row["name"]: row for row in rows}


def learn_from(picture: Picture, found: dict[str, Any]) -> Picture:
    """`picture` with what its finds tell."""
    if not picture.knows_plates:
        plates = tuple(_plate(np.array(p["box"], np.float32), p["score"]) for p in found["plates"] if p["score"] >= DOUBTFUL_PLATE)
        picture = replace(picture, plates=plates, knows_plates=True)
    elif picture.complete:
        labelled = np.array([[*p.corners.min(0), *p.corners.max(0)] for p in picture.plates], np.float32).reshape(-1, 4)
        boxes = [np.array(p["box"], np.float32) for p in found["plates"] if p["score"] >= MISTAKE_SCORE]
        alone = tuple(b for b in boxes if _apart(b, labelled))
        picture = replace(picture, mistakes=alone)
    return picture


def _plate(box: np.ndarray, score: float) -> Plate:
    x0, y0, x1, y1 = box
    corners = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32)
    return Plate(corners, False, None, ignore=score < SURE_PLATE)


def _apart(box: np.ndarray, labelled: np.ndarray) -> bool:
    return not len(labelled) or overlap(box, labelled).max() < MOST_OVERLAP


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True, help="an exported detector, float32 or int8")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--long-side", type=parse_looks, default=(640, 320), help="sizes of the looks, 640+320 by default")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    session = Session(given.model)
    counted: Counter[str] = Counter()
    with given.out.open("w", encoding="utf-8") as lines:
        for picture in read_pictures(given.data, "train") + read_vehicle_pictures(given.data, "train"):
            row = look(session, picture, given.long_side)
            lines.write(json.dumps(row) + "\n")
            learnt = learn_from(picture, row)
            counted["mistakes"] += len(learnt.mistakes)
            if not picture.knows_plates:
                counted["plates learnt"] += sum(not p.ignore for p in learnt.plates)
                counted["plates ignored"] += sum(p.ignore for p in learnt.plates)
    print(", ".join(f"{name} {count}" for name, count in counted.items()))


if __name__ == "__main__":
    main()
