"""Average the weights of checkpoints: ``python -m varco_training.average --out FILE --of FILE=SHARE [FILE=SHARE ...]``.

Runs that began with the same weights, and places on the way of one run, lie in one valley: their mean is often better than each
(Wortsman et al., ICML 2022). The shares are taken as parts of their sum. The result is a checkpoint for the exports and for
`--start`; choose by `val`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch


def average(runs: list[tuple[Path, float]]) -> dict[str, object]:
    """The checkpoint whose averaged weights are the shared mean of those given; the rest is the last one's."""
    states = [(torch.load(file, weights_only=True), share) for file, share in runs]
    whole = sum(share for _, share in states)
    mixed = states[-1][0]
    for other, _ in states:
        if any(other.get(name) != mixed.get(name) for name in ("countries", "family", "size")):
            raise SystemExit("the checkpoints are of different networks: families, sizes and countries must be the same")
    mixed["average"] = {
        name: sum(state["average"][name] * (share / whole) for state, share in states) if value.is_floating_point() else value
        for name, value in mixed["average"].items()
    }
    return mixed


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the checkpoint to write")
    parser.add_argument("--of", nargs="+", required=True, metavar="FILE=SHARE", help="checkpoints and what each counts")
    args = parser.parse_args()
    pairs = [run.rpartition("=") for run in args.of]
    mixed = average([(Path(file), float(share)) for file, _, share in pairs])
    args.out.parent.mkdir(parents=True, exist_ok=True)
    torch.save(mixed, args.out)


if __name__ == "__main__":
    main()
