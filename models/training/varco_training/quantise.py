"""Static int8 quantisation of an exported network, the same way for all of Varco's models."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process


class _Reader(CalibrationDataReader):
    def __init__(self, name: str, batches: Iterable[np.ndarray]) -> None:
        self._feeds = ({name: b} for b in batches)

    def get_next(self) -> dict[str, np.ndarray] | None:
        """The next batch, None at the end."""
        return next(self._feeds, None)


def quantise(source: Path, target: Path, batches: Iterable[np.ndarray], keep: Sequence[str] = (), percentile: float | None = None) -> None:
    """Write `source` with int8 weights (per channel, signed) and unsigned 8-bit activations (QDQ form) to `target`.

    `batches` calibrate the activation ranges (inputs of the network's only input); `keep` names nodes that stay in fp32;
    `percentile` uses that share of the values instead of their extremes. Metadata of the source are kept.
    """
    model = onnx.load(source)
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
        extra = {"CalibPercentile": percentile} if percentile else {}
        quantize_static(
            str(prepared), str(target), _Reader(model.graph.input[0].name, batches), quant_format=QuantFormat.QDQ,
            per_channel=True, weight_type=QuantType.QInt8, activation_type=QuantType.QUInt8, nodes_to_exclude=list(keep),
            calibrate_method=CalibrationMethod.Percentile if percentile else CalibrationMethod.MinMax, extra_options=extra,
        )
    quantised = onnx.load(target)
    del quantised.metadata_props[:]
    quantised.metadata_props.extend(model.metadata_props)
    onnx.save(quantised, target)


def float_weights(model: onnx.ModelProto) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Weights and biases of the convolutions and whole layers of an exported network by the names of their nodes, int8 ones made floats."""
    stored = {i.name: numpy_helper.to_array(i) for i in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type == "DequantizeLinear" and node.input[0] in stored:
            whole, scale, zero = (stored[name] for name in node.input)
            axis = next((a.i for a in node.attribute if a.name == "axis"), 1)
            shape = [1] * whole.ndim
            if scale.ndim:
                shape[axis] = -1
            stored[node.output[0]] = ((whole.astype(np.int64) - zero.astype(np.int64).reshape(shape)) * scale.reshape(shape)).astype(np.float32)
    return {n.name: (stored[n.input[1]], stored[n.input[2]]) for n in model.graph.node if n.op_type in ("Conv", "Gemm")}
