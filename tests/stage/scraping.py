"""What Prometheus would see of a process."""

from collections import defaultdict

import httpx
from prometheus_client.parser import text_string_to_metric_families


class Page:
    """One scrape; counters are asked for without `_total`."""

    def __init__(self, text: str) -> None:
        self._found: dict[str, dict[tuple[str, ...], float]] = defaultdict(dict)
        self._labels: dict[str, set[str]] = defaultdict(set)
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                self._found[sample.name][tuple(sample.labels.values())] = sample.value
                self._labels[sample.name].update(sample.labels)

    @property
    def names(self) -> set[str]:
        """All series on the page, as an expression names them."""
        return set(self._found)

    def labels(self, name: str) -> set[str]:
        """Names of the labels of a series."""
        return self._labels.get(name, set())

    def value(self, name: str) -> float:
        """A metric without labels; raises KeyError when it is not there."""
        return self._series(name)[()]

    def total(self, name: str) -> float:
        """The sum over all labels."""
        return sum(self._series(name).values())

    def by_label(self, name: str) -> dict[str, float]:
        """Values of a metric with one label."""
        return {labels[0]: value for labels, value in self._series(name).items()}

    def _series(self, name: str) -> dict[tuple[str, ...], float]:
        return self._found.get(f"{name}_total", {}) or self._found[name]


def scrape(port: int) -> Page:
    """The metrics of the admin port; raises httpx.HTTPError when it does not answer."""
    return Page(httpx.get(f"http://127.0.0.1:{port}/metrics").raise_for_status().text)
