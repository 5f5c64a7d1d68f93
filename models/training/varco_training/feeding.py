"""Batches made in a process of lowest priority beside the training, and used again where that one falls behind."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable, Iterator
from typing import TypeVar

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

Batch = TypeVar("Batch", bound=tuple[Tensor, ...])

KEPT = 80


class _Endless(IterableDataset[Batch]):
    """What `batches` gives, made in a worker process."""

    def __init__(self, batches: Callable[[np.random.Generator], Iterator[Batch]], seed: int) -> None:
        self._batches, self._seed = batches, seed

    def __iter__(self) -> Iterator[Batch]:
        cv2.setNumThreads(1)
        worker = torch.utils.data.get_worker_info()
        if worker is not None:
            os.nice(6)  # the training comes first
        yield from self._batches(np.random.default_rng([self._seed, worker.id if worker else 0]))


def feed(
    batches: Callable[[np.random.Generator], Iterator[Batch]], seed: int, mirror: Callable[[Batch], Batch], most_uses: int
) -> Iterator[Batch]:
    """The endless `batches`, made in one process beside this one; each is used up to `most_uses` times, every other time in a mirror.

    Waits for the first one: from then on the worker has read its pictures and the training's clock may run.
    """
    fresh = iter(DataLoader(_Endless(batches, seed), batch_size=None, num_workers=1, prefetch_factor=8))
    ready = _replayed(fresh, seed, mirror, most_uses)
    next(ready)
    return ready


def _replayed(source: Iterator[Batch], seed: int, mirror: Callable[[Batch], Batch], most_uses: int) -> Iterator[Batch]:
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
            yield mirror(batch) if uses % 2 else batch
            continue
        kept.append((batch, 1))
        del kept[:-KEPT]
        yield batch
