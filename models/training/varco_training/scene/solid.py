"""Solids from outlines and blobs, and their surfaces as meshes.

A body is the smooth intersection of three outlines (seen from the side, the front and above); a
figure is a smooth union of capsules. The surface is found with naive surface nets (Gibson 1998).
"""

from dataclasses import dataclass

import cv2
import numpy as np


@dataclass
class Mesh:
    """Quads with one normal and one colour (BGR, 0..1) a corner.

    `shine` (0..1) is how much a corner mirrors; `skinned` faces take their look from a skin instead.
    """

    corners: np.ndarray
    normals: np.ndarray
    colours: np.ndarray
    shine: np.ndarray
    faces: np.ndarray
    skinned: np.ndarray


def join(meshes):
    """One mesh of several."""
    start, faces = 0, []
    for mesh in meshes:
        faces.append(mesh.faces + start)
        start += len(mesh.corners)
    return Mesh(
        np.concatenate([m.corners for m in meshes]),
        np.concatenate([m.normals for m in meshes]),
        np.concatenate([m.colours for m in meshes]),
        np.concatenate([m.shine for m in meshes]),
        np.concatenate(faces),
        np.concatenate([m.skinned for m in meshes]),
    )


def rounded(points, rounds=2):
    """A closed polygon with its corners cut off again and again (Chaikin 1974)."""
    line = np.asarray(points, np.float64)
    for _ in range(rounds):
        after = np.roll(line, -1, axis=0)
        line = np.stack([0.8 * line + 0.2 * after, 0.2 * line + 0.8 * after], 1).reshape(-1, 2)
    return line


def mirrored(half):
    """A closed outline from its right half, listed from bottom to top (or front to rear)."""
    half = np.asarray(half, np.float64)
    return np.concatenate([half, (half * [-1, 1])[::-1]])


class Outline:
    """The signed distance (metres, negative inside) to a closed polygon, from a table."""

    def __init__(self, points, step_m=0.02, margin_m=0.35):
        line = rounded(points)
        low, high = line.min(0) - margin_m, line.max(0) + margin_m
        shape = np.ceil((high - low) / step_m).astype(int) + 1
        a = low[0] + np.arange(shape[0]) * step_m
        b = low[1] + np.arange(shape[1]) * step_m
        at = np.stack(np.meshgrid(a, b, indexing="ij"), -1)
        best = np.full(at.shape[:2], np.inf)
        inside = np.zeros(at.shape[:2], bool)
        for p, q in zip(line, np.roll(line, -1, axis=0)):
            way = q - p
            if way @ way < 1e-12:
                continue
            t = np.clip(((at - p) @ way) / (way @ way), 0, 1)
            best = np.minimum(best, np.linalg.norm(at - p - t[..., None] * way, axis=-1))
            with np.errstate(divide="ignore", invalid="ignore"):
                over = (p[1] > at[..., 1]) != (q[1] > at[..., 1])
                cross = way[0] * (at[..., 1] - p[1]) / (way[1] if way[1] else 1e-12) + p[0]
            inside ^= over & (at[..., 0] < cross)
        self.table = np.where(inside, -best, best).astype(np.float32)
        self.low, self.step_m = low, step_m

    def distance(self, a, b):
        x = np.clip((a - self.low[0]) / self.step_m, 0, self.table.shape[0] - 1.001)
        y = np.clip((b - self.low[1]) / self.step_m, 0, self.table.shape[1] - 1.001)
        i, j = x.astype(int), y.astype(int)
        x, y = x - i, y - j
        t = self.table
        return (t[i, j] * (1 - x) + t[i + 1, j] * x) * (1 - y) + (
            t[i, j + 1] * (1 - x) + t[i + 1, j + 1] * x
        ) * y


def either(a, b, soft_m):
    """Smooth union."""
    h = np.maximum(soft_m - np.abs(a - b), 0) / soft_m
    return np.minimum(a, b) - h * h * soft_m / 4


def both(a, b, soft_m):
    """Smooth intersection."""
    return -either(-a, -b, soft_m)


class Block:
    """What is inside three outlines at once: side (z, y), front (x, y), plan (x, z)."""

    def __init__(self, side, front, plan, soft_m=0.10):
        self.side, self.soft_m = Outline(side), soft_m
        self.front, self.plan = Outline(mirrored(front)), Outline(mirrored(plan))

    def __call__(self, p):
        x, y, z = p[..., 0], p[..., 1], p[..., 2]
        d = both(self.side.distance(z, y), self.front.distance(x, y), self.soft_m)
        return both(d, self.plan.distance(x, z), self.soft_m)


def capsule(a, b, radius_a, radius_b=None):
    """A rod with round ends, thicker or thinner towards `b`."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    radius_b = radius_a if radius_b is None else radius_b

    def distance(p):
        way = b - a
        t = np.clip(((p - a) @ way) / max(way @ way, 1e-9), 0, 1)
        return np.linalg.norm(p - a - t[..., None] * way, axis=-1) - radius_a - t * (radius_b - radius_a)

    return distance


def ball(at, radii):
    """An ellipsoid."""
    at, radii = np.asarray(at, float), np.asarray(radii, float)

    def distance(p):
        return (np.linalg.norm((p - at) / radii, axis=-1) - 1) * radii.min()

    return distance


def surface(solid, low, high, voxel_m):
    """Corners, normals and quads of where `solid` (a signed distance) is zero."""
    axes = [np.arange(a - voxel_m, b + 2 * voxel_m, voxel_m) for a, b in zip(low, high)]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), -1)
    value = solid(grid)
    inside = value < 0
    total = np.zeros([n - 1 for n in value.shape] + [3])
    count = np.zeros([n - 1 for n in value.shape])
    corner = [slice(None, -1), slice(1, None)]
    for axis in range(3):
        for i in (0, 1):
            for j in (0, 1):
                first, second = [None] * 3, [None] * 3
                first[axis], second[axis] = corner[0], corner[1]
                rest = [k for k in range(3) if k != axis]
                first[rest[0]] = second[rest[0]] = corner[i]
                first[rest[1]] = second[rest[1]] = corner[j]
                va, vb = value[tuple(first)], value[tuple(second)]
                cross = (va < 0) != (vb < 0)
                t = np.where(cross, va / np.where(cross, va - vb, 1), 0)
                at = grid[tuple(first)] + t[..., None] * (grid[tuple(second)] - grid[tuple(first)])
                total += np.where(cross[..., None], at, 0)
                count += cross
    used = count > 0
    index = np.full(used.shape, -1)
    index[used] = np.arange(used.sum())
    corners = total[used] / count[used][:, None]
    faces = []
    for axis in range(3):
        b, c = (axis + 1) % 3, (axis + 2) % 3
        head, tail = [slice(None)] * 3, [slice(None)] * 3
        head[axis], tail[axis] = slice(None, -1), slice(1, None)
        change = inside[tuple(head)] != inside[tuple(tail)]
        change = np.argwhere(change)
        for k in (b, c):
            change = change[(change[:, k] > 0) & (change[:, k] < value.shape[k] - 1)]
        quad = []
        for db, dc in ((-1, -1), (0, -1), (0, 0), (-1, 0)):
            cell = change.copy()
            cell[:, b] += db
            cell[:, c] += dc
            quad.append(index[cell[:, 0], cell[:, 1], cell[:, 2]])
        quad = np.stack(quad, 1)
        flip = ~inside[change[:, 0], change[:, 1], change[:, 2]]
        quad[flip] = quad[flip][:, ::-1]
        faces.append(quad[(quad >= 0).all(1)])
    for _ in range(2):
        normals = slope(solid, corners, voxel_m * 0.3)
        corners = corners - normals * np.clip(solid(corners), -voxel_m, voxel_m)[:, None] * 0.9
    return corners, slope(solid, corners, voxel_m * 0.5), np.concatenate(faces)


def slope(solid, at, step_m):
    """Unit normals by differences."""
    out = np.empty_like(at)
    for axis in range(3):
        way = np.zeros(3)
        way[axis] = step_m
        out[:, axis] = solid(at + way) - solid(at - way)
    return out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-9)


def skin_mesh(solid, low, high, voxel_m):
    """A mesh whose look comes from a skin."""
    corners, normals, faces = surface(solid, low, high, voxel_m)
    n = len(corners)
    return Mesh(corners, normals, np.zeros((n, 3)), np.zeros(n), faces, np.ones(len(faces), bool))


def figure(parts, voxel_m, soft_m=0.03):
    """A mesh of blobs: `parts` lists (distance, BGR colour 0..1, shine)."""

    def solid(p):
        d = parts[0][0](p)
        for part in parts[1:]:
            d = either(d, part[0](p), soft_m)
        return d

    reach = np.linspace(-1.6, 3.2, 33)
    probe = np.stack(np.meshgrid(reach, reach, reach, indexing="ij"), -1).reshape(-1, 3)
    near = probe[solid(probe) < 0.14]
    corners, normals, faces = surface(solid, near.min(0) - 0.10, near.max(0) + 0.10, voxel_m)
    nearest = np.stack([part[0](corners) for part in parts]).argmin(0)
    colours = np.array([part[1] for part in parts], float)[nearest]
    shine = np.array([part[2] for part in parts], float)[nearest]
    return Mesh(corners, normals, colours, shine, faces, np.zeros(len(faces), bool))


def lathe(profile, colours, shine, steps=20):
    """A body of revolution about the x axis; `profile` lists (x, radius)."""
    profile = np.asarray(profile, float)
    turn = np.arange(steps) * 2 * np.pi / steps
    n = len(profile)
    corners = np.stack(
        [
            np.repeat(profile[:, :1], steps, 1),
            profile[:, 1:] * np.cos(turn),
            profile[:, 1:] * np.sin(turn),
        ],
        -1,
    ).reshape(-1, 3)
    along = np.gradient(profile, axis=0)
    normal = np.stack([-along[:, 1], along[:, 0]], 1)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    normals = np.stack(
        [
            np.repeat(normal[:, :1], steps, 1),
            normal[:, 1:] * np.cos(turn),
            normal[:, 1:] * np.sin(turn),
        ],
        -1,
    ).reshape(-1, 3)
    i, j = np.meshgrid(np.arange(n - 1), np.arange(steps), indexing="ij")
    k = (j + 1) % steps
    faces = np.stack([i * steps + j, i * steps + k, (i + 1) * steps + k, (i + 1) * steps + j], -1).reshape(-1, 4)
    return Mesh(
        corners,
        normals,
        np.repeat(np.asarray(colours, float), steps, 0),
        np.repeat(np.asarray(shine, float), steps, 0),
        faces,
        np.zeros(len(faces), bool),
    )


def outline_of(mesh, along):
    """Convex outline on the ground of the mesh's shadow when light comes from direction `along`."""
    p = mesh.corners
    flat = np.stack([p[:, 0] - along[0] / along[1] * p[:, 1], p[:, 2] - along[2] / along[1] * p[:, 1]], 1)
    return cv2.convexHull(flat.astype(np.float32))[:, 0]
