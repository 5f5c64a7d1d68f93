"""Texts of plates that a person read, sealed with the picture that shows them.

Plates are personal data: the project publishes which plates it has read, but only who holds the picture can open the text. The
key is the SHA-256 of the picture's bytes and the plate's number in it, so no text is learnt from the file alone.

``python -m varco_training.labels --data DIR --seal FILE --out FILE`` seals lines of `image`, `plate`, `text`. ``--open FILE --out FOLDER`` makes a
folder for ``varco eval --data FOLDER`` in which only these plates have a text.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

SEALED_LABELS = Path(__file__).parent.parent / "labels" / "plates.jsonl"
"""The labels that come with the recipe, for training."""
SEALED_VAL_LABELS = SEALED_LABELS.with_name("val-plates.jsonl")
"""The same for measuring: plates of the val split, read without a look at what any reader made of them."""
_LONGEST_BYTES = 24


class LabelError(ValueError):
    """A label that does not belong to the picture."""


def _key(picture: bytes, plate: int) -> bytes:
    return hashlib.sha256(b"varco plate label %d " % plate + picture).digest()[:_LONGEST_BYTES]


def seal(text: str, picture: bytes, plate: int) -> str:
    """The text as hexadecimal digits that only the picture opens."""
    plain = text.encode().ljust(_LONGEST_BYTES, b"\0")
    return bytes(a ^ b for a, b in zip(plain, _key(picture, plate), strict=True)).hex()


def unseal(sealed: str, picture: bytes, plate: int) -> str:
    """What `seal` took; `LabelError` when it was another picture."""
    plain = bytes(a ^ b for a, b in zip(bytes.fromhex(sealed), _key(picture, plate), strict=True))
    try:
        return plain.rstrip(b"\0").decode()
    except UnicodeDecodeError as error:
        raise LabelError("the picture is not the one that was labelled") from error


@dataclass(frozen=True)
class Label:
    """What a person read on one plate."""

    text: str
    rows: int | None = None
    """Rows of signs, 1 or 2, where noted."""
    country: str | None = None
    """ISO 3166 code where it is clear."""


def read_labels(data: Path, file: Path) -> dict[tuple[str, int], Label]:
    """Labels by picture (path below `data`/plates) and number of the plate in it."""
    labels = {}
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        row = json.loads(line)
        if "sealed" in row:
            picture = data / "plates" / row["image"]
            try:
                row["text"] = unseal(row["sealed"], picture.read_bytes(), row["plate"])
            except LabelError as error:
                raise LabelError(f"{file}, line {number}: {picture}: {error}") from error
        labels[row["image"], row["plate"]] = Label(row["text"], row.get("rows"), row.get("country"))
    return labels


def open_for_eval(data: Path, file: Path, folder: Path) -> int:
    """Write `folder`/plates/labels.jsonl, with the pictures linked beside it: those of the pack that `file` knows plates of, these with their texts, all
    others illegible, and all as split `val`. Returns how many plates have a text. The folder holds personal data.
    """
    labels = read_labels(data, file)
    plates = folder / "plates"
    plates.mkdir(parents=True, exist_ok=True)
    if not (plates / "images").exists():
        (plates / "images").symlink_to((data / "plates" / "images").resolve())
    known = {image for image, _ in labels}
    with (plates / "labels.jsonl").open("w", encoding="utf-8") as out:
        for line in (data / "plates" / "labels.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if row["image"] not in known:
                continue
            for number, plate in enumerate(row["plates"]):
                label = labels.get((row["image"], number), Label(""))
                plate |= {"text": label.text or None, "legible": bool(label.text), "rows": label.rows, "country": label.country}
            out.write(json.dumps(row | {"split": "val"}, ensure_ascii=False) + "\n")
    return len(labels)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the data pack's folder")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--seal", type=Path, nargs="+", help="labels to seal, or sealed ones to keep")
    what.add_argument("--open", type=Path, help="sealed labels to measure by; --out is the folder for `varco eval`")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    if given.open:
        print(f"{open_for_eval(given.data, given.open, given.out)} plates with a text in {given.out}")
        return
    labels: dict[tuple[str, int], Label] = {}
    for file in given.seal:
        labels |= read_labels(given.data, file)
    given.out.parent.mkdir(parents=True, exist_ok=True)
    with given.out.open("w", encoding="utf-8") as out:
        for (image, plate), label in sorted(labels.items()):
            row: dict[str, object] = {"image": image, "plate": plate}
            row["sealed"] = seal(label.text, (given.data / "plates" / image).read_bytes(), plate)
            row |= {name: value for name, value in (("rows", label.rows), ("country", label.country)) if value}
            out.write(json.dumps(row) + "\n")
    print(f"{len(labels)} labels in {given.out}")


if __name__ == "__main__":
    main()
