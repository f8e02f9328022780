"""The load: real dongle messages of a fleet, encoded before the clock starts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from device_sim import CarSpec, Dongle, Sins, messages, simulate
from schemas.topics import up

DEVICES = 2_000
SHARD = "s00"
SIGNALS = 12
_MISSING = frozenset({"lat", "lon", "heading", "lambda"})
"""Leaves twelve signals of the model; positions need an owner's consent, which is not what is measured here."""

MQTT_HEADER = 2 + 1 + 2
"""Bytes MQTT adds to topic and payload at QoS 1: fixed header with length, two bytes topic length, packet id."""


@dataclass(frozen=True)
class Load:
    """What every device sends: (topic, payload) in the order of sending."""

    published: Sequence[tuple[str, bytes]]
    samples: int

    @property
    def wire_bytes_per_sample(self) -> float:
        """Bytes on the wire per sample, MQTT framing included."""
        sent = sum(len(topic) + len(payload) + MQTT_HEADER for topic, payload in self.published)
        return sent / self.samples


def device_names() -> list[str]:
    """Names of the whole fleet."""
    return [f"bench-{number:05d}" for number in range(DEVICES)]


def fleet_load(rounds: int, samples_per_message: int = 60, histories: int = 20) -> list[Load]:
    """One load per round: every device sends one message per turn; samples of a device never repeat.

    A body names no device, so the messages of a few simulated cars serve the whole fleet.
    """
    bodies = [_bodies(number, samples_per_message, rounds * TURNS) for number in range(histories)]
    return [_load(bodies, samples_per_message, range(turn, turn + TURNS)) for turn in range(0, rounds * TURNS, TURNS)]


TURNS = 5
"""Messages per device and round: 600,000 samples a round at 60 samples a message."""


def _bodies(number: int, samples_per_message: int, wanted: int) -> list[bytes]:
    """Full messages of one car."""
    end = datetime.now(UTC) - timedelta(hours=1)
    history = simulate(CarSpec(f"bench-{number}", "saloon_rear", "city"), 14, end, number)
    dongle = Dongle(samples_per_message=samples_per_message, samples_per_late_message=samples_per_message, events=False,
                    seed=number, sins=Sins(jitter_ms=20, missing=_MISSING))
    full = [message.payload for message in messages(history, dongle, "bench", SHARD)
            if message.samples == samples_per_message]
    return full[:wanted]


def _load(bodies: Sequence[Sequence[bytes]], samples_per_message: int, turns: range) -> Load:
    names = device_names()
    published = [(up(SHARD, name, "telemetry"), bodies[number % len(bodies)][turn])
                 for turn in turns for number, name in enumerate(names)]
    return Load(published, len(published) * samples_per_message)
