"""The signals: one row per measured quantity, read by decoder, COPY, frames, simulator, docs and AsyncAPI.

Adding a signal is a row here and a migration. PID scaling after SAE J1979 / ISO 15031-5, paths after COVESA VSS 6.0.
"""

from dataclasses import dataclass
from enum import StrEnum


class SqlType(StrEnum):
    """Column type in the database; `real` keeps 24 bits, enough for every PID but the odometer and positions."""

    REAL = "real"
    DOUBLE = "double precision"
    SMALLINT = "smallint"


class Hold(StrEnum):
    """How long a value counts after it was measured, when signals arrive one by one."""

    MEDIAN = "median"  # max(2 s, 2 x its median interval), at most 10 s
    NEVER = "never"    # positions and accelerations are true at their instant only


class Home(StrEnum):
    """Hypertable a signal is stored in; `position` is written only with the owner's consent."""

    READING = "reading"
    POSITION = "position"


@dataclass(frozen=True)
class Signal:
    """One signal: column name with unit, wire alias, OBD PID and scaling, VSS path, plausible range."""

    column: str
    unit: str
    alias: str
    pid: str | None
    scaling: str | None
    vss: str | None
    low: float
    high: float
    scale: float  # resolution a device sends differences in
    sql: SqlType = SqlType.REAL
    hold: Hold = Hold.MEDIAN
    home: Home = Home.READING


def _position(column: str, unit: str, alias: str, vss: str, low: float, high: float, scale: float,
              sql: SqlType = SqlType.REAL) -> Signal:
    return Signal(column, unit, alias, None, None, vss, low, high, scale, sql, Hold.NEVER, Home.POSITION)


_ENGINE = "Vehicle.Powertrain.CombustionEngine."
_OVERLAY = "Vehicle.OBD."
_FUEL_LEVEL = "Vehicle.Powertrain.FuelSystem.RelativeLevel"
_TYRE = "Vehicle.Chassis.Axle.Row{}.Wheel.{}.Tire.Pressure"

SIGNALS: tuple[Signal, ...] = (
    Signal("speed_kmh", "km/h", "speed", "0D", "A", "Vehicle.Speed", 0, 250, 1),
    Signal("engine_rpm", "1/min", "rpm", "0C", "(256A+B)/4", _ENGINE + "Speed", 0, 8000, 1),
    Signal("engine_load_pct", "%", "load", "04", "A*100/255", _OVERLAY + "EngineLoad", 0, 100, 0.1),
    Signal("absolute_load_pct", "%", "abs_load", "43", "(256A+B)*100/255", _OVERLAY + "AbsoluteLoad", 0, 400, 0.1),
    Signal("throttle_pct", "%", "throttle", "11", "A*100/255", _OVERLAY + "ThrottlePosition", 0, 100, 0.1),
    Signal("coolant_c", "degC", "coolant", "05", "A-40", _ENGINE + "EngineCoolant.Temperature", -40, 150, 1),
    Signal("intake_air_c", "degC", "iat", "0F", "A-40", _OVERLAY + "IntakeTemp", -40, 90, 1),
    Signal("ambient_c", "degC", "ambient", "46", "A-40", "Vehicle.Exterior.AirTemperature", -50, 70, 1),
    Signal("oil_c", "degC", "oil", "5C", "A-40", _ENGINE + "EngineOil.Temperature", -40, 200, 1),
    Signal("maf_g_s", "g/s", "maf", "10", "(256A+B)/100", _ENGINE + "MAF", 0, 400, 0.01),
    Signal("map_kpa", "kPa", "map", "0B", "A", _ENGINE + "MAP", 10, 260, 1),
    Signal("baro_kpa", "kPa", "baro", "33", "A", _OVERLAY + "BarometricPressure", 50, 110, 1),
    Signal("lambda_ratio", "1", "lambda", "44", "2(256A+B)/65536", _OVERLAY + "CommandedEquivalenceRatio", 0, 2, 0.001),
    Signal("short_fuel_trim_pct", "%", "stft", "06", "A*100/128-100", _OVERLAY + "ShortTermFuelTrim1", -100, 99.3, 0.1),
    Signal("long_fuel_trim_pct", "%", "ltft", "07", "A*100/128-100", _OVERLAY + "LongTermFuelTrim1", -100, 99.3, 0.1),
    Signal("fuel_rate_l_h", "L/h", "fuel_rate", "5E", "(256A+B)/20", _OVERLAY + "FuelRate", 0, 300, 0.01),
    Signal("fuel_rate_g_s", "g/s", "fuel_g_s", "9D", "(256A+B)/50", _OVERLAY + "EngineFuelRateMass", 0, 100, 0.01),
    Signal("fuel_type_code", "code", "fuel_type", "51", "A", _OVERLAY + "FuelType", 0, 23, 1, SqlType.SMALLINT),
    Signal("fuel_level_pct", "%", "fuel", "2F", "A*100/255", _FUEL_LEVEL, 0, 100, 0.1),
    Signal("odometer_km", "km", "odo", "A6", "uint32/10", "Vehicle.TraveledDistance", 0, 2e6, 0.1, SqlType.DOUBLE),
    Signal("battery_v", "V", "batt", "42", "(256A+B)/1000", "Vehicle.LowVoltageBattery.CurrentVoltage", 6, 18, 0.01),
    _position("latitude", "deg", "lat", "Vehicle.CurrentLocation.Latitude", -90, 90, 1e-5, SqlType.DOUBLE),
    _position("longitude", "deg", "lon", "Vehicle.CurrentLocation.Longitude", -180, 180, 1e-5, SqlType.DOUBLE),
    _position("altitude_m", "m", "alt", "Vehicle.CurrentLocation.Altitude", -500, 9000, 1),
    _position("heading_deg", "deg", "heading", "Vehicle.CurrentLocation.Heading", 0, 360, 1),
    _position("gps_speed_kmh", "km/h", "gps_speed", "Vehicle.CurrentLocation.Speed", 0, 400, 0.1),
    Signal("accel_long_m_s2", "m/s2", "ax", None, None, "Vehicle.Acceleration.Longitudinal", -30, 30, 0.01,
           hold=Hold.NEVER),
    Signal("accel_lat_m_s2", "m/s2", "ay", None, None, "Vehicle.Acceleration.Lateral", -30, 30, 0.01, hold=Hold.NEVER),
    Signal("tyre_kpa_fl", "kPa", "tyre_fl", None, None, _TYRE.format(1, "Left"), 0, 600, 1),
    Signal("tyre_kpa_fr", "kPa", "tyre_fr", None, None, _TYRE.format(1, "Right"), 0, 600, 1),
    Signal("tyre_kpa_rl", "kPa", "tyre_rl", None, None, _TYRE.format(2, "Left"), 0, 600, 1),
    Signal("tyre_kpa_rr", "kPa", "tyre_rr", None, None, _TYRE.format(2, "Right"), 0, 600, 1),
    Signal("run_time_s", "s", "run", "1F", "256A+B", _OVERLAY + "RunTime", 0, 65535, 1),
    Signal("distance_since_clear_km", "km", "dist_clear", "31", "256A+B", _OVERLAY + "DistanceSinceDTCClear",
           0, 65535, 1),
    Signal("traction_soc_pct", "%", "soc", "5B", "A*100/255",
           "Vehicle.Powertrain.TractionBattery.StateOfCharge.Current", 0, 100, 0.1),
)

BY_ALIAS: dict[str, Signal] = {signal.alias: signal for signal in SIGNALS}
BY_COLUMN: dict[str, Signal] = {signal.column: signal for signal in SIGNALS}
READING_SIGNALS: tuple[Signal, ...] = tuple(s for s in SIGNALS if s.home is Home.READING)
POSITION_SIGNALS: tuple[Signal, ...] = tuple(s for s in SIGNALS if s.home is Home.POSITION)
