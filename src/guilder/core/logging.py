"""Structured logs on standard error: one line an event, with fields, and never a secret.

Everything that logs goes one way: structlog's loggers, and those of the standard library that uvicorn,
SQLAlchemy and others use.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, Final, TextIO

import structlog

from guilder.core.log_lines import LineHandler
from guilder.core.masking import MASK, is_secret_name, masked

_DEEPEST: Final = 6
_LOUD: Final = {
    "alembic": logging.WARNING,
    "sqlalchemy": logging.WARNING,
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
}
"""Libraries whose everyday news nobody reads."""

_LEVELS: Final = {name.lower(): level for name, level in logging.getLevelNamesMapping().items()}

Fields = MutableMapping[str, Any]
Processor = Callable[[Any, str, Fields], Fields]


def configure_logging(level: str = "info", log_format: str = "auto", stream: TextIO | None = None) -> None:
    """Send all logs of this process to `stream` (standard error), from now on.

    `log_format` is `console` for people, `json` for machines, `auto` for whichever reads there. Start uvicorn
    with `log_config=None`, so that its loggers come along; its access log is silent: Guilder writes its own.
    """
    stream = sys.stderr if stream is None else stream
    is_for_people = log_format == "console" or (log_format == "auto" and stream.isatty())
    told_of_each: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.StackInfoRenderer(),
    ]
    written: list[Any] = [
        structlog.processors.format_exc_info,
        mask_secrets,
        _for_people(stream) if is_for_people else structlog.processors.JSONRenderer(),
    ]
    handler = LineHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *told_of_each],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *written],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    structlog.configure(
        processors=[_at_least(root.level), *told_of_each, *written],
        wrapper_class=structlog.make_filtering_bound_logger(logging.NOTSET),
        logger_factory=handler.logger,
        cache_logger_on_first_use=False,
    )
    for name in ("uvicorn", "uvicorn.error", "uvicorn.asgi"):
        _pass_on(name)
    _pass_on("uvicorn.access").disabled = True
    for name, least in _LOUD.items():
        _pass_on(name).setLevel(max(least, root.level))


def mask_secrets(logger: Any, method: str, fields: Fields) -> Fields:
    """A processor: hides values whose name says that they are secret, and passwords inside texts."""
    for name, value in fields.items():
        fields[name] = _shown(name, value)
    return fields


def _shown(name: str, value: Any, depth: int = 0) -> Any:
    if value is not None and is_secret_name(name):
        return MASK
    if isinstance(value, str):
        return masked(value)
    if depth == _DEEPEST or value is None or isinstance(value, int | float):
        return value
    if isinstance(value, Mapping):
        return {key: _shown(str(key), item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_shown(name, item, depth + 1) for item in value]
    return masked(str(value))


def _at_least(level: int) -> Processor:
    """A processor: drops events that are quieter."""

    def drop_quiet(logger: Any, method: str, fields: Fields) -> Fields:
        if _LEVELS[method] < level:
            raise structlog.DropEvent
        return fields

    return drop_quiet


def _for_people(stream: TextIO) -> structlog.dev.ConsoleRenderer:
    return structlog.dev.ConsoleRenderer(
        colors=stream.isatty(), timestamp_key="at", sort_keys=False, exception_formatter=structlog.dev.plain_traceback
    )


def _pass_on(name: str) -> logging.Logger:
    """The logger of that name, without handlers of its own: what it says goes to ours."""
    logger = logging.getLogger(name)
    logger.handlers[:] = []
    logger.propagate = True
    logger.disabled = False
    logger.setLevel(logging.NOTSET)
    return logger
