"""The code that runs: compiled once, and readable."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator

from guilder.core.container import Container
from tests.core.container.things import Database, OrderRepository, PlaceOrder, Session, Settings, a_container


class Caller:
    """Known by each request for itself."""


def test_explain_shows_the_constructors_as_one_would_call_them_by_hand() -> None:
    code = a_container().explain(PlaceOrder)

    lines = [line.strip() for line in code.splitlines()]
    straight = lines[lines.index("if fresh:") + 1 :]
    assert straight[:4] == [
        "kept[SESSION] = session = Session(database)",
        "kept[ORDER_REPOSITORY] = order_repository = SqlOrderRepository(session)",
        "kept[PLACE_ORDER] = place_order = PlaceOrder(order_repository, session, settings)",
        "else:",
    ]


def test_explain_shows_how_the_singletons_are_built_before() -> None:
    code = a_container().explain(PlaceOrder)

    once, each_time = code.split("# each time")
    assert "return Settings()" in once
    assert "return Database(settings)" in once
    assert once.index("return Settings()") < once.index("return Database(settings)")
    assert "def get_place_order(kept):" in each_time


def test_explain_shows_what_is_awaited_and_what_is_closed() -> None:
    async def opened(database: Database) -> AsyncIterator[Session]:
        yield Session(database)

    container = a_container()
    container.register_scoped(Session, opened, replace=True)

    code = container.explain(PlaceOrder)

    assert "await aget_session(kept)" in code
    assert "session = await session_exit.__anext__()" in code
    assert "kept[EXITS].append(session_exit)" in code


def test_explain_shows_a_transient_without_any_ceremony() -> None:
    container = Container()
    container.register_transient(Settings, Settings)
    container.register_transient(Database, Database)

    assert container.explain(Database) == "def get_database(kept):\n    return Database(Settings())\n"


def test_explain_knows_values_names_lists_and_nothing() -> None:
    container, settings = Container(), Settings()
    container.register_singleton(Settings, settings, name="test")
    container.register_singleton(Database, Database, many=True)

    assert container.explain(Settings, name="test") == f"# Settings ('test') is a value: {settings!r}\n"
    assert container.explain(Session | None) == "# nothing bound: None\n"  # type: ignore[arg-type]


def test_the_graph_is_a_mermaid_flowchart_with_lifetimes() -> None:
    lines = a_container().graph().splitlines()

    assert lines[0] == "flowchart LR"
    assert '    place_order["PlaceOrder"]:::scoped' in lines
    assert '    database["Database"]:::singleton' in lines
    assert "    place_order --> order_repository" in lines
    assert "    order_repository --> session" in lines


def test_compiling_ahead_builds_nothing() -> None:
    built: list[int] = []

    def counted() -> Settings:
        built.append(1)
        return Settings()

    container = a_container()
    container.register_singleton(Settings, counted, replace=True)

    container.compile()

    assert built == []
    with container.scope() as scope:
        assert isinstance(scope.get(PlaceOrder).orders, object)
        assert isinstance(scope.get(OrderRepository), object)
    assert built == [1]


def test_compiling_ahead_compiles_what_is_awaited_too() -> None:
    async def opened(database: Database) -> AsyncIterator[Session]:
        yield Session(database)

    container = a_container()
    container.register_scoped(Session, opened, replace=True)
    container.register_scoped(Caller)

    container.compile()


def test_the_container_knows_nothing_beyond_the_standard_library() -> None:
    code = (
        "import sys; import guilder.core.container as c; c.Container().validate(); "
        "known = sys.stdlib_module_names | {'guilder'}; "
        "print(sorted({name.partition('.')[0] for name in sys.modules} - known - set(sys.argv[1:])))"
    )
    bare = subprocess.run(
        [sys.executable, "-c", "import sys; print(*{name.partition('.')[0] for name in sys.modules})"],
        capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip

    found = subprocess.run([sys.executable, "-c", code, *bare], capture_output=True, text=True, check=True).stdout

    assert found.strip() == "[]"
    guilder = (
        "import sys; import guilder.core.container; "
        "print(*{n for n in sys.modules if n.startswith('guilder.') and not n.startswith('guilder.core.container')})"
    )
    rest = subprocess.run([sys.executable, "-c", guilder], capture_output=True, text=True, check=True).stdout.split()
    assert rest == ["guilder.core"]


def test_explain_shows_how_a_singleton_itself_is_built() -> None:
    code = a_container().explain(Database)

    assert code.endswith("def make_database(kept):\n    return Database(settings)\n")
