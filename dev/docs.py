"""`python -m dev.docs` rewrites what is generated inside pages: settings and alerts in operations.md, signals in
devices.md."""

import json
import re
from pathlib import Path

import yaml

from schemas.settings import PREFIX, Settings
from schemas.signals import SIGNALS, Signal

ROOT = Path(__file__).parents[1]
OPERATIONS = ROOT / "docs" / "operations.md"
DEVICES = ROOT / "docs" / "devices.md"
ALERTS = ROOT / "docs" / "alerts.yml"
_SECTION = re.compile(r"(<!-- settings -->\n).*?(?=\n## )", re.DOTALL)
_SIGNALS = re.compile(r"(<!-- signals -->\n)(?:\|.*\n)+")
_ALERTS = re.compile(r"(<!-- alerts -->\n).*?(?=\n## )", re.DOTALL)


def settings_table() -> str:
    """Every setting with its default, from the settings class itself."""
    rows = [f"| `{PREFIX}{name.upper()}` | {_default(name)} | {field.description} |"
            for name, field in sorted(Settings.model_fields.items())]
    return "\n".join(["| setting | default | what it is |", "|---|---|---|", *rows]) + "\n"


def _default(name: str) -> str:
    field = Settings.model_fields[name]
    if field.default_factory is not None:
        return "`~/.cache/pitcall`"
    return "–" if field.default is None else f"`{json.dumps(field.default)}`".replace('"', "")


def with_settings(page: str) -> str:
    """The operations page with its settings table brought up to date."""
    return _SECTION.sub(lambda found: f"{found[1]}{settings_table()}", page)


def alerts_table() -> str:
    """Every alert with its reason and what to do, from the rules themselves."""
    groups = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"]
    rows = [f"| {rule['alert']} | {rule['labels']['severity']} | {rule['annotations']['why']} | "
            f"{rule['annotations']['do']} |" for group in groups for rule in group["rules"]]
    return "\n".join(["| alert | | why | what to do |", "|---|---|---|---|", *rows]) + "\n"


def with_alerts(page: str) -> str:
    """The operations page with its table of alerts brought up to date."""
    return _ALERTS.sub(lambda found: f"{found[1]}{alerts_table()}", page)


def signals_table() -> str:
    """Every signal a device may send, from the table of signals itself."""
    head = "| signal | our column | unit | OBD PID | from its bytes | step | plausible |\n|---|---|---|---|---|---|---|"
    return "\n".join([head, *map(_signal, SIGNALS)]) + "\n"


def _signal(one: Signal) -> str:
    formula = f"`{one.scaling}`" if one.scaling else "–"
    return (f"| `{one.alias}` | `{one.column}` | {one.unit} | {one.pid or '–'} | {formula} | {one.scale:g} | "
            f"{one.low:,.7g} to {one.high:,.7g} |")


def with_signals(page: str) -> str:
    """The page for makers of devices with its table of signals brought up to date."""
    return _SIGNALS.sub(lambda found: f"{found[1]}{signals_table()}", page)


if __name__ == "__main__":
    OPERATIONS.write_text(with_alerts(with_settings(OPERATIONS.read_text(encoding="utf-8"))), encoding="utf-8")
    DEVICES.write_text(with_signals(DEVICES.read_text(encoding="utf-8")), encoding="utf-8")
