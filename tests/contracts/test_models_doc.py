"""docs/models.md is what the models say of themselves, and they say enough."""

from dataclasses import fields
from pathlib import Path

import pytest

from dev.models_doc import CHAPTERS, document
from health import policy
from health.policy import DEFAULT

PAGE = Path(__file__).parents[2] / "docs" / "models.md"
HEALTH = PAGE.parents[1] / "health"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == document(), "run `python -m dev.models_doc > docs/models.md`"


def test_every_class_of_constants_has_its_chapter() -> None:
    named = {name for chapter in CHAPTERS for name in chapter.constants}
    assert named == {type(getattr(DEFAULT, field.name)).__name__ for field in fields(DEFAULT)}
    assert named <= set(policy.__all__)


@pytest.mark.parametrize("module", sorted(file.stem for file in HEALTH.glob("*.py") if "COLUMNS: Columns" in
                                          file.read_text(encoding="utf-8")))
def test_every_estimator_is_on_the_page(module: str) -> None:
    assert module in {name for chapter in CHAPTERS for name in chapter.modules}


def test_every_constant_is_explained() -> None:
    assert not [line for line in document().splitlines() if line.startswith("|") and line.endswith("|  |")]
