"""The summary: what the API says after weeks of driving, beside what really happened."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import httpx
from rich.console import Console
from rich.table import Table

from dev.demo.keys import Keys
from dev.demo.seeding import ADVISOR, Seeded
from device_sim import Truth

Report = dict[str, Any]


class Advisor:
    """The service advisor's session at the API."""

    def __init__(self, api_url: str, keys: Keys) -> None:
        self.base_url = api_url
        self._client = httpx.Client(base_url=api_url, timeout=30)
        form = {"grant_type": "password", "username": ADVISOR, "password": keys.advisor}
        token = self._client.post("/v1/auth/token", data=form).raise_for_status().json()["access_token"]
        self._client.headers["Authorization"] = f"Bearer {token}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def report(self, vehicle_id: int) -> Report:
        """The health report of a car."""
        return dict(self._get(f"/v1/vehicles/{vehicle_id}/health")["report"])

    def pre_arrivals(self) -> list[dict[str, Any]]:
        """Every proposed booking of the advisor's store, with its reasons."""
        store_id = self._get("/v1/me")["posts"][0]["store_id"]
        return list(self._get(f"/v1/stores/{store_id}/pre-arrival")["items"])

    def _get(self, path: str) -> dict[str, Any]:
        return dict(self._client.get(path).raise_for_status().json())


def show(console: Console, api_url: str, keys: Keys, cars: Sequence[Seeded], truths: Mapping[str, Truth],
         samples: Mapping[str, int]) -> None:
    """Print the tables of the summary."""
    with Advisor(api_url, keys) as advisor:
        reports = {car.player.device_id: advisor.report(car.vehicle_id) for car in cars}
        visits = advisor.pre_arrivals()
    console.print(_figures(cars, reports, truths, samples))
    for visit in visits:
        console.print(_proposal(visit))


def _figures(cars: Sequence[Seeded], reports: Mapping[str, Report], truths: Mapping[str, Truth],
             samples: Mapping[str, int]) -> Table:
    table = Table(title="Derived | true, after four weeks; tread with its 80 % interval")
    table.add_column("car", overflow="fold")
    for column in ("samples in", "km", "L/100 km", "front tread mm", "rear tread mm"):
        table.add_column(column, justify="right", no_wrap=True)
    for car in cars:
        device_id = car.player.device_id
        table.add_row(*_row(car, reports[device_id], truths.get(device_id), samples[device_id]))
    return table


def _row(car: Seeded, report: Report, truth: Truth | None, samples: int) -> list[str]:
    front, rear = (report["tyres"][axle]["tread_mm"] for axle in ("front", "rear"))
    return [f"{car.player.plate} {car.player.make_model[1]}", f"{samples:,}",
            f"{_value(report['distance_km'], 1)} | {_true(truth.distance_km if truth else None, 1)}",
            f"{_value(report['fuel_l_per_100km'], 2)} | {_true(truth.fuel_l_per_100km if truth else None, 2)}",
            f"{_interval(front)} | {_true(truth.tread_front_mm if truth else None, 2)}",
            f"{_interval(rear)} | {_true(truth.tread_rear_mm if truth else None, 2)}"]


def _true(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:,.{digits}f}"


def _value(quantity: dict[str, Any] | None, digits: int) -> str:
    return f"{quantity['value']:,.{digits}f}" if quantity else "unknown"


def _interval(quantity: dict[str, Any] | None) -> str:
    return f"{quantity['value']:.2f} ({quantity['low']:.2f}–{quantity['high']:.2f})" if quantity else "unknown"


def _proposal(visit: dict[str, Any]) -> Table:
    title = f"{visit['greeting_zh']} · {visit['plate']} · {visit['model']} · proposed for {visit['proposed_for']}"
    table = Table(title=title, title_justify="left", show_header=False)
    table.add_column("what", no_wrap=True)
    table.add_column("why", overflow="fold")  # Chinese has no blanks to break lines at
    for due in visit["due"]:
        table.add_row(f"{due['item']}\n{due['due_on']}", f"{due['name_zh']}:{due['reason_zh']}\n"
                                                          f"{due['name_en']}: {due['reason_en']}")
    for finding in visit["findings"]:
        if finding["code"] != "service_due":  # said above, item by item
            table.add_row(finding["code"], f"{finding['zh']}\n{finding['en']}")
    return table


def show_ways_in(console: Console, api_url: str, keys: Keys, database_url: str, broker_url: str, *, once: bool) -> None:
    """Print addresses and log-ins, and what somebody needs who tries a device of his own (docs/devices.md)."""
    console.print(f"\nAPI          {api_url}/v1   (OpenAPI: {api_url}/v1/openapi.json)")
    console.print(f"Advisor      user {ADVISOR}, password {keys.advisor}")
    console.print(f"Owner        POST {api_url}/v1/auth/code with a phone of the cast; read the code in the API's log")
    console.print("Your device  docs/devices.md, with these:")
    for name, value in {"DATABASE_URL": database_url, "BROKER_URL": broker_url, "CHECK_PASSWORD": keys.check}.items():
        console.print(f"[dim]export PITCALL_{name}='{value}'[/dim]", soft_wrap=True)
    console.print("\nThe demo ends here (ONCE=1)." if once else "\nRunning until Ctrl-C.")
