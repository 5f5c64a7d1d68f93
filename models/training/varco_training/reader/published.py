"""A published reader as a checkpoint to begin with: ``python -m varco_training.reader.published --model FILE --data DIR --out FILE``.

The file holds no batch normalisation (the export folded it into the convolutions) and most weights as int8. Here the weights become floats again, and each
normalisation gets the mean and spread of what comes to it on real and rendered crops, and the scale and shift that undo both: the network gives what
the file gives, and trains on. What only the training needs (the moments of the optimiser) is gone.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from ..plates import CODES
from .export import calibration
from .measure import decode
from .network import SIZES, Reader, normalised, with_countries

Hook = Callable[[nn.BatchNorm2d, tuple[Tensor]], None]
LEAST_ALIKE = 0.9
"""Share of the crops that the restored network has to read as the file does."""


class PublishedError(ValueError):
    """A file that is none of this recipe's readers."""


def weights(file: Path) -> dict[str, Tensor]:
    """The weights of a published file, in floats, by the names of `Reader` (convolutions with bias)."""
    graph = onnx.load(file).graph
    values = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    for node in graph.node:
        if node.op_type == "DequantizeLinear" and node.input[0] in values:
            quantised, scale, zero = (values[name].astype(np.float32) for name in node.input)
            shape = (-1, *[1] * (quantised.ndim - 1))
            values[node.output[0]] = (quantised - zero.reshape(shape)) * scale.reshape(shape)
    found = {name.removeprefix("model."): value for name, value in values.items() if name.startswith("model.")}
    found = {name.removesuffix("_DequantizeLinear_Output"): value for name, value in found.items()}
    for node in graph.node:
        if node.op_type == "MatMul" and node.input[1] in values:
            place = node.name.removeprefix("/model/").removesuffix("/MatMul").replace("/", ".")
            found[f"{place}.weight"] = values[node.input[1]].T
    return {name: torch.from_numpy(np.array(value, np.float32)) for name, value in found.items()}


def countries_of(file: Path) -> list[str]:
    """The codes of the file's country head, without the last class, which is no country."""
    facts = {fact.key: fact.value for fact in onnx.load(file).metadata_props}
    if "countries" not in facts:
        raise PublishedError(f"{file} does not say which countries it knows")
    return facts["countries"].split(",")[:-1]


def size_of(found: dict[str, Tensor]) -> str:
    """The size of the network that the weights belong to."""
    if "steps.bias" in found and "stem.0.bias" in found:
        for name in SIZES:
            own = Reader(1, size=name).state_dict()
            if all(own[at].shape == found[at].shape for at in ("steps.bias", "down2.0.weight", "place")):
                return name
    raise PublishedError("the file is none of this recipe's readers of the family `ctc`")


def restore(model: Reader, found: dict[str, Tensor], batches: list[np.ndarray]) -> None:
    """Fill the network with the weights, so that it gives on `batches` (N x 3 x height x width each) what the file gives."""
    own = model.state_dict()
    model.load_state_dict(own | {name: value for name, value in found.items() if name in own})
    model.eval()
    crops = torch.from_numpy(np.concatenate(batches))

    # One after another, in the order of the network: what comes to a layer is right only when those before it are.
    def settle(name: str) -> Hook:
        def hook(norm: nn.BatchNorm2d, given: tuple[Tensor]) -> None:
            x = given[0]
            norm.running_mean.copy_(x.mean((0, 2, 3)))
            norm.running_var.copy_(x.var((0, 2, 3)).clamp_min(1e-4))
            norm.weight.copy_(torch.sqrt(norm.running_var + norm.eps))
            norm.bias.copy_(found[f"{name}.0.bias"] + norm.running_mean)

        return hook

    handles = [pair[1].register_forward_pre_hook(settle(name)) for name, pair in normalised(model)]
    with torch.no_grad():
        model(crops)
    for handle in handles:
        handle.remove()


def compare(model: Reader, file: Path, batches: list[np.ndarray]) -> tuple[int, int]:
    """How many crops the network reads as the file does, and of how many. Int8 costs a few."""
    session = ort.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    alike = of = 0
    for crops in batches:
        with torch.no_grad():
            own = decode(model(torch.from_numpy(crops)).steps.numpy())
        other = decode(session.run(["logits"], {"crops": crops})[0])
        alike, of = alike + sum(a == b for a, b in zip(own, other, strict=True)), of + len(own)
    return alike, of


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="the published ONNX file")
    parser.add_argument("--data", type=Path, required=True, help="the data pack's folder")
    parser.add_argument("--quads", type=Path, help="the aligner's corners, from reader.quads")
    parser.add_argument("--out", type=Path, required=True, help="the checkpoint to write, for --start of reader.train")
    args = parser.parse_args()
    found = weights(args.model)
    size, countries = size_of(found), countries_of(args.model)
    model = Reader(len(countries) + 1, size=size)
    missing = [name for name, _ in model.named_parameters() if name not in found and not name.startswith(("asked", "slots")) and ".1." not in name]
    if missing:
        raise PublishedError(f"the file lacks {', '.join(missing)}")
    batches = calibration(args.data, args.quads, model.crop)
    restore(model, found, batches)
    alike, of = compare(model, args.model, batches)
    if alike < LEAST_ALIKE * of:
        raise PublishedError(f"{args.model}: the restored network reads {alike} of {of} crops as the file does: the file is of another recipe")
    args.out.parent.mkdir(parents=True, exist_ok=True)
    average = with_countries(model.state_dict(), countries, CODES)
    state = {"average": average, "countries": CODES, "family": "ctc", "size": size}
    torch.save(state, args.out)
    print(f"{size}, {sum(p.numel() for p in model.parameters())} weights, {alike} of {of} crops read as the file reads them")


if __name__ == "__main__":
    main()
