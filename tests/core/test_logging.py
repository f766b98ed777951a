"""Logs: one way, structured, and without secrets."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from guilder.core.logging import configure_logging


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield io.StringIO()
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_one_line_of_json_with_its_fields(stream: io.StringIO) -> None:
    configure_logging("info", "json", stream)

    structlog.get_logger("guilder.trading").info("order_placed", order_id="7", quantity=10)

    (line,) = lines(stream)
    assert (line["event"], line["order_id"], line["quantity"]) == ("order_placed", "7", 10)
    assert (line["level"], line["logger"]) == ("info", "guilder.trading")
    assert line["at"].endswith("Z")


def test_logs_go_to_standard_error(stream: io.StringIO, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info", "json")

    structlog.get_logger("guilder").info("here")

    heard = capsys.readouterr()
    assert heard.out == ""
    assert json.loads(heard.err)["event"] == "here"


def test_what_is_bound_to_the_context_stands_in_every_line(stream: io.StringIO) -> None:
    configure_logging("info", "json", stream)

    with structlog.contextvars.bound_contextvars(request_id="r-1"):
        structlog.get_logger("guilder").info("inside")
        logging.getLogger("uvicorn.error").info("inside, too")
    structlog.get_logger("guilder").info("outside")

    assert [line.get("request_id") for line in lines(stream)] == ["r-1", "r-1", None]


def test_quieter_events_than_the_level_are_left_out(stream: io.StringIO) -> None:
    configure_logging("warning", "json", stream)

    structlog.get_logger("guilder").info("everyday")
    logging.getLogger("uvicorn.error").info("everyday")
    structlog.get_logger("guilder").warning("worth a look")

    assert [line["event"] for line in lines(stream)] == ["worth a look"]


def test_loggers_of_libraries_come_along_but_their_everyday_news_stay_out(stream: io.StringIO) -> None:
    configure_logging("info", "json", stream)

    logging.getLogger("uvicorn.error").info("Started on port %d", 8000)
    logging.getLogger("uvicorn.access").info("GET /")
    logging.getLogger("sqlalchemy.engine").info("SELECT 1")
    logging.getLogger("sqlalchemy.pool").error("lost")

    assert [line["event"] for line in lines(stream)] == ["Started on port 8000", "lost"]


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "new_password",
        "token",
        "secret",
        "Authorization",
        "cookie",
        "Set-Cookie",
        "apikey",
        "api_key",
        "stripe_api_key",
        "database_url",
        "APCA-API-SECRET-KEY",
    ],
)
def test_values_with_a_secret_name_are_masked_however_deep_they_stand(stream: io.StringIO, name: str) -> None:
    configure_logging("info", "json", stream)

    structlog.get_logger("guilder").info("tried", **{name: "hunter2"}, headers=[{name: "hunter2"}])
    logging.getLogger("uvicorn.error").info("tried", extra={name: "hunter2"})

    assert len(lines(stream)) == 2
    assert "hunter2" not in stream.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://clerk:hunter2@localhost/books",
        "smtp://clerk:hun/ter2:hunter2@localhost",
        "nats://hunter2@localhost",
        "GET http://localhost/quote?symbol=A&apikey=hunter2&x=1",
        "Bearer hunter2hunter2",
        "token=hunter2",
    ],
)
def test_secrets_inside_texts_are_masked(stream: io.StringIO, text: str) -> None:
    configure_logging("info", "json", stream)

    structlog.get_logger("guilder").warning("failed", reason=text, seen=(text,), error=ValueError(text))
    logging.getLogger("uvicorn.error").warning("failed: %s", text)

    assert "hunter2" not in stream.getvalue()


def test_an_exception_is_told_with_its_trace_and_without_its_secrets(stream: io.StringIO) -> None:
    configure_logging("info", "json", stream)

    try:
        raise RuntimeError("cannot reach postgresql://clerk:hunter2@localhost/books")
    except RuntimeError:
        structlog.get_logger("guilder").exception("failed")

    (line,) = lines(stream)
    assert "RuntimeError: cannot reach postgresql://clerk:**********@localhost/books" in line["exception"]


def test_people_read_plain_lines(stream: io.StringIO) -> None:
    configure_logging("info", "console", stream)

    structlog.get_logger("guilder").info("order_placed", quantity=10, password="hunter2")

    assert "order_placed" in stream.getvalue()
    assert "quantity=10" in stream.getvalue()
    assert "hunter2" not in stream.getvalue()


def test_auto_writes_json_where_nobody_watches(stream: io.StringIO) -> None:
    configure_logging("info", "auto", stream)

    structlog.get_logger("guilder").info("order_placed")

    assert lines(stream)[0]["event"] == "order_placed"


def test_a_log_that_nobody_takes_any_more_stops_nobody(stream: io.StringIO) -> None:
    configure_logging("info", "json", stream)
    log = structlog.get_logger("guilder")
    log.info("somebody reads this")
    before = lines(stream)
    stream.close()

    log.info("nobody reads this")

    assert [line["event"] for line in before] == ["somebody reads this"]
