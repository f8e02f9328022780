"""One shape of log for every process: JSON lines on stdout, UTC, without personal data."""

import logging
import sys
import threading
import traceback
from types import TracebackType

import structlog
from structlog.typing import EventDict, WrappedLogger

PERSONAL = frozenset({"name", "phone", "plate", "vin", "email", "address", "lat", "lon", "latitude", "longitude",
                      "token", "password", "code", "payload"})
"""Keys whose values never reach a log, whoever puts them there."""


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Cover values of personal keys."""
    return {key: "***" if key in PERSONAL else value for key, value in event.items()}


def configure_logs(level: str) -> None:
    """Set up logging once, at the start of a process; what ends it, or one of its threads, is logged too."""
    structlog.configure(
        processors=[redact, structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True),
                    structlog.processors.JSONRenderer(ensure_ascii=False)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(),
    )
    sys.excepthook = _crashed
    threading.excepthook = lambda args: _crashed(args.exc_type, args.exc_value, args.exc_traceback)


def _crashed(kind: type[BaseException], problem: BaseException | None, trace: TracebackType | None) -> None:
    """An error nobody foresaw: where it happened and what came before, without messages, for they may quote values."""
    cause = problem and (problem.__cause__ or problem.__context__)
    structlog.get_logger().critical("crashed", problem=kind.__name__, cause=type(cause).__name__ if cause else None,
                                    trace=traceback.format_tb(trace))
