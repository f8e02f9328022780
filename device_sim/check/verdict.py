"""What a rule says about a device."""

from enum import StrEnum
from typing import NamedTuple


class Verdict(StrEnum):
    """FAIL: messages are lost, refused or too dear. WARN: works, but not well. UNSEEN: nothing to judge by."""

    PASS = "PASS"  # noqa: S105 - a verdict
    WARN = "WARN"
    FAIL = "FAIL"
    UNSEEN = "UNSEEN"


class Finding(NamedTuple):
    """One line of the table."""

    rule: str
    verdict: Verdict
    detail: str
