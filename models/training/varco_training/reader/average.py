"""Average the weights of runs: ``python -m varco_training.reader.average --out DIR --runs DIR=SHARE [DIR=SHARE ...]``.

Runs that began with the same weights lie in one valley: their mean reads better than each (Wortsman et al., ICML 2022). The
shares are taken as parts of their sum. The result is a checkpoint for `reader.export` and `--start`; choose by `val`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch


def average(runs: list[tuple[Path, float]]) -> dict[str, object]:
    """The checkpoint whose averaged weights are the shared mean of those of the runs; the rest is the last run's."""
    states = [(torch.load(folder / "checkpoint.pt", weights_only=True), share) for folder, share in runs]
    whole = sum(share for _, share in states)
    mixed = states[-1][0]
    for other, _ in states:
        if any(other.get(name) != mixed.get(name) for name in ("countries", "family", "size")):
            raise SystemExit("the runs are of different networks: families and countries must be the same")
    mixed["average"] = {
        name: sum(state["average"][name] * (share / whole) for state, share in states) if value.is_floating_point() else value
        for name, value in mixed["average"].items()
    }
    return mixed


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder of the checkpoint to write")
    parser.add_argument("--runs", nargs="+", required=True, metavar="DIR=SHARE", help="folders of checkpoints and what each counts")
    args = parser.parse_args()
    pairs = [run.rpartition("=") for run in args.runs]
    mixed = average([(Path(folder), float(share)) for folder, _, share in pairs])
    args.out.mkdir(parents=True, exist_ok=True)
    torch.save(mixed, args.out / "checkpoint.pt")


if __name__ == "__main__":
    main()
