"""An electric drive: energy out of the battery and, braking, partly back into it."""

import numpy as np

from device_sim.world.arrays import Flags, Floats
from device_sim.world.cars import Hidden

PACK_KWH = 58.0
_BACK = 0.62
"""Share of braking energy that returns, up to what motor and battery take."""
_MOST_BACK_KW = 55.0


def drawn_kw(wheel_kw: Floats, running: Flags, ambient_c: Floats, hidden: Hidden) -> Floats:
    """Power out of the battery at each second; negative while braking."""
    heating = 0.09 * np.clip(20 - ambient_c, 0, None)
    aboard = np.where(running, hidden.accessories_w / 1000 + heating, 0.0)
    driving = np.where(wheel_kw > 0, wheel_kw / hidden.indicated_efficiency,
                       -_BACK * np.minimum(-wheel_kw, _MOST_BACK_KW))
    return aboard + driving


def charge_pct(used_kwh: Floats, start_pct: float) -> Floats:
    """State of charge; plugged in at home often enough to stay between 20 and 90 %."""
    swing = 70.0
    left = start_pct - 20.0 - 100 * used_kwh / PACK_KWH
    return 20.0 + np.mod(left, swing)
