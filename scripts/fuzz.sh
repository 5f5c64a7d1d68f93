#!/usr/bin/env bash
# Feeds the readers of foreign files with whatever breaks them, two targets at a time.
#
#   scripts/fuzz.sh                  every target for a minute
#   scripts/fuzz.sh 3600 xlsx csv    these targets for an hour each
#
# It needs the stable toolchain and a C++ compiler. What it finds lies in target/fuzz/found; the
# inputs that reach new code are kept in target/fuzz/corpus for the next run.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/say.sh

seconds=${1:-60}
shift || true
mapfile -t targets < <([ $# -gt 0 ] && printf '%s\n' "$@" || sed -n '/^\[\[bin\]\]/,/^$/s/^name = "\(.*\)"/\1/p' fuzz/Cargo.toml)
work=${CARGO_TARGET_DIR:-$PWD/target}/fuzz
host=$(rustc -vV | sed -n 's/^host: //p')
command -v c++ >/dev/null || fail "there is no C++ compiler, which the fuzzer is written for" "run: scripts/setup.sh --test"

# The coverage that libFuzzer steers by, without a sanitizer: those need a nightly toolchain, and
# this code has no unsafe parts to watch but overflows, which are checked. The flags are for the
# target only (--target), for tools that run while building cannot be linked with them.
step "fuzz: building ${#targets[@]} targets"
CARGO_TARGET_DIR=$work/build RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module \
  -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
  -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares" \
  cargo build --quiet --locked --release --manifest-path fuzz/Cargo.toml --target "$host" \
  "${targets[@]/#/--bin=}"

fuzz_one() {
  local target=$1 log=$work/$1.log
  mkdir -p "$work/corpus/$target" "$work/found"
  if "$work/build/$host/release/$target" -max_total_time="$seconds" -max_len=16384 -timeout=10 \
    -rss_limit_mb=2048 -malloc_limit_mb=1024 -artifact_prefix="$work/found/$target-" \
    "$work/corpus/$target" "fuzz/seeds/$target" >"$log" 2>&1; then
    printf '  %-10s %s\n' "$target" "$(grep -o 'Done .*' "$log" | tail -n 1)"
  else
    tail -n 30 "$log" >&2
    printf '  %-10s FOUND something: the input lies in %s\n' "$target" "$work/found" >&2
    return 1
  fi
}
export -f fuzz_one
export work host seconds

step "fuzz: $seconds s each, two at a time"
printf '%s\n' "${targets[@]}" | xargs -P 2 -I{} bash -c 'fuzz_one {}' ||
  fail "a fuzz target found an input that breaks the product" \
    "run the target with that file alone (the line above names both), then mend the reader"
