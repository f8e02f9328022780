"""The verdict for people and for machines."""

import json
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from device_sim.check.judging import good
from device_sim.check.reading import Observation
from device_sim.check.verdict import Finding, Verdict

COLOURS = {Verdict.PASS: "green", Verdict.WARN: "yellow", Verdict.FAIL: "bold red", Verdict.UNSEEN: "dim"}


def show(device_id: str, seen: Observation, findings: Sequence[Finding]) -> None:
    """Print a table and one line that sums it up."""
    table = Table(title=f"{device_id}: {len(seen.sent())} messages in {seen.seconds:.0f} s", title_justify="left")
    for heading in ("rule", "verdict", "what was seen"):
        table.add_column(heading, no_wrap=heading != "what was seen")
    for rule, verdict, detail in findings:
        table.add_row(rule, f"[{COLOURS[verdict]}]{verdict}[/]", detail)
    Console().print(table)
    Console().print(summary(findings))


def summary(findings: Sequence[Finding]) -> str:
    """How many of each verdict."""
    return ", ".join(f"{sum(one.verdict is verdict for one in findings)} {verdict}" for verdict in Verdict)


def as_json(device_id: str, seen: Observation, findings: Sequence[Finding]) -> str:
    """The same as one JSON line."""
    return json.dumps({"device": device_id, "seconds": round(seen.seconds, 1), "messages": len(seen.sent()),
                       "good": good(findings), "rules": [finding._asdict() for finding in findings]})
