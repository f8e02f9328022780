"""How a one-time code reaches an owner. The spine has one way: the log, which sends nothing to anybody."""

from typing import Protocol

import structlog

from archive.people.customers import Customer
from archive.people.phones import masked

_log = structlog.get_logger("pitcall.codes")


class CodeSender(Protocol):
    """A provider that carries codes; called after the answer has left, so that its speed tells nobody anything."""

    def __call__(self, customer: Customer, code: str) -> None: ...


class LogSender:
    """Writes that a code was issued; the code itself only for unsendable demo customers, and only in a demo."""

    def __init__(self, *, demo: bool) -> None:
        self._demo = demo

    def __call__(self, customer: Customer, code: str) -> None:
        if customer.sendable or not self._demo:
            _log.info("code issued", customer_id=customer.customer_id)
        else:
            _log.info("demo code", phone=masked(customer.phone or ""), code=code)
