"""What a type checker sees: mypy in its strict mode, run on a piece of code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from mypy import api

CODE = """
from typing import Annotated, Generic, Protocol, TypeVar

from guilder.core.container import Container, Named, Scope
from guilder.core.container.fastapi import Inject, inject

T = TypeVar("T")

class Orders(Protocol):
    async def find(self, order_id: int) -> str: ...

class SqlOrders:
    def __init__(self, replica: Annotated[int, Named("replica")]) -> None: ...
    async def find(self, order_id: int) -> str:
        return ""

class Repository(Generic[T]):
    def first(self) -> T:
        raise NotImplementedError

class Service:
    def __init__(self, orders: Orders | None) -> None: ...

container = Container()
container.register_scoped(Orders, SqlOrders)
container.register_singleton(Service, Service)
container.register_singleton(Service, Service(None))
container.register_factory(Service, lambda: Service(None))

reveal_type(container.get(Service))  # Service
reveal_type(container.get(Orders))  # Orders
reveal_type(container.get(Orders, name="replica"))  # Orders
reveal_type(container.get(Repository[int]))  # Repository[int]
reveal_type(container.get(Repository[int]).first())  # int
reveal_type(container.get(list[Service]))  # list[Service]

async def use(scope: Scope) -> None:
    reveal_type(scope.get(Service))  # Service
    reveal_type(await scope.aget(Orders))  # Orders
    reveal_type(await container.aget(Orders, "replica"))  # Orders
    scope.provide(Service, Service(None))

async def route(orders: Inject[Orders], service: Service = inject(Service)) -> None:
    reveal_type(orders)  # Orders
    reveal_type(service)  # Service

def early() -> int:
    with container.scope() as scope:
        reveal_type(scope)  # guilder.core.container.scope.Scope
        return 1

async def late() -> int:
    async with container.scope() as scope:
        reveal_type(scope)  # guilder.core.container.scope.Scope
        return 1
"""


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> dict[int, list[str]]:
    """What mypy says about each line."""
    folder = tmp_path_factory.mktemp("typed")
    sample = folder / "sample.py"
    sample.write_text(CODE)
    source = Path(__file__).parents[3] / "src"
    settings = folder / "mypy.ini"
    settings.write_text(
        f"[mypy]\nstrict = true\ndisable_error_code = type-abstract\nmypy_path = {source}\n"
        "follow_imports = silent\nexplicit_package_bases = true\n"
    )

    told, problems, _ = api.run(["--config-file", str(settings), "--cache-dir", str(folder / "cache"), str(sample)])

    assert not problems
    by_line: dict[int, list[str]] = {}
    for line in told.splitlines():
        if found := re.match(r".*sample\.py:(\d+): (.*)", line):
            by_line.setdefault(int(found[1]), []).append(found[2].replace("sample.", ""))
    return by_line


def test_every_answer_has_the_type_that_was_asked_for(checked: dict[int, list[str]]) -> None:
    wanted = {
        number: [f'note: Revealed type is "{line.partition("# ")[2]}"']
        for number, line in enumerate(CODE.splitlines(), start=1)
        if "reveal_type" in line
    }

    assert {number: checked.get(number) for number in wanted} == wanted


def test_there_is_nothing_else_to_say(checked: dict[int, list[str]]) -> None:
    allowed = {number for number, line in enumerate(CODE.splitlines(), start=1) if "reveal_type" in line}

    assert {number: told for number, told in checked.items() if number not in allowed} == {}
