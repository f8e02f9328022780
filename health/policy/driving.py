"""Constants of trips, distance, roads and the default car."""

from dataclasses import dataclass


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
    """A value counts at least and at most this long [s]. K"""
    intervals: float = 2.0
    """In between, as many of its own median intervals [1]. K"""


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
    floor_trip_km: float = 3.0
    floor_trips: int = 20
    """Whether speed is cut to whole km/h is asked of trips this long [km], once there are so many [1]. K"""
    floor_evidence: float = 4.6
    """It is believed from this log likelihood ratio on [1]: odds of 100 to 1. K"""
    odometer_rounding_km: float = 1.0
    """People read whole kilometres off a dashboard [km]. K"""
    odometer_full_km: float = 999_999.0
    odometer_turn_km: float = 5_000.0
    """A counter of six digits starts anew after this; seen within this distance of it on both sides [km]. K"""
    odometer_reset_share: float = 0.1
    """Below this share [1] of what it showed the counter was replaced, not turned back a little. K"""
    pace_d: float = 14.0
    """A history of so many days tells how far a car goes while nobody watches [d]. K"""
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
    sigma_wheels: float = 0.012
    """Relative 1-sigma error of a kilometre by the wheels, odometer or speed [1]: tyres wear and differ. M: wheel speed
    and satellites differ on real cars by 0.9 % in the median and by 1.7 % at p90"""
    sigma_odometer: float = 0.002
    sigma_speed: float = 0.015
    sigma_speed_scaled: float = 0.004
    sigma_gps: float = 0.03
    sigma_since_clear: float = 0.01
    """Relative 1-sigma errors [1]: of what an odometer shows, of raw speed, of speed beside what scaled it, and of the
    other rungs. M, K"""


@dataclass(frozen=True)
class RoadPolicy:
    """Road type of every second. Section 3 of the model notes; M."""

    mean_half_s: int = 30
    """Half width of the centred mean speed m60 [s]."""
    highway_enter_kmh: float = 70.0
    highway_leave_kmh: float = 55.0
    """On the highway from above the first m60 until the second is reached [km/h]. M"""
    congested_kmh: float = 15.0
    """Congested below this m60 [km/h]. M"""
    standing_half_s: int = 150
    standing_kmh: float = 3.0
    standing_share: float = 0.99
    """Standing: more than this share [1] of the window of this half width [s] below this speed [km/h]. M"""
    jam_half_s: int = 600
    """Half width of the window the free-flow speed is taken from [s]. M"""
    jam_step_s: int = 10
    """The free-flow speed is taken this often [s]."""
    jam_quantile: float = 0.9
    """Free flow is this quantile of the speed [1]. M"""
    jam_free_kmh: float = 60.0
    jam_ratio: float = 0.4
    """A jam: free flow above this [km/h] and m60 below this ratio of it [1]. M"""
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
    """Mass [kg], drag area [m2], rolling resistance [1], rated power [kW] and drive of the default car. M"""
    rotating_mass: float = 1.03
    """Share of mass the wheels and gears add in acceleration [1]. K"""
    air_kg_m3: float = 1.2
    """Density of the air [kg/m3]. M"""
    rolling_from_m_s: float = 0.1
    """Rolling resistance acts from this speed on [m/s]. K"""
    front_weight_fwd: float = 0.60
    front_weight_rwd: float = 0.50
    """Static share of weight on the front axle [1]. K"""
    front_braking: float = 0.70
    """Front share of braking [1]. K"""
