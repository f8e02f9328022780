"""The folder of cold storage: files that never change, and one manifest that is replaced in one step.

A change writes new files beside the old, then renames a new manifest over the old one: that is its commit. Whatever it
is killed at, the manifest names only whole files; what no manifest names is swept before the next change.
"""

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path

from pydantic import ValidationError

from archive.cold.manifest import Manifest, Part
from archive.cold.parts import COLUMN_SET, COLUMNS, OpenPart, PartDamaged, PartWriter
from schemas.errors import ConfigurationError

MANIFEST = "manifest.json"
LOCK = "lock"
PARTS = "reading"
_OURS = re.compile(r"\d{3}(\.new|-[0-9a-f]{16}\.parquet)")
READ_BYTES = 1 << 20


class Folder:
    """Cold storage at a path. Reading needs no lock; changes wait for each other."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def begin(self) -> None:
        """Make an empty cold storage where there is none. Raises PartDamaged where parts lie without a manifest."""
        self.path.mkdir(parents=True, exist_ok=True)
        with self._locked():
            if (self.path / MANIFEST).exists():
                return
            if (self.path / PARTS).exists():
                raise PartDamaged(f"{self.path}: the manifest is gone; put it back from a copy")
            self._replace_manifest(Manifest())

    def manifest(self) -> Manifest:
        """What is stored now. Raises ConfigurationError where no cold storage is, PartDamaged if it cannot be read."""
        try:
            return Manifest.model_validate_json((self.path / MANIFEST).read_bytes())
        except FileNotFoundError:
            raise ConfigurationError(f"PITCALL_COLD: there is no cold storage in {self.path}") from None
        except ValidationError as bad:
            raise PartDamaged(f"{self.path / MANIFEST}: {bad.errors(include_input=False)[0]['msg']}") from None

    def open(self, part: Part) -> OpenPart:
        """A part to read from. Raises FileNotFoundError when a later generation has replaced it."""
        return OpenPart(self.path / part.path)

    def fault(self, part: Part) -> str | None:
        """What is wrong with the bytes of a part; None when they are what the manifest says."""
        path = self.path / part.path
        if not path.exists():
            return "is missing"
        if path.stat().st_size != part.size:
            return f"has {path.stat().st_size} bytes, not {part.size}"
        return None if checksum(path) == part.sha256 else "has another checksum"

    def strangers(self) -> list[Path]:
        """Files of ours that the manifest does not name: left by a change that was killed."""
        named = {part.path for part in self.manifest().parts}
        return [path for path in sorted((self.path / PARTS).glob("*/*"))
                if _OURS.fullmatch(path.name) and str(path.relative_to(self.path)) not in named]

    @contextmanager
    def changing(self) -> Iterator["Change"]:
        """The right to change, for one process at a time; begins with what a killed change left behind."""
        with self._locked():
            for left in self.strangers():
                left.unlink()
            yield Change(self)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self.path / LOCK).open("w") as lock:
            flock(lock, LOCK_EX)
            yield

    def _replace_manifest(self, manifest: Manifest) -> None:
        beside = self.path / f"{MANIFEST}.new"
        beside.write_text(manifest.model_dump_json(indent=1), "utf-8")
        _on_disk(beside)
        beside.replace(self.path / MANIFEST)
        _on_disk(self.path)


class Change:
    """Changes of a folder, each one committed by itself."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self.manifest = folder.manifest()

    def write(self, month: str, bucket: int, fill: Callable[[PartWriter], None]) -> Part | None:
        """Write what `fill` adds into a new file, safe on disk but in no manifest yet; None when that is nothing."""
        folder = self._folder.path / PARTS / month
        if not folder.exists():
            folder.mkdir(parents=True)
            _on_disk(folder.parent)
            _on_disk(self._folder.path)
        beside = folder / f"{bucket:03d}.new"
        with PartWriter(beside) as writer:
            fill(writer)
        if writer.first is None or writer.last is None:
            beside.unlink()
            return None
        return self._named(beside, month, bucket, writer)

    def _named(self, beside: Path, month: str, bucket: int, writer: PartWriter) -> Part:
        _on_disk(beside)
        digest, size = checksum(beside), beside.stat().st_size
        path = beside.with_name(f"{bucket:03d}-{digest[:16]}.parquet")
        beside.replace(path)
        _on_disk(path.parent)
        assert writer.first is not None and writer.last is not None  # noqa: S101 - it holds rows
        return Part(path=str(path.relative_to(self._folder.path)), month=month, bucket=bucket, sha256=digest, size=size,
                    rows=writer.rows, first=writer.first, last=writer.last, columns=COLUMN_SET,
                    generation=self.manifest.generation + 1)

    def commit(self, added: Part | None, removed: Part | None = None) -> None:
        """Let `added` be a part from now on and `removed` be none."""
        parts = [part for part in (added, removed) if part]
        if parts:
            self._commit(self.manifest.knowing(COLUMN_SET, COLUMNS)
                         .changed([added] if added else [], [removed] if removed else []))
        if removed:
            (self._folder.path / removed.path).unlink()
            _on_disk((self._folder.path / removed.path).parent)

    def complete(self, month: str) -> None:
        """Note that a month has been exported as a whole."""
        self._commit(self.manifest.completed(month))

    def _commit(self, manifest: Manifest) -> None:
        self._folder._replace_manifest(manifest)
        self.manifest = manifest


def checksum(path: Path) -> str:
    """SHA-256 of a file, read from disk in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(READ_BYTES):
            digest.update(piece)
    return digest.hexdigest()


def _on_disk(path: Path) -> None:
    """Wait until a file, or the names in a folder, have reached the disk."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
