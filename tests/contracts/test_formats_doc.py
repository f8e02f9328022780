"""docs/formats.md is what the tables of the formats say."""

from pathlib import Path

from dev.formats_doc import document
from ingest.foreign import FORMATS
from schemas.topics import checking_client, down, up

PAGE = Path(__file__).parents[2] / "docs" / "formats.md"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == document(), "run `make docs` and look"


def test_every_key_has_a_conversion() -> None:
    for one in FORMATS.values():
        for name, key in one.keys.items():
            assert name == one.lookup(name), f"{one.title}: {name} would never be found"
            assert key.conversion.factor > 0


def test_the_broker_lets_every_format_write_under_its_own_name_only() -> None:
    acl = (PAGE.parents[1] / "ingest" / "broker" / "acl").read_text(encoding="utf-8")
    for one in FORMATS.values():
        pattern = one.topics[-1].replace("{device_id}", "%u").replace("{user}", "+")
        assert f"write {pattern}\n" in acl
        assert f"topic read {one.root}/#\n" in acl


def test_the_checking_user_hears_every_device_and_says_nothing() -> None:
    acl = (PAGE.parents[1] / "ingest" / "broker" / "acl").read_text(encoding="utf-8")
    lines = acl.partition(f"\nuser {checking_client()}\n")[2].partition("\nuser ")[0].strip().splitlines()
    ours = [f"topic read {up('+', '+', '#')}", f"topic read {down('+', '+', '#')}"]
    assert lines == [*ours, *(f"topic read {root}/#" for root in lines_of(acl))]


def lines_of(acl: str) -> list[str]:
    """Trees of foreign devices in the order of the ACL's patterns."""
    patterns = [line.split()[-1] for line in acl.splitlines() if line.startswith("pattern") and "pitcall" not in line]
    return [pattern.partition("/")[0] for pattern in patterns]
