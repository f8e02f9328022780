"""The fake world: cars with drivers, dongles with sins, MQTT clients; and the only source of ground truth."""

from device_sim.dongle.messages import Event, Message, messages
from device_sim.dongle.settings import FIELD_SINS, TSBS_SINS, Dongle, Sins
from device_sim.world.history import CarHistory, CarSpec, InitialState, Truth
from device_sim.world.profile import wltc_like_ways
from device_sim.world.simulate import drive, simulate

__all__ = ["FIELD_SINS", "TSBS_SINS", "CarHistory", "CarSpec", "Dongle", "Event", "InitialState", "Message", "Sins",
           "Truth", "drive", "messages", "simulate", "wltc_like_ways"]
