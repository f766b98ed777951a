"""Asking twice changes things once, with both ways to commit, and on both databases."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import httpx
import pytest
import structlog
from fastapi import APIRouter, FastAPI, Response
from pydantic import BaseModel
from sqlalchemy import Connection, select
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from guilder.core.caller import NOBODY, Caller
from guilder.core.container.container import Container
from guilder.core.container.fastapi import ContainerScopeMiddleware, scope_of
from guilder.core.database import Database
from guilder.core.http import ExactRoute, IdempotentRoute, put_edge_around
from guilder.core.idempotency import (
    Answer,
    AnswerStore,
    InvalidIdempotencyKeyError,
    KeptAnswer,
    KeysInFlight,
    RequestKey,
    fingerprint_of,
)
from guilder.core.random_ids import TimeOrderedIds
from guilder.core.sql_idempotency import SqlAnswerStore
from guilder.core.system_clock import SystemClock
from guilder.core.tables import idempotency
from guilder.core.unit_of_work import UnitOfWork
from guilder.shared.errors import RefusedError
from guilder.shared.ids import UserId
from tests.core.counters import Core, Counter, metadata
from tests.databases import a_database

IDS = TimeOrderedIds()
ANNA = UserId(IDS.new())
BORIS = UserId(IDS.new())

T = TypeVar("T")


class Gated:
    """A database whose writes can be held back."""

    def __init__(self, inner: Database) -> None:
        self._inner = inner
        self.gate = asyncio.Event()
        self.gate.set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    @property
    def dialect_name(self) -> str:
        return self._inner.dialect_name

    async def write(self, work: Callable[[Connection], T]) -> T:
        await self.gate.wait()
        return await self._inner.write(work)


class Step(BaseModel):
    """How far to raise a counter."""

    by: int = 1
    is_refused: bool = False


class Doorman:
    """Knows everybody by the header `X-User`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = HTTPConnection(scope)
            name = request.headers.get("X-User")
            scope_of(request).provide(Caller, Caller(UserId(UUID(name))) if name else NOBODY)
        await self._app(scope, receive, send)


class Desk:
    """A process that raises one counter for whoever asks; `gate` holds use cases back in the middle."""

    def __init__(self, core: Core, work: UnitOfWork, counter_id: UUID) -> None:
        self.core = core
        self.work = work
        self.counter_id = counter_id
        self.runs = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.in_flight = KeysInFlight()
        self.answers = SqlAnswerStore(core.database, core.plain, core.unit)
        self.app = FastAPI(redirect_slashes=False)
        router = APIRouter(prefix="/v1", route_class=IdempotentRoute)
        for method in ("POST", "PATCH", "DELETE"):
            router.add_api_route("/counter", self.raise_counter, methods=[method], status_code=201)
        router.add_api_route("/counter", self.show, methods=["GET"])
        router.add_api_route("/other", self.raise_counter, methods=["POST"])
        router.add_api_route("/twice", self.raise_twice, methods=["POST"])
        router.add_api_route("/partly", self.raise_once_and_try_again, methods=["POST"])
        router.add_api_route("/nothing", self.change_nothing, methods=["POST"], status_code=204)
        router.add_api_route("/teapot", self.answer_teapot, methods=["POST"])
        router.add_api_route("/broken", self.break_after_the_change, methods=["POST"])
        secret = APIRouter(prefix="/v1", route_class=ExactRoute)
        secret.add_api_route("/secret", self.raise_counter, methods=["POST"])
        self.app.include_router(router)
        self.app.include_router(secret)
        container = self.app.state.container = Container()
        container.register_scoped(Caller)
        container.register_value(AnswerStore, self.answers)
        container.register_value(KeysInFlight, self.in_flight)
        self.app.add_middleware(Doorman)
        self.app.add_middleware(ContainerScopeMiddleware)
        put_edge_around(self.app, ids=TimeOrderedIds(), clock=SystemClock())

    async def raise_counter(self, step: Step, response: Response) -> dict[str, int]:
        self.runs += 1
        await self.gate.wait()
        async with self.work:
            counter = await self.core.counters.get(self.counter_id)
            counter.raise_by(step.by)
            self.core.counters.save(counter)
            if step.is_refused:
                raise RefusedError
        response.headers["Location"] = f"/v1/counter#{counter.value}"
        return {"value": counter.value}

    async def raise_twice(self, step: Step, response: Response) -> dict[str, int]:
        await self.raise_counter(Step(), response)
        return await self.raise_counter(step, response)

    async def show(self) -> int:
        self.runs += 1
        return self.runs

    async def raise_once_and_try_again(self, step: Step, response: Response) -> dict[str, int]:
        raised = await self.raise_counter(Step(), response)
        try:
            await self.raise_counter(Step(is_refused=True), response)
        except RefusedError:
            return raised
        return {}

    async def change_nothing(self) -> None:
        self.runs += 1

    async def answer_teapot(self, step: Step, response: Response) -> Response:
        await self.raise_counter(step, response)
        return Response(status_code=418)

    async def break_after_the_change(self, step: Step, response: Response) -> None:
        await self.raise_counter(step, response)
        raise RuntimeError

    async def ask(
        self,
        path: str = "/v1/counter",
        *,
        key: str | None = "key-1",
        user: UserId | None = ANNA,
        method: str = "POST",
        body: bytes = b'{"by": 1}',
    ) -> httpx.Response:
        headers = {"content-type": "application/json"}
        if key is not None:
            headers["Idempotency-Key"] = key
        if user is not None:
            headers["X-User"] = str(user)
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://guilder") as client:
            return await client.request(method, path, headers=headers, content=body)

    async def value(self) -> int | None:
        return await self.core.saved_value(self.counter_id)

    async def kept(self) -> int:
        return len(await self.core.database.fetch_all(select(idempotency.c.key)))


on_both_databases = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
"""For what the database has a part in; the rest is the same on both, and SQLite is there sooner."""


@pytest.fixture
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    kind = getattr(request, "param", "sqlite")
    url = request.getfixturevalue("postgres_url") if kind == "postgresql" else None
    async with a_database(kind, tmp_path, url, metadata) as made:
        yield made


@pytest.fixture
def gated(database: Database) -> Gated:
    return Gated(database)


@pytest.fixture
async def core(gated: Gated) -> AsyncIterator[Core]:
    async with Core(gated) as made:
        yield made


@pytest.fixture(params=["plain", "group"])
def work(request: pytest.FixtureRequest, core: Core) -> UnitOfWork:
    return core.plain if request.param == "plain" else core.work


@pytest.fixture
async def desk(core: Core, work: UnitOfWork) -> Desk:
    counter = Counter(IDS.new())
    async with work:
        core.counters.save(counter)
    return Desk(core, work, counter.id)


async def until(condition: Callable[[], bool]) -> None:
    """Let the others run until it holds."""

    async def wait() -> None:
        while not condition():
            await asyncio.sleep(0)

    await asyncio.wait_for(wait(), 10)


def assert_same(second: httpx.Response, first: httpx.Response) -> None:
    assert second.status_code == first.status_code
    assert second.content == first.content
    assert second.headers.get("content-type") == first.headers.get("content-type")
    assert second.headers.get("location") == first.headers.get("location")


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
async def test_the_same_request_gets_the_first_answer_and_changes_nothing_more(desk: Desk, method: str) -> None:
    first = await desk.ask(method=method)
    second = await desk.ask(method=method)

    assert first.status_code == 201
    assert first.json() == {"value": 1}
    assert_same(second, first)
    assert second.headers["idempotent-replayed"] == "true"
    assert desk.runs == 1
    assert await desk.value() == 1


@on_both_databases
async def test_the_answer_is_there_after_a_restart(desk: Desk) -> None:
    first = await desk.ask()
    restarted = Desk(desk.core, desk.work, desk.counter_id)

    assert_same(await restarted.ask(), first)
    assert restarted.runs == 0


@on_both_databases
async def test_a_change_and_its_answer_are_one_commit(desk: Desk) -> None:
    before = desk.core.database.writes

    await desk.ask()

    assert desk.core.database.writes == before + 1
    assert await desk.kept() == 1


async def test_without_a_key_every_request_counts(desk: Desk) -> None:
    answers = [await desk.ask(key=None) for _ in range(2)]

    assert [answer.json()["value"] for answer in answers] == [1, 2]
    assert await desk.kept() == 0


@pytest.mark.parametrize("work", ["group"], indirect=True)
@pytest.mark.parametrize("keys", [(None, None, None), ("key-1", "key-2", "key-3")], ids=["without keys", "with keys"])
async def test_an_answer_tells_of_its_own_change_and_of_no_later_one(
    desk: Desk, gated: Gated, keys: tuple[str | None, ...]
) -> None:
    """What it tells of stays in memory, and others change it while this one waits for its commit."""
    gated.gate.clear()
    asking = [asyncio.create_task(desk.ask(key=key)) for key in keys]
    await until(lambda: desk.core.committer.waiting == 3)
    gated.gate.set()

    assert sorted([(await answer).json()["value"] for answer in asking]) == [1, 2, 3]


async def test_a_key_belongs_to_a_user_a_method_and_a_path(desk: Desk) -> None:
    await desk.ask()

    others = [await desk.ask(user=BORIS), await desk.ask(method="PATCH"), await desk.ask("/v1/other")]

    assert [answer.json()["value"] for answer in others] == [2, 3, 4]


async def test_a_key_of_somebody_who_is_not_signed_in_is_ignored(desk: Desk) -> None:
    answers = [await desk.ask(user=None, key=key) for key in ("key-1", "key-1", "not a key")]

    assert [answer.json()["value"] for answer in answers] == [1, 2, 3]
    assert await desk.kept() == 0


async def test_answers_that_hold_a_secret_are_not_kept(desk: Desk) -> None:
    answers = [await desk.ask("/v1/secret") for _ in range(2)]

    assert [answer.json()["value"] for answer in answers] == [1, 2]
    assert await desk.kept() == 0


async def test_looking_twice_is_looking_twice(desk: Desk) -> None:
    answers = [await desk.ask(method="GET", body=b"") for _ in range(2)]

    assert [answer.json() for answer in answers] == [1, 2]


@pytest.mark.parametrize(("path", "body"), [("/v1/counter", b'{"by": 2}'), ("/v1/counter?x=1", b'{"by": 1}')])
async def test_another_request_under_the_same_key_is_refused(desk: Desk, path: str, body: bytes) -> None:
    await desk.ask()

    answer = await desk.ask(path, body=body)

    assert answer.status_code == 422
    assert answer.json()["code"] == "idempotency_key_reused"
    assert await desk.value() == 1


async def test_while_the_first_is_under_way_the_key_is_in_use(desk: Desk) -> None:
    desk.gate.clear()
    first = asyncio.create_task(desk.ask())
    await until(lambda: desk.runs == 1)

    second = await desk.ask()
    desk.gate.set()

    assert second.status_code == 409
    assert second.json()["code"] == "idempotency_key_in_use"
    assert (await first).status_code == 201
    assert_same(await desk.ask(), await first)
    assert await desk.value() == 1


@on_both_databases
async def test_many_at_once_change_things_once(desk: Desk) -> None:
    answers = await asyncio.gather(*[desk.ask() for _ in range(50)])

    statuses = {answer.status_code for answer in answers}
    assert statuses <= {201, 409}
    assert 201 in statuses
    assert await desk.value() == 1
    assert desk.runs == 1


@pytest.mark.parametrize(("body", "status"), [(b'{"is_refused": true}', 409), (b'{"by": "much"}', 422), (b"{", 400)])
async def test_a_refused_request_does_not_use_up_its_key(desk: Desk, body: bytes, status: int) -> None:
    refused = await desk.ask(body=body)
    again = await desk.ask()

    assert refused.status_code == status
    assert again.json() == {"value": 1}


async def test_a_request_that_broke_does_not_use_up_its_key_and_leaves_nothing(desk: Desk) -> None:
    with structlog.testing.capture_logs():
        answers = [await desk.ask("/v1/broken") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [500, 500]
    assert desk.runs == 2
    assert await desk.value() == 0
    assert (await desk.ask()).json() == {"value": 1}


async def test_an_answer_that_is_a_refusal_is_not_kept_though_its_change_is(desk: Desk) -> None:
    answers = [await desk.ask("/v1/teapot") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [418, 418]
    assert await desk.value() == 2
    assert await desk.kept() == 0


async def test_an_answer_to_a_request_that_changed_nothing_is_kept_too(desk: Desk) -> None:
    first = await desk.ask("/v1/nothing", body=b"")
    second = await desk.ask("/v1/nothing", body=b"")

    assert first.status_code == 204
    assert first.content == b""
    assert_same(second, first)
    assert desk.runs == 1


@on_both_databases
async def test_of_two_units_the_last_carries_the_answer(desk: Desk) -> None:
    first = await desk.ask("/v1/twice")
    second = await desk.ask("/v1/twice")

    assert first.json() == {"value": 2}
    assert_same(second, first)
    assert await desk.value() == 2


async def test_when_the_second_of_two_units_is_refused_the_first_stays_and_the_key_is_free(desk: Desk) -> None:
    refused = await desk.ask("/v1/twice", body=b'{"is_refused": true}')
    await until(lambda: not desk.in_flight.holds(a_key(path="/v1/twice")))

    assert refused.status_code == 409
    assert (await desk.ask("/v1/twice")).json() == {"value": 3}


async def test_an_answer_is_kept_though_the_last_unit_was_abandoned(desk: Desk) -> None:
    first = await desk.ask("/v1/partly")
    second = await desk.ask("/v1/partly")

    assert first.json() == {"value": 1}
    assert_same(second, first)
    assert await desk.value() == 1


@on_both_databases
async def test_while_the_database_is_away_nothing_is_done_and_no_key_used_up(desk: Desk) -> None:
    desk.core.database.is_away = True
    answer = await desk.ask()
    desk.core.database.is_away = False

    assert answer.status_code == 503
    assert "retry-after" in answer.headers
    assert (await desk.ask()).json() == {"value": 1}


@on_both_databases
async def test_a_request_that_is_cut_off_keeps_its_key_until_it_is_settled(desk: Desk, gated: Gated) -> None:
    gated.gate.clear()
    before = desk.core.database.writes
    cut_off = asyncio.create_task(desk.ask())
    await until(lambda: desk.core.database.writes > before)
    cut_off.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cut_off

    meanwhile = await desk.ask()
    gated.gate.set()
    await until(lambda: not desk.in_flight.holds(a_key()))
    afterwards = await desk.ask()

    assert meanwhile.json()["code"] == "idempotency_key_in_use"
    assert afterwards.json() == {"value": 1}
    assert afterwards.headers["idempotent-replayed"] == "true"
    assert desk.runs == 1


async def test_a_request_that_is_cut_off_before_it_changed_anything_frees_its_key(desk: Desk) -> None:
    desk.gate.clear()
    cut_off = asyncio.create_task(desk.ask())
    await until(lambda: desk.runs == 1)
    cut_off.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cut_off
    desk.gate.set()

    assert (await desk.ask()).json() == {"value": 1}


@on_both_databases
@pytest.mark.parametrize(("body", "status"), [(b'{"by": 1}', 201), (b'{"by": 2}', 422)])
async def test_of_two_processes_with_one_key_the_first_to_commit_answers(desk: Desk, body: bytes, status: int) -> None:
    """Neither knows of the other's key in flight; the table does."""
    other = Desk(desk.core, desk.work, desk.counter_id)
    other.gate.clear()
    late = asyncio.create_task(other.ask(body=body))
    await until(lambda: other.runs == 1)
    first = await desk.ask()
    other.gate.set()

    answer = await late

    assert answer.status_code == status
    if status == 201:
        assert_same(answer, first)
    assert await desk.value() == 1


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "ä", "a\tb"])
async def test_a_key_is_1_to_255_visible_ascii_characters(desk: Desk, key: str) -> None:
    transport = httpx.ASGITransport(desk.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://guilder") as client:
        answer = await client.post(
            "/v1/counter", headers={b"X-User": str(ANNA).encode(), b"Idempotency-Key": key.encode("latin-1")}, json={}
        )

    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid_idempotency_key"


@on_both_databases
async def test_a_key_may_be_as_long_as_255_characters(desk: Desk) -> None:
    assert_same(await desk.ask(key="~" * 255), await desk.ask(key="~" * 255))


@on_both_databases
async def test_old_answers_are_swept_and_younger_ones_stay(desk: Desk) -> None:
    await desk.ask()
    now = SystemClock().now()

    assert await desk.answers.sweep(now - timedelta(hours=24)) == 0
    assert await desk.kept() == 1
    assert await desk.answers.sweep(now + timedelta(seconds=1)) == 1
    assert await desk.kept() == 0


async def test_two_keys_are_one_too_many(desk: Desk) -> None:
    transport = httpx.ASGITransport(desk.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://guilder") as client:
        keys = [("X-User", str(ANNA)), ("Idempotency-Key", "one"), ("Idempotency-Key", "two")]
        answer = await client.post("/v1/counter", headers=keys, json={})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_idempotency_key")
    assert answer.json()["detail"] == "A request has one Idempotency-Key; this one has 2"
    assert (desk.runs, await desk.kept()) == (0, 0)


def a_key(*, user: UserId = ANNA, method: str = "POST", path: str = "/v1/counter", key: str = "key-1") -> RequestKey:
    return RequestKey(user, method, path, key)


def test_a_key_without_characters_is_none() -> None:
    with pytest.raises(InvalidIdempotencyKeyError):
        a_key(key="")


def test_a_query_cannot_pass_for_a_body() -> None:
    assert fingerprint_of(b"ab", b"c") != fingerprint_of(b"a", b"bc")


@on_both_databases
async def test_an_answer_is_kept_byte_for_byte(desk: Desk) -> None:
    kept = KeptAnswer(b"f" * 32, Answer(201, {"content-type": "application/json"}, bytes(range(256))))
    await desk.answers.answering().settle(a_key(), kept)

    assert await desk.answers.find(a_key()) == kept
    assert await desk.answers.find(a_key(key="key-2")) is None
