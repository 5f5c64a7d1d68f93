"""Trains the detector: `python -m varco_training.detector.train --data DIR --out DIR [--minutes N] [--resume]`.

One core is enough: bf16 and channels-last convolutions here, the crops in one process beside.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..feeding import feed
from ..pack import detected_quads
from ..running import Schedule, begun, options
from .compose import CROP_PX, LARGE_CROP_PX, Composer
from .corners import with_corners
from .finds import learn_from, read_finds
from .loss import plate_loss
from .network import SIZES, Detector
from .pictures import Picture, read_pictures, read_vehicle_pictures
from .targets import encode

BATCHES = {CROP_PX: 16, LARGE_CROP_PX: 6}
"""Crops a batch by their side: as many pixels, so as much time."""
LARGE_SHARE = 0.35
PEAK_RATE = 3e-3
MOST_USES = 5
SLANTED_SHARE = 0.3
"""Crops of real pictures seen from beside or above, where the corners are known."""

Batch = tuple[Tensor, Tensor]
"""Pictures [N,3,S,S] uint8 RGB, maps of plates [N,17,S/8,S/8]."""


def training_pictures(data: Path, finds: Path | None, quads: Path | None = None) -> tuple[list[Picture], list[Picture]]:
    """The pictures with plates and those with vehicles, with what an earlier network found in them and the aligner's corners."""
    plates, vehicles = read_pictures(data, "train"), read_vehicle_pictures(data, "train")
    if finds:
        found = read_finds(finds)
        plates, vehicles = ([learn_from(p, found[p.name]) for p in group] for group in (plates, vehicles))
    if quads:
        known = detected_quads(quads)
        plates = [with_corners(p, known) for p in plates]
    return plates, vehicles


def batches(data: Path, finds: Path | None, quads: Path | None, rng: np.random.Generator) -> Iterator[Batch]:
    """Endless batches."""
    composer = Composer(*training_pictures(data, finds, quads), rng, slanted=SLANTED_SHARE)
    while True:
        size = LARGE_CROP_PX if rng.random() < LARGE_SHARE else CROP_PX
        crops = [composer.crop(rng, size) for _ in range(BATCHES[size])]
        pictures = np.stack([c.image[..., ::-1].transpose(2, 0, 1) for c in crops])
        plates = np.stack([encode(c.targets, size, c.negative_weight) for c in crops])
        yield torch.from_numpy(pictures), torch.from_numpy(plates)


def mirrored(batch: Batch) -> Batch:
    """The batch seen in a mirror."""
    pictures, plates = (part.flip(3) for part in batch)
    size = float(pictures.shape[3])
    plates = plates.clone()
    plates[:, [4, 6]] = size - plates[:, [6, 4]]
    corners = plates[:, 8:16].clone()
    for place, source in enumerate((1, 0, 3, 2)):  # the top left as seen was the top right
        plates[:, 8 + 2 * place] = size - corners[:, 2 * source]
        plates[:, 9 + 2 * place] = corners[:, 2 * source + 1]
    return pictures, plates


def train(given: argparse.Namespace) -> None:
    """Trains as the command line asks and leaves `out`/last.pt."""
    torch.set_num_threads(1)
    torch.manual_seed(given.seed)
    schedule = Schedule(given.minutes, given.rate)
    run = begun(Detector(given.size), given.start, given.out / "last.pt", schedule, given.resume, {"size": given.size})
    # The large crops stay as they are: compiled for them, the network gives NaN (PyTorch 2.x on a CPU with AMX, bf16).
    compiled = torch.compile(run.model, dynamic=False) if given.compile else run.model
    fed = feed(partial(batches, given.data, given.finds, given.quads), given.seed + run.step, mirrored, MOST_USES)

    def loss_of() -> tuple[Tensor, dict[str, float], int]:
        pictures, plates = next(fed)
        images = pictures.to(memory_format=torch.channels_last).float().div_(255)
        with torch.autocast("cpu", torch.bfloat16):
            output = (compiled if images.shape[3] == CROP_PX else run.model)(images)
        return *plate_loss(output, plates), len(pictures)

    run.learn(loss_of)


def main() -> None:
    """Command line."""
    parser = options(__doc__, 60.0, PEAK_RATE)
    parser.add_argument("--finds", type=Path, help="what an earlier network found in the training pictures (finds.py)")
    parser.add_argument("--quads", type=Path, help="the aligner's corners of the training plates (reader.quads)")
    parser.add_argument("--size", choices=list(SIZES), default="small")
    train(parser.parse_args())


if __name__ == "__main__":
    main()
