"""The val pictures under other conditions: ``python -m varco_training.conditions --data DIR --quads FILE --out FOLDER``.

The same plates from beside, from above, rolled, in the dark, overexposed, coded frugally, blurred: each condition becomes a folder below `FOLDER` for
``varco eval --data FOLDER/beside-45``. A picture is turned as a flat one, its middle keeping its scale. The box of a turned plate is the upright one around
its turned corners, grown as people draw boxes (`detector.corners`; `FILE` is what `reader.quads` writes). Plates of the project's own val labels have
their texts, so the folders hold personal data.
"""

from __future__ import annotations

import argparse
import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .detector.corners import with_corners
from .detector.panels import transform, turned
from .detector.pictures import Picture, read_pictures
from .labels import SEALED_VAL_LABELS, read_labels
from .pack import Quads, detected_quads, labels

Image = NDArray[np.uint8]
Floats = NDArray[np.float64]

FOCAL_SHARE = 1.2
"""Focal length in long sides of the picture."""
LONGEST_PX = 2200
"""Turned pictures are made smaller beyond that."""
JPEG_QUALITY = 92


@dataclass(frozen=True)
class Turn:
    """How far the camera stands from straight before the plate, degrees. Every other picture is turned the other way."""

    beside: float = 0.0
    above: float = 0.0
    rolled: float = 0.0

    def homography(self, width: int, height: int, sign: int) -> tuple[Floats, tuple[int, int]]:
        """From a picture of that size to the turned one, and its size."""
        focal = FOCAL_SHARE * max(width, height)
        degrees = np.deg2rad([self.above, sign * self.beside, sign * self.rolled])
        about = [cv2.Rodrigues(axis * angle)[0] for axis, angle in zip(np.eye(3), degrees, strict=True)]
        rotation = about[2] @ about[0] @ about[1]
        seen = turned(rotation, focal) @ np.array([[1, 0, -width / 2], [0, 1, -height / 2], [0, 0, 1]])
        outline = cv2.perspectiveTransform(np.array([[[0, 0], [width, 0], [width, height], [0, height]]], float), seen)[0]
        tilted = np.cos(degrees[0]) * np.cos(degrees[1])
        scale = min(1 / np.sqrt(tilted), *(LONGEST_PX / np.ptp(outline, axis=0)))
        low = outline.min(0)
        fit = np.array([[scale, 0, -scale * low[0]], [0, scale, -scale * low[1]], [0, 0, 1]])
        across, down = np.ceil(np.ptp(outline, axis=0) * scale).astype(int).tolist()
        return fit @ seen, (across, down)


def dark(image: Image, rng: np.random.Generator) -> Image:
    """A third of the light, with the sensor's noise, brightened again."""
    light = (image / 255.0) ** 2.2 * 0.35 + rng.normal(0, 0.02, image.shape)
    return (np.clip(light, 0, 1) ** (1 / 1.6) * 255).astype(np.uint8)


def overexposed(image: Image, _: np.random.Generator) -> Image:
    """Everything from half-way up is white."""
    return np.clip(image * 1.7 + 20, 0, 255).astype(np.uint8)


def frugal(image: Image, _: np.random.Generator) -> Image:
    """JPEG of quality 25."""
    return cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 25])[1], cv2.IMREAD_COLOR)


def grey(image: Image, _: np.random.Generator) -> Image:
    """Without colour."""
    return cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)


def blurred(image: Image, _: np.random.Generator) -> Image:
    """Moved by 3 px while the shutter was open."""
    return cv2.blur(image, (3, 1))


TURNS = {
    "as-it-is": Turn(), "beside-30": Turn(30), "beside-45": Turn(45), "beside-55": Turn(55), "above-30": Turn(0, 30), "above-45": Turn(0, 45),
    "rolled-10": Turn(0, 0, 10), "rolled-20": Turn(0, 0, 20), "rolled-30": Turn(0, 0, 30), "beside-40-above-25": Turn(40, 25),
    "beside-40-above-25-rolled-10": Turn(40, 25, 10),
}  # fmt: skip
LIGHTS: dict[str, Callable[[Image, np.random.Generator], Image]] = {
    "dark": dark, "overexposed": overexposed, "frugal": frugal, "grey": grey, "blurred": blurred,
}  # fmt: skip


def move(row: dict[str, Any], picture: Picture, matrix: Floats) -> None:
    """Moves the plates of a line of labels."""
    for label, plate in zip(row["plates"], picture.plates, strict=True):
        around = transform(plate.around, matrix)
        low, size = around.min(0), np.ptp(around, axis=0)
        label["box"] = [*low.tolist(), *size.tolist()]
        if label.get("quad"):
            label["quad"] = transform(plate.corners, matrix).tolist()


@dataclass(frozen=True)
class Val:
    """The val pictures with all that is known of their plates, read once for all conditions."""

    rows: list[dict[str, Any]]
    """Lines of labels, with the texts of the project's own."""
    pictures: list[Picture]
    """In the same order."""

    @staticmethod
    def read(data: Path, quads: Quads) -> Val:
        """From the data pack."""
        own = read_labels(data, SEALED_VAL_LABELS)
        rows = [row for row in labels(data / "plates") if row["split"] == "val"]
        for row in rows:
            for place, plate in enumerate(row["plates"]):
                label = own.get((row["image"], place))
                if label and plate["legible"] is None:
                    plate |= {"text": label.text, "legible": True, "rows": label.rows, "country": label.country}
        return Val(rows, [with_corners(p, quads) for p in read_pictures(data, "val")])


def write(val: Val, name: str, folder: Path) -> None:
    """One condition as a folder."""
    (folder / "plates" / "images").mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(1)
    with (folder / "plates" / "labels.jsonl").open("w", encoding="utf-8") as out:
        for number, (known, picture) in enumerate(zip(val.rows, val.pictures, strict=True)):
            row = copy.deepcopy(known)
            image, _ = picture.decode()
            if name in TURNS:
                matrix, size = TURNS[name].homography(picture.width_px, picture.height_px, -1 if number % 2 else 1)
                image = cv2.warpPerspective(image, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
                move(row, picture, matrix)
            else:
                image = LIGHTS[name](image, rng)
            if not cv2.imwrite(str(folder / "plates" / row["image"]), image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]):
                raise OSError(f"{folder / 'plates' / row['image']} cannot be written")
            row |= {"height": image.shape[0], "width": image.shape[1], "vehicles": []}
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the data pack's folder")
    parser.add_argument("--quads", type=Path, required=True, help="the corners of the val plates, from reader.quads")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", nargs="+", choices=[*TURNS, *LIGHTS], help="these conditions; all unless given")
    given = parser.parse_args()
    val = Val.read(given.data, detected_quads(given.quads))
    for name in given.only or [*TURNS, *LIGHTS]:
        write(val, name, given.out / name)


if __name__ == "__main__":
    main()
