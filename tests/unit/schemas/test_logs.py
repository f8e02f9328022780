"""Logs of a process that fails: where, and nothing of what."""

import json
import subprocess
import sys

import pytest

BEGIN = "from schemas.logs import configure_logs; configure_logs('INFO')\n"


def said(program: str) -> tuple[list[dict[str, object]], str]:
    """What a program logs, and all it wrote."""
    done = subprocess.run([sys.executable, "-c", BEGIN + program], capture_output=True, text=True, check=False)
    return [json.loads(line) for line in done.stdout.splitlines()], done.stdout + done.stderr


@pytest.mark.parametrize("program", [
    "raise ValueError('13800138000')",
    "try:\n    int('13800138000x')\nexcept ValueError as problem:\n    raise KeyError('13800138000') from problem",
    "import threading\nthread = threading.Thread(target=lambda: int('13800138000x'))\nthread.start()\nthread.join()"])
def test_a_crash_is_one_line_without_its_message(program: str) -> None:
    [line], everything = said(program)
    assert (line["event"], line["level"]) == ("crashed", "critical")
    assert line["problem"] in ("ValueError", "KeyError")
    assert "13800138000" not in everything


def test_personal_keys_are_covered_whoever_logs_them() -> None:
    [line], everything = said("import structlog; structlog.get_logger().info('seen', phone='13800138000', shard='s00')")
    assert (line["phone"], line["shard"]) == ("***", "s00")
    assert "13800138000" not in everything
