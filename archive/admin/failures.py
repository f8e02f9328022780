"""Jobs that failed: one line of log, wherever a loop goes on without them."""

import traceback

import structlog

log = structlog.get_logger()


def log_failure(problem: Exception, **job: object) -> None:
    """Name the job, the kind of its error and the place in the code; not the message, for it may quote a value."""
    log.error("job_failed", **job, problem=type(problem).__name__, trace=traceback.format_tb(problem.__traceback__))
