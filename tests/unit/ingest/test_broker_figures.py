"""What is heard on `$SYS` becomes metrics; a broker that restarts does not make a counter fall."""

from prometheus_client import CollectorRegistry

from ingest.broker_figures import COUNTERS, BrokerFigures

DROPPED, MEMORY = "$SYS/broker/publish/messages/dropped", "$SYS/broker/heap/current"
ME = {"broker": "main"}


def figures() -> tuple[BrokerFigures, CollectorRegistry]:
    registry = CollectorRegistry()
    return BrokerFigures("main", registry), registry


def test_what_was_not_told_is_not_there() -> None:
    _, registry = figures()
    assert registry.get_sample_value("broker_dropped_total", ME) is None


def test_the_last_word_counts() -> None:
    heard, registry = figures()
    for payload in (b"7", b"12"):
        heard.hear(DROPPED, payload)
        heard.hear(MEMORY, payload)
    assert registry.get_sample_value("broker_dropped_total", ME) == 12
    assert registry.get_sample_value("broker_memory_bytes", ME) == 12


def test_a_restart_begins_from_nothing_and_the_counter_goes_on() -> None:
    heard, registry = figures()
    for payload in (b"4000", b"0", b"3", b"3", b"1"):
        heard.hear(DROPPED, payload)
        heard.hear(MEMORY, payload)
    assert registry.get_sample_value("broker_dropped_total", ME) == 4004
    assert registry.get_sample_value("broker_memory_bytes", ME) == 1


def test_strange_words_are_passed_over() -> None:
    heard, registry = figures()
    heard.hear(DROPPED, b"many")
    heard.hear("$SYS/broker/version", b"2")
    assert [registry.get_sample_value(f"{name}_total", ME) for name, _ in COUNTERS.values()] == [None] * len(COUNTERS)
