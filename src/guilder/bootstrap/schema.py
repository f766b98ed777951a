"""The tables in the database: which revision they stand at, and bringing them to that of this code."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final, NamedTuple

from sqlalchemy import Connection, make_url
from sqlalchemy.exc import SQLAlchemyError

from guilder.bootstrap.migrations.connections import change, look
from guilder.bootstrap.migrations.histories import HISTORIES, History, stored_revisions
from guilder.shared.errors import GuilderError, InvalidError, RefusedError

BASE: Final = "base"
"""The revision before the first: no tables."""


class SchemaTooNewError(RefusedError):
    """The database was made by a newer Guilder than this one."""

    code = "schema_too_new"


class SchemaChangeFailedError(GuilderError):
    """The tables could not be changed. All of them are as they were before."""

    code = "schema_change_failed"


class UnknownRevisionError(InvalidError):
    """There is no such room or revision to go back to."""

    code = "unknown_revision"


class Step(NamedTuple):
    """One room's tables, moved from one revision to another."""

    context: str
    before: str
    after: str


class Drift(NamedTuple):
    """One way in which the database is not what this code expects."""

    context: str
    detail: str


class Schema:
    """The tables of all rooms in one database; `url` is `sqlite:///…` or `postgresql://…`.

    Every method blocks, and raises `DatabaseUnavailableError` when the database does not answer.
    """

    def __init__(self, url: str) -> None:
        self._url = make_url(url)

    def pending(self) -> list[str]:
        """The rooms whose tables are missing or older than this code: a few quick queries.

        Raises:
            SchemaTooNewError: a newer Guilder made these tables.
        """
        return [history.context for history in _behind(look(self._url, stored_revisions))]

    def upgrade(self, on_step: Callable[[Step], None] | None = None) -> list[Step]:
        """Bring all tables up to date, in one transaction, and tell each step; no step when nothing is to do.

        Raises:
            SchemaTooNewError: the database knows revisions that this code does not; nothing was changed.
            SchemaChangeFailedError: a migration failed; nothing was changed.
        """
        if not self.pending():
            return []
        return change(self._url, lambda connection: upgrade_tables(connection, on_step))

    def downgrade(self, context: str, revision: str) -> Step:
        """Take one room's tables back to an older revision, or to `base`: with what they hold they are gone.

        Raises:
            UnknownRevisionError: no such room, or no such revision before the one at which it stands.
            SchemaTooNewError, SchemaChangeFailedError: as for `upgrade`.
        """
        look(self._url, lambda connection: _way_back(connection, context, revision))
        return change(self._url, lambda connection: _downgrade(connection, context, revision))

    def check(self) -> list[Drift]:
        """Every difference between the tables in the database and those that this code expects.

        A room that is behind is one difference; its tables are not compared. Raises `SchemaTooNewError`.
        """
        return look(self._url, _drifts)


def _behind(stored: Mapping[str, str]) -> list[History]:
    for history in HISTORIES:
        if stored.get(history.context, history.head) not in history.revisions:
            raise SchemaTooNewError(
                f"The database was made by a newer Guilder: the tables of {history.context} are at revision "
                f"{stored[history.context]}, and this Guilder knows none after {history.head}. Install that newer one."
            )
    return [history for history in HISTORIES if stored.get(history.context) != history.head]


def upgrade_tables(connection: Connection, on_step: Callable[[Step], None] | None = None) -> list[Step]:
    """What `Schema.upgrade` does, in the transaction of whoever calls. Raises as that does."""
    stored = stored_revisions(connection)  # anew: another process may have been faster
    steps = []
    for history in _behind(stored):
        from guilder.bootstrap.migrations.moving import move_up

        step = Step(history.context, stored.get(history.context, BASE), history.head)
        with _whole(step):
            move_up(connection, history)
        if on_step is not None:
            on_step(step)
        steps.append(step)
    return steps


def _way_back(connection: Connection, context: str, revision: str) -> tuple[History, Step]:
    stored = stored_revisions(connection)
    _behind(stored)
    history = next((history for history in HISTORIES if history.context == context), None)
    if history is None:
        rooms = ", ".join(history.context for history in HISTORIES)
        raise UnknownRevisionError(f"{context[:100]!r} has no tables of its own; these have: {rooms}")
    now = stored.get(context, BASE)
    way = (BASE, *history.revisions)
    older = way[: way.index(now)]
    if revision not in older:
        raise UnknownRevisionError(f"{context} is at {now}, and can go back to: {', '.join(older) or 'nothing'}")
    return history, Step(context, now, revision)


def _downgrade(connection: Connection, context: str, revision: str) -> Step:
    from guilder.bootstrap.migrations.moving import move_down

    history, step = _way_back(connection, context, revision)
    with _whole(step):
        move_down(connection, history, revision)
    return step


@contextmanager
def _whole(step: Step) -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        way = f"{step.context} from {step.before} to {step.after}"
        reason = getattr(error, "orig", None) or error
        raise SchemaChangeFailedError(f"Nothing was changed, since taking {way} failed: {reason}") from error


def _drifts(connection: Connection) -> list[Drift]:
    from guilder.bootstrap.migrations.differences import differences

    stored = stored_revisions(connection)
    behind = _behind(stored)
    drifts = []
    for history in HISTORIES:
        if history in behind:
            now = stored.get(history.context, BASE)
            details = [f"at revision {now}, not yet at {history.head}: run `guilder db upgrade`"]
        else:
            details = differences(connection, history)
        drifts += [Drift(history.context, detail) for detail in details]
    return drifts
