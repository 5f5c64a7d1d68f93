"""A checkpoint out of an exported network: `python -m varco_training.restore --network NAME --data DIR --model FILE --out DIR`.

So a run can go on from the published file: `train --start DIR/last.pt`. Of the plate detector, the vehicle detector and the vehicle
classifier (the reader has `reader.published`). The weights come back from int8 (an eighth of a bit lost); each batch normalisation
gets the mean and the spread that its convolution has on training pictures, so that the network in training says the same as the file.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import Tensor, nn

from .classifier import train as classifier
from .classifier.network import VehicleClassifier
from .detector import train as plates
from .detector.network import Detector
from .quantise import float_weights
from .vehicles import train as vehicles
from .vehicles.crops import CROP_PX
from .vehicles.network import VehicleDetector

SPREAD_BATCHES = 8

Batches = Callable[[Path, np.random.Generator], Iterator[tuple[Tensor, ...]]]
"""The batches of a training, pictures [N,3,H,W] uint8 first."""

NETWORKS: dict[str, tuple[Callable[[], nn.Module], Batches]] = {
    "plates": (Detector, lambda data, rng: plates.batches(data, None, None, rng)),
    "vehicles": (VehicleDetector, lambda data, rng: vehicles.batches(data, CROP_PX, (), rng)),
    "classifier": (VehicleClassifier, lambda data, rng: classifier.batches(data, (), rng)),
}


def restore(model: nn.Module, file: Path, images: list[Tensor]) -> int:
    """Fills the network, in the shape that is trained, with what a file holds; gives how many pictures the file says it has seen."""
    graph = onnx.load(file)
    modules = dict(model.named_modules())
    with torch.no_grad():
        for name, (weight, bias) in float_weights(graph).items():
            layer = modules[module_of(name)]
            layer.weight.copy_(torch.tensor(weight))
            norm = _norm_of(layer, modules)
            (layer if norm is None else norm).bias.copy_(torch.tensor(bias))
            if norm is not None:  # as the file has it: nothing but the bias
                norm.weight.fill_(np.sqrt(1 + norm.eps))
        model.eval()
        _learn_spreads(model, images)
    facts = {p.key: p.value for p in graph.metadata_props}
    return int(facts.get("crops", facts.get("views", 0)))


def module_of(node: str) -> str:
    """The module that an exported node stands for: `/to8/to8.1/around/around.0/Conv` for `to8.1.around.0` (files up to version 4: `/model/to8/…`)."""
    path: list[str] = []
    parts = node.removeprefix("/model").split("/")[1:-1]
    for part in parts:
        if path and part.startswith(path[-1] + "."):
            path[-1] = part
        else:
            path.append(part)
    return ".".join(path)


def _norm_of(layer: nn.Module, modules: dict[str, nn.Module]) -> nn.BatchNorm2d | None:
    """The batch normalisation after a convolution, if there is one."""
    for block in modules.values():
        if isinstance(block, nn.Sequential) and len(block) > 1 and block[0] is layer and isinstance(block[1], nn.BatchNorm2d):
            return block[1]
    return None


def _learn_spreads(model: nn.Module, images: list[Tensor]) -> None:
    """Gives every batch normalisation the statistics of its input, without changing what it says."""
    sums: dict[nn.BatchNorm2d, list[Tensor]] = {m: [] for m in model.modules() if isinstance(m, nn.BatchNorm2d)}
    hooks = [norm.register_forward_hook(lambda norm, given, _: sums[norm].append(_moments(given[0]))) for norm in sums]
    for batch in images:
        model(batch)
    for hook in hooks:
        hook.remove()
    for norm, moments in sums.items():
        mean, square = torch.stack(moments).mean(0)
        spread = (square - mean.square()).clamp(min=1e-6)
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(spread)
        norm.weight.copy_((spread + norm.eps).sqrt())
        norm.bias.add_(mean)


def _moments(x: Tensor) -> Tensor:
    """Mean and mean square of each channel."""
    return torch.stack([x.mean((0, 2, 3)), x.square().mean((0, 2, 3))])


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--network", choices=list(NETWORKS), default="plates")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True, help="an exported file")
    parser.add_argument("--out", type=Path, required=True, help="folder of the checkpoint to write")
    given = parser.parse_args()
    torch.set_num_threads(1)
    make, batches = NETWORKS[given.network]
    model, pictures = make(), batches(given.data, np.random.default_rng([5, 0]))
    seen = restore(model, given.model, [next(pictures)[0].float().div_(255) for _ in range(SPREAD_BATCHES)])
    given.out.mkdir(parents=True, exist_ok=True)
    facts = {"size": model.size} if isinstance(model, Detector) else {}
    torch.save({"average": model.state_dict(), "crops": seen} | facts, given.out / "last.pt")


if __name__ == "__main__":
    main()
