"""How commands reach the house: HTTP to the server that holds the data directory, or in this process when none does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final

import httpx

from guilder.bootstrap.acting_as import NobodyYetError, Passer, Wish, actor_for, sign_in_as
from guilder.bootstrap.api import create_app
from guilder.bootstrap.data_directory import DataDirectory, DataDirectoryInUseError
from guilder.bootstrap.house import House
from guilder.core.ids import SecretSource
from guilder.core.pages import LARGEST_LIMIT
from guilder.core.settings import Settings
from guilder.published.user import Identification
from guilder.shared.errors import GuilderError, UnavailableError

CONNECT_SECONDS: Final = 5
ANSWER_SECONDS: Final = 30
LONG_ANSWER_SECONDS: Final = 3600
"""For what works through years of orders."""
TURN_SECONDS: Final = 10
"""How long a command waits for another one that works on the same data directory, or for a server that starts."""

_LOOK_AGAIN_SECONDS: Final = 0.1
_MISSING: Final = 404


class ServerUnreachableError(UnavailableError):
    """The server that holds the data directory does not answer."""

    code = "server_unreachable"


class RefusedByServerError(GuilderError):
    """What was asked for was refused; the detail is the server's own."""

    code = "refused_by_server"


class Client:
    """Speaks the API as one user. Every method raises `ServerUnreachableError` and `RefusedByServerError`."""

    def __init__(self, http: httpx.AsyncClient, asker: str) -> None:
        self._http = http
        self.asker = asker
        """The address of the user as whom it asks."""

    async def get(self, path: str, **query: Any) -> Any:
        return await self._ask("GET", path, params=_given(query))

    async def page(self, path: str, limit: int, **query: Any) -> dict[str, Any]:
        """The first `limit` items of a list, however many pages that takes, and where the rest begins."""
        items: list[Any] = []
        while True:
            wanted = min(limit - len(items), LARGEST_LIMIT)
            page = await self.get(path, limit=wanted, **query)
            items += page["items"]
            query["cursor"] = page["next"]
            if page["next"] is None or len(items) >= limit:
                return {"items": items, "next": page["next"]}

    async def post(self, path: str, body: dict[str, Any], *, seconds: float = ANSWER_SECONDS, **query: Any) -> Any:
        timeout = httpx.Timeout(seconds, connect=CONNECT_SECONDS)
        return await self._ask("POST", path, params=_given(query), json=_given(body), timeout=timeout)

    async def patch(self, path: str, body: dict[str, Any]) -> Any:
        return await self._ask("PATCH", path, json=_given(body))

    async def put(self, path: str, body: dict[str, Any]) -> Any:
        return await self._ask("PUT", path, json=body)

    async def delete(self, path: str) -> Any:
        return await self._ask("DELETE", path)

    async def _ask(self, method: str, path: str, **request: Any) -> Any:
        try:
            answer = await self._http.request(method, path, **request)
        except httpx.TransportError as problem:
            kind = type(problem).__name__
            look = "" if method == "GET" else "; it may have been done all the same, so look before you ask again"
            raise ServerUnreachableError(
                f"The server at {self._http.base_url} does not answer ({kind}){look}"
            ) from None
        if not answer.is_success:
            raise RefusedByServerError(self._refusal(answer))
        return answer.json() if answer.content else None

    def _refusal(self, answer: httpx.Response) -> str:
        request = answer.request
        try:
            problem = answer.json()
            detail = "; ".join(str(reason["detail"]) for reason in problem.get("reasons", [problem]))
        except (ValueError, KeyError, TypeError):
            return f"{request.method} {request.url.path} was answered with {answer.status_code}"
        # What is somebody else's is missing, too.
        return f"{detail} (Asked as {self.asker}.)" if answer.status_code == _MISSING else detail


@asynccontextmanager
async def connected(settings: Settings, wish: Wish) -> AsyncIterator[Client]:
    """A client for one command.

    Raises:
        DataDirectoryInUseError: another command works on the data directory for long.
        NobodyToActAsError, NobodyYetError, NotActiveError: as `actor_for`.
    """
    directory = DataDirectory(settings.data_dir)
    async with AsyncExitStack() as stack:
        url = await _server_or_turn(directory, stack)
        if url is None:
            house = await stack.enter_async_context(House(settings))
            asker, token = await _sign_in_here(house, directory, wish, stack)
            transport = httpx.ASGITransport(create_app(house), raise_app_exceptions=False)
            http = httpx.AsyncClient(transport=transport, base_url="http://guilder", headers=_signed(token))
        else:
            async with House(settings, core=False) as guest:
                actor = await actor_for(guest, directory, wish)
                asker, token = actor.email, await sign_in_as(guest, actor)
            timeout = httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS)
            # No proxy stands between this machine and itself.
            http = httpx.AsyncClient(base_url=url, timeout=timeout, trust_env=False, headers=_signed(token))
        yield Client(await stack.enter_async_context(http), asker)


async def _server_or_turn(directory: DataDirectory, stack: AsyncExitStack) -> str | None:
    """Where the server answers; or None, and the directory is ours until the stack is unwound."""
    waits = round(TURN_SECONDS / _LOOK_AGAIN_SECONDS)
    while (url := directory.server_url()) is None:
        try:
            stack.enter_context(directory.held())
            break
        except DataDirectoryInUseError:
            if not waits:
                raise
        waits -= 1
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)
    return url


async def _sign_in_here(house: House, directory: DataDirectory, wish: Wish, stack: AsyncExitStack) -> tuple[str, str]:
    """Who asks, and the token; what is nobody's may be seen even before anybody has an account."""
    try:
        actor = await actor_for(house, directory, wish)
    except NobodyYetError:
        if wish.is_personal:
            raise
        token = house.container.get(SecretSource).new()
        stack.enter_context(house.container.override(Identification, Passer(token)))
        return "nobody", token
    return actor.email, await sign_in_as(house, actor)


def _signed(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _given(values: dict[str, Any]) -> dict[str, Any]:
    """Only what somebody chose."""
    return {name: value for name, value in values.items() if value is not None}
