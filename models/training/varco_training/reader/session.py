"""An exported reader as the product runs it: ONNX Runtime on one thread."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime

from ..inference import one_thread
from . import CropSize
from .measure import Infer


@dataclass(frozen=True)
class Network:
    """An exported reader on one thread of ONNX Runtime."""

    infer: Infer
    size: CropSize
    """What it sees of a plate."""
    session: onnxruntime.InferenceSession


def opened(path: Path) -> Network:
    """The reader of a file."""
    session = one_thread(path)

    def infer(crops: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        floats = np.ascontiguousarray(crops.transpose(0, 3, 1, 2)).astype(np.float32) / 255
        logits, country = session.run(["logits", "country"], {"crops": floats})
        return logits, country

    _, _, height, width = session.get_inputs()[0].shape
    return Network(infer, CropSize(width, height), session)
