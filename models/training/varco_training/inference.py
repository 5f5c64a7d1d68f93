"""An exported network as the product runs it: on one thread of ONNX Runtime."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime


def one_thread(model: Path) -> onnxruntime.InferenceSession:
    """The network of a file."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def milliseconds(call: Callable[[], object], repeats: int = 60) -> tuple[float, float]:
    """Least and median time of a call."""
    spent = []
    for _ in range(repeats):
        start_s = time.perf_counter()
        call()
        spent.append((time.perf_counter() - start_s) * 1e3)
    return min(spent), float(np.median(spent))
