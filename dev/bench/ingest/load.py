"""The load: real dongle messages of a fleet, encoded before the clock starts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice

from device_sim import CarSpec, Dongle, Message, Sins, drive, messages, wltc_like_ways
from schemas.topics import up

DEVICES = 2_000
SHARD = "s00"
"""Served by ingest; the subscribers it is compared with are alone on another one."""

HISTORIES = 20
"""Simulated cars. A body names no device, so the messages of a few of them serve the whole fleet."""

_MISSING = frozenset({"lat", "lon", "heading", "lambda"})
"""Leaves twelve signals of the model; positions need an owner's consent, which is not what is measured here."""

LIVE = Dongle(samples_per_message=60, samples_per_late_message=60, events=False,
              sins=Sins(jitter_ms=20, missing=_MISSING))
"""What a connected dongle sends: a minute a message, with the jitter of its polling."""

BACKLOG = replace(LIVE, samples_per_message=300, samples_per_late_message=300)
"""What it sends when it is back after days without network."""

SINGLE = replace(LIVE, samples_per_message=1, samples_per_late_message=1, encoding="plain", compress=False)
"""What the plainest device sends: one sample a message, as JSON."""

DAYS, DAY_MS = 30, 86_400_000

Published = Sequence[tuple[str, bytes]]


@dataclass(frozen=True)
class Load:
    """What every device sends: (topic, payload) in the order of sending."""

    published: Published
    samples: int

    @property
    def wire_bytes(self) -> int:
        """Bytes from the devices to the broker, MQTT framing included."""
        return sum(_packet_bytes(topic, payload) for topic, payload in self.published)

    def __add__(self, other: "Load") -> "Load":
        return Load([*self.published, *other.published], self.samples + other.samples)

    def first(self, messages: int) -> "Load":
        """Only the first messages."""
        return Load(self.published[:messages], self.samples * messages // len(self.published))

    def on_shard(self, shard: str) -> "Load":
        """The same from devices of another shard."""
        other = {topic: topic.replace(f"/{SHARD}/", f"/{shard}/") for topic, _ in self.published}
        return replace(self, published=[(other[topic], payload) for topic, payload in self.published])


def _packet_bytes(topic: str, payload: bytes) -> int:
    """Bytes of an MQTT 3.1.1 PUBLISH at QoS 1 (3.3): fixed header, its length in groups of 7 bits, topic, packet id."""
    remaining = 2 + len(topic) + 2 + len(payload)
    return 1 + -(-remaining.bit_length() // 7) + remaining


def device_names() -> list[str]:
    """Names of the whole fleet."""
    return [f"bench-{number:05d}" for number in range(DEVICES)]


def fleet_loads(dongle: Dongle, rounds: int, turns: int) -> list[Load]:
    """One load per round: every device sends one message per turn; samples of a device never repeat."""
    wanted = rounds * turns
    full = [_full_messages(dongle, number, days=1, rounds_a_day=3) for number in range(HISTORIES)]
    bodies = [[message.payload for message in islice(one, wanted)] for one in full]
    return [_load(bodies, dongle.samples_per_message, range(first, first + turns))
            for first in range(0, wanted, turns)]


def scattered_loads(rounds: int, turns: int) -> list[Load]:
    """Messages of the last 30 days: those that follow each other on the wire come from different days."""
    bodies = [_one_of_each_day(_full_messages(LIVE, number, days=DAYS, rounds_a_day=1)) for number in range(HISTORIES)]
    return [_scattered(bodies, range(first, first + turns)) for first in range(0, rounds * turns, turns)]


def _full_messages(dongle: Dongle, number: int, days: int, rounds_a_day: int) -> Iterator[Message]:
    """Full messages of one car, in order."""
    end = datetime.now(UTC) - timedelta(hours=1)
    history = drive(CarSpec(f"bench-{number}", "saloon_rear"),
                    list(wltc_like_ways(end - timedelta(days=days), days, rounds_a_day)), end, number)
    return (message for message in messages(history, replace(dongle, seed=number), "bench", SHARD)
            if message.samples == dongle.samples_per_message)


def _load(bodies: Sequence[Sequence[bytes]], samples_per_message: int, turns: range) -> Load:
    published = [(up(SHARD, name, "telemetry"), bodies[number % HISTORIES][turn])
                 for turn in turns for number, name in enumerate(device_names())]
    return Load(published, len(published) * samples_per_message)


def _one_of_each_day(full: Iterable[Message]) -> list[bytes]:
    """One message of each UTC day, the newest day last."""
    by_day = {message.first_ms // DAY_MS: message.payload for message in full
              if message.first_ms // DAY_MS == message.last_ms // DAY_MS}
    return list(by_day.values())[-DAYS:]


def _scattered(bodies: Sequence[Sequence[bytes]], turns: range) -> Load:
    """Each device begins on another day and goes seven days on with each turn."""
    published = [(up(SHARD, name, "telemetry"), bodies[number % HISTORIES][(number // HISTORIES + 7 * turn) % DAYS])
                 for turn in turns for number, name in enumerate(device_names())]
    return Load(published, len(published) * LIVE.samples_per_message)
