"""Measure an exported reader: ``python -m varco_training.reader.evaluate --data DIR --model FILE [--with FILE...] [--quads FILE] [--crops] [--speed]``.

Legible plates of the val split by the aligner's corners (`reader.quads`) or through the labelled box, by source and plate width; ``--crops`` adds the cut-out validation
plates, which are for measuring only: never look at them to choose between two models.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from ..labels import SEALED_VAL_LABELS
from ..pack import Quads, detected_quads, labelled_crops, plate_crops, validation_crops
from . import CropSize
from .benchmark import full_faults, two_rows
from .degrade import to_input
from .measure import as_given, read, resize, score
from .session import Network, opened
from .together import read_together

Look = Callable[[CropSize], np.ndarray]
"""A plate as a network sees it: its crop at the size that the network reads."""
Reader = Callable[[Sequence[Look]], list[str]]
"""Plates to their texts."""
SHOWN = CropSize(160, 48)
"""Size of a plate on the sheet of those misread."""


def reader_of(networks: Sequence[Network]) -> Reader:
    """What one network reads, or several together."""

    def crops(network: Network, looks: Sequence[Look]) -> list[np.ndarray]:
        return [look(network.size) for look in looks]

    def texts(looks: Sequence[Look]) -> list[str]:
        if len(networks) == 1:
            return read(networks[0].infer, crops(networks[0], looks))
        return read_together([one.infer for one in networks], [crops(one, looks) for one in networks])

    return texts


def _photographed(place: int, photo: np.ndarray) -> Look:
    """A rendered plate's picture, scaled in the same way for every network."""
    return lambda size: to_input(np.random.default_rng(place), photo, size)


def _width_class(width: float) -> str:
    edges = (0, 60, 80, 100, 130, 200, 100_000)
    low = max(e for e in edges if e <= width)
    high = min(e for e in edges if e > width)
    return f"{low:3d}-{high - 1} px" if high < 100_000 else f"{low:3d}+ px"


def evaluate_val(reader: Reader, data: Path, quads: Quads | None) -> None:
    """Print the accuracy on the val split."""
    crops = plate_crops(data, "val", quads)
    texts = reader([partial(as_given, c) for c in crops])
    groups: dict[str, list[int]] = defaultdict(list)
    for i, crop in enumerate(crops):
        groups[f"source {crop.source}"].append(i)
        groups[f"width {_width_class(crop.box[2])}"].append(i)
    print("val, legible:", score(texts, [c.text for c in crops]))
    for name in sorted(groups):
        print(f"  {name}:", score([texts[i] for i in groups[name]], [crops[i].text for i in groups[name]]))


def evaluate_wide_val(reader: Reader, data: Path, quads: Quads | None) -> None:
    """Print the accuracy on the plates of val that only the project's own labels know: other sources, two rows, from all over."""
    crops = labelled_crops(data, SEALED_VAL_LABELS, quads, "val")
    texts = reader([partial(as_given, c) for c in crops])
    groups: dict[str, list[int]] = defaultdict(list)
    for i, crop in enumerate(crops):
        groups[f"rows {crop.rows}"].append(i)
        groups[f"country {crop.country}"].append(i)
        groups[f"width {_width_class(crop.box[2])}"].append(i)
    print("val, own labels:", score(texts, [c.text for c in crops]))
    for name in sorted(groups):
        if len(groups[name]) >= 8:
            print(f"  {name}:", score([texts[i] for i in groups[name]], [crops[i].text for i in groups[name]]))


def evaluate_crops(reader: Reader, data: Path) -> None:
    """Print the accuracy on the cut-out plates."""
    items = list(validation_crops(data))
    texts = reader([partial(resize, picture) for picture, _, _ in items])
    truth = [text for _, text, _ in items]
    print("crops-validation:", score(texts, truth))
    groups: dict[str, list[int]] = defaultdict(list)
    for i, (picture, _, _) in enumerate(items):
        groups[_width_class(picture.shape[1])].append(i)
    for name in sorted(groups):
        print(f"  {name}:", score([texts[i] for i in groups[name]], [truth[i] for i in groups[name]]))


def evaluate_rendered(reader: Reader, failures: Path | None) -> None:
    """Print the accuracy on rendered plates under full degradation; `failures` gets a sheet of what was misread."""
    samples = full_faults()
    looks = [_photographed(i, sample.photo) for i, sample in enumerate(samples)]
    texts, truth = reader(looks), [sample.text for sample in samples]
    plates = [i for i, text in enumerate(truth) if text]
    silent = sum(not texts[i] for i, text in enumerate(truth) if not text)
    print("rendered:", score([texts[i] for i in plates], [truth[i] for i in plates]))
    print(f"rendered smears left unread: {silent} of {len(samples) - len(plates)}")
    if failures:
        wrong = [i for i in plates if texts[i] != truth[i]][:60]
        cells = []
        for i in wrong:
            cell = np.zeros((SHOWN.height + 34, SHOWN.width + 4, 3), np.uint8)
            cell[: SHOWN.height, : SHOWN.width] = cv2.cvtColor(looks[i](SHOWN), cv2.COLOR_RGB2BGR)
            for line, text in enumerate((truth[i], f"read {texts[i] or '-'}")):
                where, white = (2, SHOWN.height + 14 + 15 * line), (255, 255, 255)
                cv2.putText(cell, text, where, cv2.FONT_HERSHEY_SIMPLEX, 0.42, white, 1, cv2.LINE_AA)
            cells.append(cell)
        cells += [np.zeros_like(cells[0])] * (-len(cells) % 6)
        cv2.imwrite(str(failures), np.vstack([np.hstack(cells[i : i + 6]) for i in range(0, len(cells), 6)]))


def evaluate_two_rows(reader: Reader) -> None:
    """Print the accuracy on rendered two-row plates as a gate camera shows them."""
    samples = two_rows()
    texts = reader([_photographed(i, sample.photo) for i, sample in enumerate(samples)])
    print("rendered, two rows, moderate faults:", score(texts, [sample.text for sample in samples]))
    national = [i for i, sample in enumerate(samples) if sample.country]
    print("  of a national form:", score([texts[i] for i in national], [samples[i].text for i in national]))


def evaluate_speed(network: Network) -> None:
    """Print the time of one crop and of a batch of eight, one thread, median of 300 and 60."""
    rng = np.random.default_rng(1)
    for batch, times in ((1, 300), (8, 60)):
        feed = {"crops": rng.random((batch, 3, network.size.height, network.size.width), np.float32)}
        taken = []
        for _ in range(times):
            start = time.perf_counter()
            network.session.run(None, feed)
            taken.append((time.perf_counter() - start) * 1000)
        print(f"speed, batch {batch}: median {np.median(taken):.2f} ms, best {min(taken):.2f} ms")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--with", dest="others", type=Path, nargs="+", default=[], help="other readers that are heard with it")
    parser.add_argument("--quads", type=Path, help="the aligner's corners, from reader.quads")
    parser.add_argument("--crops", action="store_true", help="also the cut-out validation plates")
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--failures", type=Path, help="write a sheet of misread rendered plates")
    args = parser.parse_args()
    networks = [opened(file) for file in (args.model, *args.others)]
    reader = reader_of(networks)
    quads = detected_quads(args.quads) if args.quads else None
    evaluate_val(reader, args.data, quads)
    evaluate_wide_val(reader, args.data, quads)
    evaluate_rendered(reader, failures=args.failures)
    evaluate_two_rows(reader)
    if args.crops:
        evaluate_crops(reader, args.data)
    if args.speed:
        evaluate_speed(networks[0])


if __name__ == "__main__":
    main()
