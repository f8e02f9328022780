"""Which of our two languages somebody wants to read."""

from enum import StrEnum

from fastapi import Request


class Language(StrEnum):
    """Languages every text exists in; the first is the default."""

    ZH = "zh-CN"
    EN = "en"


def preferred(accept_language: str) -> Language:
    """The best of ours for an Accept-Language header; Chinese where it names neither."""
    wishes = [wish for part in accept_language.split(",") if (wish := _wish(part))]
    return max(wishes, key=lambda wish: wish[0])[1] if wishes else Language.ZH


def language_of(request: Request) -> Language:
    """The language this request asks for."""
    return preferred(request.headers.get("accept-language", ""))


def _wish(part: str) -> tuple[float, Language] | None:
    tag, _, quality = part.strip().lower().partition(";q=")
    ours = {"zh": Language.ZH, "en": Language.EN}.get(tag[:2])
    weight = float(quality) if quality.replace(".", "", 1).isdigit() else 1.0
    return (weight, ours) if ours and weight > 0 else None
