"""Exports the vehicle classifier: `python -m varco_training.classifier.export --data DIR --checkpoint FILE --out FILE`.

The file's interface: input ``views`` float32 [N, 3, 128, 128] RGB 0..1; output ``kinds`` float32 [N, 7], logits of the classes and of
no vehicle, and ``moves`` float32 [N, 4]: how the box that is shown has to change (`classifier.network.MOVES`). int8 as the other networks; the first convolution and the last layer stay in floats.
"""

from __future__ import annotations

import warnings
from pathlib import Path

import cv2
import numpy as np
import onnx
import torch

from ..detector.export import commit, options, publish
from ..detector.vehicles import VEHICLE_CLASSES
from ..quantise import quantise
from .network import SIDE_PX, VehicleClassifier
from .train import composer_of

CALIBRATION_VIEWS, PERCENTILE = 512, 99.99


def export_float(checkpoint: Path, out: Path) -> int:
    """Writes the averaged weights as float32 ONNX of any number of views; returns the views they were trained on."""
    state = torch.load(checkpoint, weights_only=True, map_location="cpu")
    model = VehicleClassifier()
    model.load_state_dict(state["average"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model.eval(), (torch.rand(2, 3, SIDE_PX, SIDE_PX),), str(out), input_names=["views"], output_names=["kinds", "moves"],
            dynamic_axes={name: {0: "views"} for name in ("views", "kinds", "moves")}, opset_version=17, dynamo=False,
        )  # fmt: skip
    return int(state["crops"])


def kept_in_floats(graph: onnx.GraphProto) -> list[str]:
    """All but the convolutions, and the first of those."""
    convolutions = [node.name for node in graph.node if node.op_type == "Conv"]
    return [node.name for node in graph.node if node.name not in convolutions[1:]]


def main() -> None:
    """Command line."""
    given = options(__doc__, "models/vehicle-classifier.onnx").parse_args()
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    plain = given.checkpoint.with_name("classifier-float32.onnx")
    seen = export_float(given.checkpoint, plain)
    composer, rng = composer_of(given.data), np.random.default_rng(7)
    views = np.stack([composer.sample(rng)[0][..., ::-1].transpose(2, 0, 1) for _ in range(CALIBRATION_VIEWS)])
    batches = np.split(views.astype(np.float32) / 255, CALIBRATION_VIEWS // 32)
    quantise(plain, given.out, batches, keep=kept_in_floats(onnx.load(plain).graph), percentile=PERCENTILE)
    properties = {
        "version": given.version, "recipe_commit": given.recipe_commit or commit(), "views": str(seen),
        "vehicle_classes": ",".join(VEHICLE_CLASSES),
    }  # fmt: skip
    publish((plain, given.out), properties)


if __name__ == "__main__":
    main()
