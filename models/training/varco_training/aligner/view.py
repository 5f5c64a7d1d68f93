"""The view that the aligner gets of a rough quad, and the way back from its corners to the picture."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from . import HEIGHT, REACH_X, REACH_Y, WIDTH

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]


def view_of(quad: Floats) -> Floats:
    """[2,3] matrix from the view's unit square to the picture.

    The parallelogram of the quad's mean sides, widened. Affine, so that no quad, however bent, has a horizon in its view.
    """
    centre = quad.mean(0)
    across = (quad[1] - quad[0] + quad[2] - quad[3]) / 2 * (1 + 2 * REACH_X)
    down = (quad[3] - quad[0] + quad[2] - quad[1]) / 2 * (1 + 2 * REACH_Y)
    return np.stack([across, down, centre - across / 2 - down / 2], 1).astype(np.float32)


def to_picture(points: Floats, view: Floats) -> Floats:
    """Points [...,2] of the view's unit square in the picture."""
    return (points @ view[:, :2].T + view[:, 2]).astype(np.float32)


def to_view(points: Floats, view: Floats) -> Floats:
    """Points [...,2] of the picture in the view's unit square."""
    return ((points - view[:, 2]) @ np.linalg.inv(view[:, :2]).T).astype(np.float32)


def seen(image: Image, view: Floats) -> Image:
    """What the network sees (HEIGHT x WIDTH x 3, RGB) of a BGR picture."""
    spans = np.linalg.norm(view[:, :2], axis=0) / (WIDTH, HEIGHT)
    shrink = min(1.0, 1.25 / max(float(spans.max()), 1e-6))
    if shrink < 0.8:  # or fine detail would be skipped over
        low, high = _bounds(view, image.shape)
        image, view = image[low[1] : high[1], low[0] : high[0]], view.copy()
        view[:, 2] -= low
        size = max(1, round(image.shape[1] * shrink)), max(1, round(image.shape[0] * shrink))
        scaled = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        view *= np.float32([[scaled.shape[1] / image.shape[1]], [scaled.shape[0] / image.shape[0]]])
        image = scaled
    matrix = view.astype(np.float64) @ np.diag([1 / WIDTH, 1 / HEIGHT, 1])
    # Pixel centres lie half a pixel inside their edges, here and there.
    matrix[:, 2] += matrix[:, :2] @ (0.5, 0.5) - 0.5
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    out = cv2.warpAffine(image, matrix, (WIDTH, HEIGHT), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return cv2.cvtColor(out, cv2.COLOR_BGR2RGB)


def _bounds(view: Floats, shape: tuple[int, ...]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The part of the picture that a view touches, at least a pixel large."""
    outline = to_picture(np.float32([(0, 0), (1, 0), (1, 1), (0, 1)]), view)
    edge = np.array([shape[1], shape[0]])
    low = np.clip(np.floor(outline.min(0)).astype(np.int64) - 2, 0, edge - 1)
    high = np.clip(np.ceil(outline.max(0)).astype(np.int64) + 2, low + 1, edge)
    return low, high
