"""How vehicles move along their lane: one table of time and place each."""

from dataclasses import dataclass

import numpy as np

from .street import LANE_IN, LANE_OUT

FAR_M, NEAR_M = 175.0, -8.0
STEP_S = 0.02


@dataclass(frozen=True)
class Stop:
    """A halt: the foremost point comes to rest `at_m` from the camera for `wait_s`."""

    at_m: float
    wait_s: float


@dataclass(frozen=True)
class Drive:
    """One passage. `pass_s` is when the plate's end of the vehicle is `mark_m` before the camera."""

    receding: bool
    pass_s: float
    slow_mps: float = 6.2
    fast_mps: float = 10.5
    stop: Stop | None = None
    aside_m: float = 0.0
    mark_m: float = 9.0

    def table(self):
        """Times (s) and places (m from the camera) of the plate's end."""
        z, t = (NEAR_M, 0.0) if self.receding else (FAR_M, 0.0)
        times, places, waited, started = [], [], 0.0, None
        while NEAR_M - 0.01 <= z <= FAR_M + 0.01:
            times.append(t)
            places.append(z)
            speed = np.interp(z, [24.0, 55.0], [self.slow_mps, self.fast_mps])
            if self.stop is not None:
                left = z - self.stop.at_m
                if started is None and left > 0.004:
                    speed = min(speed, max(0.05, np.sqrt(2 * 1.9 * max(left, 0))))
                elif waited < self.stop.wait_s:
                    speed, waited = 0.0, waited + STEP_S
                else:
                    started = t if started is None else started
                    speed = min(speed, 0.15 + 1.9 * (t - started))
            z += (speed if self.receding else -speed) * STEP_S
            t += STEP_S
        times, places = np.array(times), np.array(places)
        first = np.argmax(places > self.mark_m) if self.receding else np.argmax(places <= self.mark_m)
        return times - times[first] + self.pass_s, places

    @property
    def lane_m(self):
        return (LANE_OUT if self.receding else LANE_IN) + self.aside_m
