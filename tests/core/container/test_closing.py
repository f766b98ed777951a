"""How what was yielded ends: resumed in reverse order, whatever happened meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from guilder.core.container import Container, ContainerError
from tests.core.container.things import (
    Database,
    Diary,
    OrderRepository,
    PlaceOrder,
    Session,
    Settings,
    a_container,
)


def a_diary_container(diary: Diary, *, awaited: bool = False) -> Container:
    """As an application would wire it, with a session and orders that are closed after use."""
    container = a_container()
    session: Callable[..., object] = diary.async_session if awaited else diary.session
    container.register_scoped(Session, session, replace=True)
    container.register_scoped(OrderRepository, diary.orders, replace=True)
    return container


def test_generators_are_resumed_in_reverse_order_when_their_scope_ends() -> None:
    diary = Diary()

    with a_diary_container(diary).scope() as scope:
        scope.get(PlaceOrder)
        assert diary.lines == ["open session", "open orders"]

    assert diary.lines == ["open session", "open orders", "close orders", "close session"]


async def test_async_generators_are_resumed_in_reverse_order_among_the_others() -> None:
    diary = Diary()

    async with a_diary_container(diary, awaited=True).scope() as scope:
        await scope.aget(PlaceOrder)

    assert diary.lines == ["open session", "open orders", "close orders", "close session"]


def test_what_nobody_asked_for_is_neither_opened_nor_closed() -> None:
    diary = Diary()

    with a_diary_container(diary).scope() as scope:
        scope.get(Settings)

    assert diary.lines == []


def test_an_error_in_the_scope_is_thrown_into_the_generators_and_comes_out_again() -> None:
    diary = Diary()

    with pytest.raises(KeyError), a_diary_container(diary).scope() as scope:
        scope.get(Session)
        raise KeyError

    assert diary.lines == ["open session", "session saw KeyError", "close session"]


async def test_an_error_in_an_async_scope_is_thrown_into_the_generators_and_comes_out_again() -> None:
    diary = Diary()

    with pytest.raises(KeyError):
        async with a_diary_container(diary, awaited=True).scope() as scope:
            await scope.aget(Session)
            raise KeyError

    assert diary.lines == ["open session", "session saw KeyError", "close session"]


@pytest.mark.parametrize("error", [StopIteration(), StopAsyncIteration(), GeneratorExit(), KeyboardInterrupt()])
async def test_errors_that_mean_something_to_generators_come_out_as_they_were(error: BaseException) -> None:
    diary = Diary()

    for container in (a_diary_container(diary), a_diary_container(diary, awaited=True)):
        with pytest.raises(type(error)) as caught:
            async with container.scope() as scope:
                await scope.aget(Session)
                raise error
        assert caught.value is error


def test_a_generator_that_deals_with_the_error_ends_it_as_a_context_manager_does() -> None:
    outer: list[BaseException] = []

    def forgiving(settings: Settings) -> Iterator[Database]:
        try:
            yield Database(settings)
        except KeyError:
            return

    def below() -> Iterator[Settings]:
        try:
            yield Settings()
        except KeyError as error:
            outer.append(error)

    container = Container()
    container.register_scoped(Settings, below)
    container.register_scoped(Database, forgiving)

    def work() -> None:
        with container.scope() as scope:
            scope.get(Database)
            raise KeyError

    work()
    assert outer == []


async def test_every_clean_up_runs_even_when_an_earlier_one_raises() -> None:
    closed: list[str] = []

    def settings() -> Iterator[Settings]:
        yield Settings()
        closed.append("settings")

    async def database(settings: Settings) -> AsyncIterator[Database]:
        yield Database(settings)
        closed.append("database")
        raise ValueError("the database is gone")

    def session(database: Database) -> Iterator[Session]:
        yield Session(database)
        closed.append("session")

    container = Container()
    container.register_scoped(Settings, settings)
    container.register_scoped(Database, database)
    container.register_scoped(Session, session)

    with pytest.raises(ValueError, match="the database is gone"):
        async with container.scope() as scope:
            await scope.aget(Session)

    assert closed == ["session", "database", "settings"]


def test_several_clean_ups_that_raise_are_told_together() -> None:
    def settings() -> Iterator[Settings]:
        yield Settings()
        raise ValueError("settings")

    def database(settings: Settings) -> Iterator[Database]:
        yield Database(settings)
        raise KeyError("database")

    container = Container()
    container.register_scoped(Settings, settings)
    container.register_scoped(Database, database)

    with pytest.raises(ExceptionGroup) as caught, container.scope() as scope:
        scope.get(Database)

    assert [type(error) for error in caught.value.exceptions] == [KeyError, ValueError]


async def test_everything_is_closed_when_the_task_is_cancelled() -> None:
    diary, opened = Diary(), asyncio.Event()

    async def work() -> None:
        async with a_diary_container(diary, awaited=True).scope() as scope:
            await scope.aget(Session)
            opened.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(work())
    await opened.wait()
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert diary.lines == ["open session", "session saw CancelledError", "close session"]


async def test_a_cancellation_amid_the_clean_up_leaves_none_of_the_others_out() -> None:
    closed, closing = list[str](), asyncio.Event()

    async def settings() -> AsyncIterator[Settings]:
        yield Settings()
        closed.append("settings")

    async def database(settings: Settings) -> AsyncIterator[Database]:
        yield Database(settings)
        closing.set()
        await asyncio.Event().wait()

    async def work() -> None:
        container = Container()
        container.register_scoped(Settings, settings)
        container.register_scoped(Database, database)
        async with container.scope() as scope:
            await scope.aget(Database)

    task = asyncio.create_task(work())
    await closing.wait()
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert closed == ["settings"]


async def test_a_resource_whose_opening_fails_is_not_closed_and_the_others_are() -> None:
    diary = Diary()

    async def failing(session: Session) -> AsyncIterator[OrderRepository]:
        yield unopened(session)

    def unopened(session: Session) -> OrderRepository:
        raise ValueError("cannot open")

    container = a_diary_container(diary, awaited=True)
    container.register_scoped(OrderRepository, failing, replace=True)

    with pytest.raises(ValueError, match="cannot open"):
        async with container.scope() as scope:
            await scope.aget(PlaceOrder)

    assert diary.lines == ["open session", "session saw ValueError", "close session"]


async def test_a_generator_yields_once() -> None:
    def never() -> Iterator[Settings]:
        yield from ()

    async def twice(settings: Settings) -> AsyncIterator[Database]:
        yield Database(settings)
        yield Database(settings)

    container = Container()
    container.register_scoped(Settings, never)
    with pytest.raises(ContainerError, match="Settings: its generator yielded nothing"), container.scope() as scope:
        scope.get(Settings)

    container.register_singleton(Settings, Settings, replace=True)
    container.register_scoped(Database, twice)
    with pytest.raises(RuntimeError, match="yields a second time"):
        async with container.scope() as other:
            await other.aget(Database)


async def test_a_sync_scope_refuses_what_would_have_to_be_awaited() -> None:
    container = a_diary_container(Diary(), awaited=True)

    with container.scope() as scope:
        with pytest.raises(ContainerError, match="Session: has to be awaited"):
            scope.get(Session)
        with pytest.raises(ContainerError, match="PlaceOrder: has to be awaited, open its scope by `async with`"):
            await scope.aget(PlaceOrder)
        assert isinstance(await scope.aget(Database), Database)


async def test_what_was_awaited_once_can_be_got_without_awaiting() -> None:
    container = a_diary_container(Diary(), awaited=True)

    async with container.scope() as scope:
        with pytest.raises(ContainerError, match="Session: has to be awaited"):
            scope.get(PlaceOrder)
        session = await scope.aget(Session)
        assert scope.get(PlaceOrder).session is session


async def test_transients_that_are_yielded_are_closed_with_the_scope_that_asked() -> None:
    closed: list[Settings] = []

    async def opened() -> AsyncIterator[Settings]:
        settings = Settings()
        yield settings
        closed.append(settings)

    container = Container()
    container.register_transient(Settings, opened)
    container.register_transient(Database, Database)

    async with container.scope() as scope:
        first, second = await scope.aget(Settings), (await scope.aget(Database)).settings
        assert first is not second

    assert closed == [second, first]


async def test_singletons_end_with_the_container_in_reverse_order() -> None:
    closed: list[str] = []

    def settings() -> Iterator[Settings]:
        yield Settings()
        closed.append("settings")

    async def database(settings: Settings) -> AsyncIterator[Database]:
        yield Database(settings)
        closed.append("database")

    container = Container()
    container.register_singleton(Settings, settings)
    container.register_singleton(Database, database)
    await container.aget(Database)

    with pytest.raises(ContainerError, match="aclose"):
        container.close()
    assert closed == []
    await container.aclose()
    assert closed == ["database", "settings"]


def test_a_closed_container_builds_anew_what_is_asked_for() -> None:
    container = a_container()
    before = container.get(Database)

    container.close()

    assert container.get(Database) is not before


async def test_an_error_in_the_container_is_thrown_into_its_singletons() -> None:
    diary = Diary()
    container = Container()
    container.register_singleton(Settings, Settings)
    container.register_singleton(Database, Database)
    container.register_singleton(Session, diary.async_session)

    with pytest.raises(KeyError):
        async with container:
            await container.aget(Session)
            raise KeyError

    assert diary.lines == ["open session", "session saw KeyError", "close session"]


async def test_an_async_generator_that_deals_with_the_error_ends_it_too() -> None:
    async def forgiving() -> AsyncIterator[Settings]:
        try:
            yield Settings()
        except KeyError:
            return

    container = Container()
    container.register_scoped(Settings, forgiving)

    async def work() -> None:
        async with container.scope() as scope:
            await scope.aget(Settings)
            raise KeyError

    await work()


def test_a_sync_generator_that_deals_with_a_stop_of_iteration_may_raise_it_again() -> None:
    error = StopIteration()

    def careless() -> Iterator[Settings]:
        yield Settings()

    container = Container()
    container.register_scoped(Settings, careless)

    with pytest.raises(StopIteration) as caught, container.scope() as scope:
        scope.get(Settings)
        raise error
    assert caught.value is error


def test_a_sync_generator_yields_once_too() -> None:
    def twice() -> Iterator[Settings]:
        yield Settings()
        yield Settings()

    container = Container()
    container.register_scoped(Settings, twice)

    with pytest.raises(RuntimeError, match="yields a second time"), container.scope() as scope:
        scope.get(Settings)


async def test_an_override_left_without_awaiting_says_what_it_could_not_close() -> None:
    diary, container = Diary(), a_container()
    container.register_singleton(Session, Session, replace=True)

    with pytest.raises(ContainerError, match="has to be awaited"), container.override(Session, diary.async_session):
        await container.aget(Session)


def test_what_has_to_be_awaited_is_refused_by_get() -> None:
    async def awaited() -> Settings:
        return Settings()

    container = Container()
    container.register_transient(Settings, awaited)
    container.register_singleton(Database, awaited)

    with pytest.raises(ContainerError, match="Settings: has to be awaited"):
        container.get(Settings)
    with pytest.raises(ContainerError, match="Database: has to be awaited once"):
        container.get(Database)
