#!/usr/bin/env bash
# make bench: times of the parts, of the whole way on a 1080p file beside decoding alone, and
# of live streams (a short form: `cargo bench --bench streams` is the long one).
set -euo pipefail
cd "$(dirname "$0")/.."
echo "$(git rev-parse --short HEAD 2>/dev/null || echo unknown) on $(lscpu | sed -n 's/^Model name: *//p'), $(nproc) cores"
cargo bench --locked --bench vision
cargo bench --locked --bench matching
cargo bench --locked --bench whole_way
cargo bench --locked --bench streams -- --short
