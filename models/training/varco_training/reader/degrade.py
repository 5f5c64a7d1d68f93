"""From a flat plate to the crop a camera and the detector would give: geometry, light, lens, sensor, compression.

Everything happens at the plate's resolution in the camera's picture; `to_input` then scales to the reader's input size, as the
program does.
"""

from __future__ import annotations

import cv2
import numpy as np

from . import MARGIN_X, MARGIN_Y, CropSize

MOST_WIDTH_PX = 280
"""No rendered plate is wider in the camera's picture; larger ones would be scaled down anyway."""


def photograph(rng: np.random.Generator, plate: np.ndarray, severity: float = 1.0, night: bool = False) -> np.ndarray:
    """What a camera shows of the flat plate `plate` (both BGR, uint8), as large as it is there; `severity` 0..1 eases the faults in."""
    crop = _place(rng, plate, severity)
    return camera(rng, crop, severity, grey=night or rng.random() < 0.12)


def to_input(rng: np.random.Generator, crop: np.ndarray, size: CropSize) -> np.ndarray:
    """Scale to a reader's input, BGR to RGB."""
    u = rng.random()
    larger = crop.shape[1] > size.width * 1.2
    mode = cv2.INTER_AREA if larger and u < 0.6 else cv2.INTER_CUBIC if u > 0.92 else cv2.INTER_LINEAR
    return cv2.cvtColor(cv2.resize(crop, (size.width, size.height), interpolation=mode), cv2.COLOR_BGR2RGB)


def _place(rng: np.random.Generator, plate: np.ndarray, severity: float) -> np.ndarray:
    """The plate as it lies in the crop: by imprecise corners (mostly) or by a loose upright box around a turned plate."""
    h, w = plate.shape[:2]
    two_rows = w / h < 2.6
    low = 40 if rng.random() < 0.25 else 60
    target = float(np.exp(rng.uniform(np.log(low), np.log(MOST_WIDTH_PX)))) * (0.62 if two_rows else 1.0)
    if severity < 0.5:
        target = max(target, 90 * (0.62 if two_rows else 1.0))
    squash = float(rng.uniform(0.55, 1.05)) if rng.random() < 0.5 else 1.0  # seen from the side
    tall = max(9.0, target / squash * h / w)
    quad = np.array([(0, 0), (target, 0), (target, tall), (0, tall)], np.float32)
    by_corners = rng.random() < 0.85
    angle = rng.normal(0, 2.0) if by_corners else rng.uniform(-11, 11) if rng.random() < 0.6 else rng.normal(0, 2)
    shear = rng.normal(0, 0.05 if by_corners else 0.1)
    angle, shear = np.deg2rad(angle * severity), shear * severity
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle) + shear * tall / target * 0.5, np.cos(angle)]], np.float32)
    quad = quad @ turn
    quad[:, 0] += quad[:, 1] * rng.normal(0, 0.1) * severity
    wobble = (0.018, 0.05) if by_corners else (0.012, 0.04)
    quad += (rng.normal(0, 1, (4, 2)) * severity * (wobble[0] * target, wobble[1] * tall)).astype(np.float32)
    x0, y0 = quad.min(axis=0)
    x1, y1 = quad.max(axis=0)
    if by_corners:
        mx, my = np.clip(rng.normal(MARGIN_X, 0.025, 2), -0.01, 0.15), np.clip(rng.normal(MARGIN_Y, 0.05, 2), -0.02, 0.3)
    else:
        mx, my = rng.uniform(-0.015, 0.13, 2), rng.uniform(-0.03, 0.25, 2)
    x0, x1 = x0 - mx[0] * (x1 - x0), x1 + mx[1] * (x1 - x0)
    y0, y1 = y0 - my[0] * (y1 - y0), y1 + my[1] * (y1 - y0)
    size = max(12, round(float(x1 - x0))), max(8, round(float(y1 - y0)))
    quad = (quad - (x0, y0)).astype(np.float32)
    if w > target * 1.6:
        scale = target * 1.3 / w
        plate = cv2.resize(plate, None, fx=scale, fy=max(scale, 8 / h), interpolation=cv2.INTER_AREA)
        h, w = plate.shape[:2]
    matrix = cv2.getPerspectiveTransform(np.array([(0, 0), (w, 0), (w, h), (0, h)], np.float32), quad)
    ground = _surroundings(rng, size)
    return cv2.warpPerspective(plate, matrix, size, ground, cv2.INTER_LINEAR, cv2.BORDER_TRANSPARENT)


def _surroundings(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """What lies around a plate: paint or bumper with soft changes of light, edges, sometimes a grille."""
    cells = rng.integers(0, 60, (int(rng.integers(2, 5)), int(rng.integers(2, 6)), 3)).astype(np.float32)
    if rng.random() < 0.6:
        cells[:] = cells[:, :, :1]
    cells += rng.integers(0, 200)
    ground = cv2.resize(np.clip(cells, 0, 255).astype(np.uint8), size, interpolation=cv2.INTER_LINEAR)
    for _ in range(int(rng.integers(0, 5))):
        shade = int(rng.integers(0, 256))
        if rng.random() < 0.7:
            y = int(rng.integers(size[1]))
            ends = (0, y), (size[0], int(y + rng.integers(-4, 5)))
        else:
            x = int(rng.integers(size[0]))
            ends = (x, 0), (int(x + rng.integers(-4, 5)), size[1])
        cv2.line(ground, *ends, (shade, shade, shade), int(rng.integers(1, 4)))
    return ground


def camera(rng: np.random.Generator, crop: np.ndarray, severity: float, grey: bool) -> np.ndarray:
    """Light, lens, sensor and compression on a BGR picture of any size."""
    out = _dim(rng, crop) if rng.random() < 0.1 * severity else _light(rng, crop, severity)
    if grey:
        out = cv2.cvtColor(cv2.cvtColor(out, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    out = _blur(rng, out, severity)
    if rng.random() < 0.65 * severity:
        sigma = float(rng.uniform(1, 14)) * severity
        if rng.random() < 0.5:
            noise = rng.standard_normal(out.shape[:2], np.float32)[:, :, None] * sigma
        else:
            noise = rng.standard_normal(out.shape, np.float32) * sigma
        out = np.clip(out + noise, 0, 255).astype(np.uint8)
    if rng.random() < 0.2:
        soft = cv2.GaussianBlur(out, (0, 0), float(rng.uniform(0.6, 1.6)))
        amount = float(rng.uniform(0.3, 1.4))
        out = cv2.addWeighted(out, 1 + amount, soft, -amount, 0)
    if crop.shape[1] > 70 and rng.random() < 0.1 * severity:
        out = _codec(rng, out)
    if rng.random() < 0.75:
        quality = int(rng.uniform(min(98.0, 100 - 75 * severity), 98) if rng.random() < 0.7 else rng.uniform(70, 98))
        coded = cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        out = cv2.imdecode(coded, cv2.IMREAD_COLOR)
    return out


def _light(rng: np.random.Generator, crop: np.ndarray, severity: float) -> np.ndarray:
    h, w = crop.shape[:2]
    lo = float(rng.uniform(0, 70)) * severity
    hi = 255 - float(rng.uniform(0, 130)) * severity
    if rng.random() < 0.12 * severity:  # very dark or very flat
        lo, hi = (0.0, float(rng.uniform(35, 90))) if rng.random() < 0.5 else (m := float(rng.uniform(30, 170)), m + 50)
    gamma = float(np.exp(rng.normal(0, 0.35 * severity)))
    table = lo + (hi - lo) * (np.arange(256, dtype=np.float32) / 255) ** gamma
    if rng.random() < 0.16 * severity:  # overexposed: the ground burns out
        table = table * float(rng.uniform(1.2, 2.0)) + float(rng.uniform(0, 25))
    tables = np.stack([table] * 3, axis=1)
    if rng.random() < 0.6:
        tables *= 1 + rng.normal(0, 0.1 * severity, 3)
    out = cv2.LUT(crop, np.clip(tables, 0, 255).astype(np.uint8)[None])
    if rng.random() < 0.08 * severity:
        out = _cast(rng, out)
    if rng.random() < 0.1 * severity:
        out = _flash(rng, out)
    if rng.random() < 0.3 * severity:  # a shadow's edge across the plate
        gy, gx = rng.normal(0, 1, 2)
        ramp = (np.arange(w, dtype=np.float32)[None] / w - rng.uniform(0, 1)) * gx + (
            np.arange(h, dtype=np.float32)[:, None] / h - rng.uniform(0, 1)
        ) * gy
        dark = float(rng.uniform(0.35, 0.8))
        factor = 1 - (1 - dark) * np.clip(ramp * float(rng.uniform(3, 40)) + 0.5, 0, 1)
        out = (out * factor[:, :, None]).astype(np.uint8)
    if rng.random() < 0.12 * severity:  # glare
        y, x = rng.uniform(0, h), rng.uniform(0, w)
        spread = float(rng.uniform(0.08, 0.35)) * w
        d2 = (np.arange(w, dtype=np.float32)[None] - x) ** 2 + (np.arange(h, dtype=np.float32)[:, None] - y) ** 2
        out = np.clip(out + (np.exp(-d2 / (2 * spread**2)) * float(rng.uniform(40, 160)))[:, :, None], 0, 255).astype(np.uint8)
    return out


def _dim(rng: np.random.Generator, crop: np.ndarray) -> np.ndarray:
    """Little light: what the sensor's noise leaves, brightened by the camera. In light, not in values: noise is worst where it is dark."""
    light = (crop / np.float32(255)) ** np.float32(2.2) * np.float32(rng.uniform(0.15, 0.8))
    one = rng.random() < 0.3
    noise = rng.standard_normal((*crop.shape[:2], 1) if one else crop.shape, np.float32) * np.float32(np.exp(rng.uniform(np.log(0.004), np.log(0.03))))
    return (np.clip(light + noise, 0, 1) ** np.float32(1 / rng.uniform(1.3, 2.4)) * 255).astype(np.uint8)


def _cast(rng: np.random.Generator, crop: np.ndarray) -> np.ndarray:
    """A strong cast, up to where a channel burns out: cameras without an infra-red filter, sodium lamps, tinted windscreens."""
    gains = np.exp(rng.normal(0, 0.28, 3)) * rng.uniform(0.9, 1.3)
    tables = np.arange(256, dtype=np.float32)[:, None] * gains
    return cv2.LUT(crop, np.clip(tables, 0, 255).astype(np.uint8)[None])


def _flash(rng: np.random.Generator, crop: np.ndarray) -> np.ndarray:
    """The retro-reflecting ground outshines the signs: it burns out, light spreads over them, and they become thin and pale."""
    gain, lift = float(rng.uniform(1.3, 2.6)), float(rng.uniform(0, 80))
    bright = np.minimum(crop.astype(np.float32) * gain + lift, 400)
    spread = max(0.6, float(rng.uniform(0.006, 0.035)) * crop.shape[1])
    halo = cv2.GaussianBlur(np.maximum(bright - 150, 0), (0, 0), spread)
    return np.clip(bright + halo * float(rng.uniform(0.1, 0.75)), 0, 255).astype(np.uint8)


def _codec(rng: np.random.Generator, crop: np.ndarray) -> np.ndarray:
    """A frugal video stream: fine detail thrown away, then blocks."""
    h, w = crop.shape[:2]
    keep = float(rng.uniform(0.5, 0.85))
    small = cv2.resize(crop, (max(10, round(w * keep)), max(5, round(h * keep))), interpolation=cv2.INTER_AREA)
    coded = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, int(rng.uniform(18, 60))])[1]
    return cv2.resize(cv2.imdecode(coded, cv2.IMREAD_COLOR), (w, h), interpolation=cv2.INTER_LINEAR)


def _blur(rng: np.random.Generator, crop: np.ndarray, severity: float) -> np.ndarray:
    """Defocus and movement; both grow with the plate's size in the picture, as they do in life."""
    if rng.random() < 0.55:
        # One in five is out of focus as far as a person can just read it, which is also the hardest that a camera is set up with.
        worst = 0.020 if rng.random() < 0.2 else 0.010
        sigma = float(rng.uniform(0.2, 0.35 + worst * crop.shape[1])) * max(severity, 0.2)
        crop = cv2.GaussianBlur(crop, (0, 0), max(0.2, sigma))
    if rng.random() < 0.25 * severity:
        length = float(rng.uniform(1.5, 2 + 0.03 * crop.shape[1]))
        size = int(length) | 1
        if size >= 3:
            kernel = np.zeros((size, size), np.float32)
            angle = rng.normal(0, 0.3) if rng.random() < 0.6 else rng.uniform(0, np.pi)
            reach = (np.cos(angle) * size / 2, np.sin(angle) * size / 2)
            centre = size // 2
            start = round(centre - reach[0]), round(centre - reach[1])
            end = round(centre + reach[0]), round(centre + reach[1])
            cv2.line(kernel, start, end, 1, 1)
            crop = cv2.filter2D(crop, -1, kernel / max(kernel.sum(), 1e-6))
    return crop
