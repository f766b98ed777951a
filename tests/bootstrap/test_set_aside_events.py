"""Events that were set aside, in the whole house: admins see them, and have them told again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, select, update

from guilder.bootstrap.house import House
from guilder.core.database import Database
from guilder.core.relay import Relay
from guilder.core.set_aside import SetAsideEvent, SetAsideEvents
from guilder.core.tables import inbox, outbox
from tests.bootstrap.command_line import CommandLine
from tests.houses import Resident, a_house, a_resident, an_admin, settings_for

NOTICE = "notification.welcome"
AT = datetime(2026, 1, 1, tzinfo=UTC)


async def set_a_welcome_aside(house: House) -> SetAsideEvent:
    """As if the notice of a registration had never been written, and was given up."""
    database = house.container.get(Database)
    row = await database.fetch_one(select(outbox).where(outbox.c.name == "UserRegistered").order_by(outbox.c.position))
    assert row is not None
    event = SetAsideEvent(NOTICE, row.event_id, row.position, row.name, row.aggregate_id, 10, "KeyError: 7", AT)

    def forget(connection: Connection) -> None:
        connection.execute(delete(inbox).where(inbox.c.event_id == row.event_id, inbox.c.subscriber == NOTICE))

    def wait(connection: Connection) -> None:
        connection.execute(update(outbox).where(outbox.c.event_id == row.event_id).values(is_pending=True))

    await database.write(forget)
    await house.container.get(SetAsideEvents).put(event)
    await database.write(wait)
    return event


async def notices(resident: Resident) -> int:
    return len((await resident.get("/v1/notifications"))["items"])


@pytest.fixture(params=["sqlite", "postgresql"])
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    async with a_house(settings_for(tmp_path, url)) as opened:
        yield opened


async def test_an_admin_sees_what_is_set_aside_and_has_it_told_again(house: House) -> None:
    async with a_resident(house) as ada, an_admin(house, "root@example.com") as root:
        before = await notices(ada)
        event = await set_a_welcome_aside(house)

        [shown] = (await root.get("/v1/events/set-aside"))["items"]
        figures = (await root.http.get("/metrics")).text
        replayed = await root.call("POST", f"/v1/events/set-aside/{shown['id']}/replay", 200)
        async with asyncio.timeout(20):
            await house.container.get(Relay).told()

        assert (shown["id"], shown["subscriber"], shown["error"]) == (str(event.id), NOTICE, "KeyError: 7")
        assert "ada@example.com" not in shown["error"]
        assert '"user_id":' in shown["payload"]
        assert "guilder_relay_set_aside 1.0" in figures
        assert replayed == shown
        assert await notices(ada) == before + 1
        assert (await root.get("/v1/events/set-aside"))["items"] == []
        await root.refused("POST", f"/v1/events/set-aside/{shown['id']}/replay", 404, "set_aside_event_not_found")
        actions = [(entry["action"], entry["actor"]) for entry in (await root.get("/v1/audit"))["items"]]
        assert ("event_replayed", f"user:{root.user_id}") in actions


async def test_nobody_but_an_admin_sees_them(house: House) -> None:
    async with a_resident(house) as ada, a_resident(house, None) as stranger:
        event = await set_a_welcome_aside(house)

        for resident, status, code in ((ada, 403, "not_allowed"), (stranger, 401, "not_signed_in")):
            await resident.refused("GET", "/v1/events/set-aside", status, code)
            await resident.refused("POST", f"/v1/events/set-aside/{event.id}/replay", status, code)


def test_the_commands_show_them_and_have_them_told_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    guilder = CommandLine(tmp_path / "books", monkeypatch)
    guilder.user()

    async def put_aside() -> None:
        async with House(settings_for(guilder.folder), core=False) as guest:
            await set_a_welcome_aside(guest)

    asyncio.run(put_aside())

    [shown] = guilder.tells("events", "set-aside")["items"]
    assert "KeyError: 7" in guilder.shows("events", "set-aside")
    assert guilder.tells("events", "replay", shown["id"])["replayed"] == [shown]
    assert "No event is set aside under this id" in guilder.refused("events", "replay", shown["id"])
    assert (
        guilder.shows("events", "set-aside") == guilder.shows("events", "replay", "--all") == "No event is set aside.\n"
    )
    asyncio.run(put_aside())
    assert guilder.tells("events", "replay", "--all")["replayed"] == [shown]
    assert "--all" in guilder.refused("events", "replay")
