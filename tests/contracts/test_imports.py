"""The house: who may import whom (design.md 1), and what pure rooms may not touch."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("schemas", "archive", "health", "ingest", "api", "device_sim", "dev")
ALLOWED = {
    "schemas": set[str](),
    "archive": {"schemas"},
    "health": {"schemas"},
    "health.shell": {"health", "archive", "schemas"},
    "ingest": {"archive", "schemas"},
    "api": {"archive", "schemas"},
    "device_sim": {"schemas"},
    "dev": {"schemas", "archive", "health", "health.shell", "ingest", "api", "device_sim"},
}
"""The table of arrows; a room may always import itself."""

PURE = {"socket", "httpx", "psycopg", "psycopg_pool", "paho", "logging", "structlog", "time", "os", "random"}
"""What the health core may not know: no I/O, no clock, no logging, no unseeded chance."""

FILES = sorted(path.relative_to(ROOT) for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def room_of(module: str) -> str | None:
    """The room a module of ours lives in; the shell and the command line are the health package's outside."""
    parts = module.split(".")
    if parts[:2] in (["health", "shell"], ["health", "__main__"]):
        return "health.shell"
    return parts[0] if parts[0] in ROOMS else None


def imported(path: Path) -> Iterator[str]:
    """Full names of everything a file imports, wherever in the file."""
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def module_of(path: Path) -> str:
    return ".".join(path.with_suffix("").parts)


@pytest.mark.parametrize("path", FILES, ids=str)
def test_imports_follow_the_diagram(path: Path) -> None:
    room = room_of(module_of(path))
    assert room is not None
    strangers = {name for name in imported(path) if (target := room_of(name)) and target != room
                 and target not in ALLOWED[room]}
    assert not strangers


@pytest.mark.parametrize("path", [path for path in FILES if room_of(module_of(path)) == "health"], ids=str)
def test_the_health_core_knows_no_outside(path: Path) -> None:
    assert not {name for name in imported(path) if name.split(".")[0] in PURE}


def test_the_top_level_is_the_agreed_one() -> None:
    shown = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    agreed = {*ROOMS, "tests", "docs", "docker-compose.yml", "pyproject.toml", "README.md", "Makefile",
              "requirements.lock"}
    assert shown - {"bench.json", "build", "pitcall.egg-info"} <= agreed
    assert (ROOT / ".ci" / "run").exists()


def test_only_the_archive_speaks_sql() -> None:
    outside = [path for path in FILES if path.parts[0] not in ("archive", "dev")]
    words = ("SELECT ", "INSERT INTO", "DELETE FROM", "UPDATE ")
    speaking = [str(path) for path in outside for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8")))
                if isinstance(node, ast.Constant) and isinstance(node.value, str)
                and node.value.strip().startswith(words)]
    assert not speaking
