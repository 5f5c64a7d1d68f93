"""Measure an exported reader: ``python -m varco_training.reader.evaluate --data DIR --model FILE [--crops] [--speed]``.

Legible plates of the val split through the labelled box, by source and plate width; ``--crops`` adds the cut-out validation
plates, which are for measuring only: never look at them to choose between two models.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
import onnxruntime as ort

from ..pack import plate_crops, validation_crops
from . import HEIGHT, WIDTH
from .measure import Infer, read, resize, score, through_box
from .samples import rendered


def session_infer(path: Path) -> tuple[Infer, ort.InferenceSession]:
    """Inference with ONNX Runtime on one thread."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def infer(crops: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        floats = np.ascontiguousarray(crops.transpose(0, 3, 1, 2)).astype(np.float32) / 255
        logits, country = session.run(["logits", "country"], {"crops": floats})
        return logits, country

    return infer, session


def _width_class(width: float) -> str:
    edges = (0, 60, 80, 100, 130, 200, 100_000)
    low = max(e for e in edges if e <= width)
    high = min(e for e in edges if e > width)
    return f"{low:3d}-{high - 1} px" if high < 100_000 else f"{low:3d}+ px"


def evaluate_val(infer: Infer, data: Path) -> None:
    """Print the accuracy on the val split."""
    crops = plate_crops(data, "val")
    texts = read(infer, [through_box(c) for c in crops])
    groups: dict[str, list[int]] = defaultdict(list)
    for i, crop in enumerate(crops):
        groups[f"source {crop.source}"].append(i)
        groups[f"width {_width_class(crop.box[2])}"].append(i)
    print("val, legible, labelled box:", score(texts, [c.text for c in crops]))
    for name in sorted(groups):
        print(f"  {name}:", score([texts[i] for i in groups[name]], [crops[i].text for i in groups[name]]))


def evaluate_crops(infer: Infer, data: Path) -> None:
    """Print the accuracy on the cut-out plates."""
    items = list(validation_crops(data))
    texts = read(infer, [resize(picture) for picture, _, _ in items])
    truth = [text for _, text, _ in items]
    print("crops-validation:", score(texts, truth))
    groups: dict[str, list[int]] = defaultdict(list)
    for i, (picture, _, _) in enumerate(items):
        groups[_width_class(picture.shape[1])].append(i)
    for name in sorted(groups):
        print(f"  {name}:", score([texts[i] for i in groups[name]], [truth[i] for i in groups[name]]))


def evaluate_rendered(infer: Infer, count: int = 1500, seed: int = 4242) -> None:
    """Print the accuracy on rendered plates under full degradation."""
    rng = np.random.default_rng(seed)
    items = [rendered(rng, 1.0) for _ in range(count)]
    print("rendered:", score(read(infer, [i[0] for i in items]), [i[1] for i in items]))


def evaluate_speed(session: ort.InferenceSession) -> None:
    """Print the time of one crop and of a batch of eight, one thread, median of 300 and 60."""
    rng = np.random.default_rng(1)
    for batch, times in ((1, 300), (8, 60)):
        feed = {"crops": rng.random((batch, 3, HEIGHT, WIDTH), np.float32)}
        taken = []
        for _ in range(times):
            start = time.perf_counter()
            session.run(None, feed)
            taken.append((time.perf_counter() - start) * 1000)
        print(f"speed, batch {batch}: median {np.median(taken):.2f} ms, best {min(taken):.2f} ms")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--crops", action="store_true", help="also the cut-out validation plates")
    parser.add_argument("--speed", action="store_true")
    args = parser.parse_args()
    infer, session = session_infer(args.model)
    evaluate_val(infer, args.data)
    evaluate_rendered(infer)
    if args.crops:
        evaluate_crops(infer, args.data)
    if args.speed:
        evaluate_speed(session)


if __name__ == "__main__":
    main()
