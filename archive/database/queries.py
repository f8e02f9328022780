"""Named SQL: each module of the archive keeps its statements in the .sql file beside it.

A file is a list of blocks: `-- name --`, comment lines that say why, then one statement.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from psycopg import sql

_HEAD = re.compile(r"^-- (\w+) --$", re.MULTILINE)


class Queries(Mapping[str, sql.SQL]):
    """The statements of one .sql file by name; an unknown name raises KeyError naming the known ones."""

    def __init__(self, text: str, origin: str) -> None:
        self._origin = origin
        self._by_name = dict(_blocks(text))

    def __getitem__(self, name: str) -> sql.SQL:
        try:
            return self._by_name[name]
        except KeyError:
            raise KeyError(f"{self._origin} has no query {name!r}, only {', '.join(self)}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)


def beside(module_file: str) -> Queries:
    """Queries of the .sql file that stands beside a Python module."""
    path = Path(module_file).with_suffix(".sql")
    return Queries(path.read_text(encoding="utf-8"), path.name)


def _blocks(text: str) -> Iterator[tuple[str, sql.SQL]]:
    parts = _HEAD.split(text)
    for name, body in zip(parts[1::2], parts[2::2], strict=True):
        # The text comes from our own files only, never from input.
        yield name, sql.SQL(body.strip())


def json_list(documents: Iterable[str]) -> str:
    """One parameter of many JSON documents: as an array of text each of their quotes would have to be escaped."""
    return f"[{','.join(documents)}]"
