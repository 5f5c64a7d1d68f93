"""A page of rendered plates to look at: ``python -m varco_training.plates.sheet --out FILE``."""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np

from . import COUNTRIES, render_plate


def sheet(rng: np.random.Generator, columns: int = 8, night_share: float = 0.15) -> np.ndarray:
    """One plate of each country and as many of no form, in a grid (BGR)."""
    wanted: list[str | None] = [*COUNTRIES, *([None] * (len(COUNTRIES) // 2 // columns * columns + columns))]
    cell_w, cell_h, tiles = 260, 130, []
    for code in wanted:
        plate = render_plate(rng, country=code, night=rng.random() < night_share)
        scale = min((cell_w - 10) / plate.image.shape[1], (cell_h - 34) / plate.image.shape[0])
        small = cv2.resize(plate.image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        tile = np.full((cell_h, cell_w, 3), 110, np.uint8)
        tile[5 : 5 + small.shape[0], 5 : 5 + small.shape[1]] = small
        label = f"{plate.country or '-'} {plate.text}".encode("ascii", "replace").decode()
        cv2.putText(tile, label, (5, cell_h - 8), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (255, 255, 255), 1, cv2.LINE_AA)
        tiles.append(tile)
    while len(tiles) % columns:
        tiles.append(np.full((cell_h, cell_w, 3), 110, np.uint8))
    return np.vstack([np.hstack(tiles[i : i + columns]) for i in range(0, len(tiles), columns)])


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    if not cv2.imwrite(str(args.out), sheet(np.random.default_rng(args.seed))):
        raise SystemExit(f"cannot write {args.out}")


if __name__ == "__main__":
    main()
