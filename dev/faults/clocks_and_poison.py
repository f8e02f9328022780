"""What devices do wrong: they repeat themselves, lose their clock, send poison, or speak a later version."""

import hashlib
from collections.abc import Mapping

from dev.faults.courier import Courier
from dev.faults.ingest_process import DUPLICATES
from dev.faults.poison import DAY_MS, OTHER_SHARD, body, corpus, now_ms, tolerated
from dev.faults.stage import SHARD, Stage
from ingest.policy import LETTERS_PER_HOUR

HOUR_MS = 3_600_000
DAYS_BACK = 89
HOURS = DAYS_BACK * 24
HOURS_A_MESSAGE = 24
POISON_PER_S = 5_000
PATIENCE_S = 60


def repeated(stage: Stage) -> None:
    """F15: each message up to five times, in any order; stored once, and the rest counted as duplicates."""
    fleet = stage.fleet(rate=stage.scale.rate / 5, repeats=4)
    ingest = stage.ingest()
    fleet.speak(stage.scale.link_s)
    stage.finish()
    stage.seconds_until(lambda: ingest.look()["ingest_unacked"] == 0, 20)
    stage.check("repetitions are counted as duplicates", ingest.look()[DUPLICATES] > fleet.sent)


def wrong_clock(stage: Stage) -> None:
    """F17: decades ahead, 1970, a day too old; and every hour of 89 days, so every change of summer time in them."""
    stage.ingest()
    now = now_ms()
    wrong = {"1970": 0, "ten years ahead": now + 3650 * DAY_MS, "six minutes ahead": now + 360_000,
             "91 days old": now - 91 * DAY_MS, "leap day of 2024": 1_709_164_800_000, "before 1970": -DAY_MS}
    with stage.courier() as device:
        device.send_all([_at(number, at_ms) for number, at_ms in enumerate(wrong.values())])
        device.send_all(_hours(now - DAYS_BACK * DAY_MS))
        _await(stage, device)
        stored = stage.value("SELECT count(DISTINCT time) FROM reading WHERE device_key = %s", device.who.device_key)
        buried = _reasons(stage, device)
    stage.accounted += stored // HOURS_A_MESSAGE + len(buried)
    stage.check("every hour is stored as its own instant", stored == HOURS)
    stage.check("wrong clocks are buried as such", sorted(buried.values()) == ["clock"] * len(wrong))
    stage.check("no chunk outside the window", stage.value(
        "SELECT count(*) FROM timescaledb_information.chunks "
        "WHERE range_end < now() - interval '100 days' OR range_start > now() + interval '10 days'") == 0)


def poisoned(stage: Stage) -> None:
    """F18: every kind of poison between good messages; buried with its reason, its neighbours stored."""
    fleet = stage.fleet(rate=stage.scale.rate / 5)
    ingest = stage.ingest(f"{SHARD},{OTHER_SHARD}")
    fleet.speak()
    with stage.courier() as device:
        poison, odd = corpus(device.who), tolerated()
        for one in poison.values():
            device.send(one.payload, topic=one.topic)
        device.send_all(list(odd.values()))
        _await(stage, device)
        expected = {hashlib.sha256(one.payload).hexdigest(): one.reason for one in poison.values()}
        buried = _reasons(stage, device)
        stage.accounted += len(buried) + len(odd)
        wrong = sorted(name for name, one in poison.items()
                       if buried.get(hashlib.sha256(one.payload).hexdigest()) != one.reason)
        stage.check(f"each is buried with its reason, but {wrong}", buried == expected)
        stage.check("what is odd is stored", stage.value(
            "SELECT count(*) FROM reading WHERE device_key = %s", device.who.device_key) == 2 * (len(odd) - 1))
    with stage.courier() as loud:
        stage.check("300 KB ends the connection", loud.thrown_out_by(b"x" * 300_000))
    stage.finish()
    stage.check("no restart", ingest.running())


def flooded(stage: Stage) -> None:
    """F19: nothing but poison; kept up to the hourly limit, counted beyond, and good devices do not notice."""
    fleet = stage.fleet(rate=stage.scale.rate / 10)
    stage.ingest()
    fleet.speak()
    with stage.courier() as device:
        device.send_all([b"poison"] * int(POISON_PER_S * stage.scale.link_s / 4))
        _await(stage, device)
        kept, counted = stage.dead_letters(), _not_kept(stage, device)
    stage.finish()
    stage.accounted += kept + counted
    stage.check("kept up to the limit, twice when the hour turns", LETTERS_PER_HOUR <= kept <= 2 * LETTERS_PER_HOUR)
    stage.check("good devices are served within 2 s", fleet.worst_lag_s() <= 2)


def other_versions(stage: Stage) -> None:
    """F27: a later version is buried to be replayed; fields and signals we do not know yet are no reason to refuse."""
    stage.ingest()
    odd, later = tolerated(), [body(v=2, seq=1), body(v=0, seq=2)]
    with stage.courier() as device:
        device.send_all([*odd.values(), *later])
        _await(stage, device)
        buried = _reasons(stage, device)
    stage.accounted += len(odd) + len(buried)
    stage.check("other versions are buried as such", list(buried.values()) == ["version"] * len(later))
    stage.check("an unknown signal is kept", stage.value(
        "SELECT count(*) FROM reading WHERE device_key = %s AND extra->>'mystery' = '5.0'", device.who.device_key) == 1)


def _at(number: int, at_ms: int) -> bytes:
    return body(boot=7, seq=number, t=at_ms)


def _hours(first_ms: int) -> list[bytes]:
    """One sample an hour, many to a message."""
    return [body(boot=8, seq=first, t=first_ms + first * HOUR_MS, dt=[n * HOUR_MS for n in range(HOURS_A_MESSAGE)],
                 s={"speed": [50] * HOURS_A_MESSAGE}) for first in range(0, HOURS, HOURS_A_MESSAGE)]


def _await(stage: Stage, device: Courier) -> None:
    """Wait until ingest has decided everything it was given."""
    def all_decided() -> bool:
        metrics = stage.ingests[-1].look()
        received = sum(count for name, count in metrics.items() if name.startswith("ingest_messages_received_total"))
        return received >= device.sent + stage.said and metrics["ingest_unacked"] == 0

    stage.seconds_until(all_decided, PATIENCE_S)


def _reasons(stage: Stage, device: Courier) -> Mapping[str, str]:
    """Why letters of a device were buried, by the hash of their payload."""
    with stage.house.connect() as connection:
        return dict(connection.execute("SELECT encode(sha256, 'hex'), reason FROM dead_letter WHERE topic LIKE %s",
                                       [f"%/{device.who.device_id}/%"]).fetchall())


def _not_kept(stage: Stage, device: Courier) -> int:
    return stage.value("SELECT coalesce(sum(letters), 0) FROM dead_letter_flood WHERE device_key = %s",
                       device.who.device_key)
