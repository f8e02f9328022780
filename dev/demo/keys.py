"""Keys and passwords of the demo: drawn at random once, kept in the user's folder, never in the checkout."""

import json
import secrets
from pathlib import Path

from pydantic import BaseModel, Field

from archive.database.logins import ROLES
from archive.database.sealing import new_master_key


class Keys(BaseModel):
    """Everything secret of one demo."""

    master: str
    broker: str
    advisor: str
    roles: dict[str, str]
    check: str = Field(default_factory=lambda: secrets.token_urlsafe(24))  # an earlier demo had none

    @classmethod
    def kept_in(cls, folder: Path) -> "Keys":
        """The keys of an earlier demo, or new ones."""
        path = folder / "keys.json"
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(json.dumps(cls.drawn().model_dump()))
        return cls.model_validate_json(path.read_text())

    @classmethod
    def drawn(cls) -> "Keys":
        """Fresh ones."""
        return cls(master=new_master_key(), broker=secrets.token_urlsafe(24), advisor=secrets.token_urlsafe(9),
                   roles={role: secrets.token_urlsafe(24) for role in ROLES})
