"""Trains the vehicle classifier: `python -m varco_training.classifier.train --data DIR --start VEHICLES.pt --out DIR [--minutes N]`.

One core is enough; the views are made in one process beside it.
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
from torch.nn import functional
from torch.utils.data import DataLoader, IterableDataset

from ..detector.batches import replayed
from ..detector.network import load_known
from ..detector.pictures import read_pictures, read_vehicle_pictures
from ..running import Run, Schedule
from ..vehicles.labels import completed, labelled, mistaken
from .network import NOTHING, OUTPUTS, VehicleClassifier
from .views import ViewComposer, parts_of, subject, vehicles_of

BATCH = 64
MOST_USES = 3
PEAK_RATE = 1.5e-3
DECAY = 0.1
KEEP = 0.9985
SMOOTHED = 0.05
"""How much of each truth is given to all outputs: labels of vehicles far away are not always right."""

Batch = tuple[Tensor, Tensor]
"""Views [N,3,S,S] uint8 RGB, the share of each output in them [N,7]."""


def mirrored(batch: Batch) -> Batch:
    """The batch seen in a mirror."""
    views, allowed = batch
    return views.flip(3), allowed


def composer_of(data: Path) -> ViewComposer:
    """What makes views of the train split: of pictures of vehicles, and of those of plates with our own labels."""
    vehicles, plates = completed(read_vehicle_pictures(data, "train")), read_pictures(data, "train")
    own = labelled(plates)
    parts = parts_of(vehicles, np.random.default_rng(5), 4) + parts_of(own, np.random.default_rng(6), 1)
    mistakes = [subject(picture.decode()[0], box, NOTHING) for picture, box in mistaken(vehicles + plates)]
    return ViewComposer(vehicles_of(vehicles) + vehicles_of(own), parts, mistakes)


class Views(IterableDataset[Batch]):
    """Endless batches."""

    def __init__(self, data: Path, seed: int) -> None:
        self._data, self._seed = data, seed

    def __iter__(self) -> Iterator[Batch]:
        cv2.setNumThreads(1)
        worker = torch.utils.data.get_worker_info()
        if worker is not None:
            os.nice(6)  # the training comes first
        rng = np.random.default_rng([self._seed, worker.id if worker else 0])
        composer = composer_of(self._data)
        while True:
            samples = [composer.sample(rng) for _ in range(BATCH)]
            views = np.stack([image[..., ::-1].transpose(2, 0, 1) for image, _ in samples])
            yield torch.from_numpy(views), torch.from_numpy(np.stack([allowed for _, allowed in samples]))


def kind_loss(logits: Tensor, allowed: Tensor) -> Tensor:
    """Cross entropy against what a view shows."""
    return functional.cross_entropy(logits.float(), (1 - SMOOTHED) * allowed + SMOOTHED / OUTPUTS)


def train(given: argparse.Namespace) -> None:
    """Trains as the command line asks and leaves `out`/last.pt."""
    torch.set_num_threads(1)
    torch.manual_seed(given.seed)
    model = VehicleClassifier()
    new = load_known(model, torch.load(given.start, weights_only=True)["average"]) if given.start else []
    run = Run(model, given.out / "last.pt", Schedule(given.minutes, given.rate, DECAY, KEEP), given.resume)
    if given.start:
        run.say(f"not in {given.start.name}: {', '.join(sorted({name.split('.')[0] for name in new})) or 'nothing'}")
    source = Views(given.data, given.seed + run.step)
    fresh = iter(DataLoader(source, batch_size=None, num_workers=1, prefetch_factor=8))
    batches = replayed(fresh, given.seed + run.step, mirrored, MOST_USES)
    next(batches)  # the worker has read the pictures: from here on the clock runs

    def loss_of() -> tuple[Tensor, dict[str, float], int]:
        views, allowed = next(batches)
        images = views.to(memory_format=torch.channels_last).float().div_(255)
        with torch.autocast("cpu", torch.bfloat16):
            logits = run.model(images)
        loss = kind_loss(logits, allowed)
        return loss, {"kind": loss.item()}, len(views)

    run.learn(loss_of)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the data pack's folder (holds plates/ and vehicles/)")
    parser.add_argument("--out", type=Path, required=True, help="where checkpoints and the log go")
    parser.add_argument("--minutes", type=float, default=60.0, help="length of the whole run by the clock")
    parser.add_argument("--resume", action="store_true", help="go on from OUT/last.pt when it is there")
    parser.add_argument("--rate", type=float, default=PEAK_RATE, help="highest learning rate")
    parser.add_argument("--start", type=Path, help="a checkpoint of the vehicle detector whose weights to begin with")
    parser.add_argument("--seed", type=int, default=1)
    train(parser.parse_args())


if __name__ == "__main__":
    main()
