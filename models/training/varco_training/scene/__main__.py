"""Command line: `python -m varco_training.scene --data DIR --out clip.mp4`."""

import argparse
import json
import os
import sys
from pathlib import Path


def arguments():
    parser = argparse.ArgumentParser(prog="varco_training.scene", description="Draws a traffic scene with its truth, or the small fixtures.")
    parser.add_argument("--data", help="the data pack, for its plate typefaces (default: $VARCO_DATA or shared/data beside the project)")
    parser.add_argument("--out", type=Path, help="the clip to write (.mp4); its truth goes beside it (.json)")
    parser.add_argument("--scene", default=None, help="one of cast.CLIPS (default: the name of the clip, else gate-demo)")
    parser.add_argument("--codec", default="h264", choices=["h264", "h265"])
    parser.add_argument("--quality", type=int, default=27, help="quantiser of the encoder: larger is smaller and worse")
    parser.add_argument("--size", default="1280x720")
    parser.add_argument("--seconds", type=float, help="stop after so long, or repeat the loop for so long")
    parser.add_argument("--light", default="day", choices=["day", "dusk", "night"])
    parser.add_argument("--fixtures", type=Path, help="write pictures, pack, lists and bad files below this folder instead of a clip")
    parser.add_argument("--truth-only", action="store_true", help="write the truth again, leave the clip as it is")
    return parser.parse_args()


def main():
    args = arguments()
    if args.data:
        os.environ["VARCO_DATA"] = args.data
    if args.fixtures:
        from .samples import write_fixtures

        write_fixtures(args.fixtures)
        return
    if args.out is None:
        sys.exit("say where to write the clip: --out clip.mp4 (or --fixtures DIR)")
    film_clip(args)


def film_clip(args):
    from . import light
    from .camera import Camera
    from .cast import CLIPS, VIEWS
    from .encode import Mp4
    from .film import FPS, Film
    from .truth import Truth

    name = args.scene or (args.out.stem if args.out.stem in CLIPS else "gate-demo")
    actors, seconds, loop = CLIPS[name]
    width, height = (int(n) for n in args.size.split("x"))
    film = Film(actors, seconds, Camera(width, height, **VIEWS.get(name, {})), getattr(light, args.light.upper()), loop, blind=args.truth_only)
    truth = Truth(film, FPS)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    clip = None if args.truth_only else Mp4(args.out, width, height, FPS, args.codec, args.quality)
    total = round((args.seconds or seconds) * FPS)
    for number in range(total):
        if clip is not None:
            clip.write(film.frame(number))
        truth.note(number, film.plates(number))
        if clip is not None and number % 50 == 0:
            print(f"{args.out}: frame {number} of {total}", file=sys.stderr)
    if clip is not None:
        clip.close()
    args.out.with_suffix(".json").write_text(json.dumps(truth.document(args.out.name), ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
