"""Phone numbers of mainland mobiles: one form to store and search, others to show."""

import re

from schemas.errors import InvalidInput

_MOBILE = re.compile(r"1[3-9]\d{9}")
_COUNTRY = "+86"
_DRESSING = str.maketrans("+０１２３４５６７８９", "+0123456789", " -\u3000()（）")


def normalised(phone: str) -> str:
    """`+8613800138000` from whatever people type; raises InvalidInput for anything but a mainland mobile."""
    bare = phone.translate(_DRESSING)
    for prefix in (_COUNTRY, "0086", "86"):
        if len(bare) > 11:
            bare = bare.removeprefix(prefix)
    if not _MOBILE.fullmatch(bare):
        raise InvalidInput("phone: not a mainland mobile number")
    return _COUNTRY + bare


def masked(phone: str) -> str:
    """`138****8000`, enough to recognise one's own number."""
    bare = phone.removeprefix(_COUNTRY)
    return f"{bare[:3]}****{bare[-4:]}"
