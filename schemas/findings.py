"""Findings: what health has to say to an advisor, with code, severity, words in two languages and evidence."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, JsonValue


class Severity(StrEnum):
    """How soon somebody should look."""

    INFO = "info"        # good to know, nothing to do
    ADVISE = "advise"    # mention and plan
    SOON = "soon"        # at the next visit
    URGENT = "urgent"    # call the customer


class FindingCode(StrEnum):
    """Stable names of findings; wording and evidence may change, codes do not."""

    SERVICE_DUE = "service_due"
    TYRE_TREAD_LOW = "tyre_tread_low"
    TYRE_TREAD_FORECAST = "tyre_tread_forecast"
    TYRE_AGE = "tyre_age"
    TYRE_PRESSURE_LOW = "tyre_pressure_low"
    BRAKE_PADS_LOW = "brake_pads_low"
    BRAKE_PADS_FORECAST = "brake_pads_forecast"
    OIL_HOT = "oil_hot"
    BATTERY_CHECK = "battery_check"
    BATTERY_REPLACE = "battery_replace"
    CHARGING_LOW = "charging_low"
    USE_MOTORWAY = "use_motorway"
    USE_CONGESTION = "use_congestion"
    FUEL_USE_UP = "fuel_use_up"
    FUEL_USE_DOWN = "fuel_use_down"
    FUEL_USE_EXPLAINED = "fuel_use_explained"
    FUEL_FLEET = "fuel_fleet"
    FUEL_DIESEL_UNMEASURED = "fuel_diesel_unmeasured"
    FUEL_TRIM = "fuel_trim"
    THERMOSTAT = "thermostat"
    TYRE_WEAR_FLEET = "tyre_wear_fleet"
    TROUBLE_CODE = "trouble_code"
    TROUBLE_CODE_PENDING = "trouble_code_pending"
    TROUBLE_CODE_CLEARED = "trouble_code_cleared"
    TROUBLE_CODE_UNREADABLE = "trouble_code_unreadable"
    ODOMETER_RESET = "odometer_reset"
    SENSOR_STUCK = "sensor_stuck"
    DATA_GAP = "data_gap"
    MEASURE_TREAD = "measure_tread"
    MEASURE_PADS = "measure_pads"


class Finding(BaseModel):
    """One sentence an advisor can read aloud, and the rows it rests on."""

    model_config = ConfigDict(frozen=True)

    code: FindingCode
    severity: Severity
    zh: str
    en: str
    evidence: list[dict[str, JsonValue]]
