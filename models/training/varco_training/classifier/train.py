"""Trains the vehicle classifier: `python -m varco_training.classifier.train --data DIR --start VEHICLES.pt --out DIR [--minutes N]`.

One core is enough; the views are made in one process beside it.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ..detector.pictures import read_pictures, read_vehicle_pictures
from ..feeding import feed
from ..fleet.drawn import read_drawn
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

MOVES_WEIGHT, BEND = 2.0, 0.05
"""What the loss of the boxes' moves counts, and from where on it grows straight (a moved middle of a twentieth)."""

Batch = tuple[Tensor, Tensor, Tensor]
"""Views [N,3,S,S] uint8 RGB, the share of each output in them [N,7], the moves of their boxes [N,4] where known."""


def mirrored(batch: Batch) -> Batch:
    """The batch seen in a mirror."""
    views, shares, moves = batch
    return views.flip(3), shares, moves * moves.new_tensor([-1.0, 1.0, 1.0, 1.0])


def composer_of(data: Path, drawn: Sequence[Path] = ()) -> ViewComposer:
    """What makes views of the train split: of pictures of vehicles, and of those of plates with our own labels; and of the vehicles in the folders `drawn`."""
    vehicles, plates = completed(read_vehicle_pictures(data, "train")), read_pictures(data, "train")
    own = labelled(plates)
    parts = parts_of(vehicles, np.random.default_rng(5), 4) + parts_of(own, np.random.default_rng(6), 1)
    mistakes = [subject(picture.decode()[0], box, NOTHING) for picture, box in mistaken(vehicles + plates)]
    return ViewComposer(vehicles_of(vehicles) + vehicles_of(own), parts, mistakes, read_drawn(drawn))


def batches(data: Path, drawn: Sequence[Path], rng: np.random.Generator) -> Iterator[Batch]:
    """Endless batches of views."""
    composer = composer_of(data, drawn)
    while True:
        samples = [composer.sample(rng) for _ in range(BATCH)]
        images, shares, moves = zip(*samples, strict=True)
        views = np.stack([image[..., ::-1].transpose(2, 0, 1) for image in images])
        yield torch.from_numpy(views), torch.from_numpy(np.stack(shares)), torch.from_numpy(np.stack(moves))


def kind_loss(logits: Tensor, shares: Tensor) -> Tensor:
    """Cross entropy against what a view shows."""
    return functional.cross_entropy(logits.float(), (1 - SMOOTHED) * shares + SMOOTHED / OUTPUTS)


def move_loss(said: Tensor, moves: Tensor) -> Tensor:
    """Smooth L1 of the boxes' moves, where they are known."""
    known = moves.isfinite().all(1)
    each = functional.smooth_l1_loss(said.float()[known], moves[known], beta=BEND, reduction="sum")
    return each / max(int(known.sum()), 1)


def train(given: argparse.Namespace) -> None:
    """Trains as the command line asks and leaves `out`/last.pt."""
    torch.set_num_threads(1)
    torch.manual_seed(given.seed)
    schedule = Schedule(given.minutes, given.rate, DECAY, KEEP)
    run = begun(VehicleClassifier(), given.start, given.out / "last.pt", schedule, given.resume)
    compiled = torch.compile(run.model, dynamic=False) if given.compile else run.model
    fed = feed(partial(batches, given.data, given.drawn), given.seed + run.step, mirrored, MOST_USES)

    def loss_of() -> tuple[Tensor, dict[str, float], int]:
        views, shares, moves = next(fed)
        images = views.to(memory_format=torch.channels_last).float().div_(255)
        with torch.autocast("cpu", torch.bfloat16):
            logits, said = compiled(images)
        kind, move = kind_loss(logits, shares), move_loss(said, moves)
        return kind + MOVES_WEIGHT * move, {"kind": kind.item(), "move": move.item()}, len(views)

    run.learn(loss_of)


def main() -> None:
    """Command line."""
    parser = options(__doc__, 45.0, PEAK_RATE)
    parser.add_argument("--drawn", type=Path, nargs="+", default=[], help="folders of drawn vehicles, from varco_training.fleet")
    train(parser.parse_args())


if __name__ == "__main__":
    main()
