"""The audit trail on the command line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from guilder.audit.application.audit_service import AuditService
from guilder.audit.application.event_log_service import EventLogService
from guilder.audit.presentation.cli import audit_app, events_app
from guilder.core.caller import SYSTEM
from guilder.testing import FakeAuditTrail, FakeEventLog
from tests.audit.builders import a_trail, an_event


class Scope:
    """A scope that knows one service."""

    def __init__(self, trail: FakeAuditTrail) -> None:
        self._service = AuditService(trail, SYSTEM)

    async def aget(self, interface: type[Any]) -> Any:
        assert interface is AuditService
        return self._service


def run(trail: FakeAuditTrail, *arguments: str) -> Result:
    @asynccontextmanager
    async def open_scope() -> AsyncIterator[Scope]:
        yield Scope(trail)

    return CliRunner().invoke(audit_app(open_scope), list(arguments))


def check(entries: list[dict[str, Any]]) -> None:
    """What an outsider does with an export; see `core/audit_chain.py`."""
    previous: dict[str, str] = {}
    for entry in entries:
        said = dict(entry)
        stated = said.pop("hash")
        text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert hashlib.sha256(text.encode()).hexdigest() == stated
        assert said["previous_hash"] == previous.get(said["chain"], "0" * 64)
        previous[said["chain"]] = stated


def test_an_export_is_one_entry_a_line_that_an_outsider_can_check() -> None:
    result = run(a_trail(core=5, rooms=4), "export")

    assert result.exit_code == 0
    entries = [json.loads(line) for line in result.stdout.splitlines()]
    assert [entry["action"] for entry in entries][:3] == ["core 0", "rooms 0", "core 1"]
    assert len(entries) == 9
    check(entries)


def test_an_export_as_json_is_one_document() -> None:
    result = run(a_trail(core=2), "export", "--json")

    document = json.loads(result.stdout)
    assert [entry["number"] for entry in document["entries"]] == [1, 2]


@pytest.mark.parametrize(("arguments", "output"), [(["export"], ""), (["export", "--json"], '{"entries":[]}\n')])
def test_an_empty_trail_can_be_exported(arguments: list[str], output: str) -> None:
    assert run(FakeAuditTrail(), *arguments).stdout == output


def test_an_export_into_a_file_prints_nothing_but_how_much_it_was(tmp_path: Path) -> None:
    file = tmp_path / "audit.jsonl"

    result = run(a_trail(core=3), "export", "--output", str(file))

    assert result.stdout == ""
    assert "3 entries" in result.stderr
    check([json.loads(line) for line in file.read_text().splitlines()])
    assert list(tmp_path.iterdir()) == [file]


def test_an_export_that_fails_leaves_the_old_file_alone(tmp_path: Path) -> None:
    file = tmp_path / "audit.jsonl"
    file.write_text("yesterday")

    class FailingTrail(FakeAuditTrail):
        async def chains(self) -> list[str]:
            raise ConnectionError

    result = run(FailingTrail(), "export", "--output", str(file))

    assert result.exit_code != 0
    assert file.read_text() == "yesterday"
    assert list(tmp_path.iterdir()) == [file]


def test_a_whole_trail_exits_with_zero_and_says_what_to_note() -> None:
    trail = a_trail(core=3)

    result = run(trail, "verify")

    assert result.exit_code == 0
    assert f"core:3:{trail.heads['core'].hash.hex()}" in result.stdout


def test_a_trail_that_was_tampered_with_exits_with_one() -> None:
    trail = a_trail(core=3)
    trail.stored["core"][1] = replace(trail.stored["core"][1], actor="system")

    result = run(trail, "verify", "--json")

    assert result.exit_code == 1
    document = json.loads(result.stdout)
    assert document["ok"] is False
    assert "entry 2" in document["chains"][0]["problem"]


def test_what_was_noted_elsewhere_can_be_checked() -> None:
    trail = a_trail(core=3)
    right = f"core:2:{trail.stored['core'][1].hash.hex()}"
    wrong = f"core:2:{'0' * 64}"

    assert run(trail, "verify", "--anchor", right).exit_code == 0
    assert run(trail, "verify", "--anchor", right, "--anchor", wrong).exit_code == 1


@pytest.mark.parametrize("anchor", ["", "core", "core:2", "core:two:00", "core:2:zz"])
def test_an_anchor_that_is_none_is_a_mistake_in_the_command(anchor: str) -> None:
    assert run(a_trail(core=3), "verify", "--anchor", anchor).exit_code == 2


def export_events(log: FakeEventLog, *arguments: str) -> Result:
    class Services:
        async def aget(self, interface: type[Any]) -> Any:
            assert interface is EventLogService
            return EventLogService(log, SYSTEM)

    @asynccontextmanager
    async def open_scope() -> AsyncIterator[Services]:
        yield Services()

    return CliRunner().invoke(events_app(open_scope), ["export", *arguments])


def test_exported_events_are_canonical_json_one_a_line_in_the_order_of_their_commits() -> None:
    result = export_events(FakeEventLog([an_event(1, side="buy", quantity="3", name="Zo\u00eb"), an_event(2)]))

    assert result.stdout == (
        '{"aggregate_id":"order 1","event_id":"00000000-0000-0000-0000-000000000001","name":"OrderPlaced",'
        '"payload":{"name":"Zo\u00eb","quantity":"3","side":"buy"},'
        '"recorded_at":"2026-01-05T12:00:01.000000Z","version":1}\n'
        '{"aggregate_id":"order 2","event_id":"00000000-0000-0000-0000-000000000002","name":"OrderPlaced",'
        '"payload":{},"recorded_at":"2026-01-05T12:00:02.000000Z","version":1}\n'
    )
    assert "2 events" in result.stderr


def test_events_go_into_a_file_or_into_one_document(tmp_path: Path) -> None:
    log, file = FakeEventLog([an_event(1), an_event(2)]), tmp_path / "events.jsonl"

    assert export_events(log, "--output", str(file)).stdout == ""
    document = json.loads(export_events(log, "--json").stdout)

    assert [json.loads(line) for line in file.read_text().splitlines()] == document["events"]
