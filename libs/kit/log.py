"""Logs: one JSON object a line in production, readable lines in the embedded demo; no control character gets through."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog

from kit.redaction import redacted
from kit.settings import ServiceSettings


def setup(settings: ServiceSettings, process: str) -> None:
    """Configures structlog and the standard library's logging for this process, to standard error."""

    def identify(_: Any, __: str, event: Any) -> Any:
        # Not a context variable: threads and greenlets start without them.
        return {"service": settings.service, "process": process, **event}

    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        identify,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        # Last, so that it sees what tracebacks say as well.
        _without_numbers_of_people,
    ]
    renderer: Any
    if settings.embedded:
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    else:
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level)
    for noisy in ("httpx", "httpcore", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _without_numbers_of_people(_: Any, __: str, event: Any) -> Any:
    """No identity number and no mobile number gets into a log (reliability.md 3.14)."""
    return redacted(dict(event))


def get(name: str) -> Any:
    """A structured logger."""
    return structlog.get_logger(name)
