"""Which adapter stands behind which port, decided by the settings."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from threading import RLock
from typing import Final
from urllib.parse import urlsplit

from guilder.bootstrap.event_service import EventService
from guilder.bootstrap.rooms import ROOMS, event_registry, subscriptions
from guilder.bootstrap.scopes import system_scope
from guilder.core.caller import Caller
from guilder.core.clock import Clock
from guilder.core.committer import Committer
from guilder.core.container import Container
from guilder.core.database import Database
from guilder.core.goals import Goals
from guilder.core.group_commit import GroupCommit
from guilder.core.idempotency import AnswerStore, KeysInFlight
from guilder.core.ids import IdSource, SecretSource
from guilder.core.load_settings import load_settings
from guilder.core.outbox import Outbox
from guilder.core.plain_commit import PlainCommit
from guilder.core.postgres_database import PostgresDatabase
from guilder.core.postgres_writer_lock import PostgresWriterLock
from guilder.core.random_ids import RandomSecrets, TimeOrderedIds
from guilder.core.relay import Relay
from guilder.core.residents import ResidentAggregates
from guilder.core.serialization import EventRegistry
from guilder.core.set_aside import SetAsideEvents
from guilder.core.settings import Settings
from guilder.core.sql_goals import SqlGoals
from guilder.core.sql_idempotency import SqlAnswerStore
from guilder.core.sql_set_aside import SqlSetAsideEvents
from guilder.core.sql_steps import SqlSteps
from guilder.core.sqlite_database import SqliteDatabase
from guilder.core.sqlite_writer_lock import SqliteWriterLock
from guilder.core.steps import Steps
from guilder.core.system_clock import SystemClock
from guilder.core.unit import Unit
from guilder.core.unit_of_work import CoreUnitOfWork, UnitOfWork
from guilder.core.writer_lock import WriterLock
from guilder.core.writer_queue import WriterQueue
from guilder.trading.application.house_rules import HouseRules
from guilder.trading.application.ports import PricingStrategies


@cache
def get_settings() -> Settings:
    """The settings of this process. Raises `SettingsError`."""
    return load_settings()


def get_container() -> Container:
    """The container of this process, the same for all its threads; `forget_container` has it made anew, for tests."""
    with _making:
        return _container()


def forget_container() -> None:
    """Whoever asks next gets a new container, and settings that are read anew. What the old one built is not closed."""
    with _making:
        _container.cache_clear()
        get_settings.cache_clear()


_making: Final = RLock()


@cache
def _container() -> Container:
    return setup_container()


def setup_container(settings: Settings | None = None) -> Container:
    """Bind every port of every room, for these settings (those of the process unless told)."""
    container = Container()
    container.register_value(Settings, settings or get_settings())
    container.include(_machinery, *(room.register for room in ROOMS))
    return container


def database_for(settings: Settings) -> Database:
    """The database that the settings name."""
    url = settings.database_url.get_secret_value()
    if urlsplit(url).scheme == "sqlite":
        return SqliteDatabase(sqlite_file(url))
    return PostgresDatabase(url)


def writer_lock_for(settings: Settings) -> WriterLock:
    """The lock of whoever writes that database."""
    url = settings.database_url.get_secret_value()
    if urlsplit(url).scheme == "sqlite":
        return SqliteWriterLock(sqlite_file(url))
    return PostgresWriterLock(url)


def sqlite_file(url: str) -> Path:
    """The file of a `sqlite:///…` address: three slashes a relative path, four an absolute one."""
    return Path(url.removeprefix("sqlite:///"))


def _machinery(container: Container) -> None:
    container.register_scoped(Caller)
    container.register_singleton(Clock, SystemClock)
    container.register_singleton(IdSource, TimeOrderedIds)
    container.register_singleton(SecretSource, RandomSecrets)
    container.register_singleton(Database, database_for)
    container.register_singleton(WriterLock, writer_lock_for)
    container.register_singleton(Unit, Unit)
    container.register_singleton(ResidentAggregates, _residents)
    container.register_singleton(Committer, Committer)
    container.register_singleton(WriterQueue, _queue_of)
    container.register_singleton(CoreUnitOfWork, GroupCommit)
    container.register_singleton(PlainCommit, PlainCommit)
    container.register_singleton(UnitOfWork, _plain_way)
    container.register_singleton(AnswerStore, SqlAnswerStore)
    container.register_singleton(KeysInFlight, KeysInFlight)
    container.register_singleton(Goals, SqlGoals)
    container.register_singleton(Steps, SqlSteps)
    container.register_singleton(EventRegistry, event_registry)
    container.register_singleton(Outbox, _outbox)
    container.register_singleton(SetAsideEvents, SqlSetAsideEvents)
    container.register_singleton(Relay, _relay)
    container.register_scoped(EventService, EventService)
    container.register_singleton(HouseRules, _house_rules)


def _queue_of(committer: Committer) -> WriterQueue:
    return committer


def _plain_way(plain: PlainCommit) -> UnitOfWork:
    return plain


def _outbox(ids: IdSource, events: EventRegistry) -> Outbox:
    return Outbox(ids, {subscription.event.__name__ for subscription in subscriptions()}, events.encode_event)


def _relay(
    container: Container,
    database: Database,
    clock: Clock,
    events: EventRegistry,
    outbox: Outbox,
    aside: SetAsideEvents,
) -> Relay:
    return Relay(database, clock, events, outbox, subscriptions(), lambda: system_scope(container), aside)


def _house_rules(settings: Settings, strategies: PricingStrategies) -> HouseRules:
    """What the settings choose by name must be there, and whatever was installed beside it must work."""
    strategies.check()
    strategies.get(settings.pricing_strategy)
    return HouseRules(settings.fill_profile, settings.pricing_strategy)


def _residents() -> ResidentAggregates:
    return ResidentAggregates()
