"""Cars and vans: the scenes' builds, stretched."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..scene import car as builds
from .model import Model
from .paints import paint

CARS = (builds.HATCHBACK, builds.CITY, builds.SALOON, builds.ESTATE, builds.SUV)


def car(rng: np.random.Generator) -> Model:
    """A passenger car."""
    return _stretched(rng, CARS[rng.integers(len(CARS))], "car")


def van(rng: np.random.Generator) -> Model:
    """A panel van."""
    return _stretched(rng, builds.VAN, "van")


def _stretched(rng: np.random.Generator, build: builds.Build, kind: str) -> Model:
    """The build in another paint, longer, wider and higher by up to an eighth."""
    x, y, z = (float(np.exp(np.clip(rng.normal(0, 0.05), -0.12, 0.12))) for _ in range(3))

    def at(pair: tuple[float, float]) -> tuple[float, float]:
        return pair[0] * z, pair[1] * y

    other = replace(
        build, length=build.length * z, width=build.width * x, height=build.height * y, nose=build.nose * y, boot=build.boot * y,
        cowl=at(build.cowl), roof=at(build.roof), back=at(build.back), tail=at(build.tail), axles=tuple(one * z for one in build.axles),
        lamp=(build.lamp[0] * x, build.lamp[1] * y, build.lamp[2] * y), grille=(build.grille[0] * x, build.grille[1] * y, build.grille[2] * y),
    )  # fmt: skip
    made = builds.car(other, paint(rng), paint(rng, 0.1))
    return Model(kind, made.length_m, made.width_m, other.height, made.far_mesh, made.skin)
