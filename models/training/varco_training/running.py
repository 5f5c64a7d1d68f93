"""One training run: learning rate by the clock, averaged weights, a log, and checkpoints from which it can go on.

A run ends when it should, whatever else the machine does, and may be interrupted and resumed at any time.
"""

from __future__ import annotations

import argparse
import copy
import inspect
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

WARM_UP_STEPS = 150
MOST_GRADIENT = 10.0
CHECKPOINT_EVERY_S = 180.0
LOG_EVERY_STEPS = 50
FUSED = {"fused": True} if "fused" in inspect.signature(torch.optim.AdamW).parameters else {}
"""Faster steps, where PyTorch has them: Debian's does not."""


@dataclass(frozen=True)
class Schedule:
    """How a run goes."""

    minutes: float
    """Length of the whole run by the clock, counted over all resumed parts."""
    rate: float
    """Highest learning rate."""
    decay: float = 0.02
    """Weight decay of all weights but biases and norms."""
    keep: float = 0.998
    """What the averaged weights keep of themselves at each step."""


def rate_at(progress: float, step: int, peak: float) -> float:
    """Learning rate: a linear warm-up by steps, then a cosine down to a fiftieth by progress (0..1)."""
    cosine = 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(progress, 1.0)))
    return peak * cosine * min(1.0, (step + 1) / WARM_UP_STEPS)


class Run:
    """A network on its way, with everything that a checkpoint holds."""

    def __init__(self, model: nn.Module, file: Path, schedule: Schedule, resume: bool, facts: dict[str, Any] | None = None) -> None:
        """`file` is the checkpoint, beside which log.tsv goes; `facts` are written into it."""
        file.parent.mkdir(parents=True, exist_ok=True)
        self.model = model.to(memory_format=torch.channels_last).train()
        self.average = copy.deepcopy(self.model).eval()
        self.schedule, self._file, self._facts = schedule, file, facts or {}
        groups = [
            {"params": [p for p in model.parameters() if (p.ndim > 1) == weights], "weight_decay": schedule.decay if weights else 0.0}
            for weights in (True, False)
        ]
        self._optimiser = torch.optim.AdamW(groups, lr=schedule.rate, **FUSED)
        self.step, self.seen, self._spent_s, self._spent_cpu_s = 0, 0, 0.0, 0.0
        self._sums: dict[str, float] = {}
        self._log = file.with_name("log.tsv").open("a")
        if resume and file.exists():
            state = torch.load(file, weights_only=True)
            self.model.load_state_dict(state["model"])
            self.average.load_state_dict(state["average"])
            self._optimiser.load_state_dict(state["optimiser"])
            self.step, self.seen = state["step"], state["crops"]
            self._spent_s, self._spent_cpu_s = state["spent_s"], state["spent_cpu_s"]

    def say(self, line: str) -> None:
        """A line of the log."""
        print(line, file=self._log, flush=True)

    def learn(self, loss_of: Callable[[], tuple[Tensor, dict[str, float], int]]) -> None:
        """Takes steps until the time is over; leaves the checkpoint. `loss_of` gives a batch's loss, its parts and its size."""
        began_s, began_cpu_s = time.monotonic() - self._spent_s, time.process_time() - self._spent_cpu_s
        saved_s, whole_s = self._spent_s, self.schedule.minutes * 60
        while self._spent_s < whole_s:
            for group in self._optimiser.param_groups:
                group["lr"] = rate_at(self._spent_s / whole_s, self.step, self.schedule.rate)
            self._take(*loss_of())
            self._spent_s, self._spent_cpu_s = time.monotonic() - began_s, time.process_time() - began_cpu_s
            if self._spent_s - saved_s > CHECKPOINT_EVERY_S:
                self._save()
                saved_s = self._spent_s
        self._save()

    def _take(self, loss: Tensor, parts: dict[str, float], count: int) -> None:
        if not torch.isfinite(loss):
            raise FloatingPointError(f"the loss is not finite after {self.step} steps: {parts}")
        self._optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), MOST_GRADIENT)
        self._optimiser.step()
        self.step, self.seen = self.step + 1, self.seen + count
        decay = min(self.schedule.keep, (1 + self.step) / (10 + self.step))  # faster in the first steps
        with torch.no_grad():
            for kept, new in zip(self.average.state_dict().values(), self.model.state_dict().values(), strict=True):
                kept.lerp_(new, 1 - decay) if kept.is_floating_point() else kept.copy_(new)
        self._sums = {name: self._sums.get(name, 0.0) + value / LOG_EVERY_STEPS for name, value in parts.items()}
        if self.step % LOG_EVERY_STEPS == 0:
            means = "\t".join(f"{name} {value:.4f}" for name, value in self._sums.items())
            self.say(f"{self._spent_s / 60:.1f} min\t{self._spent_cpu_s / 60:.1f} cpu min\t{self.seen} crops\t{means}")
            self._sums = {}

    def _save(self) -> None:
        state = {
            "model": self.model.state_dict(), "average": self.average.state_dict(), "optimiser": self._optimiser.state_dict(),
            "step": self.step, "crops": self.seen, "spent_s": self._spent_s, "spent_cpu_s": self._spent_cpu_s,
        }  # fmt: skip
        torch.save(state | self._facts, self._file.with_suffix(".tmp"))
        self._file.with_suffix(".tmp").replace(self._file)


def begun(model: nn.Module, start: Path | None, file: Path, schedule: Schedule, resume: bool, facts: dict[str, Any] | None = None) -> Run:
    """A run of `model`, with the averaged weights of the checkpoint `start` as far as they fit."""
    new = load_known(model, torch.load(start, weights_only=True)["average"]) if start else []
    run = Run(model, file, schedule, resume, facts)
    if start:
        run.say(f"not in {start.name}: {', '.join(sorted({name.split('.')[0] for name in new})) or 'nothing'}")
    return run


def options(description: str | None, minutes: float, rate: float) -> argparse.ArgumentParser:
    """The options of every run."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--data", type=Path, required=True, help="the data pack's folder (holds plates/ and vehicles/)")
    parser.add_argument("--out", type=Path, required=True, help="where checkpoints and the log go")
    parser.add_argument("--minutes", type=float, default=minutes, help="length of the whole run by the clock")
    parser.add_argument("--resume", action="store_true", help="go on from OUT/last.pt when it is there")
    parser.add_argument("--compile", action="store_true", help="let torch.compile fuse the network (needs a C++ compiler)")
    parser.add_argument("--rate", type=float, default=rate, help="highest learning rate")
    parser.add_argument("--start", type=Path, help="a checkpoint whose averaged weights to begin with, as far as they fit")
    parser.add_argument("--seed", type=int, default=1)
    return parser


def load_known(model: nn.Module, state: dict[str, Any]) -> list[str]:
    """Takes over every weight that `state` has in the same shape, or with fewer inputs (the others become 0); names the rest.

    So a network can begin with what an earlier one of fewer layers has learnt.
    """
    own, taken = model.state_dict(), {}
    for name, value in state.items():
        if name not in own or own[name].shape[:1] != value.shape[:1] or own[name].shape[2:] != value.shape[2:]:
            continue
        if own[name].shape != value.shape:
            if value.ndim < 2 or value.shape[1] > own[name].shape[1]:
                continue
            padded = torch.zeros_like(own[name])
            padded[:, : value.shape[1]] = value
            value = padded
        taken[name] = value
    model.load_state_dict(taken, strict=False)
    return sorted(set(own) - set(taken))
