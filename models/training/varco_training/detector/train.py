"""Trains the detector: `python -m varco_training.detector.train --data DIR --out DIR [--minutes N] [--resume]`.

One core is enough: bf16 and channels-last convolutions here, the crops in one process beside. The learning rate follows the
clock, so a run ends when it should whatever else the machine does; it may be interrupted and resumed at any time.
"""

from __future__ import annotations

import argparse
import copy
import math
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch.utils.data import DataLoader, IterableDataset

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
PARTS = ("heat", "box", "corner")
PEAK_RATE = 3e-3
WARM_UP_STEPS = 150
EMA_DECAY = 0.998
CHECKPOINT_EVERY_S = 180.0
LOG_EVERY_STEPS = 50


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


def rate_at(progress: float, step: int, peak: float = PEAK_RATE) -> float:
    """Learning rate: a linear warm-up by steps, then a cosine down to a fiftieth by progress (0..1)."""
    cosine = 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(progress, 1.0)))
    return peak * cosine * min(1.0, (step + 1) / WARM_UP_STEPS)


def follow(average: torch.nn.Module, model: torch.nn.Module, step: int, most: float = EMA_DECAY) -> None:
    """Moves the exponential moving average towards the model (faster in the first steps)."""
    decay = min(most, (1 + step) / (10 + step))
    with torch.no_grad():
        for kept, new in zip(average.state_dict().values(), model.state_dict().values(), strict=True):
            kept.lerp_(new, 1 - decay) if kept.is_floating_point() else kept.copy_(new)


def optimiser_of(model: torch.nn.Module, decay: float = 0.02) -> torch.optim.AdamW:
    """AdamW that decays the convolutions' weights only."""
    groups = [
        {"params": [p for p in model.parameters() if (p.ndim > 1) == weights], "weight_decay": decay if weights else 0.0}
        for weights in (True, False)
    ]
    return torch.optim.AdamW(groups, lr=PEAK_RATE, fused=True)


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
    plan.out.mkdir(parents=True, exist_ok=True)
    model = Detector(plan.size)
    log = (plan.out / "log.tsv").open("a")
    if plan.start:
        new = load_known(model, torch.load(plan.start, weights_only=True)["average"])
        print(f"not in {plan.start.name}: {', '.join(new) or 'nothing'}", file=log, flush=True)
    model = model.to(memory_format=torch.channels_last).train()
    average = copy.deepcopy(model).eval()
    optimiser = optimiser_of(model)
    step, crops, spent_s, spent_cpu_s = 0, 0, 0.0, 0.0
    last = plan.out / "last.pt"
    if plan.resume and last.exists():
        state = torch.load(last, weights_only=True)
        model.load_state_dict(state["model"])
        average.load_state_dict(state["average"])
        optimiser.load_state_dict(state["optimiser"])
        step, crops, spent_s, spent_cpu_s = state["step"], state["crops"], state["spent_s"], state["spent_cpu_s"]
    # The large crops stay as they are: compiled for them, the network gives NaN (PyTorch 2.x on a CPU with AMX, bf16).
    compiled = torch.compile(model, dynamic=False) if plan.compiled else model
    source = Crops(plan.data, plan.finds, plan.seed + step)
    fresh = iter(DataLoader(source, batch_size=None, num_workers=1, prefetch_factor=8))
    batches = replayed(fresh, plan.seed + step, mirrored)
    next(batches)  # the worker has filled its pools: from here on the clock runs
    began_s, began_cpu_s = time.monotonic() - spent_s, time.process_time() - spent_cpu_s
    saved_s, sums = spent_s, dict.fromkeys(PARTS, 0.0)

    def save() -> None:
        state = {
            "model": model.state_dict(), "average": average.state_dict(), "optimiser": optimiser.state_dict(), "step": step,
            "spent_s": time.monotonic() - began_s, "spent_cpu_s": time.process_time() - began_cpu_s, "crops": crops,
            "size": plan.size,
        }  # fmt: skip
        torch.save(state, last.with_suffix(".tmp"))
        last.with_suffix(".tmp").replace(last)

    while (spent_s := time.monotonic() - began_s) < plan.minutes * 60:
        pictures, plates = next(batches)
        for group in optimiser.param_groups:
            group["lr"] = rate_at(spent_s / (plan.minutes * 60), step, plan.rate)
        images = pictures.to(memory_format=torch.channels_last).float().div_(255)
        with torch.autocast("cpu", torch.bfloat16):
            output = (compiled if images.shape[3] == CROP_PX else model)(images)
        loss, parts = plate_loss(output, plates)
        if not torch.isfinite(loss):
            raise FloatingPointError(f"the loss is not finite after {step} steps: {parts}")
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 10.0)
        optimiser.step()
        step, crops = step + 1, crops + len(pictures)  # used again or not
        follow(average, model, step)
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
