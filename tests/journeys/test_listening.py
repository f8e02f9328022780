"""The network thread of a shard: when it dies nothing is heard any more, and /healthz must say so."""

import time

import pytest

from ingest.listening import Listener
from ingest.messages import Message
from schemas.broker_address import BrokerAddress
from tests.stage.broker import Broker
from tests.stage.device import PlainDevice

SHARD, NAME, PASSWORD = "s15", "deadly-1", "secret-of-deadly-1"


def wait_until(so: bool, listener: Listener) -> None:
    deadline = time.monotonic() + 10
    while listener.alive is not so or not (listener.subscribed or not so):
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_dies_is_noticed(broker: Broker) -> None:
    def deliver(_message: Message) -> bool:
        raise RuntimeError("a fault of ours")

    broker.let_in([(NAME, PASSWORD)])
    listener = Listener(SHARD, deliver, lambda *_: None)
    listener.start(BrokerAddress.parse(broker.ingest_url))
    wait_until(True, listener)
    with PlainDevice(broker, NAME, PASSWORD, SHARD) as device:
        device.send(b"anything")
    wait_until(False, listener)
    listener.stop(for_good=True)
