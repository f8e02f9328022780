"""Constants of what wears: tyres, brakes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TyrePolicy:
    """Tyre wear. Section 5 of the model notes."""

    wear_k_mm_per_1000km: float = 15.0
    """Wear at severity 1 [mm/1000 km]. M: 125 g/1000 km per car on mixed driving"""
    sigma_ln_k: float = 0.35
    """Lognormal 1-sigma of k between cars, compounds and alignments [1]. K"""
    free_severity: float = 1.0e-3
    """Severity of free rolling: toe and camber [1]. K"""
    lateral_congested: float = 1.0e-3
    lateral_urban: float = 4.0e-3
    lateral_highway: float = 1.5e-3
    """Mean (ay/g)^2 by road type where it is not measured [1]. K"""
    class_driven: float = 0.0115
    class_free: float = 0.0045
    """Mean severity of the driven and the free axle of the class [1]. M: mean of the reference cycles"""
    clamp_low: float = 0.4
    clamp_high: float = 3.0
    winter_factor: float = 1.15
    new_mm: float = 8.0
    sigma_new_mm: float = 0.5
    legal_mm: float = 1.6
    """Least tread [mm]. 89/459/EEC, GB 7258"""
    advise_mm: float = 3.0
    advise_winter_mm: float = 4.0
    sigma_gauge_mm: float = 0.3
    """Workshop gauge, 1-sigma [mm]. K"""
    inspect_years: int = 6
    replace_years: int = 10
    """Age limits [years]. K"""
    measure_after_days: int = 180
    """A gauge reading older than this is worth repeating [d]. K"""


@dataclass(frozen=True)
class BrakePolicy:
    """Brake energy and pad wear. Section 6 of the model notes."""

    engine_drag_m_s2: float = 0.25
    """Deceleration by the engine with the throttle closed [m/s2]. K; 0 for coasting gearboxes"""
    drag_from_m_s: float = 2.0
    """The engine holds the car back from this speed on [m/s]. K"""
    sigma_energy: float = 0.15
    """Relative 1-sigma error of the energy [1]: mass, grade and gearbox are guessed. K"""
