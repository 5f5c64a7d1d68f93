"""Draws meshes into a picture: painter's order, then every visible pixel is lit on its own."""

from dataclasses import dataclass

import cv2
import numpy as np

THRIFTY_FROM = 40_000
"""Drawn samples from which a mesh is lit with half of them."""


@dataclass
class Patch:
    """A drawn piece of the picture: `x`, `y` of its corner, colour (float BGR 0..1), cover 0..1, glow."""

    x: int
    y: int
    colour: np.ndarray
    cover: np.ndarray
    glow: np.ndarray


def sample(picture, u, v, border=cv2.BORDER_REPLICATE):
    """Bilinear look-up of many points, whatever their number."""
    n = len(u)
    rows = -(-n // 2048)
    pad = rows * 2048 - n
    u = np.pad(u.astype(np.float32), (0, pad)).reshape(rows, 2048)
    v = np.pad(v.astype(np.float32), (0, pad)).reshape(rows, 2048)
    got = cv2.remap(picture, u, v, cv2.INTER_LINEAR, borderMode=border)
    return got.reshape(rows * 2048, -1)[:n]


def turned(heading):
    """Rotation about the upright axis; 0 drives towards the camera."""
    c, s = np.cos(heading), np.sin(heading)
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])


def _faces_on_screen(mesh, spots, depth, towards):
    quad = mesh.faces
    near = depth[quad].min(1) > 0.6
    facing = (mesh.normals[quad].mean(1) * towards[quad].mean(1)).sum(1) > -0.12
    p = spots[quad]
    seen = near & facing
    quad, p = quad[seen], p[seen]
    order = np.argsort(-depth[quad].mean(1))
    return quad[order], p[order], np.flatnonzero(seen)[order]


def draw(mesh, skin, at, heading, camera, light, mirror, shade, supersample=2):
    """Lights and draws a mesh standing at `at` (world); returns a Patch or None when out of sight.

    `mirror` is Light.surroundings(); `shade(x, z)` tells how much sun reaches the ground there.
    """
    rot = turned(heading)
    world = mesh.corners @ rot.T + np.asarray(at)
    spots, depth = camera.project(world)
    if depth.max() < 1:
        return None
    wide, high = camera.canvas
    ok = depth > 0.6
    low = np.floor(spots[ok].min(0)).astype(int) - 3
    top = np.ceil(spots[ok].max(0)).astype(int) + 3
    x0, y0 = max(low[0], 0), max(low[1], 0)
    x1, y1 = min(top[0], wide), min(top[1], high)
    if x1 - x0 < 2 or y1 - y0 < 2:
        return None
    ss = supersample
    spots = (spots - [x0, y0]) * ss
    back = (camera.place - world) @ rot
    back /= np.linalg.norm(back, axis=1, keepdims=True)
    quads, p, kept = _faces_on_screen(mesh, spots, depth, back)
    if not len(quads):
        return None
    size = (y1 - y0) * ss, (x1 - x0) * ss
    ids = np.full(size, -1, np.int32)
    fixed = np.clip(np.round((p - 0.5) * 16), -(2**19), 2**19).astype(np.int32)
    inside = (
        (p[..., 0].max(1) >= 0) & (p[..., 0].min(1) < size[1]) & (p[..., 1].max(1) >= 0) & (p[..., 1].min(1) < size[0])
    )
    for i in np.flatnonzero(inside):
        cv2.fillConvexPoly(ids, fixed[i], int(i), cv2.LINE_8, 4)
    covered = ids >= 0
    lit_here = covered
    if np.count_nonzero(covered) > THRIFTY_FROM and ss == 2:
        # Large: light two of a pixel's four samples; the outline still counts all four.
        lit_here = covered.copy()
        lit_here[0::2, 1::2] = lit_here[1::2, 0::2] = False
    rows, cols = np.nonzero(lit_here)
    if not len(rows):
        return None
    face = ids[rows, cols]
    values = _interpolate(mesh, quads, p, face, rows, cols)
    place, normal = values[:, 0:3], values[:, 3:6]
    normal = normal / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-6)
    colour, shine, glow = values[:, 6:9], values[:, 9], np.zeros((len(rows), 3), np.float32)
    dressed = mesh.skinned[kept][face]
    if skin is not None and dressed.any():
        per_m = camera.focal_px * ss / max(np.median(depth[ok]), 1)
        worn = skin.look(place[dressed], normal[dressed], per_m, light)
        colour[dressed], shine[dressed], glow[dressed] = worn
    lit = _shade(place, normal, colour, shine, rot, at, camera, light, mirror, shade)
    return _patch(x0, y0, covered, ss, rows, cols, lit, glow)


def _interpolate(mesh, quads, p, face, rows, cols):
    data = np.concatenate([mesh.corners, mesh.normals, mesh.colours, mesh.shine[:, None]], 1).astype(np.float32)
    a = data[quads]
    d1, d2 = (p[:, 2] - p[:, 0]).astype(np.float32), (p[:, 3] - p[:, 1]).astype(np.float32)
    det = d1[:, 0] * d2[:, 1] - d1[:, 1] * d2[:, 0]
    thin = np.abs(det) < 0.8
    inv = np.where(thin, 0, 1 / np.where(thin, 1, det))[:, None]
    e1, e2 = a[:, 2] - a[:, 0], a[:, 3] - a[:, 1]
    gx = (e1 * d2[:, 1:] - e2 * d1[:, 1:]) * inv
    gy = (e2 * d1[:, :1] - e1 * d2[:, :1]) * inv
    centre = p.mean(1).astype(np.float32)
    dx = (cols + 0.5 - centre[face, 0]).astype(np.float32)[:, None]
    dy = (rows + 0.5 - centre[face, 1]).astype(np.float32)[:, None]
    return a.mean(1)[face] + gx[face] * dx + gy[face] * dy


def _shade(place, normal, colour, shine, rot, at, camera, light, mirror, shade):
    rot = rot.astype(np.float32)
    n = normal @ rot.T
    world = place @ rot.T + np.asarray(at, np.float32)
    view = camera.place.astype(np.float32) - world
    view /= np.linalg.norm(view, axis=1, keepdims=True)
    sun = light.sun_from
    fall = sun / sun[1]
    reach = shade(world[:, 0] - fall[0] * world[:, 1], world[:, 2] - fall[2] * world[:, 1])
    facing = np.clip(n @ sun, 0, 1) * reach
    # The lower a surface is and the more it looks down, the less sky it sees.
    open_sky = (0.56 + 0.44 * n[:, 1]) * np.clip(0.5 + place[:, 1] * 0.9, 0.5, 1)
    body = colour * (light.ambient * open_sky[:, None] * 1.25 + light.sun * facing[:, None] * 1.25)
    across = np.clip((n * view).sum(1), 0, 1)
    ray = 2 * across[:, None] * n - view
    u = (np.arctan2(ray[:, 0], ray[:, 2]) / (2 * np.pi) + 0.5) * 255
    v = (1 - ray[:, 1]) * 63.5
    seen = sample(mirror, u, v)
    base = 0.05 + 0.12 * np.clip((shine - 0.6) / 0.15, 0, 1)
    glance = base + (1 - base) * (1 - across) ** 5
    glance = np.where(shine > 0.8, 0.75, glance) * np.clip(shine * 1.6, 0, 1.3)
    spark = np.clip(ray @ sun, 0, 1) ** 160 * reach * shine * 1.6
    glance = np.clip(glance, 0, 0.9)[:, None]
    return body * (1 - 0.7 * glance) + seen * glance + spark[:, None] * light.sun * 1.4


def _patch(x0, y0, covered, ss, rows, cols, lit, glow):
    size = covered.shape
    down = (size[1] // ss, size[0] // ss)

    def gathered(values):
        full = np.zeros(size + (values.shape[1],), np.float32)
        full[rows, cols] = values
        return cv2.resize(full, down, interpolation=cv2.INTER_AREA)

    cover = cv2.resize(covered.astype(np.float32), down, interpolation=cv2.INTER_AREA)
    colour = gathered(np.concatenate([np.clip(lit + glow, 0, 1), np.ones((len(rows), 1), np.float32)], 1).astype(np.float32))
    share = colour[..., 3]
    cover[share == 0] = 0
    scale = np.where(share > 0, cover / np.maximum(share, 1e-6), 0)[..., None]
    shine = gathered(glow) * scale if glow.any() else np.zeros(colour.shape[:2] + (3,), np.float32)
    return Patch(x0, y0, colour[..., :3] * scale, cover[..., None], shine)


def lay(canvas, patch, opacity=1.0):
    """Puts a patch (its colour already multiplied by its cover) onto a float or 8-bit canvas."""
    h, w = patch.cover.shape[:2]
    view = canvas[patch.y : patch.y + h, patch.x : patch.x + w]
    scale = 255.0 if canvas.dtype == np.uint8 else 1.0
    mixed = view * (1 - patch.cover * opacity) + patch.colour * (scale * opacity)
    view[...] = np.clip(mixed, 0, scale).astype(canvas.dtype)


def darken(canvas, spots, soft_px, dark):
    """A soft dark patch (a shadow) inside the polygon `spots` (canvas pixels); `dark` 0..1."""
    pad = int(soft_px * 3) + 2
    low = np.maximum(np.floor(spots.min(0)).astype(int) - pad, 0)
    high = np.minimum(np.ceil(spots.max(0)).astype(int) + pad, canvas.shape[1::-1])
    if (high - low < 2).any():
        return
    mask = np.zeros((high[1] - low[1], high[0] - low[0]), np.uint8)
    fixed = np.clip(np.round((spots - low) * 16), -(2**20), 2**20).astype(np.int32)
    cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, 4)
    soft = max(0.5, soft_px)
    mask = cv2.GaussianBlur(mask, (0, 0), soft) if soft < 12 else cv2.blur(cv2.blur(mask, (int(soft * 2) | 1,) * 2), (int(soft * 2) | 1,) * 2)
    view = canvas[low[1] : high[1], low[0] : high[0]]
    view[...] = (view * (1 - mask.astype(np.float32)[..., None] / 255 * dark)).astype(np.uint8)
