"""Train the reader: ``python -m varco_training.reader.train --data DIR --out DIR [--minutes N] [--resume]``.

Runs on one core; a second process of lowest priority renders fresh plates while the machine has nothing better to do. The
learning rate follows the CPU time spent out of `--minutes`, or the clock out of `--wall-minutes` where that runs out first, so
a busy machine trains less but always to the end.
"""

from __future__ import annotations

import argparse
import copy
import math
import time
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..labels import SEALED_LABELS, SEALED_VAL_LABELS
from ..pack import detected_quads, labelled_crops, plate_crops
from ..plates import CODES
from .degrade import to_input
from .measure import Infer, as_given, read, score
from .network import FAMILIES, SIZES, Outputs, Reader, enlarged
from .rearranged import parted
from .samples import IGNORED, SLOTS, Batch, Pool, RealCrops, make_batch, rendered
from .session import opened

BATCH, REAL_SHARE, PEAK_RATE = 128, 0.35, 2e-3
STEPS_SHARE = 0.3
"""Weight of the columns' CTC loss beside that of the places: it teaches the columns early where the signs stand."""
POOL = 30_000
MAX_REUSE = 6
"""How often a rendered crop may be used on average; beyond that the training itself renders."""


def network_infer(model: nn.Module) -> Infer:
    """Inference with a torch model in eval mode."""

    def infer(crops: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            said: Outputs = model(to_tensor(crops))
        text = said.steps if said.slots is None else said.slots
        return text.float().numpy(), said.country.float().numpy()

    return infer


def to_tensor(images: np.ndarray) -> Tensor:
    """N x height x width x 3 uint8 to channels-last N x 3 x height x width floats 0..1."""
    return torch.from_numpy(images).permute(0, 3, 1, 2).float().div_(255)


def loss_of(model: nn.Module, batch: Batch) -> tuple[Tensor, np.ndarray]:
    """The loss a sign, with a small weight of the country's, and each crop's own share for the choice of hard examples."""
    images = to_tensor(batch.images)
    gain = torch.empty(len(images), 1, 1, 1).uniform_(0.8, 1.15)
    with torch.autocast("cpu", torch.bfloat16):
        said: Outputs = model((images * gain).clamp_(0, 1))
    steps = F.log_softmax(said.steps.float(), dim=-1).transpose(0, 1)
    lengths = torch.from_numpy(batch.lengths.astype(np.int64))
    targets = torch.from_numpy(batch.targets.astype(np.int64))
    each = F.ctc_loss(steps, targets, torch.full_like(lengths, steps.shape[0]), lengths, reduction="none", zero_infinity=True)
    if said.slots is not None:
        slots = F.cross_entropy(said.slots.float().flatten(0, 1), targets[:, :SLOTS].flatten(), reduction="none")
        slots = slots.reshape(len(images), SLOTS).sum(dim=1)
        total, each = slots + STEPS_SHARE * each, slots
    else:
        total = each
    country = F.cross_entropy(said.country.float(), torch.from_numpy(batch.countries), ignore_index=IGNORED, label_smoothing=0.05)
    return total.sum() / lengths.sum() + 0.1 * country, (each / (lengths + 1)).detach().numpy()


class Trainer:
    """Model, average, optimiser and the clock."""

    def __init__(self, out: Path, family: str, size: str, minutes: float, wall_minutes: float, rate: float) -> None:
        self.family, self.size = family, size
        self.model = Reader(len(CODES) + 1, family, size).to(memory_format=torch.channels_last)
        self.average = copy.deepcopy(self.model).eval()
        decay = [p for p in self.model.parameters() if p.ndim > 1]
        plain = [p for p in self.model.parameters() if p.ndim <= 1]
        groups = [{"params": decay, "weight_decay": 0.02}, {"params": plain, "weight_decay": 0.0}]
        self.optimiser = torch.optim.AdamW(groups, lr=PEAK_RATE, betas=(0.9, 0.98))
        self.path, self.seconds = out / "checkpoint.pt", minutes * 60
        self.step, self.spent, self.rate, self.first = 0, 0.0, rate, True
        self.started, self.wall_seconds, self.before = time.time(), wall_minutes * 60, 0.0

    @property
    def progress(self) -> float:
        """Share of the run done, 0..1, by the clock that is further."""
        wall = self.before + (1 - self.before) * (time.time() - self.started) / self.wall_seconds
        return min(1.0, max(self.spent / self.seconds, wall))

    def update(self, batch: Batch) -> tuple[float, np.ndarray]:
        """One step; returns the loss and each crop's share of it."""
        start = time.process_time()
        warm = min(1.0, (self.step + 1) / 150)
        rate = self.rate * warm * (0.5 + 0.5 * math.cos(math.pi * self.progress)) + 1e-6
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        loss, each = loss_of(self.model, batch)
        self.optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 5.0)
        self.optimiser.step()
        self.step += 1
        keep = min(0.998, 1 - 1 / (1 + self.step / 10))
        with torch.no_grad():
            for mean, now in zip(self.average.state_dict().values(), self.model.state_dict().values(), strict=True):
                if mean.dtype.is_floating_point:
                    mean.lerp_(now, 1 - keep)
        self.spent += time.process_time() - start
        return float(loss.detach()), each

    def begin_with(self, checkpoint: Path) -> None:
        """Take another run's averaged weights as the first ones, as far as the families share them; it may have read smaller crops."""
        own = self.model.state_dict()
        other = enlarged(torch.load(checkpoint, weights_only=True)["average"], own)
        shared = {name: value for name, value in other.items() if name in own and own[name].shape == value.shape}
        print(f"{len(shared)} of {len(own)} weights begin with those of {checkpoint}", flush=True)
        for model in (self.model, self.average):
            model.load_state_dict(own | shared)
        self.first = False

    def save(self) -> None:
        """Write the checkpoint in one move, so that a kill leaves the last whole one.

        Tensors, whole numbers and names alone: what a load of weights alone takes, of PyTorch 1.13 as well.
        """
        clocks = {"spent": torch.tensor(self.spent), "progress": torch.tensor(self.progress)}
        state = {"model": self.model.state_dict(), "average": self.average.state_dict(), "moments": self.optimiser.state_dict()["state"],
                 "step": self.step, "countries": CODES, "family": self.family, "size": self.size} | clocks
        torch.save(state, self.path.with_suffix(".tmp"))
        self.path.with_suffix(".tmp").replace(self.path)

    def load(self) -> None:
        """Go on from the checkpoint."""
        state = torch.load(self.path, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(self.optimiser.state_dict() | {"state": state["moments"]})
        self.step, self.spent, self.before = state["step"], float(state["spent"]), float(state["progress"])


def train(
    data: Path, out: Path, minutes: float, wall_minutes: float, resume: bool, start: Path | None, rate: float,
    labels: Path | None, quads: Path | None, family: str = "ctc", seed: int = 1,
    real_share: float = REAL_SHARE, size: str = "usual", arranger: Path | None = None,
) -> None:
    """The whole run; prints progress and the accuracy on rendered and real validation plates.

    `start` names a checkpoint whose averaged weights are the first ones: a second run, at a lower `rate`. `arranger` is an exported reader that tells
    where the signs of real plates stand, so that they can be rearranged.
    """
    out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    torch.manual_seed(seed)
    trainer = Trainer(out, family, size, minutes, wall_minutes, rate)
    if start:
        trainer.begin_with(start)
    if resume:
        trainer.load()
    real = RealCrops(data, labels, quads)
    if arranger:
        network = opened(arranger)
        plates = parted(real.crops, network.infer, network.size)
        real.rearrange(plates)
        print(f"{len(plates)} of {len(real.crops)} real plates can be rearranged", flush=True)
    found = detected_quads(quads) if quads else None
    val = plate_crops(data, "val", found) + labelled_crops(data, SEALED_VAL_LABELS, found, "val")
    crop = trainer.model.crop
    val_inputs, val_texts = [as_given(c, crop) for c in val], [c.text for c in val]
    check = np.random.default_rng(99)
    synthetic = [rendered(check, 1.0) for _ in range(400)]
    synthetic_inputs = [to_input(check, photo, crop) for photo, _, _ in synthetic]
    pool = Pool(POOL, crop)
    rng = np.random.default_rng([seed, trainer.step])
    pool.start(seed + 1000 + trainer.step)
    used, losses, next_check = 0, [], trainer.spent + 180
    try:
        while trainer.progress < 1:
            pool.severity.value = min(1.0, 0.15 + trainer.progress / 0.12) if trainer.first else 1.0
            while pool.produced.value < max(3000, used / MAX_REUSE):
                pool.render(rng)
            # CTC first learns to say nothing at all; many small steps on easy plates leave that plateau soonest.
            stuck = trainer.first and trainer.step < 2000 and (not losses or np.mean(losses[-20:]) > 2.0)
            count, share = (BATCH * 3 // 8, 0.05) if stuck else (BATCH, real_share)
            batch = make_batch(rng, pool, real, count, share)
            loss, each = trainer.update(batch)
            pool.learnt(batch.slots, each[: len(batch.slots)])
            losses.append(loss)
            used += count
            if trainer.step % 50 == 0:
                trainer.save()
                print(f"step {trainer.step} cpu {trainer.spent:.0f} s wall {time.time() - trainer.started:.0f} s loss "
                      f"{np.mean(losses[-50:]):.4f} rendered {pool.produced.value} used {used}", flush=True)
            if trainer.spent >= next_check:
                next_check = trainer.spent + 180
                infer = network_infer(trainer.average)
                print("  rendered", score(read(infer, synthetic_inputs), [s[1] for s in synthetic]), flush=True)
                print("  real val", score(read(infer, val_inputs), val_texts), flush=True)
        trainer.save()
    finally:
        pool.stop()


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the data pack's folder")
    parser.add_argument("--out", type=Path, required=True, help="folder of checkpoints")
    parser.add_argument("--minutes", type=float, default=28, help="CPU minutes of training")
    parser.add_argument("--wall-minutes", type=float, default=240, help="end by then on a busy machine")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--start", type=Path, help="a checkpoint whose averaged weights to begin with")
    parser.add_argument("--rate", type=float, default=PEAK_RATE, help="highest learning rate")
    parser.add_argument("--labels", type=Path, default=SEALED_LABELS, help="texts that a person read, sealed or plain")
    parser.add_argument("--quads", type=Path, help="the detector's corners, from reader.quads")
    parser.add_argument("--family", choices=FAMILIES, default="ctc", help="the way from columns to a text")
    parser.add_argument("--size", choices=list(SIZES), default="usual", help="how wide the network is, and how large what it sees of a plate")
    parser.add_argument("--real-share", type=float, default=REAL_SHARE, help="share of real crops in a batch")
    parser.add_argument("--arranger", type=Path, help="an exported reader that tells where signs stand: real plates then get other texts, too")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    train(args.data, args.out, args.minutes, args.wall_minutes, args.resume, args.start, args.rate, args.labels, args.quads,
          args.family, args.seed, args.real_share, args.size, args.arranger)


if __name__ == "__main__":
    main()
