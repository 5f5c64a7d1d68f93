"""Trains the vehicle detector: `python -m varco_training.vehicles.train --data DIR --out DIR [--minutes N] [--resume]`.

One core is enough; the crops are made in one process beside it.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from ..detector.batches import replayed
from ..detector.network import load_known
from ..detector.pictures import read_pictures, read_vehicle_pictures
from ..running import Run, Schedule
from .crops import CROP_PX, VehicleComposer
from .cutouts import cut_outs
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


def composer_of(data: Path) -> VehicleComposer:
    """What makes crops of the train split: of pictures of vehicles, and of those of plates with the source's boxes or our own labels."""
    vehicles, plates = completed(read_vehicle_pictures(data, "train")), read_pictures(data, "train")
    own = labelled(plates)
    known = {p.name for p in own}
    return VehicleComposer(vehicles, [p for p in plates if p.vehicles and p.name not in known], own, cut_outs(vehicles))


class Crops(IterableDataset[Batch]):
    """Endless batches."""

    def __init__(self, data: Path, seed: int, size_px: int) -> None:
        self._data, self._seed, self._size_px = data, seed, size_px

    def __iter__(self) -> Iterator[Batch]:
        cv2.setNumThreads(1)
        worker = torch.utils.data.get_worker_info()
        if worker is not None:
            os.nice(6)  # the training comes first
        rng = np.random.default_rng([self._seed, worker.id if worker else 0])
        composer = composer_of(self._data)
        while True:
            samples = [composer.sample(rng, self._size_px) for _ in range(BATCH)]
            pictures = np.stack([s.image[..., ::-1].transpose(2, 0, 1) for s in samples])
            rest = (np.stack([getattr(s, name) for s in samples]) for name in ("boxes", "classes", "ignored"))
            yield torch.from_numpy(pictures), *(torch.from_numpy(part) for part in rest)


def train(given: argparse.Namespace) -> None:
    """Trains as the command line asks and leaves `out`/last.pt."""
    torch.set_num_threads(1)
    torch.manual_seed(given.seed)
    model = VehicleDetector()
    new = load_known(model, torch.load(given.start, weights_only=True)["average"]) if given.start else []
    run = Run(model, given.out / "last.pt", Schedule(given.minutes, given.rate, DECAY, KEEP), given.resume)
    if given.start:
        run.say(f"not in {given.start.name}: {', '.join(sorted({name.split('.')[0] for name in new})) or 'nothing'}")
    compiled = torch.compile(run.model, dynamic=False) if given.compile else run.model
    source = Crops(given.data, given.seed + run.step, given.crop)
    fresh = iter(DataLoader(source, batch_size=None, num_workers=1, prefetch_factor=8))
    batches = replayed(fresh, given.seed + run.step, mirrored, MOST_USES)
    next(batches)  # the worker has read the pictures: from here on the clock runs

    def loss_of() -> tuple[Tensor, dict[str, float], int]:
        pictures, *labels = next(batches)
        images = pictures.to(memory_format=torch.channels_last).float().div_(255)
        with torch.autocast("cpu", torch.bfloat16):
            output = compiled(images)
        return *vehicle_loss(output, *labels), len(pictures)

    run.learn(loss_of)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the data pack's folder (holds plates/ and vehicles/)")
    parser.add_argument("--out", type=Path, required=True, help="where checkpoints and the log go")
    parser.add_argument("--minutes", type=float, default=80.0, help="length of the whole run by the clock")
    parser.add_argument("--resume", action="store_true", help="go on from OUT/last.pt when it is there")
    parser.add_argument("--compile", action="store_true", help="let torch.compile fuse the network (needs a C++ compiler)")
    parser.add_argument("--rate", type=float, default=PEAK_RATE, help="highest learning rate")
    parser.add_argument("--start", type=Path, help="a checkpoint of either detector whose weights to begin with, as far as they fit")
    parser.add_argument("--crop", type=int, default=CROP_PX, help="side of a training crop, px, a multiple of 32")
    parser.add_argument("--seed", type=int, default=1)
    train(parser.parse_args())


if __name__ == "__main__":
    main()
