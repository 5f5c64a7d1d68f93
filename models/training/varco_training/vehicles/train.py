"""Trains the vehicle detector: `python -m varco_training.vehicles.train --data DIR --out DIR [--minutes N] [--resume]`.

One core is enough; the crops are made in one process beside it. The learning rate follows the clock, as the plate detector's does.
"""

from __future__ import annotations

import argparse
import copy
import os
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from ..detector.batches import replayed
from ..detector.network import load_known
from ..detector.pictures import Picture, read_pictures, read_vehicle_pictures
from ..detector.train import follow, optimiser_of, rate_at
from .crops import VehicleComposer
from .loss import vehicle_loss
from .network import VehicleDetector

BATCH = 32
MOST_USES = 3
"""How often a batch serves while no new one is ready."""
PEAK_RATE = 2e-3
DECAY = 0.05
EMA_DECAY = 0.9985
CHECKPOINT_EVERY_S = 180.0
LOG_EVERY_STEPS = 50

Batch = tuple[Tensor, Tensor, Tensor, Tensor]
"""Pictures [N,3,S,S] uint8 RGB, boxes [N,M,4], classes [N,M,6], boxes to leave out [N,M,4]."""


def mirrored(batch: Batch) -> Batch:
    """The batch seen in a mirror."""
    pictures, boxes, classes, ignored = batch
    size = float(pictures.shape[3])
    boxes, ignored = (torch.cat([size - b[..., 2:3], b[..., 1:2], size - b[..., 0:1], b[..., 3:4]], 2) for b in (boxes, ignored))
    return pictures.flip(3), boxes, classes, ignored


def training_pictures(data: Path) -> tuple[list[Picture], list[Picture]]:
    """The pictures with vehicles, and those of plates in which vehicles are boxed, without a class."""
    return read_vehicle_pictures(data, "train"), [p for p in read_pictures(data, "train") if p.vehicles]


class Crops(IterableDataset[Batch]):
    """Endless batches."""

    def __init__(self, data: Path, seed: int) -> None:
        self._data, self._seed = data, seed

    def __iter__(self) -> Iterator[Batch]:
        cv2.setNumThreads(1)
        worker = torch.utils.data.get_worker_info()
        if worker is not None:
            os.nice(6)  # the training comes first
        rng = np.random.default_rng([self._seed, worker.id if worker else 0])
        composer = VehicleComposer(*training_pictures(self._data))
        while True:
            samples = [composer.sample(rng) for _ in range(BATCH)]
            pictures = np.stack([s.image[..., ::-1].transpose(2, 0, 1) for s in samples])
            rest = (np.stack([getattr(s, name) for s in samples]) for name in ("boxes", "classes", "ignored"))
            yield torch.from_numpy(pictures), *(torch.from_numpy(part) for part in rest)


def train(given: argparse.Namespace) -> None:
    """Trains as the command line asks and leaves `out`/last.pt."""
    torch.set_num_threads(1)
    torch.manual_seed(given.seed)
    given.out.mkdir(parents=True, exist_ok=True)
    model = VehicleDetector()
    log = (given.out / "log.tsv").open("a")
    if given.start:
        new = load_known(model, torch.load(given.start, weights_only=True)["average"])
        print(f"not in {given.start.name}: {', '.join(new) or 'nothing'}", file=log, flush=True)
    model = model.to(memory_format=torch.channels_last).train()
    average = copy.deepcopy(model).eval()
    optimiser = optimiser_of(model, DECAY)
    step, crops, spent_s, spent_cpu_s = 0, 0, 0.0, 0.0
    last = given.out / "last.pt"
    if given.resume and last.exists():
        state = torch.load(last, weights_only=True)
        model.load_state_dict(state["model"])
        average.load_state_dict(state["average"])
        optimiser.load_state_dict(state["optimiser"])
        step, crops, spent_s, spent_cpu_s = state["step"], state["crops"], state["spent_s"], state["spent_cpu_s"]
    compiled = torch.compile(model, dynamic=False) if given.compile else model
    fresh = iter(DataLoader(Crops(given.data, given.seed + step), batch_size=None, num_workers=1, prefetch_factor=8))
    batches = replayed(fresh, given.seed + step, mirrored, MOST_USES)
    next(batches)
    began_s, began_cpu_s = time.monotonic() - spent_s, time.process_time() - spent_cpu_s
    saved_s, sums = spent_s, {"kind": 0.0, "box": 0.0}

    def save() -> None:
        state = {
            "model": model.state_dict(), "average": average.state_dict(), "optimiser": optimiser.state_dict(), "step": step,
            "spent_s": time.monotonic() - began_s, "spent_cpu_s": time.process_time() - began_cpu_s, "crops": crops,
        }  # fmt: skip
        torch.save(state, last.with_suffix(".tmp"))
        last.with_suffix(".tmp").replace(last)

    while (spent_s := time.monotonic() - began_s) < given.minutes * 60:
        pictures, *labels = next(batches)
        for group in optimiser.param_groups:
            group["lr"] = rate_at(spent_s / (given.minutes * 60), step, given.rate)
        images = pictures.to(memory_format=torch.channels_last).float().div_(255)
        with torch.autocast("cpu", torch.bfloat16):
            output = compiled(images)
        loss, parts = vehicle_loss(output, *labels)
        if not torch.isfinite(loss):
            raise FloatingPointError(f"the loss is not finite after {step} steps: {parts}")
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 10.0)
        optimiser.step()
        step, crops = step + 1, crops + len(pictures)
        follow(average, model, step, EMA_DECAY)
        sums = {name: sums[name] + value for name, value in parts.items()}
        if step % LOG_EVERY_STEPS == 0:
            means = "\t".join(f"{name} {value / LOG_EVERY_STEPS:.4f}" for name, value in sums.items())
            cpu_s = time.process_time() - began_cpu_s
            print(f"{spent_s / 60:.1f} min\t{cpu_s / 60:.1f} cpu min\t{crops} crops\t{means}", file=log, flush=True)
            sums = dict.fromkeys(sums, 0.0)
        if spent_s - saved_s > CHECKPOINT_EVERY_S:
            save()
            saved_s = spent_s
    save()


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the data pack's folder (holds plates/ and vehicles/)")
    parser.add_argument("--out", type=Path, required=True, help="where checkpoints and the log go")
    parser.add_argument("--minutes", type=float, default=80.0, help="length of the whole run by the clock")
    parser.add_argument("--resume", action="store_true", help="go on from OUT/last.pt when it is there")
    parser.add_argument("--compile", action="store_true", help="let torch.compile fuse the network (needs a C++ compiler)")
    parser.add_argument("--rate", type=float, default=PEAK_RATE, help="highest learning rate")
    parser.add_argument(
        "--start", type=Path, help="a checkpoint of either detector whose weights to begin with, as far as they fit"
    )
    parser.add_argument("--seed", type=int, default=1)
    train(parser.parse_args())


if __name__ == "__main__":
    main()
