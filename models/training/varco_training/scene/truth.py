"""What a clip really shows: written beside it, for tests that compare."""

import numpy as np

EVERY = 5
LEGIBLE_PX = 60


class Truth:
    """Collects the plates frame by frame."""

    def __init__(self, film, fps):
        self.fps = fps
        self.film = film
        self.quads = [{} for _ in film.cast]
        self.count = 0

    def note(self, number, plates):
        self.count = number + 1
        for k, quad in plates:
            self.quads[k][number] = quad

    def vehicles(self):
        out = []
        for player, quads in zip(self.film.cast, self.quads):
            if not quads:
                continue
            wide = {n: float(np.linalg.norm(q[1] - q[0]) + np.linalg.norm(q[2] - q[3])) / 2 for n, q in quads.items()}
            legible = sorted(n for n, w in wide.items() if w >= LEGIBLE_PX)
            frames = sorted(n for n, w in wide.items() if w >= 20)
            if not frames:
                continue
            out.append({
                "text": player.actor.text,
                "country": player.actor.country,
                "rows": player.actor.rows,
                "vehicle": player.vehicle.name,
                "direction": "receding" if player.receding else "approaching",
                "first_frame": frames[0],
                "last_frame": frames[-1],
                "largest_px": round(max(wide.values()), 1),
                "legible_frames": _runs(legible),
                "quads": {str(n): np.round(quads[n], 1).tolist() for n in frames if n % EVERY == 0},
            })
        return sorted(out, key=lambda v: (v["legible_frames"] or [[v["last_frame"]]])[0][0])

    def document(self, name):
        camera = self.film.camera
        return {
            "clip": name, "width": camera.width, "height": camera.height, "fps": self.fps, "frames": self.count,
            "legible_px": LEGIBLE_PX, "loops": self.film.loop and self.count == round(self.film.seconds * self.fps), "vehicles": self.vehicles(),
        }


def _runs(numbers):
    """[[first, last], ...] of consecutive numbers."""
    out = []
    for n in numbers:
        if out and n == out[-1][1] + 1:
            out[-1][1] = n
        else:
            out.append([n, n])
    return out
