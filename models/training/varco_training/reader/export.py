"""Export the reader: ``python -m varco_training.reader.export --run DIR --out FILE [--precision int8|fp32]``.

Folds the batch normalisation, writes ONNX with Varco's metadata, quantises the convolutions with real and rendered crops. The
file's interface: input ``crops`` float32 [N, 3, height, width] RGB 0..1; outputs ``logits`` float32 [N, T, 40] (class 0 blank) and
``country`` [N, K]. Temperatures that make the probabilities true (fitted on val, `reader.calibrate`) are written into the file
as well. Only the family `ctc` can be exported and run by the program.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from inspect import signature
from pathlib import Path

import cv2
import numpy as np
import onnx
import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from ..quantise import quantise
from . import ALPHABET, MARGIN_X, MARGIN_Y, CropSize
from .calibrate import calibrate
from .degrade import to_input
from .network import Reader, normalised
from .samples import RealCrops, rendered

BY_SCRIPT = {"dynamo": False} if "dynamo" in signature(torch.onnx.export).parameters else {}
"""The exporter that needs nothing besides PyTorch; before PyTorch 2.5 there is no other."""
CALIBRATION_CROPS = 512
PERCENTILE = 99.99
"""Share of the values an int8 range covers: least texts changed by int8 on val, with the first convolution in floats."""


def load(checkpoint: Path) -> tuple[Reader, list[str]]:
    """The averaged network of a checkpoint, batch normalisation folded, and its countries."""
    state = torch.load(checkpoint, weights_only=True)
    model = Reader(len(state["countries"]) + 1, state["family"], state.get("size", "usual"))
    model.load_state_dict(state["average"])
    model.eval()
    for _, pair in normalised(model):
        pair[0], pair[1] = fuse_conv_bn_eval(pair[0], pair[1]), nn.Identity()
    return model, list(state["countries"])


class Exported(nn.Module):
    """The network with the two outputs of the file."""

    def __init__(self, model: Reader) -> None:
        super().__init__()
        self.model = model

    def forward(self, crops: Tensor) -> tuple[Tensor, Tensor]:
        """Logits of columns or places, and of countries."""
        said = self.model(crops)
        return said.steps if said.slots is None else said.slots, said.country


def _commit() -> str:
    here = Path(__file__).parent
    found = subprocess.run(["git", "rev-parse", "HEAD"], cwd=here, capture_output=True, text=True, check=False)
    return found.stdout.strip() or "unknown"


def write_fp32(checkpoint: Path, target: Path, version: str) -> CropSize:
    """Write the fp32 network with its metadata; what it sees of a plate."""
    model, countries = load(checkpoint)
    torch.onnx.export(
        Exported(model), (torch.zeros(1, 3, model.crop.height, model.crop.width),), str(target), input_names=["crops"], output_names=["logits", "country"],
        dynamic_axes={"crops": {0: "N"}, "logits": {0: "N"}, "country": {0: "N"}}, opset_version=17, **BY_SCRIPT,
    )
    graph = onnx.load(target)
    facts = {
        "alphabet": ALPHABET, "countries": ",".join([*countries, ""]), "version": version, "recipe_commit": _commit(),
        "margin_x": str(MARGIN_X), "margin_y": str(MARGIN_Y),
    }
    onnx.helper.set_model_props(graph, facts)
    onnx.save(graph, target)
    return model.crop


def calibration(data: Path, quads: Path | None, size: CropSize, seed: int = 7, batch: int = 32) -> list[np.ndarray]:
    """Real crops of the train split and rendered ones, half and half, as the network takes them."""
    cv2.setNumThreads(1)
    rng = np.random.default_rng(seed)
    real = RealCrops(data, quads=quads)
    drawn = [real.draw(rng)[0] if i % 2 else rendered(rng, 0.8)[0] for i in range(CALIBRATION_CROPS)]
    floats = np.ascontiguousarray(np.stack([to_input(rng, photo, size) for photo in drawn]).transpose(0, 3, 1, 2)).astype(np.float32) / 255
    return [floats[i : i + batch] for i in range(0, len(floats), batch)]


def kept_in_floats(graph: onnx.ModelProto) -> list[str]:
    """Nodes that gain nothing from int8, or lose by it: all but the convolutions, and the first of those."""
    convolutions = [node.name for node in graph.graph.node if node.op_type == "Conv"]
    return [node.name for node in graph.graph.node if node.name not in convolutions[1:]]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True, help="folder of the checkpoint")
    parser.add_argument("--data", type=Path, required=True, help="the data pack's folder")
    parser.add_argument("--out", type=Path, required=True, help="the ONNX file to write")
    parser.add_argument("--quads", type=Path, help="the aligner's corners, from reader.quads")
    parser.add_argument("--precision", choices=("int8", "fp32"), default="int8")
    parser.add_argument("--version", default="0.1.0")
    args = parser.parse_args()
    checkpoint = args.run / "checkpoint.pt"
    if args.precision == "fp32":
        write_fp32(checkpoint, args.out, args.version)
    else:
        with tempfile.TemporaryDirectory() as folder:
            full = Path(folder) / "reader.onnx"
            crop = write_fp32(checkpoint, full, args.version)
            keep = kept_in_floats(onnx.load(full))
            quantise(full, args.out, calibration(args.data, args.quads, crop), keep=keep, percentile=PERCENTILE)
    calibrate(args.out, args.data, args.quads)


if __name__ == "__main__":
    main()
