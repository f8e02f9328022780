"""`make bench-ingest`: everything that is promised about the speed of ingest, in one run of less than five minutes."""

import time
from collections.abc import Callable
from typing import Annotated

import typer
from rich.console import Console

from dev.bench.ingest import late, outage, peer, single_samples, throughput, tsbs
from dev.bench.ingest.rig import Bench, bench
from dev.bench.results import Figure, record

PARTS: dict[str, Callable[[Bench], list[Figure]]] = {
    "live": throughput.live,
    "backlog": throughput.backlog,
    "single": single_samples.single,
    "tsbs": tsbs.tsbs,
    "peer": peer.peer,
    "late": late.late,
    "duplicates": late.duplicates,
    "outage": outage.outage,
}


def ingest(only: Annotated[list[str] | None, typer.Option(help=f"parts: {', '.join(PARTS)}; default: all")] = None,
           ) -> None:
    """Rates of ingest beside COPY, a bare subscriber and a straightforward peer; its memory; bytes on the wire."""
    chosen = only or list(PARTS)
    if unknown := set(chosen) - PARTS.keys():
        raise typer.BadParameter(f"no part {', '.join(sorted(unknown))}")
    with bench() as running:
        figures = [figure for part in chosen for figure in _measured(part, running)]
        figures.append(Figure("ingest.rss_mb_max", running.peak_rss_mb(), at_most=250))
    record("ingest: QoS 1, acknowledged after commit, everything on this machine", figures)


def _measured(part: str, running: Bench) -> list[Figure]:
    console, began = Console(), time.monotonic()
    with console.status(part):
        figures = PARTS[part](running)
    console.print(f"{part}: {time.monotonic() - began:.0f} s, ingest's largest memory {running.peak_rss_mb():.0f} MB")
    return figures
