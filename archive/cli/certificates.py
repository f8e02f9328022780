"""`python -m archive certificates`: the authority that signs what devices and brokers log in with."""

import os
from pathlib import Path
from typing import Annotated

import typer

from archive.cli.database import database, vault
from archive.fleet import certificates
from archive.people import audit
from schemas.errors import ConfigurationError
from schemas.settings import Settings

app = typer.Typer(help=__doc__, no_args_is_help=True)


@app.command()
def init() -> None:
    """Begin the authority, or find it, and print its certificate. Its key stays sealed in the database."""
    settings = Settings.from_env()
    with database(settings) as connection, connection.transaction():
        print(certificates.found(connection, vault(settings)), end="")
        audit.record_operator(connection, "begin_authority", "certificate authority")


@app.command()
def broker(hosts: Annotated[list[str], typer.Argument(help="names and addresses devices know the broker by")],
           folder: Annotated[Path | None, typer.Option(exists=True, file_okay=False, help="where the broker reads its "
                                                       "files; default: PITCALL_BROKER_FILES")] = None) -> None:
    """Write what the broker's TLS listeners need: server.crt, server.key, ca.crt, crl.pem. Then restart the broker."""
    settings = Settings.from_env()
    target = folder or settings.broker_files
    if target is None:
        raise ConfigurationError("name the folder of the broker's files: --folder or PITCALL_BROKER_FILES")
    with database(settings) as connection, connection.transaction():
        pair = certificates.for_broker_hosts(connection, vault(settings), hosts)
        checks = certificates.for_the_broker(connection)
        audit.record_operator(connection, "issue_certificate", "broker")
    assert checks is not None  # noqa: S101 - there is an authority, for it signed
    for name, text in (("server.key", pair.key), ("server.crt", pair.certificate), ("ca.crt", checks.authority),
                       ("crl.pem", checks.revoked)):
        _write(target / name, text)
        print(target / name)


def _write(path: Path, text: str) -> None:
    """A file of the folder's owner and group, closed to everybody else."""
    home = path.parent.stat()
    path.unlink(missing_ok=True)
    path.touch(mode=0o640)
    if os.geteuid() == 0:
        os.chown(path, home.st_uid, home.st_gid)
    path.write_text(text, encoding="utf-8")
