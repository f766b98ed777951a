"""`guilder events …`: the log of events, and those that were set aside, on the data directory."""

import asyncio
from typing import Annotated, Any, Final
from uuid import UUID

import typer

from guilder.audit.presentation.cli import events_app
from guilder.bootstrap.commands.asking import beside_the_server
from guilder.bootstrap.commands.options import AsJson, Cursor, Limit
from guilder.bootstrap.commands.showing import a_table, rest_of, show
from guilder.bootstrap.event_router import SetAsidePage, SetAsideResponse
from guilder.bootstrap.event_service import EventService
from guilder.core.pages import PageRequest
from guilder.core.set_aside import SetAsideId
from guilder.shared.errors import InvalidError

app = typer.Typer()
events = events_app(beside_the_server)
app.add_typer(events, name="events")

_COLUMNS: Final = {
    "id": "id",
    "subscriber": "subscriber",
    "event_name": "event",
    "attempts": ">attempts",
    "set_aside_at": "set aside",
    "error": "error",
}


class NoEventNamedError(InvalidError):
    """Name the event that is to be told again by its id, or all of them by `--all`."""

    code = "no_event_named"


@events.command("set-aside")
def set_aside(limit: Limit = 100, cursor: Cursor = None, as_json: AsJson = False) -> None:
    """Those that are set aside now, with the error that each ended with."""

    async def read() -> dict[str, Any]:
        async with beside_the_server() as scope:
            page = await (await scope.aget(EventService)).list_set_aside(PageRequest(limit, cursor))
            items = [SetAsideResponse.from_domain(event) for event in page.items]
            return SetAsidePage(items=items, next=page.next).model_dump(mode="json")

    page = asyncio.run(read())
    tables = [a_table(_COLUMNS, page["items"])] if page["items"] else []
    show(page, *tables, *rest_of(page, "No event is set aside."), as_json=as_json)


@events.command()
def replay(
    event: Annotated[UUID | None, typer.Argument(metavar="[ID]", help="Which, as `set-aside` shows it.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All that are set aside.")] = False,
    as_json: AsJson = False,
) -> None:
    """Let events be told again, and then those that wait behind them; the server tells them within a second."""
    if (event is None) is not every:
        raise NoEventNamedError

    async def run() -> list[Any]:
        async with beside_the_server() as scope:
            service = await scope.aget(EventService)
            ids = [SetAsideId(event)] if event is not None else [one.id for one in await _all(service)]
            replayed = [SetAsideResponse.from_domain(await service.replay(id)) for id in ids]
            return [one.model_dump(mode="json") for one in replayed]

    replayed = asyncio.run(run())
    tables = [a_table(_COLUMNS, replayed)] if replayed else ["No event is set aside."]
    show({"replayed": replayed}, *tables, as_json=as_json)


async def _all(service: EventService) -> list[Any]:
    found: list[Any] = []
    cursor = None
    while True:
        page = await service.list_set_aside(PageRequest(cursor=cursor))
        found += page.items
        cursor = page.next
        if cursor is None:
            return found
