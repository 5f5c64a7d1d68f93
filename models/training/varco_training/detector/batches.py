"""Batches of crops, made in a process of lowest priority and used again where that one falls behind."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from typing import TypeVar

import numpy as np
from torch import Tensor

Batch = tuple[Tensor, Tensor]
"""Pictures [N,3,S,S] uint8, maps of plates [N,17,S/8,S/8]."""

AnyBatch = TypeVar("AnyBatch", bound=tuple[Tensor, ...])

MOST_USES = 5
KEPT = 80


def mirrored(batch: Batch) -> Batch:
    """The batch seen in a mirror."""
    pictures, plates = (part.flip(3) for part in batch)
    size = float(pictures.shape[3])
    plates = plates.clone()
    plates[:, [4, 6]] = size - plates[:, [6, 4]]
    corners = plates[:, 8:16].clone()
    for place, source in enumerate((1, 0, 3, 2)):  # the top left as seen was the top right
        plates[:, 8 + 2 * place] = size - corners[:, 2 * source]
        plates[:, 9 + 2 * place] = corners[:, 2 * source + 1]
    return pictures, plates


def replayed(
    source: Iterator[AnyBatch], seed: int, mirror: Callable[[AnyBatch], AnyBatch], most_uses: int = MOST_USES
) -> Iterator[AnyBatch]:
    """The batches of `source`; while none is ready, one of the last ones again, every other time in a mirror."""
    ready: queue.Queue[AnyBatch] = queue.Queue(maxsize=4)

    def fetch() -> None:
        for batch in source:
            ready.put(batch)

    threading.Thread(target=fetch, daemon=True).start()
    rng = np.random.default_rng(seed)
    kept: list[tuple[AnyBatch, int]] = []
    while True:
        usable = [i for i, (_, uses) in enumerate(kept) if uses < most_uses]
        try:
            batch = ready.get_nowait() if usable else ready.get()
        except queue.Empty:
            place = int(rng.choice(usable))
            batch, uses = kept[place]
            kept[place] = (batch, uses + 1)
            yield mirror(batch) if uses % 2 else batch
            continue
        kept.append((batch, 1))
        del kept[:-KEPT]
        yield batch
