"""A failpoint is nowhere unless it is set, and refuses what it does not know."""

import os
import signal
import subprocess
import sys

import pytest

from ingest.failpoints import Failpoint
from schemas.errors import ConfigurationError

DIES_AT_THE_SECOND = """
from ingest.failpoints import Failpoint
failpoint = Failpoint.parse("after_commit:2")
for number in range(3):
    print(number, flush=True)
    failpoint.passed("before_commit")
    failpoint.passed("after_commit")
"""


def test_it_kills_the_process_at_its_point_and_count() -> None:
    done = subprocess.run([sys.executable, "-c", DIES_AT_THE_SECOND], capture_output=True, text=True, check=False,
                          env=dict(os.environ))
    assert done.returncode == -signal.SIGKILL
    assert done.stdout.split() == ["0", "1"]


@pytest.mark.parametrize("text", ["after_comit:1", "after_commit", "after_commit:0", "after_commit:x", ":1"])
def test_what_it_does_not_know_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="after_ack"):
        Failpoint.parse(text)


def test_unset_it_is_nowhere() -> None:
    Failpoint.parse("").passed("after_commit")
