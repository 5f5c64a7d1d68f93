"""Rendered plates to measure by: ``python -m varco_training.reader.benchmark --out FOLDER [--two-rows | --each-country]`` makes a folder for ``varco eval --data FOLDER``.

Without `--two-rows` 1,500 plates under the full faults of training, free texts and smears among them. With it 600 two-row plates as a gate camera shows them,
without those of no national form: where no format decides and a script draws O and 0 or I and 1 alike, nobody can tell which it is.
With `--each-country` forty of each country. The plates are drawn from seeds of their own; training draws from others.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from ..plates import CODES, render_plate
from . import SLOTS
from .degrade import photograph
from .samples import RENDER_PX, rendered


@dataclass(frozen=True)
class Sample:
    """A rendered plate as a camera shows it."""

    photo: np.ndarray
    """BGR, as large as it is in the camera's picture."""
    text: str
    """Empty where nobody could read it."""
    country: str | None
    """None without a national form."""


def full_faults(count: int = 1500, seed: int = 4242) -> list[Sample]:
    """Plates of all kinds as training shows them, 40 to 280 px wide."""
    rng = np.random.default_rng(seed)
    drawn = [rendered(rng, 1.0) for _ in range(count)]
    return [Sample(photo, text, CODES[country] if country < len(CODES) else None) for photo, text, country in drawn]


def two_rows(count: int = 600, seed: int = 777) -> list[Sample]:
    """Two-row plates as a gate camera shows them (faults at 0.4 of their full strength), every eighth at night."""
    rng = np.random.default_rng(seed)
    plates = [render_plate(rng, rows=2, night=i % 8 == 0, height_px=RENDER_PX) for i in range(count)]
    photos = [photograph(rng, plate.image, 0.4, i % 8 == 0) for i, plate in enumerate(plates)]
    shown = zip(photos, plates, strict=True)
    return [Sample(photo, plate.text, plate.country) for photo, plate in shown if plate.rows == 2 and len(plate.text) <= SLOTS]


def each_country(count: int = 40, seed: int = 90210) -> list[Sample]:
    """As many plates of each country that the renderer knows (faults at 0.7)."""
    rng = np.random.default_rng(seed)
    out: list[Sample] = []
    for country in CODES:
        plates = [render_plate(rng, country=country, height_px=RENDER_PX) for _ in range(count)]
        out += [Sample(photograph(rng, plate.image, 0.7), plate.text, country) for plate in plates if len(plate.text) <= SLOTS]
    return out


def write(samples: list[Sample], rows: int | None, folder: Path) -> None:
    """The samples as cut-out plates."""
    images = folder / "crops-validation" / "images"
    images.mkdir(parents=True, exist_ok=True)
    with (images.parent / "labels.jsonl").open("w", encoding="utf-8") as out:
        for number, sample in enumerate(samples):
            name = f"{number:04}.png"
            if not cv2.imwrite(str(images / name), sample.photo):
                raise OSError(f"{images / name} cannot be written")
            height, width = sample.photo.shape[:2]
            row = {"image": f"images/{name}", "text": sample.text, "country": sample.country, "rows": rows, "width": width, "height": height}
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the folder to make")
    kinds = parser.add_mutually_exclusive_group()
    kinds.add_argument("--two-rows", action="store_true", help="two-row plates of a national form")
    kinds.add_argument("--each-country", action="store_true", help="forty plates of each country")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    if given.each_country:
        samples = each_country()
    elif given.two_rows:
        samples = [sample for sample in two_rows() if sample.country]
    else:
        samples = [sample for sample in full_faults() if sample.text]
    write(samples, 2 if given.two_rows else None, given.out)
    print(f"{len(samples)} plates in {given.out}")


if __name__ == "__main__":
    main()
