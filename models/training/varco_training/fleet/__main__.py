"""Draws vehicles of every kind: `python -m varco_training.fleet --out DIR [--models N] [--views N]`.

DIR gets a PNG with alpha for every view, and `labels.jsonl`: `image`, `class`, `box` (x y w h, px). A core draws ten views a second.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from .cars import car, van
from .coaches import bus, minibus
from .lorries import lorry
from .pickups import pickup
from .portrait import portrait

MAKERS = ((lorry, 0.32), (pickup, 0.06), (bus, 0.14), (minibus, 0.14), (van, 0.12), (car, 0.22))
"""What is drawn, and how much of it."""


def draw(number: int, out: Path, views: int, seed: int) -> list[dict[str, object]]:
    """One vehicle's views, written to `out`; their labels."""
    cv2.setNumThreads(1)
    rng = np.random.default_rng([seed, number])
    make = MAKERS[rng.choice(len(MAKERS), p=[share for _, share in MAKERS])][0]
    model, rows = make(rng), []
    for view in range(views):
        seen = portrait(model, rng)
        if seen is None:
            continue
        name = f"{number:05}-{view:02}.png"
        cv2.imwrite(str(out / name), seen.image)
        x0, y0, x1, y1 = seen.box.tolist()
        rows.append({"image": name, "class": model.kind, "box": [x0, y0, x1 - x0, y1 - y0]})
    return rows


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--models", type=int, default=400)
    parser.add_argument("--views", type=int, default=12, help="views of each")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    with multiprocessing.Pool(given.processes) as pool, (given.out / "labels.jsonl").open("w", encoding="utf-8") as labels:
        for rows in pool.imap(partial(draw, out=given.out, views=given.views, seed=given.seed), range(given.models)):
            for row in rows:
                print(json.dumps(row), file=labels, flush=True)


if __name__ == "__main__":
    main()
