"""What the pages say exists: commands, targets, files, settings."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

from dev.docs import OPERATIONS, with_settings

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
TEXT = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)


def test_the_settings_table_is_the_settings() -> None:
    page = OPERATIONS.read_text(encoding="utf-8")
    assert with_settings(page) == page, "run `make docs`"


@pytest.mark.parametrize("target", sorted(set(re.findall(r"(?m)(?:`|^)make ([a-z][a-z-]+)", TEXT))))
def test_every_make_target_named_exists(target: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target}:.*## ", makefile, re.MULTILINE)


@pytest.mark.parametrize("module", sorted(set(re.findall(r"python -m ([a-z_.]+)", TEXT))))
def test_every_program_named_exists(module: str) -> None:
    name = module.rstrip(".")
    assert importlib.util.find_spec(f"{name}.__main__") or importlib.util.find_spec(name)


@pytest.mark.parametrize("command", ["health assess", "health forecast", "health calibrate", "health work",
                                     "ingest broker-sync", "archive migrate", "archive login", "archive device add",
                                     "device_sim run", "device_sim replay", "device_sim check-device",
                                     "dev.services start", "api"])
def test_every_command_helps(command: str) -> None:
    subprocess.run([sys.executable, "-m", *command.split(), "--help"], check=True, capture_output=True, timeout=30)


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:tests|docs|archive|ingest|dev)/[\w./-]+)`", TEXT))))
def test_every_path_named_exists(path: str) -> None:
    assert (ROOT / path).exists()
