"""The trail that a whole house leaves, read by an admin and by somebody who tampers with the books."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from guilder.bootstrap.house import House
from tests.houses import a_house, a_resident, an_admin, settings_for


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(settings_for(tmp_path)) as opened:
        yield opened


async def test_signing_up_and_trading_leave_a_trail_that_names_no_name(house: House) -> None:
    async with a_resident(house, "anna@example.org") as anna, an_admin(house) as admin:
        order = await anna.place(await anna.portfolio())

        entries = (await admin.get("/v1/audit", limit=500))["items"]
        verdict = await admin.get("/v1/audit/verify")

    created = next(entry for entry in entries if entry["action"] == "user_created")
    assert created["actor"] == "nobody"
    assert created["subject"] == f"user:{anna.user_id}"
    placed = next(entry for entry in entries if order["id"] in json.dumps(entry))
    assert placed["actor"] == f"user:{anna.user_id}"
    assert "anna@example.org" not in json.dumps(entries)
    assert "Ada" not in json.dumps(entries)
    assert verdict["ok"] is True
    assert sum(chain["entries"] for chain in verdict["chains"]) == len(entries)


async def test_the_trail_goes_on_where_it_stood_after_a_restart(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    async with a_house(settings) as house, a_resident(house):
        pass

    async with a_house(settings) as house, an_admin(house, "root@example.org") as admin:
        verdict = await admin.get("/v1/audit/verify")

    assert verdict["ok"] is True


TAMPERINGS = {
    "edit": ["UPDATE core_audit_notes SET actor = 'system' WHERE number = 1"],
    "delete": ["DELETE FROM core_audit_notes WHERE number = 1"],
    "reorder": [
        "UPDATE core_audit_notes SET number = -2 WHERE number = 1",
        "UPDATE core_audit_notes SET number = 1 WHERE number = 2",
        "UPDATE core_audit_notes SET number = 2 WHERE number = -2",
    ],
    "truncate": ["DELETE FROM core_audit_notes WHERE number = (SELECT MAX(number) FROM core_audit_notes)"],
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
async def test_somebody_who_writes_into_the_file_is_found_out(house: House, tmp_path: Path, tampering: str) -> None:
    async with a_resident(house, "anna@example.org"), an_admin(house) as admin:
        assert (await admin.get("/v1/audit/verify"))["ok"] is True

        _by_hand(tmp_path / "guilder.db", TAMPERINGS[tampering])

        verdict = await admin.get("/v1/audit/verify")
        await admin.get("/v1/audit")
    assert verdict["ok"] is False


def _by_hand(file: Path, statements: list[str]) -> None:
    connection = sqlite3.connect(file)
    try:
        with connection:
            for statement in statements:
                connection.execute(statement)
    finally:
        connection.close()


async def test_the_log_of_events_tells_an_admin_what_happened_and_nobody_else(house: House) -> None:
    async with a_resident(house, "anna@example.org") as anna, an_admin(house) as admin:
        order = await anna.place(await anna.portfolio())

        events = (await admin.get("/v1/events", limit=500))["items"]
        await anna.refused("GET", "/v1/events", 403, "not_allowed")

    of_the_order = [event for event in events if event["aggregate_id"] == order["id"]]
    assert [event["name"] for event in of_the_order] == ["OrderPlaced", "OrderFilled"]
    assert of_the_order[1]["payload"]["leaves_quantity"] == "0"
    assert of_the_order[1]["payload"]["price"]["currency"] == "USD"
    assert "anna@example.org" not in json.dumps(events)


async def test_the_log_of_events_comes_in_pages(house: House) -> None:
    async with an_admin(house) as admin:
        portfolio_id = await admin.portfolio()
        for _ in range(3):
            await admin.place(portfolio_id)
        whole = (await admin.get("/v1/events"))["items"]

        seen, cursor = [], None
        while True:
            page = await admin.get("/v1/events", limit=2, **({} if cursor is None else {"cursor": cursor}))
            seen += page["items"]
            cursor = page["next"]
            if cursor is None:
                break

    assert seen == whole
    assert len(whole) > 9
