"""`python -m api` serves `/v1` to the companion app and the advisors."""

import logging
import sys

import structlog
import typer
import uvicorn

from api.application import create_app
from archive.database.connecting import open_pool
from archive.database.sealing import Vault
from schemas.errors import PitcallError
from schemas.settings import Settings

app = typer.Typer(help=__doc__, add_completion=False, pretty_exceptions_enable=False)


@app.callback(invoke_without_command=True)
def serve() -> None:
    """Serve until told to stop; starts also while the database is away."""
    settings = Settings.from_env()
    _log_json(settings.log_level)
    vault = Vault(settings.require_master_key())
    with open_pool(settings.require_database(), name="api") as pool:
        uvicorn.run(create_app(pool, vault, settings), host=settings.api_host, port=settings.api_port,
                    log_config=None, access_log=False, server_header=False)


def _log_json(level: str) -> None:
    logging.basicConfig(level=level, stream=sys.stdout, format="%(message)s")
    structlog.configure(
        processors=[structlog.processors.add_log_level, structlog.processors.TimeStamper("iso"),
                    structlog.processors.JSONRenderer(ensure_ascii=False)],
        wrapper_class=structlog.make_filtering_bound_logger(level))


if __name__ == "__main__":
    try:
        app()
    except PitcallError as problem:
        sys.exit(f"api: {problem}")
