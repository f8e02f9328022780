"""Logs of the process: one JSON object per line, from our code and from the libraries alike."""

import logging
import sys

import structlog
from structlog.typing import Processor

_STAMPS: list[Processor] = [structlog.processors.add_log_level, structlog.processors.TimeStamper("iso"),
                            structlog.processors.format_exc_info]
_JSON = structlog.processors.JSONRenderer(ensure_ascii=False)


def log_as_json(level: str) -> None:
    """Send everything from `level` on to standard output."""
    structlog.configure(processors=[*_STAMPS, _JSON], wrapper_class=structlog.make_filtering_bound_logger(level))
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_STAMPS,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _JSON]))
    logging.basicConfig(level=level, handlers=[handler])
