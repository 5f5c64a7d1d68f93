"""Measures detector and classifier together: `python -m varco_training.classifier.evaluate --data DIR --detector FILE --model FILE...`.

The figures of `vehicles.evaluate`, and before them how many of the labelled boxes themselves the classifier names right.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from ..detector.pictures import read_vehicle_pictures
from ..detector.vehicles import VEHICLE_CLASSES
from ..vehicles.evaluate import options, report
from .network import OUTPUTS
from .session import ClassifiedSession


def labelled_boxes(session: ClassifiedSession, data: Path, once: bool) -> np.ndarray:
    """[7,7] how many of the labelled vehicles of each class are called what, from their own boxes."""
    called = np.zeros((OUTPUTS, OUTPUTS), np.int64)
    for picture in read_vehicle_pictures(data, "val"):
        known = [v for v in picture.vehicles if len(v.classes) == 1]
        if known:
            said = session.said(picture.decode()[0], [v.box for v in known], once)
            for vehicle, one in zip(known, said, strict=True):
                called[vehicle.classes[0], one.argmax()] += 1
    return called


def main() -> None:
    """Command line."""
    parser = options(__doc__)
    parser.add_argument("--detector", type=Path, required=True)
    parser.add_argument("--model", type=Path, nargs="+", required=True)
    given = parser.parse_args()
    cv2.setNumThreads(1)
    for model in given.model:
        session = ClassifiedSession(given.detector, model)
        least, middle = session.milliseconds_each()
        called = labelled_boxes(session, given.data, given.once)
        print(f"{model.name}: a view, one thread: least {least:.2f} ms, median {middle:.2f} ms")
        print(f"labelled boxes named right: {np.trace(called)} of {called.sum()}")
        for name, row in zip(VEHICLE_CLASSES, called, strict=False):
            if row.any():
                print(f"  {name} called: {', '.join(f'{k} {n}' for k, n in zip((*VEHICLE_CLASSES, 'nothing'), row, strict=True) if n)}")
        report(session, given)


if __name__ == "__main__":
    main()
