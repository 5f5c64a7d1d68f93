"""Trains the aligner: `python -m varco_training.aligner.train --data DIR --finds FILE --out DIR [--minutes N] [--resume]`.

One core in bf16; the views come from a process of lower priority and wait in a reservoir, from which batches are drawn, half of
them in a mirror.
"""

from __future__ import annotations

import argparse
import queue
import threading
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader

from ..running import Run, Schedule
from .network import COLUMNS, ROWS, Aligner, Outputs
from .samples import BOXED, EXACT, NOTHING, Samples, Views

BATCH, PEAK_RATE = 128, 2e-3
RESERVOIR, FIRST, MOST_USES = 24_000, 2_000, 8
BOX_WEIGHT, SPREAD_WEIGHT, PLATE_WEIGHT = 0.5, 0.05, 0.25
FAR = 0.5
"""An error of so many plate heights counts as itself; larger ones by their root: some boxes are simply wrong."""
SPREAD_CELLS = 0.8
"""Standard deviation of a corner's map, in cells, that the loss asks for."""
SWAPPED = [1, 0, 3, 2]
"""The corners in the order in which a mirror shows them."""


def mirrored(points: Tensor) -> Tensor:
    """Corners N x 4 x 2 of the view's unit square as the mirror shows them."""
    swapped = points[:, SWAPPED]
    return torch.stack([1 - swapped[..., 0], swapped[..., 1]], -1)


def softened(error: Tensor) -> Tensor:
    """Large errors count by their root."""
    return torch.where(error < FAR, error, 2 * (FAR * error.clamp(min=FAR)).sqrt() - FAR)


def loss_of(model: Aligner, views: Views, mirror: bool) -> tuple[Tensor, dict[str, float]]:
    """The loss of a batch and its parts: corner and box errors in plate heights, spread, plate or not."""
    images = torch.from_numpy(views.images).permute(0, 3, 1, 2).float().div_(255)
    if mirror:
        images = images.flip(3)
    gain = torch.empty(len(images), 1, 1, 1).uniform_(0.8, 1.2)
    with torch.autocast("cpu", torch.bfloat16):
        said: Outputs = model((images * gain).clamp_(0, 1).contiguous(memory_format=torch.channels_last))
    known, places = torch.from_numpy(views.known), torch.from_numpy(views.places)
    corners = mirrored(said.corners.float()) if mirror else said.corners.float()
    homogeneous = torch.cat([corners, torch.ones_like(corners[..., :1])], -1) @ torch.from_numpy(views.matrices).transpose(1, 2)
    found = homogeneous[..., :2] / homogeneous[..., 2:].clamp(min=0.05)
    true = torch.from_numpy(views.corners)
    exact, boxed = known == EXACT, known == BOXED
    apart = ((found - true).square().sum(-1) + 1e-6).sqrt()[exact]
    off = torch.cat([found.amin(1) - true.amin(1), found.amax(1) - true.amax(1)], -1).abs()[boxed]
    where = mirrored(places) if mirror else places
    maps = said.maps.float()[exact]
    spread = -(gaussians(where[exact]) * (maps + 1e-8).log()).sum((2, 3)).mean() if exact.any() else maps.sum()
    plate = functional.binary_cross_entropy_with_logits(said.plate.float(), (known != NOTHING).float())
    corner = softened(apart).sum() / max(1, exact.sum())  # of all four corners together
    box = softened(off).sum() / max(1, boxed.sum())
    total = (corner * exact.sum() + BOX_WEIGHT * box * boxed.sum()) / len(images) + SPREAD_WEIGHT * spread + PLATE_WEIGHT * plate
    parts = {"corner": float(apart.detach().mean()), "box": float(off.detach().mean()), "spread": float(spread.detach()), "plate": float(plate.detach())}
    return total, parts


def gaussians(places: Tensor) -> Tensor:
    """The maps N x 4 x 16 x 40 that tell of corners at these places, each of sum 1."""
    across = (torch.arange(COLUMNS) + 0.5 - places[..., :1] * COLUMNS) / SPREAD_CELLS
    down = (torch.arange(ROWS) + 0.5 - places[..., 1:] * ROWS) / SPREAD_CELLS
    maps = torch.exp(-0.5 * (down[..., :, None].square() + across[..., None, :].square()))
    return maps / maps.sum((2, 3), keepdim=True).clamp(min=1e-6)


class Reservoir:
    """The latest views, drawn at random; a new group replaces the oldest."""

    def __init__(self, source: DataLoader[Views]) -> None:
        self._ready: queue.Queue[Views] = queue.Queue(maxsize=8)
        threading.Thread(target=self._fetch, args=(source,), daemon=True).start()
        self._groups: list[Views] = []
        self.made, self.used = 0, 0

    def _fetch(self, source: DataLoader[Views]) -> None:
        for views in source:
            self._ready.put(views)

    def draw(self, rng: np.random.Generator, count: int) -> Views:
        """`count` views; waits while those that there are have been used too often."""
        while not self._ready.empty() or self.made < max(FIRST, self.used / MOST_USES):
            group = self._ready.get()
            self._groups.append(group)
            self.made += len(group)
            if len(self._groups) * len(group) > RESERVOIR:
                self._groups.pop(0)
        self.used += count
        groups = rng.integers(len(self._groups), size=8)
        parts = [self._groups[g].take(rng.integers(len(self._groups[g]), size=count // 8)) for g in groups]
        return Views(*(np.concatenate([getattr(p, name) for p in parts]) for name in Views.__dataclass_fields__))


def train(data: Path, finds: Path | None, out: Path, schedule: Schedule, resume: bool, seed: int, start: Path | None) -> None:
    """The whole run; leaves `out`/checkpoint.pt."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    model = Aligner()
    if start:
        model.load_state_dict(torch.load(start, weights_only=True)["average"])
    run = Run(model, out / "checkpoint.pt", schedule, resume)
    reservoir = Reservoir(DataLoader(Samples(data, finds, seed + run.step), batch_size=None, num_workers=1, prefetch_factor=4))
    rng = np.random.default_rng([seed, run.step])
    reservoir.draw(rng, BATCH)  # the worker has filled its pools: from here on the clock runs

    def loss() -> tuple[Tensor, dict[str, float], int]:
        return *loss_of(run.model, reservoir.draw(rng, BATCH), bool(rng.random() < 0.5)), BATCH

    run.learn(loss)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the data pack's folder")
    parser.add_argument("--finds", type=Path, help="what the detector found in the training pictures (detector.finds)")
    parser.add_argument("--out", type=Path, required=True, help="folder of the checkpoint")
    parser.add_argument("--minutes", type=float, default=30, help="length of the whole run by the clock")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--rate", type=float, default=PEAK_RATE, help="highest learning rate")
    parser.add_argument("--start", type=Path, help="a checkpoint whose averaged weights to begin with")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    train(given.data, given.finds, given.out, Schedule(given.minutes, given.rate), given.resume, given.seed, given.start)


if __name__ == "__main__":
    main()
