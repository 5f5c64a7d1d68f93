#!/bin/bash
# The whole recipe of the reader in about five minutes: corners, training, export, calibration, figures; and a few steps of the detector.
# Shows that every step runs and that the network learns, not how well it will read.
#
#   models/training/smoke.sh DATA [FOLDER]     DATA: the data pack; FOLDER: what is written (default: a new one, removed at the end)
#
# Set PYTHON to the interpreter of the training environment and VARCO_FONTS to the typefaces (README.md, "Once").
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
data=$(cd "$1" && pwd)
if [ $# -gt 1 ]; then
    mkdir -p "$2"
    out=$(cd "$2" && pwd)
else
    out=$(mktemp -d)
    trap 'rm -rf "$out"' EXIT
fi
python=${PYTHON:-python3}
case $python in */*) python=$(cd "$(dirname "$python")" && pwd)/$(basename "$python") ;; esac
cd "$here"

"$python" -m varco_training.reader.quads --data "$data" --detector ../plate-detector.onnx --aligner ../plate-aligner.onnx --out "$out/quads.jsonl" --pictures 300
"$python" -m varco_training.reader.train --data "$data" --out "$out" --quads "$out/quads.jsonl" --arranger ../plate-reader.onnx --minutes 1 --wall-minutes 4 | tee "$out/log.txt"
"$python" -m varco_training.reader.train --data "$data" --out "$out" --quads "$out/quads.jsonl" --minutes 2 --wall-minutes 6 --resume | tee -a "$out/log.txt"
"$python" -m varco_training.reader.export --run "$out" --data "$data" --quads "$out/quads.jsonl" --out "$out/reader.onnx" --version smoke
"$python" -m varco_training.reader.evaluate --data "$data" --quads "$out/quads.jsonl" --model "$out/reader.onnx"
"$python" -m varco_training.reader.sheet --data "$data" --quads "$out/quads.jsonl" --arranger ../plate-reader.onnx --rows 3 --out "$out/sheet.png"
"$python" -m varco_training.detector.train --data "$data" --out "$out/detector" --quads "$out/quads.jsonl" --minutes 0.5
"$python" -m varco_training.fleet --out "$out/fleet" --models 6 --views 4
"$python" -m varco_training.fleet.sheet --drawn "$out/fleet" --out "$out/fleet.png"
"$python" -m varco_training.restore --network classifier --data "$data" --model ../vehicle-classifier.onnx --out "$out/classifier"
"$python" -m varco_training.classifier.train --data "$data" --drawn "$out/fleet" --start "$out/classifier/last.pt" --out "$out/classifier" --minutes 0.2
"$python" -m varco_training.conditions --data "$data" --quads "$out/quads.jsonl" --out "$out/conditions" --only beside-45
"$python" -m varco_training.reader.published --model ../plate-reader-second.onnx --data "$data" --quads "$out/quads.jsonl" --out "$out/published/checkpoint.pt"
"$python" - "$out/log.txt" <<'PY'
import re, sys

losses = [float(x) for x in re.findall(r"loss ([0-9.]+)", open(sys.argv[1]).read())]
if len(losses) < 2 or not losses[-1] < 0.8 * losses[0]:
    sys.exit(f"smoke run: the loss a sign went {losses}, it did not fall by a fifth")
print(f"smoke run: the loss a sign fell from {losses[0]} to {losses[-1]}")
PY
