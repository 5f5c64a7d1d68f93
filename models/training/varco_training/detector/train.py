"""Trains the detector: `python -m varco_training.detector.train --data DIR --out DIR [--minutes N] [--resume]`.

One core is enough: bf16 and channels-last convolutions here, the crops in one process beside.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from ..running import Run, Schedule
from .batches import Batch, mirrored, replayed
from .compose import CROP_PX, LARGE_CROP_PX, Composer
from .finds import learn_from, read_finds
from .loss import plate_loss
from .network import SIZES, Detector, load_known
from .pictures import Picture, read_pictures, read_vehicle_pictures
from .targets import encode

BATCHES = {CROP_PX: 16, LARGE_CROP_PX: 6}
"""Crops a batch by their side: as many pixels, so as much time."""
LARGE_SHARE = 0.35
PEAK_RATE = 3e-3


def training_pictures(data: Path, finds: Path | None) -> tuple[list[Picture], list[Picture]]:
    """The pictures with plates and those with vehicles, with what an earlier network found in them."""
    plates, vehicles = read_pictures(data, "train"), read_vehicle_pictures(data, "train")
    if finds:
        found = read_finds(finds)
        plates, vehicles = ([learn_from(p, found[p.name]) for p in group] for group in (plates, vehicles))
    return plates, vehicles


class Crops(IterableDataset[Batch]):
    """Endless batches: pictures [N,3,S,S] uint8 RGB, target maps [N,17,S/8,S/8]."""

    def __init__(self, data: Path, finds: Path | None, seed: int) -> None:
        self._data, self._finds, self._seed = data, finds, seed

    def __iter__(self) -> Iterator[Batch]:
        cv2.setNumThreads(1)
        worker = torch.utils.data.get_worker_info()
        if worker is not None:
            os.nice(6)  # the training comes first
        rng = np.random.default_rng([self._seed, worker.id if worker else 0])
        composer = Composer(*training_pictures(self._data, self._finds), rng)
        while True:
            size = LARGE_CROP_PX if rng.random() < LARGE_SHARE else CROP_PX
            crops = [composer.crop(rng, size) for _ in range(BATCHES[size])]
            pictures = np.stack([c.image[..., ::-1].transpose(2, 0, 1) for c in crops])
            plates = np.stack([encode(c.targets, size, c.negative_weight) for c in crops])
            yield torch.from_numpy(pictures), torch.from_numpy(plates)


@dataclass(frozen=True)
class Plan:
    """What the command line asks for."""

    data: Path
    out: Path
    minutes: float
    """Length of the whole run by the clock, counted over all resumed parts."""
    resume: bool
    compiled: bool
    seed: int
    rate: float
    start: Path | None
    """A checkpoint whose averaged weights are the first ones: a second, shorter run at a lower rate."""
    finds: Path | None
    size: str


def train(plan: Plan) -> None:
    """Trains by the plan and leaves `out`/last.pt."""
    torch.set_num_threads(1)
    torch.manual_seed(plan.seed)
    model = Detector(plan.size)
    new = load_known(model, torch.load(plan.start, weights_only=True)["average"]) if plan.start else []
    run = Run(model, plan.out / "last.pt", Schedule(plan.minutes, plan.rate), plan.resume, {"size": plan.size})
    if plan.start:
        run.say(f"not in {plan.start.name}: {', '.join(sorted({name.split('.')[0] for name in new})) or 'nothing'}")
    # The large crops stay as they are: compiled for them, the network gives NaN (PyTorch 2.x on a CPU with AMX, bf16).
    compiled = torch.compile(run.model, dynamic=False) if plan.compiled else run.model
    source = Crops(plan.data, plan.finds, plan.seed + run.step)
    fresh = iter(DataLoader(source, batch_size=None, num_workers=1, prefetch_factor=8))
    batches = replayed(fresh, plan.seed + run.step, mirrored)
    next(batches)  # the worker has filled its pools: from here on the clock runs

    def loss_of() -> tuple[Tensor, dict[str, float], int]:
        pictures, plates = next(batches)
        images = pictures.to(memory_format=torch.channels_last).float().div_(255)
        with torch.autocast("cpu", torch.bfloat16):
            output = (compiled if images.shape[3] == CROP_PX else run.model)(images)
        return *plate_loss(output, plates), len(pictures)

    run.learn(loss_of)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the data pack's folder (holds plates/ and vehicles/)")
    parser.add_argument("--out", type=Path, required=True, help="where checkpoints and the log go")
    parser.add_argument("--minutes", type=float, default=60.0, help="length of the whole run by the clock")
    parser.add_argument("--resume", action="store_true", help="go on from OUT/last.pt when it is there")
    parser.add_argument("--compile", action="store_true", help="let torch.compile fuse the network (needs a C++ compiler)")
    parser.add_argument("--rate", type=float, default=PEAK_RATE, help="highest learning rate")
    parser.add_argument("--start", type=Path, help="a checkpoint whose averaged weights to begin with")
    parser.add_argument("--finds", type=Path, help="what an earlier network found in the training pictures (finds.py)")
    parser.add_argument("--size", choices=list(SIZES), default="small")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    train(
        Plan(
            given.data, given.out, given.minutes, given.resume, given.compile, given.seed, given.rate, given.start, given.finds,
            given.size,
        )
    )  # fmt: skip


if __name__ == "__main__":
    main()
