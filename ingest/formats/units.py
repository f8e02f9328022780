"""Units foreign devices measure in, and the one table of factors to ours. No factor stands anywhere else."""

from typing import NamedTuple


class Conversion(NamedTuple):
    """ours = theirs x factor + offset."""

    factor: float
    offset: float = 0.0

    def __call__(self, theirs: float) -> float:
        return theirs * self.factor + self.offset


SAME = Conversion(1.0)

CONVERSIONS: dict[tuple[str, str], Conversion] = {
    ("psi", "kPa"): Conversion(6.894757),
    ("bar", "kPa"): Conversion(100.0),
    ("mi", "km"): Conversion(1.609344),
    ("m", "km"): Conversion(0.001),
    ("mph", "km/h"): Conversion(1.609344),
    ("m/s", "km/h"): Conversion(3.6),
    ("kn", "km/h"): Conversion(1.852),
    ("degF", "degC"): Conversion(5 / 9, -160 / 9),
    ("gal/h", "L/h"): Conversion(3.785412),
    ("g", "m/s2"): Conversion(9.80665),
    ("mV", "V"): Conversion(0.001),
    ("min", "s"): Conversion(60.0),
}
"""(theirs, ours). Exact by definition except psi and the US gallon, rounded to seven digits (NIST SP 811, B.8)."""

SPELLINGS: dict[str, str] = {
    "kph": "km/h", "kmh": "km/h", "km/h": "km/h", "mph": "mph", "m/s": "m/s", "kn": "kn",
    "km": "km", "kilometer": "km", "mi": "mi", "mile": "mi", "miles": "mi", "m": "m",
    "kpa": "kPa", "kilopascal": "kPa", "psi": "psi", "bar": "bar",
    "c": "degC", "degc": "degC", "°c": "degC", "celsius": "degC", "f": "degF", "degf": "degF", "°f": "degF",
    "fahrenheit": "degF", "v": "V", "volt": "V", "mv": "mV", "%": "%", "percent": "%", "rpm": "1/min",
    "gps": "g/s", "g/s": "g/s", "l/h": "L/h", "lph": "L/h", "gal/h": "gal/h", "s": "s", "sec": "s", "second": "s",
    "min": "min", "minute": "min", "g": "g",
}
"""How devices write units, in lower case; "gps" is python-OBD's grams per second."""


def conversion(theirs: str, ours: str) -> Conversion:
    """From one unit to another of the same kind; raises KeyError when the table does not know the pair."""
    return SAME if theirs == ours else CONVERSIONS[theirs, ours]


def stated(spelling: str, ours: str) -> Conversion | None:
    """From a unit as a device wrote it; None when it says nothing we can use."""
    unit = SPELLINGS.get(spelling.strip().lower(), "")
    return SAME if unit == ours else CONVERSIONS.get((unit, ours))
