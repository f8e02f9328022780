"""The case of one vehicle: all chapters of its report, before anything is said about them."""

from dataclasses import dataclass

from health.battery_state import BatteryState
from health.codes import Codes
from health.due import Outlook
from health.use import Use
from schemas.report import Due, OdometerReport


@dataclass(frozen=True)
class Case:
    """All chapters of one vehicle."""

    view: Outlook
    odometer: OdometerReport
    use: Use
    battery: BatteryState
    codes: Codes
    due: list[Due]
