"""Trains the vehicle classifier: `python -m varco_training.classifier.train --data DIR --start VEHICLES.pt --out DIR [--minutes N]`.

One core is enough; the views are made in one process beside it.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ..detector.pictures import read_pictures, read_vehicle_pictures
from ..feeding import feed
from ..running import Schedule, begun, options
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
    views, shares = batch
    return views.flip(3), shares


def composer_of(data: Path) -> ViewComposer:
    """What makes views of the train split: of pictures of vehicles, and of those of plates with our own labels."""
    vehicles, plates = completed(read_vehicle_pictures(data, "train")), read_pictures(data, "train")
    own = labelled(plates)
    parts = parts_of(vehicles, np.random.default_rng(5), 4) + parts_of(own, np.random.default_rng(6), 1)
    mistakes = [subject(picture.decode()[0], box, NOTHING) for picture, box in mistaken(vehicles + plates)]
    return ViewComposer(vehicles_of(vehicles) + vehicles_of(own), parts, mistakes)


def batches(data: Path, rng: np.random.Generator) -> Iterator[Batch]:
    """Endless batches of views."""
    composer = composer_of(data)
    while True:
        samples = [composer.sample(rng) for _ in range(BATCH)]
        views = np.stack([image[..., ::-1].transpose(2, 0, 1) for image, _ in samples])
        yield torch.from_numpy(views), torch.from_numpy(np.stack([shares for _, shares in samples]))


def kind_loss(logits: Tensor, shares: Tensor) -> Tensor:
    """Cross entropy against what a view shows."""
    return functional.cross_entropy(logits.float(), (1 - SMOOTHED) * shares + SMOOTHED / OUTPUTS)


def train(given: argparse.Namespace) -> None:
    """Trains as the command line asks and leaves `out`/last.pt."""
    torch.set_num_threads(1)
    torch.manual_seed(given.seed)
    schedule = Schedule(given.minutes, given.rate, DECAY, KEEP)
    run = begun(VehicleClassifier(), given.start, given.out / "last.pt", schedule, given.resume)
    compiled = torch.compile(run.model, dynamic=False) if given.compile else run.model
    fed = feed(partial(batches, given.data), given.seed + run.step, mirrored, MOST_USES)

    def loss_of() -> tuple[Tensor, dict[str, float], int]:
        views, shares = next(fed)
        images = views.to(memory_format=torch.channels_last).float().div_(255)
        with torch.autocast("cpu", torch.bfloat16):
            logits = compiled(images)
        loss = kind_loss(logits, shares)
        return loss, {"kind": loss.item()}, len(views)

    run.learn(loss_of)


def main() -> None:
    """Command line."""
    train(options(__doc__, 45.0, PEAK_RATE).parse_args())


if __name__ == "__main__":
    main()
