"""How small, blurred and pale plates may be: where the limits of `varco camera probe` come from.

    python -m varco_training.limits --data DIR --varco ../../target/release/varco

Legible plates of the val split that are 100 px wide or more are made smaller, blurred (Gaussian) and
paler, given some sensor noise, and read by the program (`varco read --crops`). What the probe would measure
is measured here in the same way as in `src/siting/plate.rs`, on the upright box. O and 0, I and 1 count as
the same. Only the val split is used; nothing is written but a temporary folder.
"""
import argparse
import json
import subprocess
import tempfile
from collections import defaultdict
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

WIDTHS_PX = (40, 50, 60, 70, 80, 90, 110, 140)
BLURS_PX = (0, 1, 1.5, 2, 3, 4)
PALENESS = (0.5, 0.3, 0.2, 0.12)
MARGIN_X, MARGIN_Y = 0.06, 0.12
NOISE_LEVELS = 2.5
# More than the margin, so that a blur has something to take from.
AROUND_PX = 8


def plates(data):
    with open(data / "plates/labels.jsonl", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            for plate in row["plates"] if row["split"] == "val" else []:
                if plate.get("legible") and plate.get("text") and plate["box"][2] >= 100:
                    yield data / "plates" / row["image"], plate["box"], plate["text"]


def degraded(picture, box, width_px, blur_px, pale, dice):
    """The plate with the reader's margins, `width_px` wide."""
    x, y, w, h = box
    scale = width_px / w
    dx, dy = MARGIN_X * w + AROUND_PX, MARGIN_Y * h + AROUND_PX
    crop = picture.crop((int(x - dx), int(y - dy), int(x + w + dx), int(y + h + dy)))
    size = max(1, round(crop.width * scale)), max(1, round(crop.height * scale))
    crop = crop.resize(size, Image.Resampling.BOX if scale < 0.7 else Image.Resampling.LANCZOS)
    if blur_px:
        crop = crop.filter(ImageFilter.GaussianBlur(blur_px))
    around = round(AROUND_PX * scale)
    crop = crop.crop((around, around, crop.width - around, crop.height - around))
    levels = np.asarray(crop, float) * pale + 110 * (1 - pale)
    return np.clip(levels + dice.normal(0, NOISE_LEVELS, levels.shape), 0, 255)


def measured(levels):
    """Contrast, and the plate's width in widths of its blurrier edges."""
    height, width = levels.shape[:2]
    across, down = MARGIN_X / (1 + 2 * MARGIN_X), MARGIN_Y / (1 + 2 * MARGIN_Y)
    grey = (levels @ [0.299, 0.587, 0.114])[
        int(height * down) : int(height * (1 - down)), int(width * across) : int(width * (1 - across))
    ]
    low, high = np.percentile(grey, 5), np.percentile(grey, 95)
    slopes = [np.percentile(np.abs(np.diff(grey, axis=axis)), 95) for axis in (0, 1)]
    edge_px = max(max(1.0, (high - low) / max(slope, 1e-3)) for slope in slopes)
    return high - low, grey.shape[1] / edge_px


def step(value, edges):
    below = [edge for edge in edges if value >= edge]
    return f"from {below[-1] if below else 0}"


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=Path, required=True)
    arguments.add_argument("--varco", type=Path, required=True)
    given = arguments.parse_args()
    dice = np.random.default_rng(1)
    known = {}
    with tempfile.TemporaryDirectory() as folder:
        for path, box, text in plates(given.data):
            picture = Image.open(path).convert("RGB")
            for width_px in (width_px for width_px in WIDTHS_PX if width_px <= box[2]):
                ways = [(blur_px, 1.0) for blur_px in BLURS_PX]
                ways += [(0, pale) for pale in PALENESS] if width_px in (60, 90) else []
                for blur_px, pale in ways:
                    levels = degraded(picture, box, width_px, blur_px, pale, dice)
                    name = f"{len(known):06}.png"
                    Image.fromarray(levels.astype("uint8")).save(Path(folder) / name)
                    contrast, sharpness = measured(levels)
                    known[name] = (text, width_px, blur_px, pale, contrast, sharpness)
        read = subprocess.run(
            [given.varco, "read", "--crops", "--json", folder], check=True, stdout=subprocess.PIPE, text=True
        )
    tables = {name: defaultdict(lambda: [0, 0]) for name in ("width, sharp", "sharpness", "contrast at 60", "contrast at 90")}
    folded = str.maketrans("OI", "01")
    for line in read.stdout.splitlines():
        said = json.loads(line)
        text, width_px, blur_px, pale, contrast, sharpness = known[Path(said["source"]).name]
        got = said["plates"][0]["text"] if said["plates"] else ""
        right = got.translate(folded) == text.translate(folded)

        def count(table, group, right=right):
            tables[table][group][0] += right
            tables[table][group][1] += 1

        if pale == 1 and blur_px == 0:
            count("width, sharp", f"{width_px:3} px")
        if pale == 1:
            count("sharpness", step(sharpness, (10, 15, 20, 25, 30, 40)))
        if blur_px == 0 and width_px in (60, 90):
            count(f"contrast at {width_px}", step(contrast, (10, 20, 40, 80)))
    for name, groups in tables.items():
        print(name)
        for group, (right, of) in sorted(groups.items()):
            print(f"  {group:<10} {100 * right / of:3.0f} %  {right}/{of}")


if __name__ == "__main__":
    main()
