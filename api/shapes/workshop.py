"""What the workshop reports of a visit, and the rules a store sets."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, model_validator

from api.shapes.forms import Answer, Ask
from schemas.errors import InvalidInput
from schemas.vehicle import OTHER_AXLE, TYR_NEW, TYR_ROT, Axle

Item = Annotated[str, Field(max_length=40, pattern=r"^[A-Z0-9-]+$", examples=["PM-MINOR"])]
Kilometres = Annotated[float, Field(ge=0, le=3_000_000)]


class MeasuredDepth(Ask):
    """A reading of the 12-item check: the thinnest tyre or pad of the axle."""

    kind: Literal["tread", "pad"]
    axle: Axle
    value_mm: float = Field(ge=0, le=30)


class ChangedTyres(Ask):
    """Axles swapped, another of the car's sets mounted, or new tyres put on.

    New tyres are on the `axle` named, else on both, and count as the service TYR-NEW of the axle whose tyres went. A
    set that is mounted new: `mounted`, with TYR-NEW among the services. Readings of the same visit are of the tyres the
    car came with.
    """

    kind: Literal["rotated", "mounted", "new"]
    set_name: str = Field("", max_length=40, examples=["winter"])
    winter: bool = False
    axle: Axle | None = None
    moved: bool = Field(False, description="the pair that stays went to the other axle; so does TYR-ROT among services")
    new_mm: float | None = Field(None, ge=1, le=30, description="tread of the new tyres")

    @model_validator(mode="after")
    def _new_tyres(self) -> "ChangedTyres":
        if self.kind != "new" and (self.axle or self.new_mm or self.moved):
            raise ValueError("axle, moved and new_mm are said of new tyres")
        if self.moved and self.axle is None:
            raise ValueError("a pair moves where the other one is new")
        return self


class CorrectedOdometer(Ask):
    """From this visit on the dashboard shows something else than the car has done."""

    shown_km: Kilometres
    true_km: Kilometres
    reason: Literal["cluster_replaced", "cluster_repaired", "tampered"]


class WorkshopVisit(Ask):
    """Everything a visit leaves on record. Sending the same again adds nothing."""

    at: AwareDatetime = Field(description="when the car was looked at; the same on every repetition")
    done_on: date = Field(description="the store's day of completed work")
    odometer_km: Kilometres | None = Field(None, description="as the dashboard shows it")
    measurements: list[MeasuredDepth] = Field([], max_length=8)
    services: list[Item] = Field([], max_length=40, description="completed catalogue items")
    tyres: ChangedTyres | None = None
    odometer_correction: CorrectedOdometer | None = None

    @property
    def done(self) -> list[str]:
        """Completed catalogue items, new tyres among them."""
        new = self.tyres is not None and self.tyres.kind == "new" and TYR_NEW not in self.services
        return [*self.services, *([TYR_NEW] if new else [])]

    @property
    def replaced(self) -> Axle | None:
        """The axle whose tyres were replaced: where the new ones are, unless the other pair moved there first."""
        if self.tyres is None or self.tyres.axle is None:
            return None
        moved = self.tyres.moved or TYR_ROT in self.services
        return OTHER_AXLE[self.tyres.axle] if moved else self.tyres.axle


class Recorded(Answer):
    """How much of it was new."""

    measurements: int
    services: int
    tyre_changes: int
    odometer_corrections: int


class RuleForm(Ask):
    """Limits of a catalogue item, whichever comes first; `off`: the store does not propose it."""

    make: str | None = Field(None, max_length=60, examples=["Volkswagen"])
    model: str | None = Field(None, max_length=60)
    km: float | None = Field(None, gt=0, le=1_000_000)
    months: float | None = Field(None, gt=0, le=240)
    tread_mm: float | None = Field(None, gt=0, le=10)
    pad_mm: float | None = Field(None, gt=0, le=20)
    revolutions: float | None = Field(None, gt=0, le=1e10, description="turns of the engine")
    codes: list[Annotated[str, Field(pattern=r"^[PCBU][0-9A-F]{0,4}$")]] = Field(
        [], max_length=50, description="beginnings of trouble codes", examples=[["P03"]])
    once: bool = False
    off: bool = False

    @model_validator(mode="after")
    def _limited(self) -> "RuleForm":
        limits = (self.km, self.months, self.tread_mm, self.pad_mm, self.revolutions)
        if not self.off and not self.codes and not any(limits):
            raise ValueError("a rule needs a limit, or off")
        if self.model and not self.make:
            raise ValueError("a model needs its make")
        return self

    def require_sense(self, item: str) -> None:
        """Raises InvalidInput for a limit that nobody would look at for this item."""
        if self.tread_mm and item != TYR_NEW:
            raise InvalidInput(f"tread_mm: a limit of {TYR_NEW} alone")
        if self.pad_mm and not item.startswith("BRK-PAD-"):
            raise InvalidInput("pad_mm: a limit of brake pads alone")
        if item == TYR_NEW and not self.off and (not self.tread_mm or self.km or self.revolutions):
            raise InvalidInput(f"tread_mm: {TYR_NEW} goes by tread, besides by age in months")


class RuleView(Answer):
    """A rule; `store_id` null is the default catalogue. The narrower one holds: store, then model, then make."""

    item: str
    store_id: int | None
    make: str | None
    model: str | None
    km: float | None
    months: float | None
    tread_mm: float | None
    pad_mm: float | None
    revolutions: float | None
    codes: list[str]
    once: bool
    off: bool


class Rules(Answer):
    items: list[RuleView]
