"""Lines of the log on their way out."""

from __future__ import annotations

import logging
from typing import Any, TextIO


class LineHandler(logging.StreamHandler[TextIO]):
    """Writes what the standard library's loggers record, and lines that are ready, to one stream.

    A record of the standard library costs more than all that is told in it, and each request writes a line.
    """

    def logger(self, name: str = "", *_: Any) -> LineLogger:
        """The logger of that name: structlog's factory."""
        return LineLogger(name, self)

    def write(self, line: str) -> None:
        """Write one line. Whoever reads may be gone: that stops nobody, as the standard library has it."""
        self.acquire()
        try:
            self.stream.write(line + self.terminator)
            self.flush()
        except (OSError, ValueError):
            return
        finally:
            self.release()


class LineLogger:
    """What structlog's loggers end in: it is handed whole lines."""

    def __init__(self, name: str, handler: LineHandler) -> None:
        self.name = name
        self._handler = handler

    def msg(self, line: str) -> None:
        """Write it, whatever its level: that stands in the line."""
        self._handler.write(line)

    debug = info = warning = error = critical = msg
