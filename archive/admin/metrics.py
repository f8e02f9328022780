"""What every process counts alike: its own memory and processor time, and which build it is.

Names follow prometheus.io/docs/practices/naming. No label ever names a device, a car or a person.
"""

from importlib.metadata import version

from prometheus_client import CollectorRegistry, Info, ProcessCollector, disable_created_metrics


def new_registry(program: str) -> CollectorRegistry:
    """The registry of a process: two in one process, as tests have them, do not add up."""
    # A time beside every counter would double the page, and nobody asks for it.
    disable_created_metrics()  # type: ignore[no-untyped-call]
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    Info("build", "which build of which program this is", registry=registry).info(
        {"program": program, "version": version("pitcall")})
    return registry
