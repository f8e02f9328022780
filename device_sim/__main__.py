"""`python -m device_sim`: drive cars that do not exist, or replay ones that did."""

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Annotated, Any

import typer

from device_sim.check.judging import good, judged
from device_sim.check.listening import Listener
from device_sim.check.printing import as_json, show
from device_sim.dongle.messages import Message, messages
from device_sim.dongle.settings import FIELD_SINS, TSBS_SINS, Dongle, Sins
from device_sim.live import play, starting_at
from device_sim.mqtt.credentials import Credentials, read_credentials
from device_sim.mqtt.device import Device
from device_sim.mqtt.fleet import Progress, Shipment, publish_fleet
from device_sim.mqtt.link import PahoLink
from device_sim.replay import read_recording, replay_messages
from device_sim.world.cars import MODELS
from device_sim.world.drivers import DRIVERS
from device_sim.world.history import CarHistory, CarSpec
from device_sim.world.simulate import simulate
from schemas.broker_address import BrokerAddress
from schemas.errors import ConfigurationError, InvalidInput, PitcallError
from schemas.settings import Settings

app = typer.Typer(help="Simulated cars, dongles and recordings.", no_args_is_help=True, pretty_exceptions_enable=False)

SINS = {"none": Sins(), "field": FIELD_SINS, "tsbs": TSBS_SINS}
_STRANGER = Credentials.model_validate({"device_id": "car", "user": "car", "password": "", "shard": "s00"})

CredentialsFile = Annotated[Path | None, typer.Option(
    "--credentials", help="JSON lines of `python -m archive device add ID`; without it nothing is published")]
End = Annotated[str | None, typer.Option(help="ISO 8601 instant of the last sample; default: now")]


@app.command()
def run(credentials: CredentialsFile = None,
        cars: Annotated[int, typer.Option(help="how many, when there is no credentials file")] = 1,
        days: float = 35.0, seed: int = 0, end: End = None,
        model: Annotated[str | None, typer.Option(help=f"{', '.join(MODELS)}; default: one after the other")] = None,
        driver: Annotated[str | None, typer.Option(help=f"{', '.join(DRIVERS)}; default: one after the other")] = None,
        sins: Annotated[str, typer.Option(help=f"what dongles do wrong: {', '.join(SINS)}")] = "none",
        pace: Annotated[float, typer.Option(help="0: as fast as possible; 1: real time from now on")] = 0.0,
        truth: Annotated[Path | None, typer.Option(help="file for the ground truth, JSON")] = None) -> None:
    """Drive cars for some weeks, publish what their dongles say, and tell the truth."""
    owners = read_credentials(credentials) if credentials else _strangers(cars)
    specs = [_spec(owner, number, model, driver) for number, owner in enumerate(owners)]
    histories = [simulate(spec, days, _instant(end), seed) for spec in specs]
    _tell_truth(histories, truth)
    if credentials:
        _publish(owners, histories, _dongle(pace, seed, sins), pace)


@app.command()
def replay(recording: Path, credentials: Annotated[Path, typer.Option(help="one JSON line: the device to play")],
           map_: Annotated[list[str], typer.Option("--map", help="signal=column, e.g. speed=speed_kmh")],
           time: Annotated[str, typer.Option(help="column: ISO 8601, epoch s or ms, seconds from a start")] = "time",
           where: Annotated[list[str] | None, typer.Option(help="column=value: only these rows")] = None,
           end: Annotated[str | None, typer.Option(help="instant the last sample is shifted to; `now` is one")] = None,
           boot: int = 1) -> None:
    """Publish a recorded CSV or Parquet file as a device, values as recorded."""
    owner = read_credentials(credentials)[0]
    table = read_recording(recording, _pairs(where or []))
    last = _instant(None if end == "now" else end) if end else None
    sent = replay_messages(table, _pairs(map_), time, last, owner.device_id, owner.shard, boot=boot)
    _report(publish_fleet([Shipment(owner, sent)], _broker_url(), progress=_show))


@app.command("check-device")
def check_device(device_id: str, seconds: Annotated[float, typer.Option(min=1, help="how long to listen")] = 120.0,
                 json_: Annotated[bool, typer.Option("--json", help="one line of JSON instead of the table")] = False,
                 broker: Annotated[str | None, typer.Option(help="address; default: PITCALL_BROKER_URL")] = None,
                 ) -> None:
    """Listen to a real device and judge it by docs/devices.md, rule by rule; exit code 1 when one fails."""
    settings = Settings.from_env()
    if settings.check_password is None:
        raise ConfigurationError("set PITCALL_CHECK_PASSWORD, here and for `python -m ingest broker-sync`")
    listener = Listener(BrokerAddress.parse(broker or settings.require_broker()), settings.check_password, device_id)
    seen = listener.listen(seconds, _stop_at_interrupt(), lambda: typer.echo(
        f"listening to {device_id} for {seconds:g} s; Ctrl-C judges what was heard until then", err=True))
    findings = judged(seen)
    typer.echo(as_json(device_id, seen, findings)) if json_ else show(device_id, seen, findings)
    raise typer.Exit(0 if good(findings) else 1)


def _stop_at_interrupt() -> Event:
    """Ctrl-C ends the listening, and what was heard until then is judged."""
    stop = Event()
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    return stop


def _strangers(cars: int) -> list[Credentials]:
    return [_STRANGER.model_copy(update={"device_id": f"car-{number}"}) for number in range(1, cars + 1)]


def _spec(owner: Credentials, number: int, model: str | None, driver: str | None) -> CarSpec:
    spec = CarSpec(owner.device_id, model or list(MODELS)[number % len(MODELS)],
                   driver or list(DRIVERS)[number % len(DRIVERS)])
    if spec.model not in MODELS or spec.driver not in DRIVERS:
        raise InvalidInput(f"unknown model or driver: {spec.model}, {spec.driver}")
    return spec


def _instant(text: str | None) -> datetime:
    if text is None:
        return datetime.now(UTC)
    given = datetime.fromisoformat(text)
    return given if given.tzinfo else given.replace(tzinfo=UTC)


def _pairs(texts: list[str]) -> dict[str, str]:
    if bad := [text for text in texts if "=" not in text]:
        raise InvalidInput(f"expected NAME=VALUE, got {bad[0]}")
    return dict(text.split("=", 1) for text in texts)


def _dongle(pace: float, seed: int, sins: str) -> Dongle:
    """Weeks at once go up in the big batches of a dongle that was long without network."""
    if sins not in SINS:
        raise InvalidInput(f"unknown sins {sins}; known: {', '.join(SINS)}")
    firmware = Dongle(seed=seed, sins=SINS[sins])
    return firmware if pace else replace(firmware, samples_per_message=firmware.samples_per_late_message)


def _broker_url() -> str:
    url = Settings.from_env().broker_url
    if url is None:
        raise ConfigurationError("set PITCALL_BROKER_URL, e.g. mqtt://127.0.0.1:1883")
    return url.get_secret_value()


def _publish(owners: list[Credentials], histories: list[CarHistory], dongle: Dongle, pace: float) -> None:
    if pace:
        _play(owners, histories, dongle, pace)
        return
    shipments = [Shipment(owner, messages(history, dongle, owner.device_id, owner.shard))
                 for owner, history in zip(owners, histories, strict=True)]
    _report(publish_fleet(shipments, _broker_url(), progress=_show))


def _play(owners: list[Credentials], histories: list[CarHistory], dongle: Dongle, pace: float) -> None:
    """From now on, one message after the other."""
    now_ms = int(datetime.now(UTC).timestamp() * 1000)
    streams: list[Iterator[Message]] = [
        messages(starting_at(history, now_ms) if pace == 1 else history, dongle, owner.device_id, owner.shard)
        for owner, history in zip(owners, histories, strict=True)]
    broker = BrokerAddress.parse(_broker_url())
    with ExitStack() as stack:
        devices = {owner.device_id: stack.enter_context(
            Device(owner.device_id, owner.shard, PahoLink(owner, broker))).open() for owner in owners}
        play(devices, streams, pace)


def _tell_truth(histories: list[CarHistory], path: Path | None) -> None:
    told: list[dict[str, Any]] = [
        {"vehicle": history.spec.name, "model": history.spec.model, "driver": history.spec.driver,
         "samples": int(history.epoch_ms.size)} | history.truth.as_json() for history in histories]
    if path:
        path.write_text(json.dumps(told, indent=1) + "\n")
    for car in told:
        typer.echo(f"{car['vehicle']:12} {car['model']:16} {car['driver']:9} {car['samples']:8d} samples"
                   f" {car['distance_km']:8.1f} km {car['fuel_l']:6.1f} l  tread {car['tread_front_mm']:.2f} /"
                   f" {car['tread_rear_mm']:.2f} mm")


def _show(state: Progress) -> None:
    typer.echo(f"\r{state.messages} messages sent, {state.receipted} receipted", nl=False, err=True)


def _report(state: Progress) -> None:
    typer.echo(f"\r{state.messages} messages, {state.samples} samples, {state.bytes} bytes in {state.seconds:.1f} s;"
               f" {state.resent} sent again; every message has its receipt")


if __name__ == "__main__":
    try:
        app()
    except PitcallError as problem:
        sys.exit(f"device_sim: {problem}")
