"""Errors of our own. The docstring of a class is its default message, so each says what happened and what to do."""


class PitcallError(Exception):
    """Something in Pitcall went wrong."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())


class ConfigurationError(PitcallError):
    """A setting is missing or makes no sense; the message names it."""


class StoreUnavailable(PitcallError):
    """The database did not answer; nothing was stored and nothing was acknowledged."""


class BrokerUnavailable(PitcallError):
    """The MQTT broker did not answer."""


class NotFound(PitcallError):
    """There is no such thing, or it is not yours to see."""


class NotAllowed(PitcallError):
    """Your role does not allow this."""


class Conflict(PitcallError):
    """The change does not fit the present state; read it again first."""


class Refused(Conflict):
    """What was asked for does not fit what is there; the message names the field and is the caller's to read."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field, self.why = field, why


class InvalidInput(PitcallError):
    """A value was refused; the message names it."""
