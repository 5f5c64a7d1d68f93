"""Exports a trained vehicle detector: `python -m varco_training.vehicles.export --data DIR --checkpoint FILE --out FILE`.

Float32 ONNX first (kept beside the checkpoint), then static int8 quantisation calibrated on training pictures, as the plate
detector's export does it.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import onnx
import torch
from numpy.typing import NDArray

from ..detector.export import commit, options, publish
from ..detector.pictures import VehicleSampler, read_vehicle_pictures
from ..detector.session import letterbox
from ..detector.vehicles import VEHICLE_CLASSES
from ..quantise import quantise
from .network import STRIDE, VehicleDetector
from .session import long_sides_of

CALIBRATION_PICTURES = 160


def calibration_inputs(data: Path, count: int, seed: int = 5) -> Iterator[NDArray[np.float32]]:
    """Letterboxed training pictures, drawn by class as in training."""
    rng = np.random.default_rng(seed)
    sampler = VehicleSampler(read_vehicle_pictures(data, "train"))
    for number in range(count):
        image = sampler.draw(rng).decode()[0]
        yield letterbox(image, long_sides_of(image)[number % 2])[0]


def export_float(checkpoint: Path, out: Path) -> int:
    """Writes the averaged weights as float32 ONNX of any number of pictures of any size; returns the crops they were trained on."""
    state = torch.load(checkpoint, weights_only=True, map_location="cpu")
    model = VehicleDetector()
    model.load_state_dict(state["average"])
    axes = {"images": {0: "pictures", 2: "height", 3: "width"}, "vehicles": {0: "pictures", 2: "rows", 3: "columns"}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model.eval(), (torch.rand(1, 3, 256, 416),), str(out), input_names=["images"], output_names=["vehicles"],
            dynamic_axes=axes, opset_version=17, dynamo=False,
        )  # fmt: skip
    return int(state["crops"])


def ends(model: Path) -> list[str]:
    """The first convolution and those whose outputs are put together to the map."""
    graph = onnx.load(model).graph
    convolutions = [node for node in graph.node if node.op_type == "Conv"]
    joined = {name for node in graph.node if node.output[0] == graph.output[0].name for name in node.input}
    return [convolutions[0].name, *(node.name for node in convolutions if joined & set(node.output))]


def main() -> None:
    """Command line."""
    parser = options(__doc__, "models/vehicle-detector.onnx")
    parser.add_argument("--score-threshold", type=float, required=True, help="the operating point, chosen on val")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    plain = given.checkpoint.with_name("vehicles-float32.onnx")
    crops = export_float(given.checkpoint, plain)
    quantise(plain, given.out, calibration_inputs(given.data, CALIBRATION_PICTURES), keep=ends(plain))
    properties = {
        "version": given.version, "recipe_commit": given.recipe_commit or commit(), "crops": str(crops),
        "vehicle_classes": ",".join(VEHICLE_CLASSES), "vehicle_stride": str(STRIDE),
        "vehicle_score_threshold": str(given.score_threshold),
    }  # fmt: skip
    publish((plain, given.out), properties)


if __name__ == "__main__":
    main()
