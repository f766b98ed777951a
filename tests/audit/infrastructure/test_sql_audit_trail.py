"""The trail in a real database, and what happens when somebody writes into it by hand."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path

import pytest
from sqlalchemy import Connection

from guilder.audit.application.audit_service import AuditService
from guilder.audit.application.ports import AuditTrail
from guilder.audit.infrastructure.database_audit_logger import DatabaseAuditLogger
from guilder.audit.infrastructure.sql_audit_trail import SqlAuditTrail
from guilder.core.audit_chain import START, verify
from guilder.core.caller import NOBODY, SYSTEM, Caller
from guilder.core.database import Database
from guilder.core.open_unit import UnitMisusedError
from guilder.core.pages import PageRequest
from guilder.core.unit import Unit
from guilder.testing import FakeAuditTrail
from tests.audit.builders import ANNA, AUDITOR, NOON, a_note
from tests.testing.databases import POSTGRES, SQLITE, a_database, plain_work


@pytest.fixture(params=[SQLITE, POSTGRES])
async def database(request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    async with a_database(request.param, request) as found:
        yield found


@pytest.fixture(params=["memory", SQLITE, POSTGRES])
async def trail(request: pytest.FixtureRequest) -> AsyncIterator[AuditTrail]:
    """A trail with five entries in the chain `rooms`."""
    if request.param == "memory":
        fake = FakeAuditTrail()
        fake.record("rooms", [a_note(str(number)) for number in range(1, 6)], NOON)
        yield fake
        return
    async with a_database(request.param, request) as found:
        await note_down(found, *map(str, range(1, 6)))
        yield SqlAuditTrail(found)


async def note_down(database: Database, *actions: str, caller: Caller = AUDITOR) -> None:
    """Log some actions, each in a commit of its own."""
    unit = Unit()
    work = plain_work(database)
    for action in actions:
        async with work:
            await DatabaseAuditLogger(unit, caller).log_action(ANNA, action, {"order": action})


async def test_the_chains_are_those_that_have_entries(trail: AuditTrail) -> None:
    assert list(await trail.chains()) == ["rooms"]


async def test_entries_come_in_the_order_of_their_numbers(trail: AuditTrail) -> None:
    entries = await trail.entries("rooms", after=1, limit=3)

    assert [entry.number for entry in entries] == [2, 3, 4]
    assert [entry.action for entry in entries] == ["2", "3", "4"]


async def test_what_was_read_is_what_was_sealed(trail: AuditTrail) -> None:
    entries = await trail.entries("rooms", after=0, limit=50)

    assert verify("rooms", map(asdict, entries), await trail.head("rooms")) is None
    assert await trail.last_number("rooms") == 5


async def test_an_unknown_chain_is_empty(trail: AuditTrail) -> None:
    assert list(await trail.entries("nowhere", after=0, limit=50)) == []
    assert await trail.head("nowhere") == START
    assert await trail.last_number("nowhere") == 0


@pytest.mark.parametrize(("caller", "actor"), [(Caller(ANNA), f"user:{ANNA}"), (SYSTEM, "system"), (NOBODY, "nobody")])
async def test_the_actor_is_whoever_called(database: Database, caller: Caller, actor: str) -> None:
    await note_down(database, "user_created", caller=caller)

    (entry,) = await SqlAuditTrail(database).entries("rooms", after=0, limit=9)

    assert (entry.actor, entry.action, entry.subject) == (actor, "user_created", f"user:{ANNA}")
    assert entry.details == {"order": "user_created"}


async def test_an_action_that_is_nobody_s_affair_has_no_subject(database: Database) -> None:
    async with plain_work(database):
        await DatabaseAuditLogger(Unit(), SYSTEM).log_action(None, "market_moved", {})

    (entry,) = await SqlAuditTrail(database).entries("rooms", after=0, limit=9)
    assert entry.subject is None


async def test_a_note_without_a_unit_of_work_is_refused() -> None:
    with pytest.raises(UnitMisusedError):
        await DatabaseAuditLogger(Unit(), SYSTEM).log_action(None, "market_moved", {})


async def test_an_action_that_failed_leaves_no_note(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with plain_work(database):
            await DatabaseAuditLogger(Unit(), SYSTEM).log_action(None, "market_moved", {})
            raise ZeroDivisionError

    assert list(await SqlAuditTrail(database).chains()) == []


@pytest.mark.parametrize("details", [{}, {"b": "2", "a": "1"}, {"": "", "q": 'a "quote"\n\0', "株": "👋\u2028"}])
async def test_any_text_in_the_details_stays_verifiable(database: Database, details: dict[str, str]) -> None:
    async with plain_work(database):
        await DatabaseAuditLogger(Unit(), SYSTEM).log_action(None, "tried", details)

    (entry,) = await SqlAuditTrail(database).entries("rooms", after=0, limit=9)
    assert entry.details == details
    assert await problem_in(database) is None


async def test_text_that_no_database_keeps_is_noted_with_question_marks(database: Database) -> None:
    async with plain_work(database):
        await DatabaseAuditLogger(Unit(), SYSTEM).log_action(None, "tried", {"half": "\ud800"})

    (entry,) = await SqlAuditTrail(database).entries("rooms", after=0, limit=9)
    assert entry.details == {"half": "?"}


async def problem_in(database: Database) -> str | None:
    (verdict,) = await AuditService(SqlAuditTrail(database), AUDITOR).verify_chains()
    return verdict.problem


TAMPERINGS = {
    "an edited actor": "UPDATE core_audit_notes SET actor = 'system' WHERE number = 3",
    "an edited action": "UPDATE core_audit_notes SET action = 'nothing' WHERE number = 3",
    "an edited subject": "UPDATE core_audit_notes SET subject = NULL WHERE number = 3",
    "edited details": """UPDATE core_audit_notes SET details = '{"order":"4"}' WHERE number = 3""",
    "a detail said twice": """UPDATE core_audit_notes SET details = '{"order":"9","order":"3"}' WHERE number = 3""",
    "details with a number for a text": """UPDATE core_audit_notes SET details = '{"order":3}' WHERE number = 3""",
    "details that are no document": "UPDATE core_audit_notes SET details = 'forged' WHERE number = 3",
    "details that are a list": "UPDATE core_audit_notes SET details = '[]' WHERE number = 3",
    "an edited instant": "UPDATE core_audit_notes SET recorded_at = recorded_at + 1 WHERE number = 3",
    "an instant beyond time": "UPDATE core_audit_notes SET recorded_at = 9223372036854775807 WHERE number = 3",
    "an edited hash": "UPDATE core_audit_notes SET hash = previous_hash WHERE number = 3",
    "an edited link": "UPDATE core_audit_notes SET previous_hash = hash WHERE number = 3",
    "a deleted entry": "DELETE FROM core_audit_notes WHERE number = 3",
    "a deleted first entry": "DELETE FROM core_audit_notes WHERE number = 1",
    "entries cut off": "DELETE FROM core_audit_notes WHERE number > 3",
    "all entries gone": "DELETE FROM core_audit_notes",
    "two entries in another order": (
        "UPDATE core_audit_notes SET number = CASE number WHEN 2 THEN 30 ELSE 20 END WHERE number IN (2, 3)",
        "UPDATE core_audit_notes SET number = number / 10 WHERE number > 5",
    ),
    "an entry moved to the end": "UPDATE core_audit_notes SET number = 6 WHERE number = 3",
    "an entry in another chain": "UPDATE core_audit_notes SET chain = 'core' WHERE number = 5",
    "an entry doubled at the end": (
        "INSERT INTO core_audit_notes SELECT chain, 6, actor, action, subject, details, recorded_at, previous_hash,"
        " hash FROM core_audit_notes WHERE number = 5"
    ),
    "a head moved back": "UPDATE core_audit_heads SET number = 3",
    "a head moved on": "UPDATE core_audit_heads SET number = 6",
    "no head": "DELETE FROM core_audit_heads",
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
async def test_what_was_tampered_with_is_noticed(request: pytest.FixtureRequest, tampering: str) -> None:
    async with a_database(SQLITE, request) as database:
        await tamper_and_look(database, tampering)


async def test_what_was_tampered_with_is_noticed_on_postgresql_too(request: pytest.FixtureRequest) -> None:
    async with a_database(POSTGRES, request) as database:
        for tampering in TAMPERINGS:
            await tamper_and_look(database, tampering)
            await _write(database, "DELETE FROM core_audit_notes", "DELETE FROM core_audit_heads")


async def tamper_and_look(database: Database, tampering: str) -> None:
    """Spoil a trail of five entries; then it must be found spoiled, and still be readable."""
    await note_down(database, "1", "2", "3", "4", "5")
    assert await problem_in(database) is None

    statements = TAMPERINGS[tampering]
    await _write(database, *([statements] if isinstance(statements, str) else statements))

    verdicts = await AuditService(SqlAuditTrail(database), AUDITOR).verify_chains()
    assert any(verdict.problem for verdict in verdicts), tampering
    await AuditService(SqlAuditTrail(database), AUDITOR).list_entries(PageRequest())


async def _write(database: Database, *statements: str) -> None:
    def write(connection: Connection) -> None:
        for statement in statements:
            connection.exec_driver_sql(statement)

    await database.write(write)


SPOILINGS = [
    "UPDATE core_audit_notes SET actor = x'00ff' WHERE number = 3",
    "UPDATE core_audit_notes SET details = x'00ff' WHERE number = 3",
    "UPDATE core_audit_notes SET recorded_at = 'yesterday' WHERE number = 3",
    "UPDATE core_audit_notes SET hash = 'text' WHERE number = 3",
    "UPDATE core_audit_notes SET previous_hash = 7 WHERE number = 3",
    "UPDATE core_audit_notes SET number = 'three' WHERE number = 3",
    "UPDATE core_audit_heads SET number = 'five'",
    "UPDATE core_audit_heads SET hash = 'text'",
]


@pytest.mark.parametrize("spoiling", SPOILINGS)
async def test_a_spoiled_file_is_looked_at_and_found_spoiled(
    request: pytest.FixtureRequest, tmp_path: Path, spoiling: str
) -> None:
    async with a_database(SQLITE, request) as database:
        await note_down(database, "1", "2", "3", "4", "5")
    _by_hand(tmp_path / "books.sqlite", spoiling)

    async with a_database(SQLITE, request) as database:
        assert await problem_in(database) is not None
        await AuditService(SqlAuditTrail(database), AUDITOR).list_entries(PageRequest())


def _by_hand(file: Path, statement: str) -> None:
    """Write into the file behind Guilder's back, with another program's connection."""
    connection = sqlite3.connect(file)
    try:
        with connection:
            connection.execute(statement)
    finally:
        connection.close()
