"""Draws moving pictures: street, vehicles, their plates and shadows, the camera's own faults; and the truth."""

import cv2
import numpy as np

from varco_training.plates import render_plate

from . import raster
from .passers import LOOP_S, passers_by
from .solid import outline_of
from .street import GATE_M, build

FPS = 25


class Film:
    """A scene that can be asked for any moment of it; a `blind` one knows where the plates are but draws nothing."""

    def __init__(self, actors, seconds, camera, light, loop=False, seed=7, street=None, scale=2, blind=False):
        self.seconds, self.camera, self.light, self.loop, self.seed = seconds, camera, light, loop, seed
        self.cast = [Player(a, light, camera) for a in actors]
        if blind:
            return
        self.street = street or build(camera, light, seed, scale)
        self.mirror = light.surroundings()
        self.ground = np.clip(self.street.picture * 255, 0, 255).astype(np.uint8)
        self.tone = _tone(light)
        rng = np.random.default_rng(seed)
        w, h = camera.width, camera.height
        self.noise = [(rng.standard_normal((h + 32, w + 32, 1)) * light.noise + rng.standard_normal((h + 32, w + 32, 3)) * light.noise * 0.35) for _ in range(2)]
        self.noise = [cv2.GaussianBlur(n, (0, 0), 0.6).astype(np.float32) * 1.7 for n in self.noise]
        self.walkers = passers_by() if loop and seconds == LOOP_S else []

    def sway(self, frame):
        """The camera's shake in pixels: a slow sway of the pole and the tremble of heavy vehicles."""
        t = frame / FPS
        turn = 2 * np.pi * t / self.seconds
        x = 0.5 * np.sin(3 * turn) + 0.25 * np.sin(11 * turn + 1)
        y = 0.35 * np.sin(5 * turn + 2) + 0.2 * np.sin(13 * turn)
        for player in self.cast:
            if player.vehicle.name == "lorry":
                z = player.place(t, self.seconds, self.loop)
                near = np.exp(-(((z if z is not None else 99) - 6) / 7.0) ** 2)
                x += 0.9 * near * np.sin(t * 41)
                y += 1.1 * near * np.sin(t * 53 + 1)
        return x, y

    def on_stage(self, number):
        """Who is in the scene at this frame: (metres from the camera, player number), far ones first."""
        t = number / FPS
        found = [(p.place(t, self.seconds, self.loop), k) for k, p in enumerate(self.cast)]
        return sorted((s for s in found if s[0] is not None), reverse=True)

    def plates(self, number):
        """The plates wholly in the picture and not behind another vehicle: (player number, quad in pixels)."""
        w, h = self.camera.width, self.camera.height
        shift = np.array(self.sway(number)) - self.camera.margin_px
        stage, seen = self.on_stage(number), []
        for i, (z, k) in enumerate(stage):
            quad = self.cast[k].quad(z, self)
            if quad is None or any(self.cast[j].hides(quad, near, self) for near, j in stage[i + 1 :]):
                continue
            quad = quad + shift
            if (quad >= 0).all() and (quad[:, 0] < w).all() and (quad[:, 1] < h).all():
                seen.append((k, quad))
        return seen

    def frame(self, number):
        """The picture, uint8 BGR."""
        canvas = self.ground.copy()
        for walker in self.walkers:
            walker.draw(canvas, number / FPS, self)
        stage = self.on_stage(number)
        for z, k in stage:
            self.cast[k].shadow(canvas, z, self)
        for z, k in stage:
            self.cast[k].draw(canvas, z, self)
        return self._exposed(canvas, number)

    def _exposed(self, canvas, number):
        """What the camera makes of the drawn canvas: shake, curve, noise."""
        sx, sy = self.sway(number)
        m, w, h = self.camera.margin_px, self.camera.width, self.camera.height
        shift = np.float32([[1, 0, sx - m], [0, 1, sy - m]])
        out = cv2.LUT(cv2.warpAffine(canvas, shift, (w, h), flags=cv2.INTER_LINEAR), self.tone)
        a, b = np.random.default_rng([self.seed, number]).integers(0, 32, 2)
        out = np.clip(out + self.noise[number % 2][b : b + h, a : a + w], 0, 255).astype(np.uint8)
        if self.light.infrared:
            out = cv2.cvtColor(cv2.cvtColor(out, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
        return out


def _tone(light):
    """The camera's curve: brighter middle, soft highlights, a little warmth by day."""
    x = np.arange(256) / 255
    out = []
    for warm in (0.975, 1.0, 1.02):
        y = x ** (0.76 if not light.infrared else 0.9) * (warm if light.sun.sum() > 1 else 1.0)
        y = y + 0.10 * np.sin(2 * np.pi * y) * -0.5 * (1 - y)
        out.append(np.clip(y * 255, 0, 255))
    return np.stack(out, -1).astype(np.uint8)[None]


class Player:
    """An actor with its built vehicle."""

    def __init__(self, actor, light, camera):
        self.actor = actor
        self.vehicle = actor.make()
        self.times, self.places = actor.drive.table()
        self.receding = actor.drive.receding
        self.heading = (np.pi if self.receding else 0.0) + actor.turn
        night = light.infrared
        plate = render_plate(np.random.default_rng(actor.plate_seed), text=actor.text, country=actor.country, rows=actor.rows, night=night, framed=False)
        if plate.text != actor.text or plate.rows != actor.rows:
            raise ValueError(f"the plate renderer gave {plate.text} in {plate.rows} rows for {actor.text}")
        self.plate = plate
        high = self.vehicle.plate_height_m if plate.rows == 1 or self.vehicle.name == "scooter" else 0.20
        aspect = plate.image.shape[1] / plate.image.shape[0]
        mount = self.vehicle.rear if self.receding else self.vehicle.front
        self.mount = mount
        self.corners = mount.corners(high * aspect, high)
        rot = raster.turned(self.heading)
        sun = rot.T @ light.sun_from.astype(float)
        self.cast_outline = outline_of(self.vehicle.far_mesh, sun)

    def place(self, t, seconds, loop):
        """Metres from the camera to the plate's end, or None when off the stage."""
        for shift in (-seconds, 0.0, seconds) if loop else (0.0,):
            if self.times[0] <= t + shift < self.times[-1]:
                return float(np.interp(t + shift, self.times, self.places))
        return None

    def at(self, z):
        """Where the vehicle's own origin is in the world."""
        return np.array([self.actor.drive.lane_m, 0.0, z + (self.vehicle.length_m if self.receding else 0.0)])

    def plate_corners(self, z):
        """The plate's corners in the world."""
        return self.corners @ raster.turned(self.heading).T + self.at(z)

    def quad(self, z, film):
        """The plate's corners on the canvas, None behind the gate or the camera."""
        spots, depth = film.camera.project(self.plate_corners(z))
        return spots if depth.min() > 1.0 and z < GATE_M else None

    def hides(self, quad, z, film):
        """Whether this vehicle stands before a farther plate; by its outline on the canvas, a little generous."""
        world = self.vehicle.tiny_mesh.corners @ raster.turned(self.heading).T + self.at(z)
        spots, depth = film.camera.project(world)
        if depth.min() < 0.6:
            return False
        hull = cv2.convexHull(spots.astype(np.float32))
        points = [*quad, quad.mean(0), *((quad + np.roll(quad, 1, 0)) / 2)]
        return any(cv2.pointPolygonTest(hull, (float(x), float(y)), False) > 0 for x, y in points)

    def shadow(self, canvas, z, film):
        camera = film.camera
        if z < 1.0:
            return
        rot, at = raster.turned(self.heading), self.at(z)
        v = self.vehicle
        w, n = v.width_m / 2 - 0.04, v.length_m
        foot = np.array([(-w, 0.08), (w, 0.08), (w, n - 0.08), (-w, n - 0.08)])
        sun = float(film.light.sun.mean())
        sunny = float(film.street.sunlight(np.array([at[0]]), np.array([max(z, 2.0) + v.length_m * 0.4]))[0])
        for outline, soft_m, dark in ((self.cast_outline, 0.05, 0.62 * sun / 0.57 * sunny * 0.85), (foot, 0.14, 0.62)):
            if dark < 0.03:
                continue
            p = np.stack([outline[:, 0], np.zeros(len(outline)), outline[:, 1]], 1) @ rot.T + at
            p[:, 2] = np.maximum(p[:, 2], 1.5)
            spots, _ = camera.project(p)
            raster.darken(canvas, spots, soft_m * camera.focal_px / max(z, 3), dark)

    def draw(self, canvas, z, film):
        """Draws the vehicle with its plate."""
        camera, light, v = film.camera, film.light, self.vehicle
        at = self.at(z)
        mesh = v.mesh if z < 34 else v.far_mesh if z < 62 else v.tiny_mesh
        patch = raster.draw(mesh, v.skin, at, self.heading, camera, light, film.mirror, film.street.sunlight)
        if patch is None:
            return
        world = self.plate_corners(z)
        quad, depth = camera.project(world)
        if depth.min() > 1.0:
            self._plate(patch, quad, world, film)
        if z > GATE_M:
            h, w = patch.cover.shape[:2]
            keep = 1 - film.street.before_gate[patch.y : patch.y + h, patch.x : patch.x + w, None]
            patch.cover *= keep
            patch.colour *= keep
        raster.lay(canvas, patch)
        if light.lamps > 0.5:
            _bloom(canvas, patch, light)

    def _plate(self, patch, quad, world, film):
        h, w = patch.cover.shape[:2]
        local = quad - [patch.x, patch.y]
        low, high = np.floor(local.min(0)).astype(int) - 2, np.ceil(local.max(0)).astype(int) + 3
        x0, y0, x1, y1 = max(low[0], 0), max(low[1], 0), min(high[0], w), min(high[1], h)
        if x1 - x0 < 2 or y1 - y0 < 2:
            return
        light = film.light
        sun = light.sun_from
        centre = world.mean(0)
        reach = film.street.sunlight(np.array([centre[0] - sun[0] / sun[1] * centre[1]]), np.array([centre[2] - sun[2] / sun[1] * centre[1]]))[0]
        out = np.array([0, 0.06, -1.0])
        facing = max(0.0, float(out @ sun))
        lit = np.clip(light.ambient * 1.05 + light.sun * 0.95 * (0.35 + facing) * reach, 0, 1.02)
        if light.infrared:
            lit = np.full(3, np.clip(11.0 / max(centre[2], 6), 0.2, 1.0), np.float32)
        ss = 4
        flat = self.plate.image
        span = np.linalg.norm(quad[1] - quad[0]) * ss
        k = min(1.0, 1.3 * span / flat.shape[1])
        if k < 1:
            flat = cv2.resize(flat, (max(8, round(flat.shape[1] * k)), max(4, round(flat.shape[0] * k))), interpolation=cv2.INTER_AREA)
        fh, fw = flat.shape[:2]
        goal = ((local - [x0, y0]) * ss).astype(np.float32) - 0.5
        m = cv2.getPerspectiveTransform(np.float32([[-0.5, -0.5], [fw - 0.5, -0.5], [fw - 0.5, fh - 0.5], [-0.5, fh - 0.5]]), goal)
        size = ((x1 - x0) * ss, (y1 - y0) * ss)
        rgba = np.dstack([flat.astype(np.float32) / 255 * lit, np.ones((fh, fw), np.float32)])
        rgba = cv2.warpPerspective(rgba.astype(np.float32), m, size, flags=cv2.INTER_LINEAR)
        rgba = cv2.resize(rgba, (x1 - x0, y1 - y0), interpolation=cv2.INTER_AREA)
        cover = rgba[..., 3:]
        box = np.s_[y0:y1, x0:x1]
        patch.colour[box] = patch.colour[box] * (1 - cover) + rgba[..., :3]
        patch.cover[box] = np.maximum(patch.cover[box], cover)
        patch.glow[box] *= 1 - cover


def _bloom(canvas, patch, light):
    h, w = patch.cover.shape[:2]
    glow = patch.glow
    if glow.max() < 0.05:
        return
    wide = cv2.GaussianBlur(glow, (0, 0), max(2.0, w * 0.035)) * 1.4 + cv2.GaussianBlur(glow, (0, 0), max(1.0, w * 0.008)) * 0.5
    view = canvas[patch.y : patch.y + h, patch.x : patch.x + w]
    view[...] = np.clip(view + wide * 255 * light.lamps, 0, 255).astype(np.uint8)
