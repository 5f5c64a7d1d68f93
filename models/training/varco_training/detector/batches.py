"""Batches of crops, made in a process of lowest priority and used again where that one falls behind."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from .vehicles import CLASSES

Batch = tuple[Tensor, Tensor, Tensor]
"""Pictures [N,3,S,S] uint8, maps of plates [N,17,S/8,S/8], maps of vehicles [N,19,S/16,S/16]."""

MOST_USES = 5
KEPT = 80


def mirrored(batch: Batch) -> Batch:
    """The batch seen in a mirror."""
    pictures, plates, vehicles = (part.flip(3) for part in batch)
    size = float(pictures.shape[3])
    plates = plates.clone()
    plates[:, [4, 6]] = size - plates[:, [6, 4]]
    corners = plates[:, 8:16].clone()
    for place, source in enumerate((1, 0, 3, 2)):  # the top left as seen was the top right
        plates[:, 8 + 2 * place] = size - corners[:, 2 * source]
        plates[:, 9 + 2 * place] = corners[:, 2 * source + 1]
    x0 = 2 * CLASSES + 2
    vehicles = vehicles.clone()
    vehicles[:, [x0, x0 + 2]] = size - vehicles[:, [x0 + 2, x0]]
    return pictures, plates, vehicles


def replayed(source: Iterator[Batch], seed: int, most_uses: int = MOST_USES) -> Iterator[Batch]:
    """The batches of `source`; while none is ready, one of the last ones again, every other time in a mirror."""
    ready: queue.Queue[Batch] = queue.Queue(maxsize=4)

    def fetch() -> None:
        for batch in source:
            ready.put(batch)

    threading.Thread(target=fetch, daemon=True).start()
    rng = np.random.default_rng(seed)
    kept: list[tuple[Batch, int]] = []
    while True:
        usable = [i for i, (_, uses) in enumerate(kept) if uses < most_uses]
        try:
            batch = ready.get_nowait() if usable else ready.get()
        except queue.Empty:
            place = int(rng.choice(usable))
            batch, uses = kept[place]
            kept[place] = (batch, uses + 1)
            yield mirrored(batch) if uses % 2 else batch
            continue
        kept.append((batch, 1))
        del kept[:-KEPT]
        yield batch
