"""The quantity: how reports give a figure, and why they give none."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Unknown(StrEnum):
    """Why a figure is null."""

    NO_DATA = "no_data"
    NO_SIGNAL = "no_signal"            # the signals it needs were never read
    TOO_SHORT = "too_short"            # too little driven to say
    NO_FACT = "no_fact"                # a fact of the vehicle file is missing
    DIESEL_WITHOUT_FUEL_RATE = "diesel_without_fuel_rate"
    NOT_PETROL = "not_petrol"
    IMPLAUSIBLE = "implausible"
    BEYOND_HORIZON = "beyond_horizon"  # further away than anything is said about
    NOT_BUILT = "not_built"            # reports of older models: an estimator that did not exist yet
    NOT_ELECTRIC = "not_electric"      # the car has no traction battery
    FEW_CARS = "few_cars"              # too few cars of the model to compare without showing one of them
    FORMER_OWNER = "former_owner"      # known, but it stays with the person who drove


class ReportPart(BaseModel):
    """What reports are made of; once said it does not change."""

    model_config = ConfigDict(frozen=True)


class Quantity(ReportPart):
    """A figure with its 10th and 90th percentile, where it comes from, and its unit."""

    value: float
    low: float
    high: float
    source: str
    unit: str


Q = Quantity | None
