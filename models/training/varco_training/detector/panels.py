"""Pieces of vehicle bodies with a plate on them, drawn flat and then set into a picture by a known perspective.

The corners of such a plate are exact. Around it stands what real detectors stumble over: recesses, frames with a
dealer's name, lettering, badges, grilles, lamps.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .lettering import LetteringPool, stamp

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Panel:
    """A flat texture and the plate's rectangle in it, both in texture pixels."""

    image: Image
    plate: Floats
    """[4,2] corners, clockwise from the top left."""


def body_colour(rng: np.random.Generator) -> NDArray[np.float64]:
    """A vehicle's colour (BGR): mostly grey tones, sometimes a strong hue."""
    if rng.random() < 0.6:
        return np.clip(rng.uniform(15, 245) + rng.normal(0, 6, 3), 0, 255)
    hue = np.array([[[rng.integers(180), rng.integers(60, 255), rng.integers(30, 255)]]], np.uint8)
    return cv2.cvtColor(hue, cv2.COLOR_HSV2BGR)[0, 0].astype(np.float64)


def draw_panel(rng: np.random.Generator, plate: Image, plate_width_px: int, lettering: LetteringPool) -> Panel:
    """A body panel with `plate` on it, drawn so that the plate is `plate_width_px` wide."""
    pw = plate_width_px
    ph = max(6, round(pw * plate.shape[0] / plate.shape[1]))
    wide = rng.random() < 0.5
    width = round(pw * (rng.uniform(2.0, 4.5) if wide else rng.uniform(1.05, 2.2)))
    height = round(max(ph * rng.uniform(1.1, 6.0), pw * rng.uniform(0.1, 1.2)))
    height = max(height, ph + 2)
    colour = body_colour(rng)
    ramp = np.linspace(rng.uniform(0.5, 1.1), rng.uniform(0.5, 1.2), height)[:, None, None]
    image = np.clip(colour * ramp + np.zeros((height, width, 3)), 0, 255).astype(np.uint8)
    x, y = rng.integers(0, width - pw + 1), rng.integers(0, height - ph + 1)
    if rng.random() < 0.7:  # cars mostly carry it in the middle
        x = (width - pw) // 2
    _draw_parts(rng, image, ph)
    if rng.random() < 0.2:
        _draw_mouth(rng, image, (x, y, pw, ph))
    elif rng.random() < 0.35:
        _draw_recess(rng, image, (x, y, pw, ph), colour)
    for _ in range(rng.choice([0, 1, 2, 4], p=[0.45, 0.25, 0.2, 0.1])):
        _draw_lettering(rng, image, (x, y, pw, ph), lettering)
    if rng.random() < 0.4:
        _draw_frame(rng, image, (x, y, pw, ph), lettering)
    image[y : y + ph, x : x + pw] = cv2.resize(plate, (pw, ph), interpolation=cv2.INTER_AREA)
    if rng.random() < 0.12:  # shade across plate and body
        edge = rng.integers(0, height)
        image[:edge] = (image[:edge] * rng.uniform(0.35, 0.9)).astype(np.uint8)
    corners = np.array([[x, y], [x + pw, y], [x + pw, y + ph], [x, y + ph]], np.float32)
    return Panel(image, corners)


def _draw_parts(rng: np.random.Generator, image: Image, unit: int) -> None:
    height, width = image.shape[:2]
    for _ in range(rng.integers(0, 4)):  # creases, bumper edges, chrome bars
        row, thick = int(rng.integers(height)), int(max(1, unit * rng.uniform(0.03, 0.4)))
        image[row : row + thick] = body_colour(rng) * rng.uniform(0.2, 1.0)
    if rng.random() < 0.3:  # grille
        top, bottom = sorted(rng.integers(0, height, 2))
        step = max(2, round(unit * rng.uniform(0.12, 0.4)))
        dark = rng.uniform(5, 60)
        if rng.random() < 0.6:
            image[top:bottom:step] = dark
        if rng.random() < 0.6:
            image[top:bottom, ::step] = dark
    if rng.random() < 0.5:  # lamps and reflectors at the sides
        size = np.array([unit * rng.uniform(0.6, 2.5), unit * rng.uniform(0.4, 1.5)]).astype(int)
        row = int(rng.integers(height))
        light = np.array([[40, 40, 200], [230, 240, 250], [40, 140, 240]][rng.integers(3)]) * rng.uniform(0.4, 1.0)
        for column in (0, width - 1):
            cv2.ellipse(image, (column, row), (int(size[0]), int(size[1])), 0, 0, 360, light.tolist(), -1, cv2.LINE_AA)


def _draw_recess(
    rng: np.random.Generator, image: Image, plate: tuple[int, int, int, int], colour: NDArray[np.float64]
) -> None:
    x, y, w, h = plate
    grow = rng.uniform([0.02, 0.05, 0.02, 0.05], [0.6, 0.8, 0.6, 0.8]) * [w, h, w, h]
    x0, y0 = np.maximum([x - grow[0], y - grow[1]], 0).astype(int)
    x1, y1 = (np.array([x + w + grow[2], y + h + grow[3]])).astype(int)
    cv2.rectangle(image, (int(x0), int(y0)), (int(x1), int(y1)), (colour * rng.uniform(0.25, 1.1)).clip(0, 255).tolist(), -1)
    line = (colour * rng.uniform(0.3, 1.5)).clip(0, 255).tolist()
    cv2.rectangle(image, (int(x0), int(y0)), (int(x1), int(y1)), line, max(1, h // 14), cv2.LINE_AA)


def _draw_mouth(rng: np.random.Generator, image: Image, plate: tuple[int, int, int, int]) -> None:
    """A grille as wide as the plate and some times as high, with the plate at its foot, as many cars carry it: bars, a badge, a rim."""
    x, y, w, h = plate
    up, down = rng.uniform(0.5, 2.6) * h, rng.uniform(0.0, 0.4) * h
    if rng.random() < 0.2:
        up, down = down, up
    side = rng.uniform(0.0, 0.35 if rng.random() < 0.7 else 1.5) * h
    slope = rng.uniform(-0.25, 0.35) * h  # many are wider at the top
    outline = np.array(
        [(x - side - slope, y - up), (x + w + side + slope, y - up), (x + w + side, y + h + down), (x - side, y + h + down)]
    ).round()
    cv2.fillPoly(image, [outline.astype(np.int32)], rng.uniform(4, 60, 3).tolist(), cv2.LINE_AA)
    (left, top), (right, bottom) = outline.min(0), outline.max(0)
    step, light = h * rng.uniform(0.12, 0.55), (np.full(3, rng.uniform(30, 220)) + rng.normal(0, 6, 3)).clip(0, 255).tolist()
    thick = max(1, round(step * rng.uniform(0.1, 0.45)))
    if (kind := rng.random()) < 0.7:
        for column in np.arange(left + side, right - side, step):
            cv2.line(image, (round(column), round(top)), (round(column), round(bottom)), light, thick, cv2.LINE_AA)
    if kind > 0.45:
        for row in np.arange(top + step, bottom, step):
            cv2.line(image, (round(left + slope), round(row)), (round(right - slope), round(row)), light, thick, cv2.LINE_AA)
    if rng.random() < 0.5:  # the maker's badge above the plate
        size, middle = h * rng.uniform(0.15, 0.45), (round((left + right) / 2), round(y - up / 2))
        for ring in range(-1, 2) if rng.random() < 0.3 else (0,):
            centre = (round(middle[0] + ring * size * 1.4), middle[1])
            line = -1 if rng.random() < 0.3 else max(1, round(size / 5))
            cv2.ellipse(image, centre, (round(size), round(size * rng.uniform(0.6, 1))), 0, 0, 360, light, line, cv2.LINE_AA)
    if rng.random() < 0.6:
        rim = (np.full(3, rng.uniform(60, 240))).tolist()
        cv2.polylines(image, [outline.astype(np.int32)], True, rim, max(1, round(h * rng.uniform(0.03, 0.15))), cv2.LINE_AA)


def _draw_frame(
    rng: np.random.Generator, image: Image, plate: tuple[int, int, int, int], lettering: LetteringPool
) -> None:
    x, y, w, h = plate
    rim = max(1, round(h * rng.uniform(0.03, 0.12)))
    foot = round(h * rng.uniform(0.08, 0.3)) if rng.random() < 0.5 else rim
    colour = np.full(3, rng.uniform(5, 70)) if rng.random() < 0.8 else np.full(3, rng.uniform(150, 240))
    cv2.rectangle(image, (x - rim, y - rim), (x + w + rim, y + h + foot), colour.tolist(), -1)
    if foot >= 4:
        stamp(image, lettering.draw(rng), x + round(w * rng.uniform(0, 0.4)), y + h, foot, np.full(3, 230.0) - colour * 0.5)


def _draw_lettering(
    rng: np.random.Generator, image: Image, plate: tuple[int, int, int, int], lettering: LetteringPool
) -> None:
    x, y, w, h = plate
    size = round(h * rng.uniform(0.3, 1.2))
    near = rng.random() < 0.6
    if near:  # at the plate's own height, as on trailers and vans
        column = x + w + round(h * rng.uniform(0.1, 1.0)) if rng.random() < 0.5 else x - round(w * rng.uniform(0.3, 1.3))
        row = y + round(h * rng.uniform(-0.3, 0.5))
    else:
        column, row = int(rng.integers(-w // 2, image.shape[1])), int(rng.integers(-size, image.shape[0]))
    stamp(image, lettering.draw(rng), column, row, size, body_colour(rng))


def pose(rng: np.random.Generator, plate: Floats, target_width_px: float) -> Floats:
    """A 3x3 homography that shows texture points as a camera would, centred on 0, the plate `target_width_px` wide
    before foreshortening: turned sideways up to 60 degrees, up or down up to 30, rolled up to 30."""
    wide = rng.random() < 0.45
    yaw = np.deg2rad(rng.uniform(-60, 60) if wide else rng.normal(0, 14))
    pitch = np.deg2rad(np.clip(rng.normal(0, 14 if wide else 7), -30, 30))
    roll = np.deg2rad(np.clip(rng.normal(0, 9 if wide else 3.5), -30, 30))
    rot = cv2.Rodrigues(np.array([0, 0, roll]))[0] @ cv2.Rodrigues(np.array([pitch, 0, 0]))[0]
    rot = rot @ cv2.Rodrigues(np.array([0, yaw, 0]))[0]
    centre, width = plate.mean(0), float(np.linalg.norm(plate[1] - plate[0]))
    to_unit = np.array([[1 / width, 0, -centre[0] / width], [0, 1 / width, -centre[1] / width], [0, 0, 1]])
    distance = rng.uniform(6, 25)  # in plate widths; small = strong perspective
    camera = np.diag([target_width_px, target_width_px, 1.0])
    return (camera @ turned(rot, distance) @ to_unit).astype(np.float32)


def turned(rotation: NDArray[np.float64], distance: float) -> NDArray[np.float64]:
    """The 3x3 homography of a flat picture that `rotation` turns about its point 0, 0, seen from `distance` (in the unit of its
    points): there its scale stays 1."""
    return np.array([[*rotation[0, :2], 0], [*rotation[1, :2], 0], [*rotation[2, :2] / distance, 1]])


def transform(points: Floats, homography: Floats) -> Floats:
    """Points [n,2] through a 3x3 homography."""
    return cv2.perspectiveTransform(points[None].astype(np.float32), homography)[0]


def set_into(image: Image, texture: Image, homography: Floats, light: float) -> None:
    """Warps `texture` onto `image` in place, its brightness scaled by `light`, with a soft edge."""
    height, width = texture.shape[:2]
    outline = transform(np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32), homography)
    low = np.maximum(np.floor(outline.min(0)).astype(int) - 1, 0)
    high = np.minimum(np.ceil(outline.max(0)).astype(int) + 1, [image.shape[1], image.shape[0]])
    if (high <= low).any():
        return
    # Pixel centres: texture coordinates count from the outer edge of the first pixel.
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    shift = np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1]])
    matrix = np.linalg.inv(half) @ shift @ homography @ half
    size = (int(high[0] - low[0]), int(high[1] - low[1]))
    mask = np.full((height, width), 255, np.uint8)
    warped = cv2.warpPerspective(texture, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    alpha = cv2.warpPerspective(mask, matrix, size, flags=cv2.INTER_LINEAR)[..., None].astype(np.float32) / 255
    part = image[low[1] : high[1], low[0] : high[0]]
    part[:] = (part * (1 - alpha) + np.clip(warped * light, 0, 255) * alpha).astype(np.uint8)
