#!/usr/bin/env bash
# make test: sets up, then everything that proves the product. Stops at the first failure
# and leaves nothing running.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/say.sh
started=$SECONDS

scripts/setup.sh --test
. scripts/node-path.sh

export VARCO_DATA=${VARCO_DATA:-$PWD/../shared/data}
if [ -f "$VARCO_DATA/plates/labels.jsonl" ]; then
  VARCO_DATA=$(realpath "$VARCO_DATA")
  step "with the data pack in $VARCO_DATA"
else
  step "WITHOUT the data pack: there is none in $VARCO_DATA, so the accuracy and real-clip tests are LEFT OUT (set VARCO_DATA to its folder)"
fi

step "control room: types, style, unit tests"
(cd web && npm run --silent check && npm run --silent lint && npm run --silent test)

step "Rust: format"
cargo fmt --all --check || fail "the code is not formatted" "run: cargo fmt"

step "Rust: linter, warnings are errors"
cargo clippy --locked --all-targets --keep-going -- -D warnings

step "Rust: unit, integration and browser tests"
cargo test --locked --no-fail-fast

step "readers of foreign files against whatever breaks them (VARCO_FUZZ_SECONDS, default 60 each)"
scripts/fuzz.sh "${VARCO_FUZZ_SECONDS:-60}"

step "control room in a browser"
(cd web && npm run --silent e2e)

step "training recipe: every file compiles"
python3 -m compileall -q models/training/varco_training
if [ -f "$VARCO_DATA/plates/labels.jsonl" ]; then
  step "training recipe: all of it, on little training (five minutes)"
  scripts/training.sh
fi
find models/training -name __pycache__ -prune -exec rm -rf {} +

step "all passed in $(((SECONDS - started) / 60)) min $(((SECONDS - started) % 60)) s"
