#!/usr/bin/env bash
# make demo: sets up, builds the release and runs it on embedded defaults.
set -euo pipefail
clip=${1:-}
[ -z "$clip" ] || clip=$(realpath -m "$clip")
cd "$(dirname "$0")/.."
. scripts/say.sh
if [ -n "$clip" ] && [ ! -f "$clip" ]; then
  fail "there is no file $clip" "give the path of a video: make demo CLIP=path/to/video.mp4"
fi
scripts/setup.sh
step "building the release (the first time takes some ten minutes on two cores, later seconds)"
cargo build --release --locked || fail "the build failed" "the compiler's first error stands above"
program=${CARGO_TARGET_DIR:-target}/release/varco
exec "$program" demo ${clip:+--clip "$clip"} ${PORT:+--port "$PORT"}
