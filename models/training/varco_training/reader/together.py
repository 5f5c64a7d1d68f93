"""Several readers heard as one, as `src/vision/ctc.rs` does it for stills: the text that they together hold most probable."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from . import ALPHABET
from .measure import Infer, decode

LEAST_LOG = np.log(1e-5)
"""No reader can rule out what another one sees: below this part of its own text a text counts as much."""


Lattice = tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.bool_]]
"""Logarithms of the columns' probabilities [T,40], the class of each state (blank, sign, blank, ...), and which states a way may enter past a blank."""


def lattice(logits: NDArray[np.float32], text: str) -> Lattice:
    """What the ways of spreading `text` over the columns go through (Graves et al., 2006)."""
    rows = logits - logits.max(1, keepdims=True)
    rows = rows - np.log(np.exp(rows).sum(1, keepdims=True))
    states = np.zeros(2 * len(text) + 1, np.int64)
    states[1::2] = [ALPHABET.index(c) + 1 for c in text]
    skips = np.zeros(len(states), bool)
    skips[3::2] = states[3::2] != states[1:-2:2]
    return rows, states, skips


def log_probability(logits: NDArray[np.float32], text: str) -> float:
    """Natural logarithm of the sum over all ways of spreading `text` over the columns."""
    rows, states, skips = lattice(logits, text)
    reached = np.full(len(states), -np.inf)
    reached[0] = 0.0
    for row in rows:
        one, two = (np.full_like(reached, -np.inf) for _ in range(2))
        one[1:] = reached[:-1]
        two[2:] = np.where(skips[2:], reached[:-2], -np.inf)
        reached = np.logaddexp(np.logaddexp(reached, one), two) + row[states]
    return float(np.logaddexp(reached[-1], reached[-2]) if len(states) > 1 else reached[-1])


def read_together(readers: Sequence[Infer], crops: Sequence[Sequence[np.ndarray]], batch: int = 64) -> list[str]:
    """Texts of plates, of which each reader has its own crops."""
    out: list[str] = []
    for start in range(0, len(crops[0]), batch):
        said = [infer(np.stack(own[start : start + batch]))[0] for infer, own in zip(readers, crops, strict=True)]
        texts = [decode(logits) for logits in said]
        for at, candidates in enumerate(zip(*texts, strict=True)):
            sums = dict.fromkeys(candidates, 0.0)
            for logits, own in zip(said, texts, strict=True):
                least = log_probability(logits[at], own[at]) + LEAST_LOG
                for text in sums:
                    sums[text] += max(log_probability(logits[at], text), least)
            out.append(max(sums, key=lambda text: sums[text]))
    return out
