"""A page of drawn vehicles to look at: `python -m varco_training.fleet.sheet --drawn DIR --out FILE [--seed N]`."""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np

from ..detector.vehicles import VEHICLE_CLASSES
from .drawn import before, read_drawn

ROWS, COLUMNS, SIDE_PX = 8, 12, 104


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--drawn", type=Path, nargs="+", required=True, help="folders from varco_training.fleet")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    drawn, rng = read_drawn(given.drawn), np.random.default_rng(given.seed)
    grey = np.full((SIDE_PX, SIDE_PX, 3), 150, np.uint8)
    tiles = []
    for place in rng.permutation(len(drawn))[: ROWS * COLUMNS]:
        one = drawn[place]
        seen = before(rng, one, grey)
        x0, y0, x1, y1 = one.box.astype(int).tolist()
        cv2.rectangle(seen, (x0, y0), (x1, y1), (0, 255, 0), 1)
        cv2.putText(seen, VEHICLE_CLASSES[one.index], (4, 24), cv2.FONT_HERSHEY_DUPLEX, 0.8, (0, 0, 200), 1, cv2.LINE_AA)
        tiles.append(cv2.resize(seen, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA))
    tiles += [grey] * (ROWS * COLUMNS - len(tiles))
    given.out.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(given.out), np.vstack([np.hstack(tiles[i : i + COLUMNS]) for i in range(0, ROWS * COLUMNS, COLUMNS)]))


if __name__ == "__main__":
    main()
