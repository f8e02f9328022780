"""The two bases of every shape."""

from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, ConfigDict

Number = Annotated[int, Path(ge=1, le=2**31 - 1, examples=[7])]
BigNumber = Annotated[int, Path(ge=1, le=2**63 - 1, examples=[42])]


class Ask(BaseModel):
    """What people send: a field we do not know is an error, not a wish."""

    model_config = ConfigDict(extra="forbid")


class Answer(BaseModel):
    """What people get, taken from the archive's own types."""

    model_config = ConfigDict(from_attributes=True)
