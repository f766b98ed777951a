"""Limits and halts come back from both databases; in memory they follow what is queued."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from guilder.core.database import Database
from guilder.core.plain_commit import PlainCommit
from guilder.core.unit import Unit
from guilder.shared.errors import ConflictError
from guilder.trading.domain.trading_control import HOUSE, NO_CONTROLS, Controls, Halt, TradingControl
from guilder.trading.domain.trading_limits import TradingLimits
from guilder.trading.infrastructure import tables
from guilder.trading.infrastructure.resident_controls import ResidentControls
from guilder.trading.infrastructure.sql_control_repository import SqlControlRepository
from tests.builders import OPENS_AT, OWNER, PORTFOLIO, shares, usd
from tests.testing.databases import POSTGRES, SQLITE, a_database, plain_work
from tests.trading.infrastructure.test_guide_order_repository import NoQueue

LIMITS = TradingLimits(shares("10.5"), usd("5000.25"), 3)
HALT = Halt("prices look wrong", OPENS_AT, OWNER)


class Desk:
    """The repository and a unit of work upon one database."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.work: PlainCommit = plain_work(database)
        self.controls = self.after_a_restart()

    def after_a_restart(self) -> SqlControlRepository:
        """The repository with an empty memory."""
        return SqlControlRepository(self.database, Unit(), ResidentControls(), NoQueue())

    async def save(self, *controls: TradingControl) -> None:
        for control in controls:
            async with self.work:
                self.controls.save(control)


@pytest.fixture(params=[SQLITE, POSTGRES])
async def desk(request: pytest.FixtureRequest) -> AsyncIterator[Desk]:
    async with a_database(request.param, request, tables.metadata) as database:
        yield Desk(database)


async def test_limits_and_halts_come_back_as_they_were_saved_after_a_restart_too(desk: Desk) -> None:
    limited, house = TradingControl(PORTFOLIO, Controls(LIMITS)), TradingControl(HOUSE, Controls(halt=HALT))
    await desk.save(limited, house)

    for repository in (desk.controls, desk.after_a_restart()):
        assert await repository.in_force(PORTFOLIO) == (await repository.get(PORTFOLIO)).controls == Controls(LIMITS)
        assert await repository.in_force(HOUSE) == (await repository.get(HOUSE)).controls == Controls(halt=HALT)


async def test_where_nobody_has_set_anything_everything_is_allowed(desk: Desk) -> None:
    assert await desk.controls.in_force(PORTFOLIO) == NO_CONTROLS
    assert (await desk.controls.get(PORTFOLIO)).controls == NO_CONTROLS


async def test_what_is_in_force_is_known_without_asking_the_database_again(desk: Desk) -> None:
    await desk.controls.in_force(HOUSE)
    async with desk.work:
        desk.controls.save(TradingControl(HOUSE, Controls(halt=HALT)))
        before_it_is_left = await desk.controls.in_force(HOUSE)
    await desk.database.write(lambda connection: connection.execute(tables.controls.delete()))

    assert before_it_is_left == NO_CONTROLS
    assert await desk.controls.in_force(HOUSE) == Controls(halt=HALT)


async def test_what_could_not_be_written_is_not_in_force(desk: Desk) -> None:
    await desk.save(TradingControl(HOUSE, Controls(LIMITS)))
    outdated = await desk.controls.get(HOUSE)
    async with desk.work:
        mine = await desk.controls.get(HOUSE)
        mine.limit(TradingLimits())
        desk.controls.save(mine)

    outdated.halt(HALT)
    with pytest.raises(ConflictError):
        await desk.save(outdated)

    assert await desk.controls.in_force(HOUSE) == NO_CONTROLS
