"""Trains the vehicle detector: `python -m varco_training.vehicles.train --data DIR --out DIR [--minutes N] [--resume]`.

One core is enough; the crops are made in one process beside it.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..detector.pictures import read_pictures, read_vehicle_pictures
from ..feeding import feed
from ..fleet.drawn import read_drawn
from ..running import Schedule, begun, options
from .crops import CROP_PX, VehicleComposer
from .cutouts import cut_out_of, cut_outs
from .labels import completed, labelled
from .loss import vehicle_loss
from .network import VehicleDetector

BATCH = 32
MOST_USES = 3
"""How often a batch serves while no new one is ready."""
PEAK_RATE = 2e-3
DECAY = 0.05
KEEP = 0.9985

Batch = tuple[Tensor, Tensor, Tensor, Tensor]
"""Pictures [N,3,S,S] uint8 RGB, boxes [N,M,4], classes [N,M,6], boxes to leave out [N,M,4]."""


def mirrored(batch: Batch) -> Batch:
    """The batch seen in a mirror."""
    pictures, boxes, classes, ignored = batch
    size = float(pictures.shape[3])
    boxes, ignored = (torch.cat([size - b[..., 2:3], b[..., 1:2], size - b[..., 0:1], b[..., 3:4]], 2) for b in (boxes, ignored))
    return pictures.flip(3), boxes, classes, ignored


def composer_of(data: Path, drawn: Sequence[Path] = ()) -> VehicleComposer:
    """What makes crops of the train split: of pictures of vehicles, and of those of plates with the source's boxes or our own labels; into some the
    vehicles of the folders `drawn` are set."""
    vehicles, plates = completed(read_vehicle_pictures(data, "train")), read_pictures(data, "train")
    own = labelled(plates)
    known = {p.name for p in own}
    more = [cut_out_of(one) for one in read_drawn(drawn)]
    return VehicleComposer(vehicles, [p for p in plates if p.vehicles and p.name not in known], own, cut_outs(vehicles), more)


def batches(data: Path, size_px: int, drawn: Sequence[Path], rng: np.random.Generator) -> Iterator[Batch]:
    """Endless batches of crops."""
    composer = composer_of(data, drawn)
    while True:
        samples = [composer.sample(rng, size_px) for _ in range(BATCH)]
        pictures = np.stack([s.image[..., ::-1].transpose(2, 0, 1) for s in samples])
        rest = (np.stack([getattr(s, name) for s in samples]) for name in ("boxes", "classes", "ignored"))
        yield torch.from_numpy(pictures), *(torch.from_numpy(part) for part in rest)


def train(given: argparse.Namespace) -> None:
    """Trains as the command line asks and leaves `out`/last.pt."""
    torch.set_num_threads(1)
    torch.manual_seed(given.seed)
    schedule = Schedule(given.minutes, given.rate, DECAY, KEEP)
    run = begun(VehicleDetector(), given.start, given.out / "last.pt", schedule, given.resume)
    compiled = torch.compile(run.model, dynamic=False) if given.compile else run.model
    fed = feed(partial(batches, given.data, given.crop, given.drawn), given.seed + run.step, mirrored, MOST_USES)

    def loss_of() -> tuple[Tensor, dict[str, float], int]:
        pictures, *labels = next(fed)
        images = pictures.to(memory_format=torch.channels_last).float().div_(255)
        with torch.autocast("cpu", torch.bfloat16):
            output = compiled(images)
        return *vehicle_loss(output, *labels), len(pictures)

    run.learn(loss_of)


def main() -> None:
    """Command line."""
    parser = options(__doc__, 80.0, PEAK_RATE)
    parser.add_argument("--crop", type=int, default=CROP_PX, help="side of a training crop, px, a multiple of 32")
    parser.add_argument("--drawn", type=Path, nargs="+", default=[], help="folders of drawn vehicles, from varco_training.fleet")
    train(parser.parse_args())


if __name__ == "__main__":
    main()
