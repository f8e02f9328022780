"""`python -m api` serves `/v1` to the companion app and the advisors."""

import sys

import typer
import uvicorn

from api.application import create_app
from api.logs import log_as_json
from archive.admin import port
from archive.admin.port import Health
from archive.admin.readiness import database_ready
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
    vault, url = Vault(settings.require_master_key()), settings.require_database()
    with open_pool(url, name="api") as pool:
        served = create_app(pool, vault, settings)
        if settings.admin_port:
            port.serve(settings.admin_host, settings.admin_port, served.state.house.counters.registry,
                       Health({"database": database_ready(url)}))
        uvicorn.run(served, host=settings.api_host, port=settings.api_port,
                    log_config=None, access_log=False, server_header=False)


if __name__ == "__main__":
    try:
        app()
    except PitcallError as problem:
        sys.exit(f"api: {problem}")
