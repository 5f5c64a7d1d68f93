"""Who passes the gate in the demonstration clip and in the short ones. All plates are invented."""

from dataclasses import dataclass

from . import car
from .motion import Drive, Stop
from .others import lorry, scooter


@dataclass(frozen=True)
class Actor:
    """One vehicle with its plate and its passage."""

    make: object
    text: str
    country: str
    drive: Drive
    rows: int = 1
    plate_seed: int = 3
    turn: float = 0.0
    """How far the vehicle is turned out of its lane, radians."""


def _car(build, paint, brand=(0.35, 0.12, 0.08)):
    return lambda: car.car(build, paint, brand)


RED, WHITE, SILVER, BLUE = (0.10, 0.07, 0.58), (0.84, 0.85, 0.85), (0.58, 0.58, 0.57), (0.42, 0.20, 0.06)
GRAPHITE, SAND, GREEN, TEAL = (0.15, 0.145, 0.14), (0.40, 0.68, 0.80), (0.24, 0.32, 0.14), (0.50, 0.42, 0.16)

GATE_DEMO_S = 38.0
GATE_DEMO = [
    Actor(_car(car.HATCHBACK, RED), "LK482PV", "IT", Drive(False, 2.6), plate_seed=0),
    Actor(_car(car.VAN, WHITE), "MT640BA", "IT", Drive(False, 6.4), plate_seed=3),
    Actor(lambda: scooter((0.55, 0.60, 0.24)), "LX73915", "IT", Drive(True, 5.0, 4.2, 8.0, aside_m=-0.35), 2, 4),
    Actor(_car(car.SALOON, GRAPHITE), "TÜPK418", "DE", Drive(False, 9.9)),
    Actor(_car(car.SUV, BLUE), "PD408VB", "IT", Drive(False, 19.0, stop=Stop(10.3, 3.0)), plate_seed=7),
    Actor(_car(car.CITY, SAND), "NC175HM", "IT", Drive(False, 21.6, stop=Stop(17.6, 2.4)), plate_seed=10),
    Actor(_car(car.ESTATE, TEAL), "LY936KZ", "IT", Drive(True, 15.6, 5.4), plate_seed=6),
    Actor(lambda: lorry((0.30, 0.42, 0.12)), "MZ273LT", "IT", Drive(False, 26.3, 5.6, 9.0), plate_seed=0),
    Actor(_car(car.ESTATE, SILVER), "XK381RN", "FR", Drive(False, 30.2)),
    Actor(_car(car.HATCHBACK, GREEN), "PH519SJ", "IT", Drive(False, 33.9), plate_seed=3),
    Actor(_car(car.CITY, RED), "NW864CF", "IT", Drive(True, 32.8, 5.6), plate_seed=7),
]

ONE_CAR_S = 4.0
ONE_CAR = [Actor(_car(car.HATCHBACK, BLUE), "LR257DT", "IT", Drive(False, 3.0), plate_seed=3)]

QUIET_S = 24.0
"""A vehicle every twelve seconds; the clip goes on from its end with its beginning."""
QUIET = [
    Actor(_car(car.HATCHBACK, RED), "LT614XB", "IT", Drive(False, 5.0, 8.5, 9.0), plate_seed=0),
    Actor(_car(car.SALOON, SILVER), "MA927HN", "IT", Drive(False, 17.0, 8.5, 9.0), plate_seed=3),
]

CREEPING_S = 26.0
CREEPING = [Actor(_car(car.SUV, GRAPHITE), "NL351WD", "IT", Drive(False, 20.0, 0.8, 10.0), plate_seed=6)]

PARKED_S = 20.0
"""One stands at the kerb all the time, another one passes."""
PARKED = [
    Actor(_car(car.SUV, BLUE), "PB708GK", "IT", Drive(False, 5000.0, 8.0, 10.0, aside_m=3.7, stop=Stop(11.0, 1e4)), plate_seed=7),
    Actor(_car(car.ESTATE, TEAL), "LV283ZC", "IT", Drive(False, 12.0, 8.5, 9.0), plate_seed=10),
]

CLIPS = {
    "gate-demo": (GATE_DEMO, GATE_DEMO_S, True),
    "one-car": (ONE_CAR, ONE_CAR_S, False),
    "gate-quiet": (QUIET, QUIET_S, True),
    "gate-creeping": (CREEPING, CREEPING_S, False),
    "gate-parked": (PARKED, PARKED_S, False),
}
"""Actors, seconds, whether the end goes over into the beginning."""

STEEP = {"horizon": -0.5, "height_m": 4.5}
"""A gate camera high on its pole that sees the last 25 m before it and no horizon."""
VIEWS = {"gate-quiet": STEEP, "gate-creeping": STEEP, "gate-parked": STEEP}
"""How the camera stands, where it is not the demonstration's."""
