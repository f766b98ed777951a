"""The audit trail over HTTP."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from httpx import AsyncClient

from guilder.audit import wiring
from guilder.audit.infrastructure.database_audit_logger import DatabaseAuditLogger
from guilder.core.database import Database
from guilder.core.unit import Unit
from guilder.shared.ids import UserId
from tests.audit.builders import ADMIN, ANNA, AUDITOR, CUSTOMER
from tests.testing.databases import SQLITE, a_database, plain_work
from tests.testing.http import CALLER, a_room

CALLERS = {"admin": ADMIN, "auditor": AUDITOR, "customer": CUSTOMER}
AS_AUDITOR = {CALLER: "auditor"}
BERT = UserId(UUID(int=0xB))


@pytest.fixture
async def database(request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    async with a_database(SQLITE, request) as found:
        yield found


@pytest.fixture
async def client(database: Database) -> AsyncIterator[AsyncClient]:
    for number in range(5):
        async with plain_work(database):
            await DatabaseAuditLogger(Unit(), CUSTOMER).log_action(BERT, "looked", {"number": str(number)})
    async with a_room(wiring, database, CALLERS) as (client, _):
        yield client


async def test_an_entry_says_who_did_what_to_whom(client: AsyncClient) -> None:
    answer = await client.get("/v1/audit?limit=1", headers=AS_AUDITOR)

    assert answer.status_code == 200
    (entry,) = answer.json()["items"]
    assert entry == {
        "chain": "rooms",
        "number": 1,
        "recorded_at": "2026-01-05T12:00:00.000000Z",
        "actor": f"user:{ANNA}",
        "action": "looked",
        "subject": f"user:{BERT}",
        "details": {"number": "0"},
        "previous_hash": "0" * 64,
        "hash": entry["hash"],
    }


async def test_an_outsider_can_check_what_he_got(client: AsyncClient) -> None:
    answer = await client.get("/v1/audit", headers=AS_AUDITOR)

    previous = "0" * 64
    for entry in answer.json()["items"]:
        stated = entry.pop("hash")
        text = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert hashlib.sha256(text.encode()).hexdigest() == stated
        assert entry["previous_hash"] == previous
        previous = stated


async def test_entries_come_in_pages_oldest_first(client: AsyncClient) -> None:
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await client.get("/v1/audit", params=query, headers=AS_AUDITOR)).json()
        seen += [item["details"]["number"] for item in page["items"]]
        cursor = page["next"]

    assert seen == ["0", "1", "2", "3", "4"]


async def test_a_whole_trail_is_said_to_be_whole(client: AsyncClient) -> None:
    answer = await client.get("/v1/audit/verify", headers=AS_AUDITOR)

    assert answer.status_code == 200
    last = (await client.get("/v1/audit", headers=AS_AUDITOR)).json()["items"][-1]
    assert answer.json() == {
        "ok": True,
        "chains": [{"chain": "rooms", "entries": 5, "head_hash": last["hash"], "problem": None}],
    }


async def test_an_edited_entry_is_said_to_be_wrong(client: AsyncClient, database: Database) -> None:
    await database.write(
        lambda connection: connection.exec_driver_sql("UPDATE core_audit_notes SET details = 'forged' WHERE number = 2")
    )

    verdict = (await client.get("/v1/audit/verify", headers=AS_AUDITOR)).json()
    listed = await client.get("/v1/audit", headers=AS_AUDITOR)

    assert verdict["ok"] is False
    assert "entry 2" in verdict["chains"][0]["problem"]
    assert listed.json()["items"][1]["details"] == {"unreadable": "forged"}


@pytest.mark.parametrize("path", ["/v1/audit", "/v1/audit/verify"])
async def test_the_trail_is_for_admins_and_auditors(client: AsyncClient, path: str) -> None:
    statuses = [
        (await client.get(path, headers=headers)).status_code
        for headers in ({}, {CALLER: "customer"}, {CALLER: "auditor"}, {CALLER: "admin"})
    ]

    assert statuses == [401, 403, 200, 200]


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "cursor=nonsense"])
async def test_a_page_that_makes_no_sense_is_refused(client: AsyncClient, query: str) -> None:
    answer = await client.get(f"/v1/audit?{query}", headers=AS_AUDITOR)

    assert answer.status_code == 422
