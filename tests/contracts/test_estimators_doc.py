"""docs/estimators.md walks through code that exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "estimators.md").read_text(encoding="utf-8")
EXCERPTS = re.findall(r"^`([\w/.]+)`:\n```python\n(.*?)```", PAGE, re.MULTILINE | re.DOTALL)


def test_every_excerpt_names_its_file() -> None:
    assert len(EXCERPTS) == PAGE.count("```python") > 0


@pytest.mark.parametrize(("path", "excerpt"), EXCERPTS)
def test_every_excerpt_is_in_its_file(path: str, excerpt: str) -> None:
    assert excerpt in (ROOT / path).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`([a-z_]+/[\w/]+\.\w+)`", PAGE))))
def test_every_file_named_exists(path: str) -> None:
    assert (ROOT / path).is_file()
