"""Constants of the 12 V battery."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class BatteryPolicy:
    """The 12 V battery. Section 8 of the model notes."""

    rest_after_s: float = 7200.0
    """The voltage of a car that stood at least this long is that of rest [s]. S"""
    parked_s: float = 3600.0
    """Readings of a sleeping car count from this time before its start on [s]. K"""
    awake_s: float = 60.0
    """Shortly before a start the key may already be on: no rest any more [s]. K"""
    key_on_s: float = 300.0
    """The key is turned at most this long before the engine runs [s]. K"""
    key_on_samples: int = 5
    """Fewer voltages before the first turn of the engine say nothing [1]. K"""
    crank_before_s: float = 3.0
    crank_after_s: float = 3.0
    """Around the first turn of the engine the dip is looked for [s]. K: it lasts 50-300 ms"""
    charging_rpm: float = 600.0
    """Above this speed the generator charges [1/min]. S"""
    charging_share: float = 0.9
    """Smart generators pause: they are judged by this quantile of a trip [1]. K"""
    charging_low_v: float = 13.2
    """A generator that never does better is worth a look [V]. S: 13.5-14.7 V is normal"""
    recent_d: int = 60
    """Time looked back on [d]. K"""
    weakest_share: float = 0.2
    """Part of the cranks that speaks for the battery: the weakest [1]. K"""
    least_cranks: int = 5
    least_rests: int = 3
    """Readings needed before something is said about the battery [1]. K"""
    crank_v_per_k: float = 0.020
    """Rise of the crank voltage with temperature [V/K]. K"""
    crank_unseen_v: float = 0.8
    """The true dip is deeper than the polled one by up to this [V]. K"""
    sigma_rest_v: float = 0.05
    sigma_key_on_v: float = 0.15
    sigma_charging_v: float = 0.1
    """1-sigma errors [V]. K: the key-on rung carries the load of the awake car"""
    low_charge_pct: float = 50.0
    """Below this state of charge at rest the battery is worth a test [%]. K"""
    charge_pct: tuple[float, ...] = (0.0, 25.0, 50.0, 75.0, 100.0)
    rest_v: dict[str, tuple[float, ...]] = field(default_factory=lambda: {
        "flooded": (11.89, 12.06, 12.24, 12.45, 12.65), "agm": (11.8, 12.0, 12.40, 12.60, 12.80)})
    """Open-circuit voltage at 25 C [V] by state of charge. S yic-electronics; AGM at 75 % K"""
    weak_crank_c: tuple[float, ...] = (-18.0, -12.0, -7.0, -1.0, 4.0, 10.0, 16.0, 20.0)
    weak_crank_v: tuple[float, ...] = (8.5, 8.7, 8.9, 9.1, 9.3, 9.4, 9.5, 9.6)
    """A healthy battery stays above this while cranking [V] at a temperature [degC]. S hyundaibook"""
