"""What a running worker tells on its admin port."""

import httpx

from archive.fleet import marks
from tests.archive.garage import AS_OF, Garage, eventually, week
from tests.stage.processes import free_port, running, wait_until_ready
from tests.stage.scraping import scrape


def test_jobs_waiting_cars_and_proposals_are_counted(garage: Garage) -> None:
    car, device = garage.fitted_car("d1")
    garage.own(garage.customer(), car)
    garage.change("INSERT INTO service_done (vehicle_id, item, done_at, odometer_km) VALUES "
                  "(%s, 'PM-MINOR', '2025-12-10', 19500)", car)
    garage.deliver(device, *week())
    garage.car({"mass_kg": "heavy"})
    port = free_port()
    with running("health", "work", "--as-of", AS_OF.isoformat(), "--interval", "0.1", ADMIN_PORT=str(port),
                 DATABASE_URL=garage.database.as_role("health")):
        wait_until_ready(port)
        assert eventually(lambda: scrape(port).by_label("health_jobs") == {"done": 1, "failed": 1})
        assert eventually(lambda: scrape(port).value("health_vehicles_stale") == 1), "the broken one"
        page = scrape(port)
        proposed = garage.rows("SELECT item FROM due_item JOIN booking USING (booking_id)")
        assert page.by_label("bookings_triggered") == {item: 1 for (item,) in proposed}
        assert proposed, "or the line above says nothing"
        assert page.value("health_job_seconds_count") == 1
        assert page.value("db_reconnects") == 0

        with garage.database.connect() as connection:
            marks.touch_outlook(connection, car)
        assert eventually(lambda: scrape(port).by_label("health_jobs")["done"] == 2)
        assert scrape(port).by_label("bookings_triggered") == {item: 1 for (item,) in proposed}, "nothing new in it"

        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pitcall-health-work'"
        garage.rows(cut)
        assert eventually(lambda: scrape(port).value("db_reconnects") == 1)
        assert httpx.get(f"http://127.0.0.1:{port}/healthz").json() == {"status": "alive"}
