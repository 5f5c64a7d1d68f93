"""The small committed fixtures: labelled pictures, a little pack in the data pack's form, lists, bad files."""

import dataclasses
import json
from pathlib import Path

import cv2
import numpy as np

from varco_training.plates import render_plate

from . import car, light
from .camera import Camera
from .cast import BLUE, GRAPHITE, GREEN, RED, SAND, SILVER, TEAL, WHITE, Actor, _car
from .film import Film
from .lists import write_bad_files, write_lists
from .motion import Drive
from .others import lorry, scooter

JPEG_MOST_BYTES = 60_000
LABEL_FROM_PX, LEGIBLE_FROM_PX = 14, 50
SOURCE = "varco scene generator"


def _still(make, text, country, z, receding=False, rows=1, turn=0.0, aside=0.0, seed=3):
    """A vehicle caught with its plate `z` metres from the camera."""
    return dataclasses.replace(Actor(make, text, country, Drive(receding, 0.0, mark_m=z, aside_m=aside), rows, seed), turn=turn)


def _scenes():
    """Name, camera, light, vehicles of every picture; the first four are the `pictures/`."""
    wide, low = Camera(), Camera(height_m=2.1, horizon=0.30, x_m=0.9)
    city, hatch, saloon, suv, van, estate = (getattr(car, n) for n in ("CITY", "HATCHBACK", "SALOON", "SUV", "VAN", "ESTATE"))
    return [
        ("day-two-cars", wide, light.DAY, [_still(_car(hatch, TEAL), "LN308RW", "IT", 9.4), _still(_car(estate, GRAPHITE), "NF271VC", "IT", 11.5, True)]),
        ("dusk-saloon", wide, light.DUSK, [_still(_car(saloon, SILVER), "PZ446LD", "IT", 9.8), _still(_car(van, WHITE), "MV915KB", "IT", 24.0)]),
        ("night-infrared", wide, light.NIGHT, [_still(_car(suv, BLUE), "LT683JM", "IT", 10.2)]),
        ("two-rows-scooter", low, light.DAY, [_still(lambda: scooter((0.12, 0.12, 0.62)), "MR40862", "IT", 7.1, True, 2, aside=-0.5, seed=5)]),
        ("day-slanted", low, light.DAY, [_still(_car(city, SAND), "PX529FN", "IT", 8.2, turn=-0.42)]),
        ("day-german", wide, light.DAY, [_still(_car(saloon, GRAPHITE), "GÖKX725", "DE", 9.2), _still(_car(hatch, RED), "LV184PT", "IT", 17.5)]),
        ("day-lorry", wide, light.DAY, [_still(lambda: lorry((0.14, 0.10, 0.52)), "NS637XA", "IT", 10.5)]),
        ("dusk-french", wide, light.DUSK, [_still(_car(city, GREEN), "XV208KM", "FR", 9.0), _still(_car(suv, WHITE), "PK350ZR", "IT", 10.5, True)]),
        ("dusk-slanted", low, light.DUSK, [_still(_car(estate, SILVER), "W48271K", "AT", 8.6, turn=0.38, aside=0.3)]),
        ("night-two-rows", low, light.NIGHT, [_still(_car(suv, GRAPHITE), "NB915TC", "IT", 8.4, True, 2, seed=4)]),
        ("day-empty", wide, light.DAY, []),
    ]


def _save_jpeg(path, picture):
    for quality in range(88, 30, -4):
        done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_OPTIMIZE, 1])
        if done and len(data) <= JPEG_MOST_BYTES:
            break
    path.write_bytes(data.tobytes())


def _labels(film, seen):
    out = []
    for k, quad in seen:
        actor = film.cast[k].actor
        wide = float(np.linalg.norm(quad[1] - quad[0]))
        if wide < LABEL_FROM_PX:
            continue
        low, high = quad.min(0), quad.max(0)
        two = actor.rows == 2
        out.append({
            "box": [round(float(v), 1) for v in (*low, *(high - low))],
            "text": actor.text,
            "legible": bool(wide >= (36 if two else LEGIBLE_FROM_PX)),
            "rows": actor.rows,
            "quad": np.round(quad, 1).tolist(),
            "country": actor.country,
        })
    return out


def write_pictures(root):
    """Draws every scene; `pictures/` gets four of them, `pack/plates/` the others."""
    streets, lines = {}, {"pictures": [], "pack/plates": []}
    for number, (name, camera, lit, actors) in enumerate(_scenes()):
        key = (camera, id(lit))
        film = Film(actors, 10.0, camera, lit, seed=7, street=streets.get(key), scale=1.5)
        streets[key] = film.street
        picture, seen = film.frame(0), film.plates(0)
        folder = "pictures" if number < 4 else "pack/plates"
        image = f"{name}.jpg" if number < 4 else f"images/{name}.jpg"
        path = root / folder / image
        path.parent.mkdir(parents=True, exist_ok=True)
        _save_jpeg(path, picture)
        lines[folder].append({
            "image": image, "width": camera.width, "height": camera.height, "source": SOURCE, "origin": name, "split": "val",
            "plates": _labels(film, seen),
        })
    for folder, labels in lines.items():
        _write_lines(root / folder / "labels.jsonl", labels)


def _write_lines(path, labels):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in labels), encoding="utf-8")


def write_crops(root, count=32, seed=11):
    """Cut-out plates of many countries in the form of the pack's `crops-validation/`."""
    rng = np.random.default_rng(seed)
    countries = ["IT"] * 8 + ["DE", "DE", "FR", "FR", "ES", "AT", "CH", "RO", "PL", "SI", "HR", "NL", "BE", "CZ", "SK", "HU", "GB", "PT", "BG", "GR", "AL", "UA", "IE", "SE"]
    folder = root / "pack" / "crops-validation"
    (folder / "images").mkdir(parents=True, exist_ok=True)
    lines = []
    for k in range(count):
        plate = render_plate(rng, country=countries[k % len(countries)], rows=1, framed=False)
        wide = int(rng.integers(90, 190))
        high = round(wide * plate.image.shape[0] / plate.image.shape[1])
        small = cv2.resize(plate.image, (wide, high), interpolation=cv2.INTER_AREA)
        slant = rng.uniform(-0.05, 0.05) * high
        frame = np.full((high + 10, wide + 10, 3), rng.integers(30, 120), np.uint8)
        goal = np.float32([[5, 5 + slant], [wide + 5, 5 - slant], [wide + 5, high + 5 - slant], [5, high + 5 + slant]])
        m = cv2.getPerspectiveTransform(np.float32([[0, 0], [wide, 0], [wide, high], [0, high]]), goal)
        cv2.warpPerspective(small, m, (wide + 10, high + 10), frame, cv2.INTER_LINEAR, cv2.BORDER_TRANSPARENT)
        frame = cv2.GaussianBlur(frame, (0, 0), rng.uniform(0.3, 0.8)).astype(float) * rng.uniform(0.6, 1.0)
        frame = np.clip(frame + rng.normal(0, 3, frame.shape), 0, 255).astype(np.uint8)[3:-3, 3:-3]
        image = f"images/crop-{k:02d}.png"
        cv2.imwrite(str(folder / image), frame)
        lines.append({"image": image, "text": plate.text, "country": plate.country, "width": frame.shape[1], "height": frame.shape[0]})
    _write_lines(folder / "labels.jsonl", lines)


def write_fixtures(root):
    """Everything but the clips (they are films of their own)."""
    root = Path(root)
    write_pictures(root)
    write_crops(root)
    write_lists(root / "lists")
    write_bad_files(root)
