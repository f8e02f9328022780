"""How a customer is addressed, after the usage of the trade: surname and title, never a guess."""

from typing import Literal

Sex = Literal["male", "female"]
Kind = Literal["person", "organisation"]

COMPOUND_SURNAMES = frozenset({
    "欧阳", "司马", "上官", "诸葛", "夏侯", "慕容", "令狐", "尉迟", "东方", "皇甫", "司徒", "司空", "长孙", "宇文",
    "公孙", "轩辕", "端木", "独孤", "南宫", "西门",
})
_TITLES = {"male": ("先生", "Mr"), "female": ("女士", "Ms")}
_UNKNOWN = ("尊敬的车主", "Dear owner")


def surname(name: str) -> str:
    """The family name of a Chinese name; a Latin or dotted name (阿依古丽·买买提) has none and stays whole."""
    if not _is_han(name):
        return name
    return name[:2] if name[:2] in COMPOUND_SURNAMES and len(name) > 2 else name[:1]


def greeting(name: str | None, sex: Sex | None, kind: Kind) -> tuple[str, str]:
    """(zh, en) form of address; an unknown sex or an organisation is addressed as the owner of the car."""
    if not name or kind == "organisation":
        return _UNKNOWN
    if not _is_han(name):
        return name, name
    if sex is None:
        return _UNKNOWN
    zh, en = _TITLES[sex]
    return f"{surname(name)}{zh}", f"{en} {surname(name)}"


def _is_han(name: str) -> bool:
    return bool(name) and all("\u3400" <= letter <= "\u9fff" for letter in name)
