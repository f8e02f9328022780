"""Verify: every part is there, has the bytes of its checksum, and holds what the manifest says."""

from collections.abc import Iterator

from archive.cold.folder import Folder
from archive.cold.manifest import Manifest, Part


def faults(folder: Folder) -> Iterator[str]:
    """One line for each thing that is wrong; nothing when all is well. Changes nothing."""
    manifest = folder.manifest()
    for part in manifest.parts:
        if fault := folder.fault(part) or _misdescribed(folder, manifest, part):
            yield f"{part.path} {fault}"
    for stranger in folder.strangers():
        yield f"{stranger.relative_to(folder.path)} is in no manifest; the next change removes it"


def _misdescribed(folder: Folder, manifest: Manifest, part: Part) -> str | None:
    """Where the rows of a whole file differ from its line in the manifest."""
    about = folder.open(part).about()
    if about.columns != manifest.columns.get(part.columns):
        return "has other columns than its column set"
    if (about.rows, about.first, about.last) != (part.rows, part.first, part.last):
        return f"holds {about.rows} rows from {about.first} to {about.last}"
    return None
