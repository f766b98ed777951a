"""How much slower than wiring by hand is the container, and how much are others?

Four columns, timed in interleaved rounds; each figure is the median over the rounds of the time, relative to plain
calls written by hand in the same round:

    scope      a new scope, and in it a root of 8 objects: Settings and Database are there already; a Session,
               three repositories and two services are built
    transient  a new object with two new parts
    singleton  looking one up; by hand that is a method that returns from a dict
    async      a new scope with one asynchronous resource, written as an async generator: opened, handed out, closed.
               By hand the same generator is resumed
    plain      the same times, relative to opening and closing by try and finally alone, without any generator:
               the row "by hand" shows what the generator itself costs

All times are of the processor, so that a busy machine disturbs less. The peers (the `benchmark` extra) are optional:
who is not installed is left out. The container is timed as it ships, with locks, clean-ups and overrides. It must reach
the ratios in `LIMITS`, and be the first, or within 5 % of the first, in each of those columns. Beside that 500
registrations are validated and compiled in under 300 ms, and the import adds under 30 ms.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from guilder.core.container import Container

LIMITS = {"scope": 2.0, "transient": 1.4, "singleton": 2.0, "async": 3.3}
COLUMNS = (*LIMITS, "plain")
PLAIN = "without generator"

# What bare interpreters are asked; both answer in milliseconds.
COMPILE = f"import runpy; print(runpy.run_path({__file__!r})['milliseconds_to_compile'](500))"
IMPORT = """
import time
started = time.process_time()
import guilder.core.container
print(1000 * (time.process_time() - started))
"""


class Settings:
    pass


class Database:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings


class Session:
    def __init__(self, database: Database) -> None:
        self.database = database


class UserRepository:
    def __init__(self, session: Session) -> None:
        self.session = session


class OrderRepository:
    def __init__(self, session: Session) -> None:
        self.session = session


class PortfolioRepository:
    def __init__(self, session: Session) -> None:
        self.session = session


class PortfolioService:
    def __init__(self, portfolios: PortfolioRepository, users: UserRepository) -> None:
        self.portfolios = portfolios
        self.users = users


class TradingService:
    def __init__(self, orders: OrderRepository, portfolios: PortfolioService, settings: Settings) -> None:
        self.orders = orders
        self.portfolios = portfolios
        self.settings = settings


class Clock:
    def __init__(self) -> None:
        self.now = 0


class Ticket:
    def __init__(self) -> None:
        self.number = 0


class Draft:
    def __init__(self, clock: Clock, ticket: Ticket) -> None:
        self.clock = clock
        self.ticket = ticket


class Connection:
    def __init__(self) -> None:
        self.is_open = False

    async def open(self) -> None:
        self.is_open = True

    async def close(self) -> None:
        self.is_open = False


async def connection() -> AsyncIterator[Connection]:
    opened = Connection()
    await opened.open()
    try:
        yield opened
    finally:
        await opened.close()


class Answers(NamedTuple):
    """How one way of wiring answers the four columns; None where it has no answer."""

    scope: Callable[[], TradingService] | None = None
    transient: Callable[[], Draft] | None = None
    singleton: Callable[[], Settings] | None = None
    awaited: Callable[[], Awaitable[Connection]] | None = None


def without_generator() -> Answers:
    async def awaited() -> Connection:
        opened = Connection()
        await opened.open()
        try:
            return opened
        finally:
            await opened.close()

    return Answers(awaited=awaited)


SCOPED = (Session, UserRepository, OrderRepository, PortfolioRepository, PortfolioService, TradingService)
TRANSIENT = (Clock, Ticket, Draft)


def by_hand() -> Answers:
    settings = Settings()
    database = Database(settings)

    class Instances:
        def __init__(self) -> None:
            self._instances = {Settings: settings}

        def get(self, interface: type[Settings]) -> Settings:
            return self._instances[interface]

    instances = Instances()

    def scope() -> TradingService:
        session = Session(database)
        users = UserRepository(session)
        orders = OrderRepository(session)
        portfolios = PortfolioService(PortfolioRepository(session), users)
        return TradingService(orders, portfolios, settings)

    async def awaited() -> Connection:
        resource = connection()
        opened = await anext(resource)
        try:
            return opened
        finally:
            await anext(resource, None)

    return Answers(scope, lambda: Draft(Clock(), Ticket()), lambda: instances.get(Settings), awaited)


def guilder() -> Answers:
    container = Container()
    container.register_singleton(Settings, Settings)
    container.register_singleton(Database, Database)
    for made in SCOPED:
        container.register_scoped(made, made)
    for made in TRANSIENT:
        container.register_transient(made, made)
    container.register_scoped(Connection, connection)
    container.compile()

    def scope() -> TradingService:
        with container.scope() as scope:
            return scope.get(TradingService)

    async def awaited() -> Connection:
        async with container.scope() as scope:
            return await scope.aget(Connection)

    return Answers(scope, lambda: container.get(Draft), lambda: container.get(Settings), awaited)


def dishka() -> Answers:
    from dishka import Provider, Scope, make_async_container, make_container

    provider = Provider()
    provider.provide(Settings, scope=Scope.APP)
    provider.provide(Database, scope=Scope.APP)
    for made in SCOPED:
        provider.provide(made, scope=Scope.REQUEST)
    for made in TRANSIENT:
        provider.provide(made, scope=Scope.APP, cache=False)
    container = make_container(provider)
    resources = Provider()
    resources.provide(connection, scope=Scope.REQUEST)
    async_container = make_async_container(resources)

    def scope() -> TradingService:
        with container() as request:
            return request.get(TradingService)

    async def awaited() -> Connection:
        async with async_container() as request:
            return await request.get(Connection)

    return Answers(scope, lambda: container.get(Draft), lambda: container.get(Settings), awaited)


def wireup() -> Answers:
    from wireup import create_async_container, create_sync_container, injectable

    container = create_sync_container(
        injectables=[
            *(injectable(made) for made in (Settings, Database)),
            *(injectable(made, lifetime="scoped") for made in SCOPED),
            *(injectable(made, lifetime="transient") for made in TRANSIENT),
        ]
    )
    async_container = create_async_container(injectables=[injectable(connection, lifetime="scoped")])

    def scope() -> TradingService:
        with container.enter_scope() as entered:
            return entered.get(TradingService)

    async def awaited() -> Connection:
        async with async_container.enter_scope() as entered:
            return await entered.get(Connection)

    with container.enter_scope() as lasting:  # transients are refused outside a scope
        pass
    return Answers(scope, lambda: lasting.get(Draft), lambda: container.get(Settings), awaited)


def rodi() -> Answers:
    import rodi as library

    container = library.Container()
    container.add_singleton(Settings)
    container.add_singleton(Database)
    for made in SCOPED:
        container.add_scoped(made)
    for made in TRANSIENT:
        container.add_transient(made)
    provider = container.build_provider()

    def scope() -> TradingService:
        with provider.create_scope() as scope:
            return provider.get(TradingService, scope)

    return Answers(scope, lambda: provider.get(Draft), lambda: provider.get(Settings))


def svcs() -> Answers:
    import svcs as library

    registry = library.Registry()
    settings = Settings()
    registry.register_value(Settings, settings)
    registry.register_value(Database, Database(settings))
    for made in (*SCOPED, *TRANSIENT):
        registry.register_factory(made, library.autowire(made))
    registry.register_factory(Connection, asynccontextmanager(connection))
    lasting = library.Container(registry)

    def scope() -> TradingService:
        with library.Container(registry) as container:
            return container.get(TradingService)

    async def awaited() -> Connection:
        async with library.Container(registry) as container:
            return await container.aget(Connection)

    return Answers(
        scope,
        lambda: library.Container(registry).get(Draft),  # a container keeps what it built
        lambda: lasting.get(Settings),
        awaited,
    )


def dependency_injector() -> Answers:
    from dependency_injector.containers import DeclarativeContainer
    from dependency_injector.providers import ContextLocalSingleton, Factory, Singleton

    class Wired(DeclarativeContainer):
        settings = Singleton(Settings)
        session = ContextLocalSingleton(Session, Singleton(Database, settings))
        users = ContextLocalSingleton(UserRepository, session)
        orders = ContextLocalSingleton(OrderRepository, session)
        portfolios = ContextLocalSingleton(PortfolioRepository, session)
        service = ContextLocalSingleton(PortfolioService, portfolios, users)
        root = ContextLocalSingleton(TradingService, orders, service, settings)
        draft = Factory(Draft, Factory(Clock), Factory(Ticket))

    wired = Wired()
    scoped = (wired.root, wired.service, wired.portfolios, wired.orders, wired.users, wired.session)

    def scope() -> TradingService:
        try:
            return wired.root()
        finally:
            for provider in scoped:
                provider.reset()

    def draft() -> Draft:
        return wired.draft()

    def settings() -> Settings:
        return wired.settings()

    return Answers(scope, draft, settings)


def that_depends() -> Answers:
    from that_depends import container_context
    from that_depends.providers import ContextResource, Factory, Singleton

    def kept(made: Callable[..., Any], *parts: Any) -> Any:
        def build(*given: Any) -> Iterator[Any]:
            yield made(*given)

        return ContextResource(build, *(part.cast for part in parts))

    settings = Singleton(Settings)
    session = kept(Session, Singleton(Database, settings.cast))
    users, orders = kept(UserRepository, session), kept(OrderRepository, session)
    portfolios = kept(PortfolioRepository, session)
    service = kept(PortfolioService, portfolios, users)
    root = kept(TradingService, orders, service, settings)
    scoped = (root, service, portfolios, orders, users, session)
    draft = Factory(Draft, Factory(Clock).cast, Factory(Ticket).cast)
    resource = ContextResource(connection)

    def scope() -> TradingService:
        with container_context(*scoped):
            return root.resolve_sync()

    async def awaited() -> Connection:
        async with container_context(resource):
            return await resource.resolve()

    return Answers(scope, draft.resolve_sync, settings.resolve_sync, awaited)


def lagom() -> Answers:
    from lagom import Container as Lagom
    from lagom import Singleton

    container = Lagom()
    container[Settings] = Singleton(Settings)
    container[Database] = Singleton(Database)

    return Answers(None, lambda: container[Draft], lambda: container[Settings])


def punq() -> Answers:
    from punq import Container as Punq
    from punq import Scope

    container = Punq()
    container.register(Settings, scope=Scope.singleton)
    for made in TRANSIENT:
        container.register(made)
    return Answers(None, lambda: container.resolve(Draft), lambda: container.resolve(Settings))


def injector() -> Answers:
    from injector import Binder, Injector, inject, singleton

    for made in (Database, *SCOPED, *TRANSIENT):
        inject(made)

    def lasting(binder: Binder) -> None:
        for made in (Settings, Database):
            binder.bind(made, scope=singleton)

    def scoped(binder: Binder) -> None:
        for made in SCOPED:
            binder.bind(made, scope=singleton)

    container = Injector(lasting)
    container.get(Database)
    return Answers(
        lambda: container.create_child_injector(scoped).get(TradingService),
        lambda: container.get(Draft),
        lambda: container.get(Settings),
    )


PEERS = (dishka, wireup, rodi, svcs, dependency_injector, that_depends, lagom, punq, injector)


def seconds(answer: Callable[[], object], calls: int) -> float:
    started = time.process_time()
    for _ in range(calls):
        answer()
    return time.process_time() - started


async def awaited_seconds(answer: Callable[[], Awaitable[object]], calls: int) -> float:
    started = time.process_time()
    for _ in range(calls):
        await answer()
    return time.process_time() - started


async def ratios(everyone: dict[str, Answers], rounds: int, calls: int) -> dict[str, dict[str, float]]:
    """By name and column: the median over the rounds of the time relative to the one by hand."""
    times: dict[str, dict[str, list[float]]] = {name: {column: [] for column in LIMITS} for name in everyone}
    for round_ in range(rounds + 1):
        gc.collect()  # what some leave in circles would slow down the others
        for column, place in zip(LIMITS, Answers._fields, strict=True):
            for name, answers in everyone.items():
                answer = getattr(answers, place)
                if answer is None:
                    continue
                if column == "async":
                    took = await awaited_seconds(answer, calls)
                else:
                    took = seconds(answer, calls)
                if round_:  # the first one warms up
                    times[name][column].append(took)
    found = {
        name: {column: relative(taken, times["by hand"][column]) for column, taken in columns.items() if taken}
        for name, columns in times.items()
    }
    for name, columns in found.items():
        if "async" in columns:
            columns["plain"] = relative(times[name]["async"], times[PLAIN]["async"])
    return found


def relative(taken: list[float], base: list[float]) -> float:
    """The median of the ratios, round by round."""
    return median(mine / other for mine, other in zip(taken, base, strict=True))


def milliseconds_to_compile(count: int) -> float:
    """To validate and compile this many registrations, each of which needs three others."""
    container = Container()
    made: list[type] = []
    for number in range(count):
        parts = made[-3:]
        taken = ", ".join(f"part_{index}" for index in range(len(parts)))
        space: dict[str, Any] = {}
        exec(f"class Made{number}:\n    def __init__(self, {taken}): pass", space)  # noqa: S102 - our own text
        cls = space[f"Made{number}"]
        cls.__init__.__annotations__ = {f"part_{index}": part for index, part in enumerate(parts)}
        container.register_scoped(cls, cls)
        made = [*made, cls] if number % 10 else [cls]
    started = time.process_time()
    container.validate()
    container.compile()
    return (time.process_time() - started) * 1000


def alone(question: str, runs: int = 7) -> float:
    """The least of what as many bare interpreters print, with bytecode at hand: what others disturbed is no cost."""
    with TemporaryDirectory() as bytecode:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": bytecode}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        command = [sys.executable, "-c", question]
        answers = [float(subprocess.check_output(command, env=environment)) for _ in range(runs + 1)]
    return min(answers[1:])


def main() -> int:
    options = argparse.ArgumentParser(description="Time the container against wiring by hand and its peers.")
    options.add_argument("--rounds", type=int, default=100)
    options.add_argument("--calls", type=int, default=400, help="calls in a round, of each in each column")
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    everyone = {"by hand": by_hand(), PLAIN: without_generator(), "guilder": guilder()}
    for peer in PEERS:
        try:
            everyone[peer.__name__.replace("_", "-")] = peer()
        except ImportError as error:
            print(f"left out: {peer.__name__} ({error})", file=sys.stderr)
    gc.disable()
    found = asyncio.run(ratios(everyone, chosen.rounds, chosen.calls))
    gc.enable()
    compiling = alone(COMPILE)
    importing = alone(IMPORT)
    missed = shortfalls(found, compiling, importing)
    if chosen.json:
        print(json.dumps({"ratios": found, "compile_ms": compiling, "import_ms": importing, "missed": missed}))
    else:
        print(table(found))
        print(f"500 registrations validated and compiled in {compiling:.0f} ms (limit 300)")
        print(f"import of the container: {importing:.1f} ms (limit 30)")
        print("\n".join(f"MISSED {it}" for it in missed) or "all reached")
    return 1 if missed else 0


def shortfalls(found: dict[str, dict[str, float]], compiling: float, importing: float) -> list[str]:
    """What is not as fast as it must be."""
    ours = found["guilder"]
    containers = [found[name] for name in found if name not in {"by hand", PLAIN}]
    first = {column: min(it[column] for it in containers if column in it) for column in LIMITS}
    missed = [
        f"{column}: {ours[column]:.2f} (limit {limit}, first {first[column]:.2f})"
        for column, limit in LIMITS.items()
        if ours[column] > min(limit, 1.05 * first[column])
    ]
    missed += [f"compiling 500: {compiling:.0f} ms"] * (compiling >= 300)
    return missed + [f"import: {importing:.0f} ms"] * (importing >= 30)


def table(found: dict[str, dict[str, float]]) -> str:
    """The ratios, a line for each way of wiring."""
    lines = [f"{'times by hand':22}" + "".join(f"{column:>11}" for column in COLUMNS)]
    for name, columns in {**found, "limit": LIMITS}.items():
        cells = (f"{columns[it]:11.2f}" if it in columns else f"{'-':>11}" for it in COLUMNS)
        lines.append(f"{name:22}" + "".join(cells))
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
