"""Trains the plate detector: `python -m varco_training.detector.train --data DIR --out DIR [--minutes N] [--resume]`.

One core is enough: bf16 and channels-last convolutions here, the crops in one process beside. The learning rate follows
the clock, so a run ends when it should whatever else the machine does; it may be interrupted and resumed at any time.
"""

from __future__ import annotations

import argparse
import copy
import math
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from .compose import CROP_PX, Composer
from .loss import detector_loss
from .network import Detector
from .pictures import read_pictures
from .targets import encode

BATCH = 16
PEAK_RATE = 3e-3
WARM_UP_STEPS = 150
EMA_DECAY = 0.998
CHECKPOINT_EVERY_S = 180.0
LOG_EVERY_STEPS = 50


class Crops(IterableDataset[tuple[Tensor, Tensor]]):
    """Endless batches: pictures [N,3,320,320] uint8 RGB and target maps [N,17,40,40]."""

    def __init__(self, data: Path, seed: int) -> None:
        self._data, self._seed = data, seed

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        cv2.setNumThreads(1)
        worker = torch.utils.data.get_worker_info()
        rng = np.random.default_rng([self._seed, worker.id if worker else 0])
        composer = Composer(read_pictures(self._data, "train"), rng)
        while True:
            crops = [composer.crop(rng) for _ in range(BATCH)]
            pictures = np.stack([c.image[..., ::-1].transpose(2, 0, 1) for c in crops])
            maps = np.stack([encode(c.targets, CROP_PX, c.negative_weight) for c in crops])
            yield torch.from_numpy(pictures), torch.from_numpy(maps)


def rate_at(progress: float, step: int, peak: float = PEAK_RATE) -> float:
    """Learning rate: a linear warm-up by steps, then a cosine down to a fiftieth by progress (0..1)."""
    cosine = 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(progress, 1.0)))
    return peak * cosine * min(1.0, (step + 1) / WARM_UP_STEPS)


def follow(average: Detector, model: Detector, step: int) -> None:
    """Moves the exponential moving average towards the model (faster in the first steps)."""
    decay = min(EMA_DECAY, (1 + step) / (10 + step))
    with torch.no_grad():
        for kept, new in zip(average.state_dict().values(), model.state_dict().values(), strict=True):
            kept.lerp_(new, 1 - decay) if kept.is_floating_point() else kept.copy_(new)


def optimiser_of(model: Detector) -> torch.optim.AdamW:
    """AdamW that decays the convolutions' weights only."""
    decayed = [p for p in model.parameters() if p.ndim > 1]
    others = [p for p in model.parameters() if p.ndim <= 1]
    groups: list[dict[str, Any]] = [{"params": decayed, "weight_decay": 0.02}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=PEAK_RATE, fused=True)


def train(data: Path, out: Path, minutes: float, resume: bool, compiled: bool, seed: int, rate: float, start: Path | None) -> None:
    """Trains for `minutes` of the clock, counted over all resumed parts, and leaves `out`/last.pt.

    `start` names a checkpoint whose averaged weights are the first ones: a second, shorter run at a lower `rate`.
    """
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    out.mkdir(parents=True, exist_ok=True)
    model = Detector().to(memory_format=torch.channels_last).train()
    if start:
        model.load_state_dict(torch.load(start, weights_only=True)["average"])
    average = copy.deepcopy(model).eval()
    optimiser = optimiser_of(model)
    step, spent_s, spent_cpu_s = 0, 0.0, 0.0
    last = out / "last.pt"
    if resume and last.exists():
        state = torch.load(last, weights_only=True)
        model.load_state_dict(state["model"])
        average.load_state_dict(state["average"])
        optimiser.load_state_dict(state["optimiser"])
        step, spent_s, spent_cpu_s = state["step"], state["spent_s"], state["spent_cpu_s"]
    forward = torch.compile(model) if compiled else model
    batches = iter(DataLoader(Crops(data, seed + step), batch_size=None, num_workers=1, prefetch_factor=6))
    next(batches)  # the worker has filled its pools: from here on the clock runs
    began_s, began_cpu_s = time.monotonic() - spent_s, time.process_time() - spent_cpu_s
    saved_s, sums, log = spent_s, dict.fromkeys(("heat", "box", "corner"), 0.0), (out / "log.tsv").open("a")

    def save() -> None:
        state = {
            "model": model.state_dict(), "average": average.state_dict(), "optimiser": optimiser.state_dict(), "step": step,
            "spent_s": time.monotonic() - began_s, "spent_cpu_s": time.process_time() - began_cpu_s, "crops": step * BATCH,
        }  # fmt: skip
        torch.save(state, last.with_suffix(".tmp"))
        last.with_suffix(".tmp").replace(last)

    while (spent_s := time.monotonic() - began_s) < minutes * 60:
        pictures, maps = next(batches)
        for group in optimiser.param_groups:
            group["lr"] = rate_at(spent_s / (minutes * 60), step, rate)
        images = pictures.to(memory_format=torch.channels_last).float().div_(255)
        with torch.autocast("cpu", torch.bfloat16):
            output = forward(images)
        loss, parts = detector_loss(output, maps)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 10.0)
        optimiser.step()
        step += 1
        follow(average, model, step)
        sums = {name: sums[name] + value for name, value in parts.items()}
        if step % LOG_EVERY_STEPS == 0:
            means = "\t".join(f"{name} {value / LOG_EVERY_STEPS:.4f}" for name, value in sums.items())
            cpu_s = time.process_time() - began_cpu_s
            print(f"{spent_s / 60:.1f} min\t{cpu_s / 60:.1f} cpu min\t{step * BATCH} crops\t{means}", file=log, flush=True)
            sums = dict.fromkeys(sums, 0.0)
        if spent_s - saved_s > CHECKPOINT_EVERY_S:
            save()
            saved_s = spent_s
    save()


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the data pack's folder (holds plates/labels.jsonl)")
    parser.add_argument("--out", type=Path, required=True, help="where checkpoints and the log go")
    parser.add_argument("--minutes", type=float, default=60.0, help="length of the whole run by the clock")
    parser.add_argument("--resume", action="store_true", help="go on from OUT/last.pt when it is there")
    parser.add_argument("--compile", action="store_true", help="let torch.compile fuse the network (needs a C++ compiler)")
    parser.add_argument("--rate", type=float, default=PEAK_RATE, help="highest learning rate")
    parser.add_argument("--start", type=Path, help="a checkpoint whose averaged weights to begin with")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    train(given.data, given.out, given.minutes, given.resume, given.compile, given.seed, given.rate, given.start)


if __name__ == "__main__":
    main()
