"""Constants of the fuel ladder."""

from dataclasses import dataclass, field


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
    cutoff_below_idle: float = 0.87
    cutoff_load_pct: float = 10.0
    cutoff_throttle_pct: float = 2.0
    """Fuel is cut above this speed, with the throttle this near its least value, below this MAP and this
    share [1] of its own at idle, or below this load. K"""
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
    """At idle, between these speeds [1/min], a diesel's manifold is above this ratio to ambient pressure [1]. K"""
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
    soc_step_pct: float = 0.4
    """Resolution of PID 5B [%]. SAE J1979: 100/255"""
    soc_charging_pct: float = 2.0
    """A rise beyond this from one reading to the next is charging [%]. K: recuperation gives back less"""
    sigma_capacity: float = 0.08
    """Relative 1-sigma error of the usable capacity of the vehicle file [1]. K: ageing"""
    sigma: dict[str, float] = field(default_factory=lambda: {
        "fuel_rate": 0.03, "maf": 0.05, "absolute_load": 0.06, "speed_density": 0.06, "calculated_load": 0.08,
        "speed_density_unlearned": 0.12, "calculated_load_unlearned": 0.14, "absolute_load_unlearned": 0.12,
        "physics": 0.15})
    """Relative 1-sigma error of each rung [1]. S hemdata (111 cars), K"""


@dataclass(frozen=True)
class RefuelPolicy:
    """Refuelling by the fuel level. Section 4 of the model notes."""

    standing_kmh: float = 5.0
    """Below this speed the level counts: it sloshes while driving [km/h]. S"""
    median_s: float = 60.0
    """A level is the median of this time of standing [s]. S"""
    long_stop_s: float = 120.0
    """A stop within a trip counts as a place of its own from this length on [s]. K: quicker than any refuelling"""
    rise_pct: float = 8.0
    """A rise beyond this is a refuelling [%]. S"""
    least_share: float = 0.2
    """Between two refuellings at least this share of the tank must be burnt to teach anything [1]. S"""
    sigma_pct: float = 3.0
    """1-sigma error of a level: bent senders, damping [% of the tank]. K"""


@dataclass(frozen=True)
class DriftPolicy:
    """Consumption against the car's own past. Section 4 of the model notes."""

    least_trip_km: float = 1.0
    """Shorter trips have no consumption per distance [km]. K"""
    recent_trips: int = 10
    recent_km: float = 200.0
    """The latest trips: at least so many, and at least so far [1, km]. Model notes, section 4"""
    baseline_trips: int = 30
    baseline_d: int = 365
    """Trips before them needed to compare with [1], and how far back they reach [d]. Model notes, section 4; K"""
    ridge: float = 3.0
    """Weight of the ridge in trips: as if so many trips said that nothing matters [1]. K"""
    slack: float = 0.5
    alarm: float = 5.0
    """Reference value and decision interval of the CUSUM in standard deviations [1]. Page 1954; Montgomery: in control
    one alarm in 465 trips, a shift of one standard deviation found after 10"""
    clip: float = 3.0
    """One odd trip counts at most this many standard deviations [1]. K: Huber"""
    least_change: float = 0.05
    """Smaller changes are not worth a word [1]. K"""
    named_change: float = 0.02
    """A cause is named from this part on [1]. K"""
