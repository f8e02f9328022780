"""The fastest a paho client can be: it counts messages and acknowledges each."""

import sys
from itertools import count

import paho.mqtt.client as mqtt

from dev.bench.ingest.subscriber import Arguments, subscribe

if __name__ == "__main__":
    arguments = Arguments.of(sys.argv[1:])
    numbers = count(1)

    def take(client: mqtt.Client, message: mqtt.MQTTMessage) -> bool:
        client.ack(message.mid, message.qos)
        return next(numbers) == arguments.messages

    subscribe(arguments, take)
