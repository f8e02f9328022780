"""Services whose addresses somebody gave us: used as they are, after a look at the broker's version."""

import queue
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from dev.services.mosquitto import require_recent
from dev.services.running import Running
from schemas.errors import BrokerUnavailable, ConfigurationError

VERSION_TOPIC = "$SYS/broker/version"
REFUSED = "refused"


class Given(Running):
    """They belong to somebody else, so nothing is started, stopped or broken."""

    way = "given"
    postgres_tools = None
    broker_tls_ports = None

    def __init__(self, database_url: str, broker_url: str, broker_files: Path | None = None,
                 broker_pid_file: Path | None = None) -> None:
        self.database_url = database_url
        self.broker_url = broker_url
        self.broker_files = broker_files
        self.broker_pid_file = broker_pid_file

    def stop(self) -> None:
        """Nothing to do: whoever gave the addresses stops what is there."""

    def remove(self) -> None:
        """Nothing to do: the data are not ours."""

    def _refuse(self) -> None:
        raise ConfigurationError("the services come from PITCALL_DATABASE_URL and PITCALL_BROKER_URL and are not ours "
                                 "to start, stop or break; unset both for private ones")

    start_database = stop_database = kill_database = pause_database = resume_database = _refuse
    start_broker = stop_broker = kill_broker = reload_broker = _refuse


def require_good_broker(url: str) -> None:
    """Raises ConfigurationError when the broker tells a version that loses messages.

    A broker that does not let us in, or that keeps its version to itself, is only mentioned.
    """
    version = broker_version(url)
    if version is None:
        print("the broker does not tell its version; make sure it is Mosquitto 2.0.13 or newer", file=sys.stderr)
    else:
        require_recent(version)


def broker_version(url: str, within_s: float = 5.0) -> str | None:
    """What the broker says it is, such as "mosquitto version 2.0.21"; None when it will not say."""
    heard: queue.Queue[str] = queue.Queue()
    client = _listener(heard)
    address = urlsplit(url)
    if address.username:
        client.username_pw_set(unquote(address.username), unquote(address.password or ""))
    if address.scheme == "mqtts":
        client.tls_set()
    try:
        client.connect(address.hostname or "127.0.0.1", address.port or (8883 if address.scheme == "mqtts" else 1883))
    except OSError as problem:
        raise BrokerUnavailable(f"no broker at {address.hostname}:{address.port}: {problem}") from None
    client.loop_start()
    try:
        answer = heard.get(timeout=within_s)
    except queue.Empty:
        return None
    finally:
        client.disconnect()
        client.loop_stop()
    return None if answer == REFUSED else answer


def _listener(heard: "queue.Queue[str]") -> mqtt.Client:
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)

    def connected(client: mqtt.Client, _data: object, _flags: mqtt.ConnectFlags, reason: ReasonCode,
                  _properties: Properties | None) -> None:
        if reason.is_failure:
            heard.put(REFUSED)
        else:
            client.subscribe(VERSION_TOPIC)

    def received(_client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        heard.put(message.payload.decode(errors="replace"))

    client.on_connect = connected
    client.on_message = received
    return client
