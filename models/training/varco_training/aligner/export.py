"""Exports the aligner: `python -m varco_training.aligner.export --data DIR --run DIR --out FILE [--precision int8|fp32]`.

The file's interface: input ``views`` float32 [N, 3, 64, 160] RGB 0..1; outputs ``corners`` float32 [N, 4, 2], clockwise from the
top left one, in the view's unit square, and ``plate`` float32 [N], the logit of this being a plate. The metadata tell how far
the view reaches beyond the detection (`reach_x`, `reach_y`). First and last convolutions and all but convolutions stay in floats.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import cv2
import numpy as np
import onnx
import torch
from torch import Tensor, nn

from ..detector.export import commit, describe
from ..quantise import quantise
from . import HEIGHT, REACH_X, REACH_Y, WIDTH
from .network import Aligner
from .samples import Samples

CALIBRATION_VIEWS, PERCENTILE = 512, 99.99


class Exported(nn.Module):
    """The network with the two outputs of the file."""

    def __init__(self, model: Aligner) -> None:
        super().__init__()
        self.model = model

    def forward(self, views: Tensor) -> tuple[Tensor, Tensor]:
        """Corners and the logit of a plate."""
        said = self.model(views)
        return said.corners, said.plate


def write_fp32(checkpoint: Path, target: Path) -> None:
    """Write the averaged network."""
    model = Aligner()
    model.load_state_dict(torch.load(checkpoint, weights_only=True)["average"])
    axes = {"views": {0: "N"}, "corners": {0: "N"}, "plate": {0: "N"}}
    torch.onnx.export(
        Exported(model.eval()).eval(), (torch.zeros(2, 3, HEIGHT, WIDTH),), str(target), input_names=["views"],
        output_names=["corners", "plate"], dynamic_axes=axes, opset_version=17, dynamo=False,
    )  # fmt: skip


def kept_in_floats(graph: onnx.GraphProto) -> list[str]:
    """All but the convolutions, and the first and the last of those."""
    convolutions = [node.name for node in graph.node if node.op_type == "Conv"]
    return [node.name for node in graph.node if node.name not in convolutions[1:-1]]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the data pack's folder")
    parser.add_argument("--run", type=Path, required=True, help="folder of the checkpoint")
    parser.add_argument("--out", type=Path, required=True, help="the ONNX file to write")
    parser.add_argument("--precision", choices=("int8", "fp32"), default="int8")
    parser.add_argument("--version", default="1")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "aligner.onnx" if given.precision == "int8" else given.out
        write_fp32(given.run / "checkpoint.pt", full)
        if given.precision == "int8":
            views = next(iter(Samples(given.data, None, 7, CALIBRATION_VIEWS))).images
            floats = np.ascontiguousarray(views.transpose(0, 3, 1, 2)).astype(np.float32) / 255
            keep = kept_in_floats(onnx.load(full).graph)
            quantise(full, given.out, np.split(floats, CALIBRATION_VIEWS // 32), keep=keep, percentile=PERCENTILE)
    facts = {"version": given.version, "recipe_commit": commit(), "reach_x": str(REACH_X), "reach_y": str(REACH_Y)}
    describe(given.out, facts)


if __name__ == "__main__":
    main()
