"""Whether implementations fit their Protocols, which `validate` looks at."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, ClassVar, Protocol

import pytest

from guilder.core.container import Container, ContainerError


class Mailer(Protocol):
    sender: str

    async def send(self, to: str, subject: str, *, urgent: bool = False) -> None: ...

    def count(self) -> int: ...


class Good:
    def __init__(self) -> None:
        self.sender = "desk"

    async def send(self, to: str, subject: str, *, urgent: bool = False, copy: str = "") -> None: ...

    def count(self) -> int:
        return 0


class Anything:
    sender = "desk"

    async def send(self, *args: Any, **kwargs: Any) -> None: ...

    def count(self) -> int:
        return 0


class Lacks(Good):
    count = None  # type: ignore[assignment]


class Sync(Good):
    def send(self, to: str, subject: str, *, urgent: bool = False) -> None: ...  # type: ignore[override]


class TooAsync(Good):
    async def count(self) -> int:  # type: ignore[override]
        return 0


class Renames(Good):
    async def send(self, recipient: str, subject: str, *, urgent: bool = False) -> None: ...  # type: ignore[override]


class TakesLess(Good):
    async def send(self, to: str) -> None: ...  # type: ignore[override]


class WantsMore(Good):
    async def send(self, to: str, subject: str, body: str, *, urgent: bool = False) -> None: ...  # type: ignore[override]


class HasNoDefault(Good):
    async def send(self, to: str, subject: str, *, urgent: bool) -> None: ...  # type: ignore[override]


class Nameless:
    async def send(self, to: str, subject: str, *, urgent: bool = False) -> None: ...

    def count(self) -> int:
        return 0


class Derived(Mailer):
    sender = "desk"

    def count(self) -> int:
        return 0


class Feed(Protocol):
    def prices(self) -> AsyncIterator[int]: ...

    def close(self) -> Awaitable[None]: ...


class LiveFeed:
    async def prices(self) -> AsyncIterator[int]:
        yield 1

    async def close(self) -> None: ...


class Base(ABC):
    @abstractmethod
    def work(self) -> None: ...


class Half(Base):
    """Leaves `work` out."""


class Unrelated:
    registry: ClassVar[list[str]] = []


def problem(interface: Any, implementation: Any) -> str:
    container = Container()
    container.register_scoped(interface, implementation)
    try:
        container.validate()
    except ContainerError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("implementation", [Good, Anything])
def test_what_can_be_called_in_every_manner_of_the_protocol_fits(implementation: type) -> None:
    assert problem(Mailer, implementation) == ""


@pytest.mark.parametrize(
    ("implementation", "finding"),
    [
        (Lacks, "Mailer: Lacks has count, but it is no method"),
        (Nameless, "Mailer: Nameless has no sender"),
        (Sync, "Mailer: Sync has send, but it is not async"),
        (TooAsync, "Mailer: TooAsync has count, but it is async"),
        (Renames, "Mailer: Renames has send, but it calls to recipient"),
        (TakesLess, "Mailer: TakesLess has send, but it does not take subject there"),
        (WantsMore, "Mailer: WantsMore has send, but it also wants body"),
        (HasNoDefault, "Mailer: HasNoDefault has send, but its urgent has no default"),
        (Derived, "Mailer: Derived does not implement send"),
    ],
)
def test_what_does_not_fit_is_told_with_the_reason(implementation: type, finding: str) -> None:
    assert problem(Mailer, implementation) == finding


def test_async_generators_fit_what_gives_async_iterators_and_coroutines_what_gives_awaitables() -> None:
    assert problem(Feed, LiveFeed) == ""


def test_a_function_is_judged_by_the_type_that_it_says_it_gives() -> None:
    def made() -> Sync:
        return Sync()

    def yielded() -> Iterator[Sync]:
        yield Sync()

    async def awaited() -> Good:
        return Good()

    def untold():  # type: ignore[no-untyped-def]
        return Sync()

    assert "not async" in problem(Mailer, made)
    assert "not async" in problem(Mailer, yielded)
    assert problem(Mailer, awaited) == ""
    assert problem(Mailer, untold) == ""


def test_a_value_is_judged_by_itself() -> None:
    container, nameless = Container(), Nameless()
    container.register_value(Mailer, nameless)

    with pytest.raises(ContainerError, match="Nameless has no sender"):
        container.validate()
    nameless.sender = "desk"  # type: ignore[attr-defined]
    container.validate()


def test_a_class_that_leaves_something_abstract_or_is_no_such_thing_is_told() -> None:
    assert problem(Base, Half) == "Base: Half leaves abstract: work"
    assert problem(Half, Half) == "Half: Half leaves abstract: work"
    assert problem(Base, Unrelated) == "Base: Unrelated is no Base"


def test_interfaces_that_are_no_classes_are_taken_as_they_come() -> None:
    container = Container()
    container.register_value(Callable[[], int], lambda: 1)  # type: ignore[arg-type]

    container.validate()


class Wide(Protocol):
    def log(self, *parts: str, **fields: int) -> None: ...

    @staticmethod
    def level(name: str) -> int: ...

    def close(self, *, timeout: float) -> None: ...


class Logs:
    def log(self, *parts: str, **fields: int) -> None: ...

    @staticmethod
    def level(name: str) -> int:
        return 1

    def close(self, *, timeout: float) -> None: ...


class LogsOne(Logs):
    def log(self, part: str) -> None: ...  # type: ignore[override]


class ClosesAtOnce(Logs):
    def close(self) -> None: ...  # type: ignore[override]


class Annotated_(Nameless):  # noqa: N801
    sender: str


def test_what_takes_any_number_must_be_able_to() -> None:
    assert problem(Wide, Logs) == ""
    assert problem(Wide, LogsOne) == "Wide: LogsOne has log, but it does not take *parts: 'str'"
    assert problem(Wide, ClosesAtOnce) == "Wide: ClosesAtOnce has close, but it does not take timeout by name"


def test_an_attribute_may_be_declared_and_set_later() -> None:
    assert problem(Mailer, Annotated_) == ""
