"""`python -m api` serves `/v1` to the companion app and the advisors."""

import sys

import typer
import uvicorn

from api.application import create_app
from api.logs import log_as_json
from archive.database.connecting import open_pool
from archive.database.sealing import Vault
from schemas.errors import PitcallError
from schemas.settings import Settings

app = typer.Typer(help=__doc__, add_completion=False, pretty_exceptions_enable=False)


@app.callback(invoke_without_command=True)
def serve() -> None:
    """Serve until told to stop; starts also while the database is away."""
    settings = Settings.from_env()
    log_as_json(settings.log_level)
    vault = Vault(settings.require_master_key())
    with open_pool(settings.require_database(), name="api") as pool:
        uvicorn.run(create_app(pool, vault, settings), host=settings.api_host, port=settings.api_port,
                    log_config=None, access_log=False, server_header=False)


if __name__ == "__main__":
    try:
        app()
    except PitcallError as problem:
        sys.exit(f"api: {problem}")
