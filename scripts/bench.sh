#!/usr/bin/env bash
# make bench: times of the parts, and of the whole way on a 1080p file beside decoding alone.
set -euo pipefail
cd "$(dirname "$0")/.."
echo "$(git rev-parse --short HEAD 2>/dev/null || echo unknown) on $(lscpu | sed -n 's/^Model name: *//p'), $(nproc) cores"
cargo bench --locked --bench vision
cargo bench --locked --bench matching
cargo bench --locked --bench whole_way
