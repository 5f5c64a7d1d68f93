"""Temperatures of an exported reader: ``python -m varco_training.reader.calibrate --data DIR --model FILE [--quads FILE]``.

The logits divided by a temperature give probabilities that are as often true as they are high (Guo et al., "On calibration of
modern neural networks", ICML 2017). Fitted on the plates of val that a person read and written into the file; `varco eval` shows the
reliability that comes out.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import onnx
import torch
import torch.nn.functional as F

from ..labels import SEALED_VAL_LABELS
from ..pack import detected_quads, labelled_crops, plate_crops
from ..plates import CODES
from . import ALPHABET, SLOTS
from .measure import as_given
from .session import opened

TEMPERATURES = np.exp(np.arange(-0.7, 1.8, 0.05))


def text_loss(logits: np.ndarray, texts: list[str], temperature: float) -> float:
    """Mean negative log-probability of the true texts over all ways through the columns."""
    steps = F.log_softmax(torch.from_numpy(logits) / temperature, dim=-1).transpose(0, 1)
    lengths = torch.tensor([len(t) for t in texts])
    targets = torch.tensor([ALPHABET.index(c) + 1 for t in texts for c in t])
    taken = torch.full_like(lengths, steps.shape[0])
    # A text that no column offers is lost whatever the temperature: it must not outweigh all others.
    return float(F.ctc_loss(steps, targets, taken, lengths, reduction="none", zero_infinity=True).clamp(max=8).mean())


def calibrate(model: Path, data: Path, quads: Path | None) -> None:
    """Fit both temperatures and write them into the file's metadata."""
    network = opened(model)
    found = detected_quads(quads) if quads else None
    crops = plate_crops(data, "val", found) + labelled_crops(data, SEALED_VAL_LABELS, found, "val")
    crops = [c for c in crops if len(c.text) <= SLOTS and all(s in ALPHABET for s in c.text)]
    outputs = [network.infer(as_given(c, network.size)[None]) for c in crops]
    logits, countries = (np.concatenate([o[i] for o in outputs]) for i in (0, 1))
    texts = [c.text for c in crops]
    text = min(TEMPERATURES, key=lambda t: text_loss(logits, texts, t))
    known = [i for i, c in enumerate(crops) if c.country in CODES]
    truth = torch.tensor([CODES.index(crops[i].country) for i in known])
    said = torch.from_numpy(countries[known])
    country = min(TEMPERATURES, key=lambda t: float(F.cross_entropy(said / t, truth)))
    right = int((said.argmax(dim=1) == truth).sum())
    graph = onnx.load(model)
    facts = {p.key: p.value for p in graph.metadata_props}
    del graph.metadata_props[:]
    onnx.helper.set_model_props(graph, facts | {"temperature": f"{text:.3f}", "country_temperature": f"{country:.3f}"})
    onnx.save(graph, model)
    print(f"temperature {text:.2f} (loss {text_loss(logits, texts, 1.0):.3f} to {text_loss(logits, texts, text):.3f}), "
          f"country {country:.2f} ({right} of {len(known)} right)")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--quads", type=Path, help="the aligner's corners, from reader.quads")
    given = parser.parse_args()
    calibrate(given.model, given.data, given.quads)


if __name__ == "__main__":
    main()
