"""Constants of the models: each with its unit and origin, grouped by subject, overridable per store and vehicle.

Origins: `M` fitted or computed with a plain implementation, `S` a public source, `K` engineering practice.
"""

from dataclasses import dataclass, field

STANDARD_GRAVITY_M_S2 = 9.80665
"""Standard gravity [m/s2]. CGPM 1901."""


@dataclass(frozen=True)
class TripPolicy:
    """What is one trip."""

    moving_kmh: float = 2.0
    """From this speed on the car moves [km/h]. K"""
    standstill_kmh: float = 1.0
    """Below this speed the car stands [km/h]. K"""
    close_after_s: float = 300.0
    """Silence or standstill that ends a trip [s]. K"""
    longest_pause_s: float = 600.0
    """Time without movement that ends a trip even where it was hardly watched [s]. M: real receivers at long stops"""
    keep_from_km: float = 0.3
    """Shorter movements are counted but not listed as trips [km]. K"""
    engine_on_rpm: float = 400.0
    """Above this speed the engine runs by itself [1/min]: below every idle, above every starter motor. K"""
    contiguous_s: float = 30.0
    """Engine-on rows further apart than this are not one idle period [s]. K"""
    longest_warm_up_s: float = 1800.0
    """Idle before the first movement counted to the trip, at most [s]. K"""
    creep_s: float = 150.0
    """Rows around the movement whose creeping below `moving_kmh` still counts as distance [s]. K"""
    ramp_s: float = 10.0
    """Rows before the first movement always belong to its trip [s]: the pull-away from standstill. K"""
    stationary_chunk_s: float = 3600.0
    """Running without moving is cut at full hours, so that no group can grow without bound [s]. K"""
    step_moves_m: float = 5.0
    """A step between two fixes that proves movement where no speed is read [m]. K: above the jitter of a parked car"""

    @property
    def window_margin_s(self) -> float:
        """Readings needed on both sides of a group so that its row does not depend on the rest [s]."""
        return self.stationary_chunk_s + self.longest_warm_up_s + 2 * self.close_after_s


@dataclass(frozen=True)
class HoldPolicy:
    """How long a value of a sparse stream counts after it was measured. `design.md` 3."""

    least_s: float = 2.0
    most_s: float = 10.0
    intervals: float = 2.0


@dataclass(frozen=True)
class MileagePolicy:
    """Distance driven."""

    longest_interval_s: float = 30.0
    """Longer intervals are unobserved [s]. M: 10 s loses 1-3 % on real cars with short gaps"""
    floor_correction_kmh: float = 0.5
    """Mean loss of a speed cut to whole km/h [km/h]. M"""
    odometer_step_kmh: float = 250.0
    """No odometer advances faster [km/h]. K"""
    odometer_resolution_km: float = 0.1
    """Resolution of PID A6 [km]. SAE J1979"""
    odometer_trip_km: float = 20.0
    """From this length on the odometer difference of one trip beats the integral of speed [km]. M"""
    scale_window_km: float = 20.0
    """Least distance of a window that teaches the speed scale [km]. M"""
    scale_low: float = 0.94
    scale_high: float = 1.06
    """Plausible speed scales [1]: tyre wear, size and pressure. K"""
    scale_windows: int = 1
    """Windows needed before a scale is believed [1]. K"""
    fix_step_m: float = 5.0
    """A new anchor of the GPS path after this distance [m]. M"""
    fix_gate_m_s: float = 70.0
    """Faster steps between distinct fixes are errors [m/s]. K"""
    fix_lag: int = 60
    """A fix that stays within `fix_step_m` for this many distinct fixes becomes an anchor all the same [1]. K"""
    earth_radius_m: float = 6_371_008.8
    """Mean radius [m]. IUGG 1980"""
    good_gps_fix_s: float = 8.0
    """Distinct fixes at most this far apart on average make a trip good enough to teach the scale [s]. K"""
    sigma_odometer: float = 0.002
    sigma_speed: float = 0.015
    sigma_speed_scaled: float = 0.004
    sigma_gps: float = 0.03
    sigma_since_clear: float = 0.01
    """Relative 1-sigma errors of the rungs [1]. M, K"""


@dataclass(frozen=True)
class RoadPolicy:
    """Road type of every second. Section 3 of the model notes; M."""

    mean_half_s: int = 30
    """Half width of the centred mean speed m60 [s]."""
    highway_enter_kmh: float = 70.0
    highway_leave_kmh: float = 55.0
    congested_kmh: float = 15.0
    standing_half_s: int = 150
    standing_kmh: float = 3.0
    standing_share: float = 0.99
    jam_half_s: int = 600
    jam_step_s: int = 10
    """The free-flow speed is taken this often [s]."""
    jam_quantile: float = 0.9
    jam_free_kmh: float = 60.0
    jam_ratio: float = 0.4
    sigma_share: float = 0.03
    """Absolute 1-sigma error of a share [1]. K"""


@dataclass(frozen=True)
class CarPolicy:
    """The default car, where the vehicle file says nothing. M: the car of the reference figures."""

    mass_kg: float = 1400.0
    cda_m2: float = 0.65
    crr: float = 0.010
    rated_kw: float = 90.0
    driven_axle: str = "front"
    rotating_mass: float = 1.03
    """Share of mass the wheels and gears add in acceleration [1]. K"""
    air_kg_m3: float = 1.2
    rolling_from_m_s: float = 0.1
    """Rolling resistance acts from this speed on [m/s]. K"""
    front_weight_fwd: float = 0.60
    front_weight_rwd: float = 0.50
    """Static share of weight on the front axle [1]. K"""
    front_braking: float = 0.70
    """Front share of braking [1]. K"""


@dataclass(frozen=True)
class Petrol:
    """Stoichiometric air to fuel by mass [1] and density [kg/L]. K"""

    air_fuel: float
    kg_l: float


FUELS = {"petrol": Petrol(14.7, 0.745), "hybrid": Petrol(14.7, 0.745), "e10": Petrol(14.1, 0.750),
         "e27": Petrol(13.1, 0.754), "e85": Petrol(9.8, 0.785), "diesel": Petrol(14.5, 0.835)}
"""Fuels by the name of the vehicle file."""


@dataclass(frozen=True)
class FuelPolicy:
    """The fuel ladder. Section 4 of the model notes."""

    gas_constant_j_kg_k: float = 287.05
    """Specific gas constant of dry air [J/(kg K)]. ISO 2533"""
    load_air_g_l: float = 1.184
    """Air density at 25 C and 101.3 kPa by which PID 43 is defined [g/L]. SAE J1979"""
    standard_baro_kpa: float = 101.3
    highest_baro_kpa: float = 106.0
    """Standard and highest pressure of the air outside [kPa]. ISO 2533; K"""
    volumetric_efficiency: float = 0.85
    """Unlearned, naturally aspirated or lightly charged petrol [1]. K, 0.75-0.95"""
    intake_default_c: float = 25.0
    """Manifold air where the sensor is missing [degC]. K"""
    cutoff_rpm: float = 1200.0
    cutoff_map_kpa: float = 25.0
    cutoff_load_pct: float = 10.0
    cutoff_throttle_pct: float = 2.0
    """Fuel is cut above this speed, with the throttle this near its least value, below this MAP or load. K"""
    engine_efficiency: float = 0.484
    driveline_efficiency: float = 0.90
    accessories_w: float = 700.0
    friction_share: float = 0.073
    """Marginal efficiency [1], accessories [W] and share of rated power burnt in friction [1]. M: nine EPA cars"""
    heat_mj_l: float = 32.05
    heat_diesel_mj_l: float = 35.8
    """Lower heating values of petrol and diesel [MJ/L]. K"""
    assumed_idle_s: float = 30.0
    """Without engine speed, idling around the movement is assumed for this long where speed was read [s]. K"""
    coverage: float = 0.8
    """A rung must cover this share of the engine-on time to be used for a trip [1]. K"""
    per_100km_from_km: float = 1.0
    """Litres per 100 km are said from this distance on [km]. K"""
    diesel_map_ratio: float = 0.85
    diesel_idle_rpm_low: float = 500.0
    diesel_idle_rpm_high: float = 1200.0
    vacuum_map_ratio: float = 0.6
    """A throttled engine draws this ratio to ambient pressure at light load; a diesel never [1]. K"""
    vacuum_share: float = 0.02
    """Share of running time with such vacuum that shows a throttle [1]. K"""
    boost_map_ratio: float = 1.1
    """Above this ratio to ambient pressure the engine is charged [1]. K"""
    boost_share: float = 0.005
    """Share of running time that shows a charged engine, for which calculated load does not give air [1]. K"""
    hybrid_share: float = 0.05
    """Share of the distance driven with the engine at rest that shows a hybrid [1]. K"""
    vacuum_running_s: float = 120.0
    """Running time needed to judge by vacuum alone [s]. K"""
    sigma: dict[str, float] = field(default_factory=lambda: {
        "fuel_rate": 0.03, "maf": 0.05, "absolute_load": 0.06, "speed_density": 0.06, "calculated_load": 0.08,
        "speed_density_unlearned": 0.12, "calculated_load_unlearned": 0.14, "absolute_load_unlearned": 0.12,
        "physics": 0.15})
    """Relative 1-sigma error of each rung [1]. S hemdata (111 cars), K"""


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


@dataclass(frozen=True)
class ForecastPolicy:
    """When a need is reached. Section 10 of the model notes."""

    history_d: int = 180
    block_d: int = 7
    half_life_d: float = 60.0
    paths: int = 300
    sigma_rate: float = 0.25
    horizon_d: int = 1096
    prior_km_d: float = 35.0
    prior_sigma: float = 0.6
    prior_weight_d: float = 14.0
    silent_d: int = 30


@dataclass(frozen=True)
class Policy:
    """All constants of one assessment."""

    trips: TripPolicy = TripPolicy()
    hold: HoldPolicy = HoldPolicy()
    mileage: MileagePolicy = MileagePolicy()
    road: RoadPolicy = RoadPolicy()
    car: CarPolicy = CarPolicy()
    fuel: FuelPolicy = field(default_factory=FuelPolicy)
    tyres: TyrePolicy = TyrePolicy()
    brakes: BrakePolicy = BrakePolicy()
    forecast: ForecastPolicy = ForecastPolicy()


DEFAULT = Policy()
"""The published constants."""
