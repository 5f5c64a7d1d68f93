"""Measures the aligner on val: `python -m varco_training.aligner.evaluate --data DIR --detector FILE --model FILE... [--sheet FILE]`.

Corner errors before and after, on the plates with real corners and on composited pictures (`detector.composite`); overlap
with the labelled boxes; how well its word parts plates from what is none among the detector's finds.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np

from ..detector.composite import SIDE_PX, drawn, judged, scenes
from ..detector.evaluate import LEAST_IOU, corner_error, match, summary
from ..detector.pictures import Picture, read_pictures
from ..detector.session import Session
from ..detector.targets import Detection, overlap
from .session import AlignerSession, aligned

SIZES_PX, LEAST_SCORE = (640, 320), 0.3


def on_pictures(pictures: list[Picture], detector: Session, aligner: AlignerSession) -> None:
    """Print what it does to the finds of the val pictures."""
    errors: dict[str, list[float]] = {"before": [], "after": []}
    overlaps: dict[str, list[float]] = {"before": [], "after": []}
    plates, nothing = [], []
    for picture in pictures:
        image, _ = picture.decode()
        found = detector.detect_at(image, SIZES_PX, LEAST_SCORE)
        after = aligned(aligner, image, found)
        for when, detections in (("before", found), ("after", [d for d, _ in after])):
            pairs, shown = match(picture, detections)
            errors[when] += [p.corner_error for p in pairs if p.corner_error is not None]
            for plate in picture.plates:
                box = np.array([*plate.corners.min(0), *plate.corners.max(0)], np.float32)
                boxes = np.array([d.box for d in detections], np.float32).reshape(-1, 4)
                best = overlap(box, boxes).max() if len(boxes) else 0.0
                overlaps[when] += [float(best)] if best >= LEAST_IOU - 0.2 else []
            if when == "after" and picture.complete:
                for (_, logit), result in zip(after, shown, strict=False):
                    (plates if result.right else nothing).append(logit)
    for when, corner_errors in errors.items():
        of = np.array(overlaps[when])
        print(f"{when}: real corners {summary(corner_errors)}; boxes: mean overlap {of.mean():.3f}, from 0.5 {np.mean(of >= 0.5):.3f} of {len(of)}")
    if plates and nothing:
        ranks = np.searchsorted(np.sort(nothing), plates) / len(nothing)
        print(f"plate or not: area under the curve {ranks.mean():.4f} ({len(plates)} plates, {len(nothing)} others of the complete sources)")
        for least in (-4, -3, -2, -1, 0, 1):
            print(f"  logit from {least}: plates {np.mean(np.array(plates) >= least):.3f}, others {np.mean(np.array(nothing) >= least):.3f}")


def on_composites(data: Path, detector: Session, aligner: AlignerSession, count: int, sheet: Path | None) -> None:
    """Print the corner errors where corners are exact."""
    errors: dict[str, list[tuple[float, float]]] = {"before": [], "after": []}
    total, cells = 0, []
    for scene in scenes(data, count, 1):
        found = [d for d in detector.detect(scene.image, SIDE_PX) if d.score >= LEAST_SCORE]
        after: list[Detection] = [d for d, _ in aligned(aligner, scene.image, found)]
        for target in judged(scene):
            total += 1
            box = np.array([[*target.corners.min(0), *target.corners.max(0)]], np.float32)
            for when, detections in (("before", found), ("after", after)):
                best = max(detections, key=lambda d: overlap(d.box, box)[0], default=None)
                if best is not None and overlap(best.box, box)[0] >= LEAST_IOU:
                    errors[when].append((float(np.ptp(target.corners[:, 0])), corner_error(best.corners, target.corners)))
        if sheet and len(cells) < 12:
            cells.append(drawn(scene, [d.corners for d in after]))
    for when, pairs in errors.items():
        print(f"composited, {when}: {len(pairs)} of {total} found, {summary([e for _, e in pairs])}")
        for low, high in ((0, 60), (60, 120), (120, 1000)):
            print(f"  {low}-{high} px wide: {summary([e for w, e in pairs if low <= w < high])}")
    if sheet:
        cv2.imwrite(str(sheet), np.vstack([np.hstack(cells[i : i + 4]) for i in range(0, len(cells), 4)]))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--detector", type=Path, required=True)
    parser.add_argument("--model", type=Path, nargs="+", required=True)
    parser.add_argument("--count", type=int, default=300, help="composited pictures")
    parser.add_argument("--sheet", type=Path, help="a picture of the first twelve of them, true corners green, found ones red")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    detector, pictures = Session(given.detector), read_pictures(given.data, "val")
    for model in given.model:
        aligner = AlignerSession(model)
        least, middle = aligner.milliseconds()
        print(f"{model.name}: one view, one thread: least {least:.2f} ms, median {middle:.2f} ms")
        on_pictures(pictures, detector, aligner)
        on_composites(given.data, detector, aligner, given.count, given.sheet)


if __name__ == "__main__":
    main()
