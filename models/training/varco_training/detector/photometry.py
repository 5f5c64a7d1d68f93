"""What light, lens, sensor and coding do to a picture: day, night, infra-red, glare, blur, noise, JPEG."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from .lettering import LetteringPool, stamp

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]

OVEREXPOSED_FROM, OVEREXPOSED_FURTHER = 1.2, 15.0
"""A tenth of the gains, those above the first number, is spread on to twice the light."""


def degrade(rng: np.random.Generator, image: Image, plates: list[Floats]) -> Image:
    """A changed copy of `image` (BGR); `plates` are the corners of those that light up in the dark."""
    if rng.random() < 0.14:
        image = _night(rng, image, plates)
    elif rng.random() < 0.8:
        gamma, gain, lift = np.exp(rng.normal(0, 0.3)), rng.uniform(0.75, 1.25), rng.normal(0, 12)
        if gain > OVEREXPOSED_FROM:
            gain += OVEREXPOSED_FURTHER * (gain - OVEREXPOSED_FROM)
        table = np.linspace(0, 1, 256) ** gamma * 255 * gain + lift
        gains = np.exp(rng.normal(0, 0.08, 3)) if rng.random() < 0.6 else np.ones(3)
        tables = np.clip(table[:, None] * gains, 0, 255).astype(np.uint8)
        image = cv2.LUT(image, tables.reshape(256, 1, 3))
    kind = rng.random()
    if kind < 0.18:
        image = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    elif kind < 0.35:
        grey = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
        colour = float(rng.uniform(0.3, 1.6))
        image = cv2.addWeighted(image, colour, grey, 1 - colour, 0)
    if rng.random() < 0.06:
        _glare(rng, image)
    if rng.random() < 0.3:
        image = _blur(rng, image)
    if rng.random() < 0.3:
        noise = np.empty(image.shape, np.int16)
        spread = float(rng.uniform(2, 14))
        cv2.randn(noise, (0.0, 0.0, 0.0, 0.0), (spread, spread, spread, spread))
        image = np.clip(image + noise, 0, 255).astype(np.uint8)
    if rng.random() < 0.3:
        quality = int(rng.integers(18, 80))
        image = cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)
    return image


def _night(rng: np.random.Generator, image: Image, plates: list[Floats]) -> Image:
    mean = max(float(image.mean()), 1.0)
    dark = image.astype(np.float32) * min(max(rng.uniform(0.1, 0.5), 16 / mean), 1.0)
    if rng.random() < 0.7 and plates:  # the plate's film throws the lamp's light back
        mask = np.zeros(image.shape[:2], np.float32)
        for corners in plates:
            cv2.fillConvexPoly(mask, np.round(corners * 8).astype(np.int32), 1.0, cv2.LINE_AA, 3)
        mask = cv2.GaussianBlur(mask, (0, 0), 0.8)[..., None]
        dark = dark * (1 - mask) + np.clip(image * rng.uniform(0.5, 1.5), 0, 255) * mask
        if rng.random() < 0.4:
            dark += cv2.GaussianBlur(dark * mask, (0, 0), float(rng.uniform(2, 6))) * rng.uniform(0.1, 0.6)
    image = np.clip(dark, 0, 255).astype(np.uint8)
    for _ in range(rng.integers(0, 3)):
        _glare(rng, image)
    if rng.random() < 0.5:
        image = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    return image


def _glare(rng: np.random.Generator, image: Image) -> None:
    size = image.shape[0]
    spot = int(rng.integers(8, size // 4))
    axis = np.linspace(-2.5, 2.5, 2 * spot, dtype=np.float32) ** 2
    glow = np.exp(-(axis[:, None] + axis[None]) * rng.uniform(0.5, 2.0))[..., None] * rng.uniform(150, 320)
    x, y = rng.integers(0, size - 2 * spot + 1, 2) if size > 2 * spot else (0, 0)
    part = image[y : y + 2 * spot, x : x + 2 * spot]
    tint = np.array([1.0, 1.0, 1.0]) - rng.uniform(0, 0.3, 3)
    part[:] = np.clip(part + glow[: part.shape[0], : part.shape[1]] * tint, 0, 255).astype(np.uint8)


def _blur(rng: np.random.Generator, image: Image) -> Image:
    kind = rng.integers(3)
    if kind == 0:
        return cv2.GaussianBlur(image, (0, 0), float(rng.uniform(0.4, 1.6)))
    if kind == 1:  # a lower resolution, scaled up
        size = image.shape[0]
        small = cv2.resize(image, None, fx=(f := rng.uniform(0.5, 0.9)), fy=f, interpolation=cv2.INTER_AREA)
        return cv2.resize(small, (size, size), interpolation=cv2.INTER_LINEAR)
    length, angle = int(rng.integers(2, 7)), rng.normal(0, 0.4)  # motion, mostly along the road
    kernel = np.zeros((2 * length + 1, 2 * length + 1), np.float32)
    ray = (length / 2 * np.array([np.cos(angle), np.sin(angle)])).round(2)
    start, end = length - ray, length + ray
    cv2.line(kernel, tuple(start.round().astype(int).tolist()), tuple(end.round().astype(int).tolist()), 1.0)
    return cv2.filter2D(image, -1, kernel / kernel.sum())


def write_camera_text(rng: np.random.Generator, image: Image, lettering: LetteringPool) -> None:
    """The date, name or counter that cameras write into their picture: light text, dark rim, top or bottom."""
    size = int(rng.integers(8, 26))
    row = int(rng.integers(2, 30)) if rng.random() < 0.5 else image.shape[0] - size - int(rng.integers(2, 30))
    column = int(rng.integers(-20, image.shape[1] // 2))
    mask = lettering.draw(rng)
    if rng.random() < 0.5:
        stamp(image, mask, column + 1, row + 1, size, np.zeros(3))
    stamp(image, mask, column, row, size, np.full(3, 255.0) if rng.random() < 0.8 else rng.uniform(0, 255, 3))
