"""`python -m dev.models_doc > docs/models.md` prints every model: equation, units, validity, source and defaults."""

import ast
import inspect
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from types import FunctionType, ModuleType

from health import MODEL_VERSION
from health import policy as policies
from health.statistics import ESTIMATORS, TRIP_STATISTICS


@dataclass(frozen=True)
class Chapter:
    """One subject: the modules that model it and the classes of constants they use."""

    title: str
    modules: tuple[str, ...]
    constants: tuple[str, ...] = ()


CHAPTERS = (
    Chapter("Cleaning", ("quality", "samples", "seconds", "ticks"), ("HoldPolicy",)),
    Chapter("Trips", ("trips",), ("TripPolicy",)),
    Chapter("Mileage", ("mileage", "distance", "gps_path", "satellites"), ("MileagePolicy",)),
    Chapter("Road mix", ("road", "road_mix"), ("RoadPolicy",)),
    Chapter("Road load", ("road_load",), ("CarPolicy",)),
    Chapter("Fuel", ("fuel_rungs", "fuel", "engine_kind"), ("FuelPolicy",)),
    Chapter("Tyres", ("tyres", "tyre_sets", "tyre_pairs", "tread", "worn_part", "wear_fit", "earlier_parts"),
            ("TyrePolicy",)),
    Chapter("Brakes", ("brakes", "pads"), ("BrakePolicy",)),
    Chapter("Engine oil", ("oil", "oil_life"), ("OilPolicy",)),
    Chapter("12 V battery", ("battery", "battery_state"), ("BatteryPolicy",)),
    Chapter("Patterns of use", ("patterns", "pattern_list"), ("PatternPolicy",)),
    Chapter("Refuelling", ("refuel", "refuel_lesson"), ("RefuelPolicy",)),
    Chapter("Energy of the traction battery", ("fuel_electric",)),
    Chapter("Drift of consumption", ("fuel_drift",), ("DriftPolicy",)),
    Chapter("Thermostat", ("thermostat", "thermostat_drift", "drift"), ("CoolingPolicy",)),
    Chapter("Fuel trims", ("fuel_trims", "fuel_trim_drift"), ("TrimPolicy",)),
    Chapter("Fleet", ("fleet",)),
    Chapter("Trouble codes", ("codes", "codes_table", "codes_due"), ("CodePolicy",)),
    Chapter("Driving", ("events", "driving"), ("EventPolicy",)),
    Chapter("Forecast and due dates", ("usage", "forecast", "due_start", "due", "due_together"), ("ForecastPolicy",)),
    Chapter("Findings", ("findings", "findings_of_use", "findings_of_tyres", "findings_of_parts", "findings_of_codes",
                         "findings_of_fuel", "findings_of_engine", "findings_of_fleet", "findings_of_data",
                         "days_in_words"),
            ("FindingPolicy",)),
)
"""The order of the report."""

HEAD = f"""# Models

Generated from `health/` by `dev/models_doc.py`; do not edit. Model version {MODEL_VERSION}.

Readings become one row of statistics per trip ({len(TRIP_STATISTICS)} columns by {len(ESTIMATORS)} estimators); the
report folds these rows in time order. A row depends on the readings of its own trip and a margin around it only, so a
late message changes its trip and nothing else. Figures carry their 10th and 90th percentile, their source and unit;
what is unknown is null with a reason.

Origin of constants: **M** measured or fitted with a plain implementation, **S** a public source, **K** engineering
practice. Every constant can be overridden by passing another `Policy`. The model notes are the sheet of equations these
models began with; what they use of it stands below, with where it came from at the end.
"""

TAIL = """## Sources

| named above | is |
|---|---|
| SAE J1979, PID | scaling of on-board signals: SAE J1979 / ISO 15031-5 |
| SAE J2012 | trouble codes: SAE J2012 / ISO 15031-6 |
| hemdata | "Fuel economy using OBD", hemdata.com: air meter against injectors on 111 cars, mean 2.8 %, SD 5.1 % |
| nine EPA cars | EPA test list, unadjusted consumption by 40 CFR 600.210-08 |
| Schallamach, KTH 2017, KTH 2014 | wear by force times slip; Wang, tyre wear model, KTH 2017; Salminen, KTH 2014 |
| OeAMTC/ADAC | abrasion of 160 tyres; ADAC: 120 g/1000 km per car in the mean |
| JARI, Vehicles 2025 7(2) 52 | brake particles of hybrids, Atmosphere 2024 15(1) 75; review of brake wear |
| US4742476, US5060156, US5382942, US6327900 | oil life by revolutions and temperature, oil temperature (GM, Ford) |
| yic-electronics, hyundaibook | tables of open-circuit and of cranking voltage, yic-electronics.com, hyundaibook.ru |
| 13 CCR 1968.2 | California's on-board diagnostics, monitor of the thermostat |
| common products | thresholds of harsh events: Digital Matter, PosiTrace, Tesla safety score |

## How to add an estimator

Walked through with a real one in `docs/estimators.md`.
"""


def document() -> str:
    """The whole page."""
    return "\n".join([HEAD, *(line for chapter in CHAPTERS for line in _chapter(chapter)), TAIL])


def _chapter(chapter: Chapter) -> Iterator[str]:
    yield from (f"## {chapter.title}", "")
    for name in chapter.modules:
        yield from _module(import_module(f"health.{name}"))
    for name in chapter.constants:
        yield from _constants(name)


def _module(module: ModuleType) -> Iterator[str]:
    yield from (f"### `{module.__name__}`", "", inspect.cleandoc(module.__doc__ or ""), "")
    for function in _public(module):
        yield from _function(function)


def _public(module: ModuleType) -> Iterable[FunctionType]:
    """Functions of the module itself that others may call, in the order of the file."""
    return (value for name, value in vars(module).items()
            if isinstance(value, FunctionType) and value.__module__ == module.__name__ and not name.startswith("_"))


def _function(function: FunctionType) -> Iterator[str]:
    arguments = ", ".join(inspect.signature(function).parameters)
    text = _without_underlines(inspect.cleandoc(function.__doc__ or ""))
    first, _, rest = text.partition("\n")
    yield f"- **`{function.__name__}({arguments})`** {first}"
    yield from (f"  {line}".rstrip() for line in rest.splitlines())
    yield ""


def _without_underlines(text: str) -> str:
    """Headings of numpydoc would become headings of the page."""
    return re.sub(r"^(\w+)\n-+$", r"*\1*", text, flags=re.MULTILINE)


def _constants(name: str) -> Iterator[str]:
    yield from (f"Constants, `{name}`:", "", "| constant | default | meaning [unit], origin |", "|---|---|---|")
    defaults = getattr(policies, name)()
    yield from (f"| `{field}` | {_shown(getattr(defaults, field))} | {meaning} |" for field, meaning in _meanings(name))
    yield ""


def _shown(value: object) -> str:
    return f"{value:.7g}" if isinstance(value, float) else str(value)


def _meanings(name: str) -> Iterator[tuple[str, str]]:
    """Fields of a class of constants; a text below several of them is about them all."""
    waiting: list[str] = []
    for line in _classes()[name].body:
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
            waiting.append(line.target.id)
        elif waiting and isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant):
            meaning = " ".join(str(line.value.value).split())
            yield from ((field, meaning) for field in waiting)
            waiting = []
    yield from ((field, "") for field in waiting)


@cache
def _classes() -> dict[str, ast.ClassDef]:
    files = Path(policies.__file__).parent.glob("*.py")
    return {node.name: node for file in files for node in ast.parse(file.read_text(encoding="utf-8")).body
            if isinstance(node, ast.ClassDef)}


if __name__ == "__main__":
    print(document(), end="")
