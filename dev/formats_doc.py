"""`python -m dev.formats_doc > docs/formats.md` prints every key foreign devices may send and what becomes of it."""

from collections.abc import Iterable

from ingest.foreign import FORMATS
from ingest.formats.foreign import Format, Key
from ingest.formats.units import SAME
from ingest.formats.values import EXTRA_LIMIT, NAME_LIMIT, TEXT_LIMIT
from schemas.signals import BY_COLUMN

HEAD = f"""# Formats of foreign devices

Generated from `ingest/formats/` by `make docs`; do not edit. Our own format is described in `asyncapi.json`.

A foreign device is provisioned like any other, on the shard `foreign`; its name is its MQTT user and stands in its
topics, where the broker's ACL holds it to its own name. Names of keys are compared without regard to case.

- A retained delivery is never a sample.
- A device without a clock is stamped when its message reaches us. What waited at the broker meanwhile carries the time
  of its arrival here, and a message delivered again (DUP) is stored once unless ingest was killed in between.
- A key without a column is kept in `extra` and counted: numbers, on/off and yes/no as truth, texts up to
  {TEXT_LIMIT} characters, names up to {NAME_LIMIT}, at most {EXTRA_LIMIT} per sample. Names that look like a place,
  a person or a secret are dropped, nested values too.
- There is no receipt: a foreign device knows only the broker's acknowledgement.
"""


def document() -> str:
    """The whole page."""
    return "\n".join([HEAD, *(line for one in FORMATS.values() for line in _chapter(one))])


def _chapter(one: Format) -> Iterable[str]:
    yield from (f"## {one.title}", "", "Topics: " + ", ".join(f"`{topic}`" for topic in one.topics), "")
    yield from (f"- {note}" for note in one.notes)
    yield from ("", "| key | unit | column | unit | conversion |", "|---|---|---|---|---|")
    yield from (_row(name, key) for name, key in one.keys.items())
    yield ""


def _row(name: str, key: Key) -> str:
    ignored = "".join(f"; {value:g} means not read" for value in key.invalid)
    return f"| `{name}` | {key.theirs} | `{key.column}` | {BY_COLUMN[key.column].unit} | {_how(key)}{ignored} |"


def _how(key: Key) -> str:
    way = key.conversion
    if way == SAME:
        return "as it is"
    return f"x {way.factor:.7g}" + (f" {way.offset:+.7g}" if way.offset else "")


if __name__ == "__main__":
    print(document(), end="")
