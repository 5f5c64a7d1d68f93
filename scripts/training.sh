#!/usr/bin/env bash
# The whole training recipe of the reader in a few minutes, with Debian's own PyTorch: part of `make test`.
# Needs the data pack ($VARCO_DATA), and what `scripts/setup.sh --test` installs. The environment stays in
# .deps/training, the typefaces in .deps/fonts.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/node-path.sh

environment=$PWD/.deps/training
wanted=models/training/requirements-debian.txt
if ! cmp -s $wanted "$environment/requirements.txt"; then
  step "setting up the training environment"
  rm -rf "$environment"
  # Debian's interpreter, whatever other one is first: its packages hold PyTorch.
  /usr/bin/python3 -m venv --system-site-packages "$environment" || fail \
    "Debian's Python cannot make an environment" "run: scripts/setup.sh --test"
  "$environment/bin/python" -m pip --disable-pip-version-check -q install -r $wanted || fail \
    "the Python packages cannot be fetched" "check the network (pip's settings: python3 -m pip config list), then run this again"
  cp $wanted "$environment/requirements.txt"
fi
export PYTHON=$environment/bin/python
"$PYTHON" -c "import torch" || fail "Debian's PyTorch cannot be loaded" "run: scripts/setup.sh --test"

export VARCO_FONTS=${VARCO_FONTS:-$PWD/.deps/fonts}
if [ -z "$(ls "$VARCO_FONTS" 2>/dev/null)" ]; then
  models/training/fetch_fonts.sh "$VARCO_FONTS"
fi

OMP_NUM_THREADS=1 models/training/smoke.sh "$VARCO_DATA"
