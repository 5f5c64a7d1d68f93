"""Exports a trained detector: `python -m varco_training.detector.export --data DIR --checkpoint FILE --out FILE`.

Float32 ONNX first (kept beside the checkpoint), then static int8 quantisation calibrated on training pictures.
The first convolution stays in float32 because with three input channels it is faster so, the last one because its
outputs span very different ranges.
"""

from __future__ import annotations

import argparse
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import onnx
import torch
from numpy.typing import NDArray

from ..quantise import quantise
from ..running import load_known
from .network import STRIDE, Detector
from .pictures import PictureSampler, read_pictures, read_vehicle_pictures
from .session import letterbox

CALIBRATION_PICTURES = 120
LONG_SIDE_PX = 640


def calibration_inputs(data: Path, count: int, seed: int = 5) -> Iterator[NDArray[np.float32]]:
    """Letterboxed training pictures: of plates, drawn by the same shares as in training, and a third of vehicles."""
    rng = np.random.default_rng(seed)
    sampler, vehicles = PictureSampler(read_pictures(data, "train")), read_vehicle_pictures(data, "train")
    for index in range(count):
        picture = vehicles[rng.integers(len(vehicles))] if index % 3 == 0 else sampler.draw(rng)
        yield letterbox(picture.decode()[0], LONG_SIDE_PX)[0]


def export_float(checkpoint: Path, out: Path) -> int:
    """Writes the averaged weights as float32 ONNX of any number of pictures of any size; returns the crops they were trained on."""
    state = torch.load(checkpoint, weights_only=True, map_location="cpu")
    model = Detector(state.get("size", "small"))
    load_known(model, state["average"])
    axes = {"images": {0: "pictures", 2: "height", 3: "width"}, "map": {0: "pictures", 2: "rows", 3: "columns"}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model.eval(), (torch.rand(1, 3, 384, 640),), str(out), input_names=["images"], output_names=["map"],
            dynamic_axes=axes, opset_version=17, dynamo=False,
        )  # fmt: skip
    return int(state["crops"])


def float_convolutions(model: Path) -> list[str]:
    """The first and the last convolutions of an exported detector."""
    graph = onnx.load(model).graph
    ends = {output.name for output in graph.output}
    convolutions = [node for node in graph.node if node.op_type == "Conv"]
    return [convolutions[0].name, *(node.name for node in convolutions if ends & set(node.output))]


def describe(model: Path, properties: dict[str, str]) -> None:
    """Writes the properties that the product reads into the model."""
    loaded = onnx.load(model)
    del loaded.metadata_props[:]
    onnx.helper.set_model_props(loaded, properties)
    loaded.producer_name, loaded.producer_version, loaded.doc_string = "varco_training", properties["version"], ""
    onnx.save(loaded, model)


def publish(files: tuple[Path, ...], properties: dict[str, str]) -> None:
    """Describes the files, checks them and tells their sizes."""
    for path in files:
        describe(path, properties)
        onnx.checker.check_model(onnx.load(path))
        print(f"{path}: {path.stat().st_size} bytes")


def commit() -> str:
    """The recipe's commit."""
    return subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=Path(__file__).parent, capture_output=True, text=True, check=True
    ).stdout.strip()


def options(description: str | None, example: str) -> argparse.ArgumentParser:
    """The options of an export."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help=f"the int8 model, e.g. {example}")
    parser.add_argument("--version", default="1")
    parser.add_argument("--recipe-commit", default=None, help="by default the commit that is checked out")
    return parser


def main() -> None:
    """Command line."""
    parser = options(__doc__, "models/plate-detector.onnx")
    parser.add_argument("--score-threshold", type=float, required=True, help="the operating point, chosen on val")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    plain = given.checkpoint.with_name("detector-float32.onnx")
    crops = export_float(given.checkpoint, plain)
    inputs = calibration_inputs(given.data, CALIBRATION_PICTURES)
    quantise(plain, given.out, inputs, keep=float_convolutions(plain))
    properties = {
        "version": given.version, "recipe_commit": given.recipe_commit or commit(), "stride": str(STRIDE),
        "score_threshold": str(given.score_threshold), "long_side_px": str(LONG_SIDE_PX), "crops": str(crops),
    }  # fmt: skip
    publish((plain, given.out), properties)


if __name__ == "__main__":
    main()
