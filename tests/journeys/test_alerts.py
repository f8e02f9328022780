"""The alert rules: each explains itself, and whatever it names is exported by our running processes."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest
import yaml

from archive.fleet import provisioning
from archive.keeping.jobs import JOBS, Shift
from dev.docs import OPERATIONS, with_alerts
from dev.services import Running
from tests.stage.broker import Broker
from tests.stage.database import Database, cloned
from tests.stage.processes import free_port, running, wait_until_ready
from tests.stage.scraping import Page

RULES: dict[str, dict[str, Any]] = {
    rule["alert"]: rule for group in yaml.safe_load(Path("docs/alerts.yml").read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]}
PROMETHEUS_OWN = {"up"}
OWN_LABELS = {"job", "instance", "le"}
WORDS = {"and", "or", "unless", "by", "on", "ignoring", "without", "group_left", "group_right", "bool", "offset"}
LABELS = re.compile(r"\b(?:by|on|ignoring|without|group_left|group_right)\s*\(([^)]*)\)")


def metrics_in(expression: str) -> set[str]:
    """Names of series: what is neither a function, nor a word of PromQL, nor within braces, brackets or label lists."""
    bare = re.sub(r"\{[^}]*\}|\[[^]]*\]", " ", LABELS.sub(" ", expression))
    return {name for name in re.findall(r"\b([a-z_]\w*)\b(?!\s*\()", bare) if name not in WORDS}


def selectors_in(expression: str) -> list[tuple[str, str]]:
    """(metric, label) of every matcher in braces."""
    return [(metric, label) for metric, inside in re.findall(r"(\w+)\{([^}]*)\}", expression)
            for label in re.findall(r"(\w+)\s*[=!]~?", inside)]


def watched(label: str) -> set[str]:
    """Values the rules ask of a label, one by one."""
    return {value for rule in RULES.values() for value in re.findall(rf'\b{label}="([^"]*)"', rule["expr"])}


@pytest.fixture(scope="module")
def database(server_url: str) -> Iterator[Database]:
    """One for all programs."""
    with cloned(server_url) as fresh:
        yield fresh


@pytest.fixture(scope="module")
def pages(services: Running, database: Database, broker: Broker, master_key: str) -> Iterator[list[Page]]:
    """A scrape of every program of ours, a device being provisioned."""
    with database.connect("owner") as connection:
        provisioning.add_device(connection, "watched-1", ["s10"], "secret")
    common = {"MASTER_KEY": master_key, "BROKER_URL": broker.ingest_url, "SHARDS": "s10",
              "BROKER_FILES": str(services.broker_files), "BROKER_PID_FILE": str(services.broker_pid_file)}
    programs = {("ingest",): "ingest", ("ingest", "broker-sync"): "ingest", ("health", "work"): "health",
                ("archive", "keep"): "owner", ("api",): "api"}
    with ExitStack() as stack:
        ports = [free_port() for _ in programs]
        for port, (command, role) in zip(ports, programs.items(), strict=True):
            where = {"API_PORT": str(port)} if command == ("api",) else {"ADMIN_PORT": str(port)}
            stack.enter_context(running(*command, **common, **where, DATABASE_URL=database.as_role(role)))
        for port in ports:
            wait_until_ready(port)
        yield [Page(httpx.get(f"http://127.0.0.1:{port}/metrics").text) for port in ports]


@pytest.mark.parametrize("name", RULES)
def test_every_rule_explains_itself(name: str) -> None:
    rule = RULES[name]
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert len(rule["annotations"]["why"]) > 20
    assert len(rule["annotations"]["do"]) > 20


def test_the_table_of_alerts_is_the_rules() -> None:
    page = OPERATIONS.read_text(encoding="utf-8")
    assert with_alerts(page) == page, "run `make docs`"


def test_what_the_rules_name_is_exported(pages: list[Page]) -> None:
    exported = PROMETHEUS_OWN.union(*(page.names for page in pages))
    missing = {name: sorted(metrics_in(rule["expr"]) - exported) for name, rule in RULES.items()}
    assert {name: gone for name, gone in missing.items() if gone} == {}


def test_the_labels_the_rules_select_by_are_there(pages: list[Page]) -> None:
    labels: dict[str, set[str]] = {name: set().union(*(page.labels(name) for page in pages))
                                   for name in set().union(*(page.names for page in pages))}
    wrong = {(name, metric, label) for name, rule in RULES.items() for metric, label in selectors_in(rule["expr"])
             if label not in labels.get(metric, set()) | OWN_LABELS}
    assert wrong == set()


def test_the_keeper_counts_what_the_rules_watch(database: Database) -> None:
    """A misspelt value would be an alarm that never rings."""
    with database.connect("owner") as connection:
        shift = Shift(connection, datetime.now(UTC), Event())
        counted = set[str]().union(*(job.run(shift) for job in JOBS))
    assert watched("what")
    assert watched("what") <= counted


def test_nothing_exported_names_a_device_or_a_person(pages: list[Page]) -> None:
    used = set().union(*(page.labels(name) for page in pages for name in page.names))
    assert used <= {"shard", "reason", "le", "broker", "outcome", "rule", "program", "version", "method", "route",
                    "status", "type", "task", "what"}


@pytest.mark.parametrize(("expression", "metrics"), [
    ("max by (broker) (increase(a_total[5m])) > 0", {"a_total"}),
    ('b{le="x"} * on (job) group_left () c > 4e8 and time() - d_seconds > 30', {"b", "c", "d_seconds"})])
def test_the_reader_of_expressions_reads(expression: str, metrics: set[str]) -> None:
    assert metrics_in(expression) == metrics
