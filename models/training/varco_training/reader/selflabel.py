"""Read the unread plates of the train split: ``python -m varco_training.reader.selflabel --data DIR --model FILE --out FILE``.

A trained reader looks at each plate through several boxes, a little wider, shifted and turned. What all looks read alike and
surely becomes a label. The sheet beside the file shows every plate with its label: strike or
mend the lines that a person reads otherwise, then seal them (``varco_training.labels``).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import cv2
import numpy as np

from ..labels import SEALED_LABELS, read_labels
from ..pack import PlateCrop, unread_crops
from . import MARGIN_X, MARGIN_Y, CropSize
from .measure import decode, resize, signs
from .session import Network, opened

SOURCES = frozenset({"ol", "vr", "ru", "in", "mp", "wd"})
"""Sources whose plates nobody has read in the pack. A few pictures of each are mirrored: strike those lines."""
LEAST_WIDTH_PX = 55.0
LEAST_SIGNS, MOST_SIGNS = 4, 9
SHOWN = CropSize(164, 60)
"""Size of a plate on the sheet."""
LOOKS = ((0.0, 0.0, 0.0), (0.03, 0.05, 0.0), (-0.02, -0.04, 0.0), (0.02, 0.02, 2.5), (0.02, 0.02, -2.5))
"""Each look's further margin across and along the plate, and its turn in degrees."""


def look(crop: PlateCrop, size: CropSize, across: float, along: float, degrees: float) -> np.ndarray:
    """The plate through one box, sized for the reader."""
    x, y, w, h = crop.box
    mx, my = (MARGIN_X + across) * w, (MARGIN_Y + along) * h
    patch = crop.patch
    if degrees:
        turn = cv2.getRotationMatrix2D((x + w / 2, y + h / 2), degrees, 1.0)
        patch = cv2.warpAffine(patch, turn, patch.shape[1::-1], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    x0, y0 = max(0, round(x - mx)), max(0, round(y - my))
    return resize(patch[y0 : round(y + h + my), x0 : round(x + w + mx)], size)


def certainty(logits: np.ndarray) -> float:
    """The least probability of a sign of one plate."""
    return min((s.certainty for s in signs(logits)), default=0.0)


def label(network: Network, crop: PlateCrop) -> tuple[str, float] | None:
    """Text and certainty when all looks agree."""
    logits, _ = network.infer(np.stack([look(crop, network.size, *how) for how in LOOKS]))
    texts = decode(logits)
    if len(set(texts)) != 1 or not LEAST_SIGNS <= len(texts[0]) <= MOST_SIGNS or not any(c.isdigit() for c in texts[0]):
        return None
    return texts[0], float(np.mean([certainty(one) for one in logits]))


def sheet(shown: list[tuple[PlateCrop, str, int]], columns: int = 8) -> np.ndarray:
    """All labelled plates with line number and text below each."""
    cells = []
    for crop, text, line in shown:
        cell = np.zeros((84, 168, 3), np.uint8)
        cell[2:62, 2:166] = cv2.cvtColor(look(crop, SHOWN, 0.02, 0.05, 0), cv2.COLOR_RGB2BGR)
        cv2.putText(cell, f"{line} {text}", (4, 78), cv2.FONT_HERSHEY_SIMPLEX, 0.48, (255, 255, 255), 1, cv2.LINE_AA)
        cells.append(cell)
    cells += [np.zeros_like(cells[0])] * (-len(cells) % columns)
    return np.vstack([np.hstack(cells[i : i + columns]) for i in range(0, len(cells), columns)])


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True, help="an exported reader")
    parser.add_argument("--out", type=Path, required=True, help="the labels; sheets go beside it")
    parser.add_argument("--certain", type=float, default=0.9, help="least mean certainty of the weakest sign")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    network = opened(args.model)
    known = read_labels(args.data, SEALED_LABELS) if SEALED_LABELS.is_file() else {}
    rows, shown, seen = [], [], 0
    for image, place, crop in unread_crops(args.data, SOURCES, LEAST_WIDTH_PX):
        if (image, place) in known:
            continue
        seen += 1
        found = label(network, crop)
        if found and found[1] >= args.certain:
            shown.append((crop, found[0], len(rows) + 1))
            rows.append({"image": image, "plate": place, "text": found[0], "certainty": round(found[1], 3)})
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), encoding="utf-8")
    for page in range(0, len(shown), 160):
        cv2.imwrite(str(args.out.with_name(f"{args.out.stem}-{page // 160 + 1}.jpg")), sheet(shown[page : page + 160]))
    print(f"{len(rows)} of {seen} unread plates labelled")


if __name__ == "__main__":
    main()
