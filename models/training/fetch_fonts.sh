#!/bin/sh
# Fetch the typefaces of the plate renderer (all free: OFL, MIT, public domain) into a folder that git ignores.
#
#   models/training/fetch_fonts.sh [FOLDER]          default: models/training/runs/fonts
#
# Needs npm, Python with fonttools (requirements.txt), and on Debian apt-get for two more families; nothing is
# installed on the system and no root is needed. Set PYTHON to the interpreter of the training environment.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-"$here/runs/fonts"}
python=${PYTHON:-python3}
case $python in */*) python=$(cd "$(dirname "$python")" && pwd)/$(basename "$python") ;; esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out"

version=5.3.0
families="barlow barlow-condensed barlow-semi-condensed gidole sofia-sans-condensed sofia-sans-extra-condensed
roboto-condensed roboto-mono share-tech share-tech-mono overpass overpass-mono saira-condensed saira-semi-condensed
saira-extra-condensed b612-mono fira-sans-condensed archivo-narrow asap-condensed encode-sans-condensed rajdhani oswald
antonio pathway-gothic-one m-plus-rounded-1c varela-round dosis chakra-petch quantico electrolize public-sans
big-shoulders-display league-gothic bebas-neue francois-one cabin-condensed khand teko nunito ibm-plex-sans-condensed
roboto-slab zilla-slab bitter courier-prime"

cd "$work"
for family in $families; do
    ls "$out/$family"-*.ttf >/dev/null 2>&1 && continue
    echo "fonts: $family"
    npm pack --silent "@fontsource/$family@$version" >/dev/null
    mkdir -p "npm/$family"
    tar -xzf "fontsource-$family-$version.tgz" -C "npm/$family" --wildcards \
        '*-latin-400-normal.woff' '*-latin-500-normal.woff' '*-latin-600-normal.woff' '*-latin-700-normal.woff' 2>/dev/null || true  # not every family has every weight
done

if command -v apt-get >/dev/null 2>&1; then
    for package in fonts-roadgeek fonts-opendin; do
        apt-get download "$package" >/dev/null 2>&1 || { echo "fonts: $package not found, left out"; continue; }
        dpkg -x "$package"_*.deb "$work/deb"
    done
    find "$work/deb" \( -name '*.ttf' -o -name '*.otf' \) -exec cp {} "$out" \; 2>/dev/null || true
fi

"$python" - "$work/npm" "$out" <<'PY'
import pathlib, sys
from fontTools.ttLib import TTFont

for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.woff")):
    font = TTFont(path)
    font.flavor = None
    name = path.name.replace("-latin", "").replace("-normal.woff", ".ttf")
    font.save(pathlib.Path(sys.argv[2]) / name)
PY
echo "fonts: $(find "$out" -type f | wc -l) files in $out"
