"""Constants of what wears: tyres, brakes, engine oil."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class TyrePolicy:
    """Tyre wear. Section 5 of the model notes."""

    wear_k_mm_per_1000km: float = 15.0
    """Wear at severity 1 [mm/1000 km]. M: 125 g/1000 km per car on mixed driving"""
    sigma_ln_k: float = 0.35
    """Lognormal 1-sigma of k between cars, compounds and alignments [1]. K"""
    sigma_ln_k_part: float = 0.25
    """The part of it that goes with the rubber when tyres are replaced; driver and alignment stay [1]. K: half of the
    variance. Brand means of 160 tyres span 52 to 82 mg/km/t (OeAMTC/ADAC), and tyres of one brand differ too"""
    free_severity: float = 1.0e-3
    """Severity of free rolling: toe and camber [1]. K"""
    lateral_congested: float = 1.0e-3
    lateral_urban: float = 4.0e-3
    lateral_highway: float = 1.5e-3
    """Mean (ay/g)^2 by road type where it is not measured [1]. K"""
    turn_over_m: float = 20.0
    """Distance over which the heading of fixes tells a turn [m]. M"""
    turn_within_s: float = 6.0
    """Slower than that the car is manoeuvring [s]. K"""
    fix_within_s: float = 2.0
    """Fixes further apart cut corners [s]. M"""
    pressure_per_pct: float = 0.008
    pressure_most: float = 1.4
    """Faster wear per percent of missing pressure [1/%], and at most by this factor [1]. K"""
    pressure_low_share: float = 0.8
    """Below this share of the placard pressure a tyre is under-inflated [1]. S: UN R141 warns at 20 % less"""
    pressure_trips: int = 5
    """Trips a low pressure must last to be mentioned [1]. K"""
    class_driven: float = 0.0115
    class_free: float = 0.0045
    """Mean severity of the driven and the free axle of the class [1]. M: mean of the reference cycles"""
    hard: float = 1.3
    """Driving above this multiple of the class mean is told as the reason of wear [1]. K"""
    clamp_low: float = 0.4
    clamp_high: float = 3.0
    """Severity is kept within these multiples of the class mean [1]. K"""
    winter_factor: float = 1.15
    """Winter compound wears faster by this factor [1]. K"""
    new_mm: float = 8.0
    sigma_new_mm: float = 0.5
    """Tread when new and its 1-sigma [mm]. K, 7-8.5"""
    legal_mm: float = 1.6
    """Least tread [mm]. 89/459/EEC, GB 7258"""
    advise_mm: float = 3.0
    advise_winter_mm: float = 4.0
    """Replacement is advised at these depths of summer and winter tyres [mm]. S"""
    good_while_mm: float = 1.0
    """So much above its limit a pair is worth keeping beside new tyres, so much above the other swapping [mm]. K"""
    sigma_gauge_mm: float = 0.3
    """Workshop gauge, 1-sigma [mm]. K"""
    inspect_years: int = 6
    replace_years: int = 10
    """Age limits [years]. K"""
    measure_after_days: int = 180
    """A gauge reading older than this is worth repeating [d]. K"""

    @property
    def prior_k(self) -> float:
        """Median of the prior of the wear coefficient [mm/1000 km]."""
        return self.wear_k_mm_per_1000km

    @property
    def source(self) -> str:
        """Nothing is known of this car's wear."""
        return "prior"


@dataclass(frozen=True)
class BrakePolicy:
    """Brake energy and pad wear. Section 6 of the model notes."""

    engine_drag_m_s2: float = 0.25
    """Deceleration by the engine with the throttle closed [m/s2]. K; 0 for coasting gearboxes"""
    drag_from_m_s: float = 2.0
    """The engine holds the car back from this speed on [m/s]. K"""
    sigma_energy: float = 0.15
    """Relative 1-sigma error of the energy [1]: mass, grade and gearbox are guessed. K"""
    regenerative_share: float = 0.2
    """Part of the brake energy the friction brakes of electric and hybrid cars see [1]. S JARI"""
    wear_k_mm3_per_mj: float = 40.0
    sigma_ln_k: float = 0.5
    """Pad volume worn per energy [mm3/MJ] and its lognormal 1-sigma [1]. K, 15-80"""
    sigma_ln_k_part: float = 0.35
    """The part of it that goes with the pads when they are replaced; driver, mass and roads stay [1]. K: half of the
    variance, as with tyres"""
    pads_per_axle: int = 4
    pad_area_mm2: float = 5000.0
    new_mm: float = 11.0
    sigma_new_mm: float = 0.5
    advise_mm: float = 3.0
    """Friction area of a pad [mm2], thickness when new, its 1-sigma and where to replace [mm]. K"""
    sigma_gauge_mm: float = 0.3
    """Workshop gauge, 1-sigma [mm]. K"""
    disc_j_per_k: float = 7.0 * 480.0
    """Heat capacity of one disc [J/K]: 7 kg of cast iron. K"""
    discs_per_axle: int = 2
    cooling_s: float = 300.0
    """Time constant of cooling [s]. K: faster at speed"""
    outside_c: float = 20.0
    """Air around the brakes where it is not read [degC]. K"""
    hot_from_c: float = 200.0
    hot_to_c: float = 400.0
    hot_factor: float = 4.0
    """Wear rises from 1 to this factor between these disc temperatures [degC]. S: Vehicles 2025 7(2) 52"""

    @property
    def prior_k(self) -> float:
        """Median of the prior of the wear coefficient [mm3/MJ]."""
        return self.wear_k_mm3_per_mj

    @property
    def source(self) -> str:
        """Nothing is known of this car's wear."""
        return "prior"


@dataclass(frozen=True)
class OilPolicy:
    """Engine oil. Section 7 of the model notes."""

    revolutions_max: float = 25.0e6
    """Weighted revolutions an oil filling lasts [1]. K"""
    sigma_life: float = 0.3
    """Relative 1-sigma of these revolutions [1]. K: by brand and engine GM's longest intervals run from 12,000 to
    25,000 km, which is 0.29 where these are the 10th and 90th percentile"""
    sure_share: float = 0.9
    """Revolutions bring a service forward to the day the oil is used up in so many possible futures [1]. K"""
    days_max: float = 365.0
    km_max: float = 10_000.0
    """Age [d] and distance [km] it lasts where the maker says nothing. K"""
    warm_c: float = 80.0
    hot_c: float = 110.0
    cold_per_k: float = 1 / 40
    cold_most: float = 3.0
    doubling_k: float = 10.0
    """Weight 1 from warm to hot, more by each kelvin below up to a limit, doubled every so many above. K, US4742476"""
    too_hot_c: float = 127.0
    """Oil that was hotter needs changing [degC]. S GM: 260 F"""
    lag_s: float = 360.0
    """The oil follows the coolant with this time constant [s]. K"""
    model_c: tuple[float, ...] = (-9.0, 0.012, 0.95, 0.21, -0.001, -0.01)
    """Constant, speed [1/min], coolant [C], fuel per stroke [mm3], intake air [C], speed [mph]. S US6327900"""
    cylinders: int = 4
    """Cylinders where nobody said [1]. K"""
    sigma: dict[str, float] = field(default_factory=lambda: {
        "oil": 0.05, "model": 0.10, "coolant_lagged": 0.12, "coolant": 0.12})
    """Relative 1-sigma error of weighted revolutions by source of the temperature [1]. K"""
    sigma_revolutions: float = 0.01
    """Relative 1-sigma error of counted revolutions [1]. K"""
