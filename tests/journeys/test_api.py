"""The API as its users start it: a real process, a real port, an owner and his advisor."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from archive.database.sealing import Vault
from tests.archive.people.town import PASSWORD, ZHANG_PHONE, Town, build
from tests.stage.database import Database
from tests.stage.processes import environment, free_port, wait_until_ready


@pytest.fixture
def town(database: Database, master_key: str) -> Town:
    return build(database, Vault(master_key))


class Served:
    """`python -m api` over a town."""

    def __init__(self, town: Town, master_key: str) -> None:
        self.port, self.admin_port = free_port(), free_port()
        settings = {"DATABASE_URL": town.database.as_role("api"), "MASTER_KEY": master_key, "DEMO_CODES": "true",
                    "API_PORT": str(self.port), "ADMIN_PORT": str(self.admin_port)}
        self.process = subprocess.Popen([sys.executable, "-m", "api"], env=environment(settings), text=True,
                                        stdout=subprocess.PIPE)
        wait_until_ready(self.port)
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}/v1", headers={"accept-language": "en"})

    def log_in(self, **form: str) -> dict[str, str]:
        """Headers of somebody who is logged in."""
        tokens = self.client.post("/auth/token", data=form).raise_for_status().json()
        return {"authorization": f"Bearer {tokens['access_token']}"}

    def code_in_the_log(self) -> str:
        """The demo code the process printed last."""
        assert self.process.stdout is not None
        deadline = time.monotonic() + 10
        for line in self.process.stdout:
            if found := re.search(r'"code": "(\d{6})"', line):
                assert "0013" not in line
                return found.group(1)
            assert time.monotonic() < deadline
        raise AssertionError("no code was printed")

    def stop(self) -> int:
        """An orderly end."""
        self.client.close()
        self.process.terminate()
        self.process.communicate(timeout=15)
        return self.process.returncode


@pytest.fixture
def served(town: Town, master_key: str) -> Iterator[Served]:
    running = Served(town, master_key)
    yield running
    running.stop()


def test_from_a_code_to_a_confirmed_booking_on_the_advisors_page(town: Town, served: Served) -> None:
    client = served.client
    client.post("/auth/code", json={"phone": ZHANG_PHONE}).raise_for_status()
    owner = served.log_in(grant_type="otp", phone=ZHANG_PHONE, code=served.code_in_the_log())
    advisor = served.log_in(grant_type="password", username="limin", password=PASSWORD)

    [booking] = client.get("/bookings", headers=owner).json()["items"]
    slot = (datetime.now(UTC) + timedelta(days=3)).replace(microsecond=0)
    confirmed = client.post(f"/bookings/{booking['booking_id']}/confirm", headers=owner,
                            json={"slot_at": slot.isoformat(), "version": booking["version"]}).raise_for_status()
    assert confirmed.json()["state"] == "confirmed"

    [arrival] = client.get(f"/stores/{town.north}/pre-arrival", headers=advisor).json()["items"]
    assert (arrival["greeting_zh"], arrival["state"]) == ("张先生", "confirmed")
    assert datetime.fromisoformat(arrival["slot_at"]) == slot
    assert client.get(f"/stores/{town.south}/pre-arrival", headers=advisor).status_code == 404
    assert json.loads(client.get("/openapi.json").text)["openapi"].startswith("3.1")
    admin = f"http://127.0.0.1:{served.admin_port}"
    assert httpx.get(f"{admin}/readyz").json() == {"status": "ready"}
    assert 'route="issue_token",status="200"} 2.0' in httpx.get(f"{admin}/metrics").text
