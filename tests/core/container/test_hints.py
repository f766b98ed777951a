"""Wiring from type hints, as people write them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import InitVar, dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Generic, NewType, Optional, Protocol, TypeVar, cast

import pytest

from guilder.core.container import Container, ContainerError, Named
from tests.core.container.things import Database, Session, Settings

if TYPE_CHECKING:
    from tests.core.container.things import Database as HiddenDatabase
    from tests.core.container.things import Session as Missing

T = TypeVar("T")
Timeout = NewType("Timeout", float)


class Handler(Protocol):
    def handle(self) -> str: ...


class Mails:
    def handle(self) -> str:
        return "mails"


class Prints:
    def handle(self) -> str:
        return "prints"


class Mapper(Generic[T]):
    """Turns rows into things."""


class Repository(Generic[T]):
    def __init__(self, mapper: Mapper[T]) -> None:
        self.mapper = mapper


class Users(Repository[Settings]):
    """Inherits how it is built."""


def a_container() -> Container:
    container = Container()
    container.register_singleton(Settings, Settings)
    container.register_singleton(Database, Database)
    return container


def built(recipe: Callable[..., T], container: Container | None = None) -> T:
    """What the recipe gives in this container."""
    container = container or a_container()
    container.register_transient(Result, recipe)
    result: Any = container.get(Result)
    return cast(T, result)


class Result:
    """The key under which `built` binds."""


def test_hints_as_text_are_understood() -> None:
    def wired(database: Database, settings: Settings) -> tuple[Database, Settings]:
        return database, settings

    assert isinstance(wired.__annotations__["database"], str)
    database, settings = built(wired)
    assert isinstance(database, Database)
    assert database.settings is settings


def test_forward_references_inside_other_hints_are_understood() -> None:
    def wired(database: Any, rest: Any) -> Any:
        return database, rest

    wired.__annotations__ = {"database": Optional["Database"], "rest": "list[Settings] | None"}
    database, rest = built(wired)
    assert isinstance(database, Database)
    assert rest is not None


def test_a_name_imported_for_type_checkers_only_means_the_one_bound_interface_of_that_name() -> None:
    class Database_(Database):  # noqa: N801
        pass

    def wired(first: Database, second: HiddenDatabase | None = None) -> Any:
        return first, second

    container = a_container()
    Database_.__name__ = "HiddenDatabase"
    container.register_singleton(Database_, Database_)

    assert isinstance(built(wired, container)[1], Database_)


def test_a_hint_that_means_nothing_is_an_error_that_shows_it() -> None:
    def wired(missing: Missing) -> object:
        return missing

    with pytest.raises(ContainerError, match=r"Result -> missing: cannot read the hint 'Missing': name 'Missing'"):
        built(wired)


def test_a_hint_that_means_nothing_does_not_harm_a_parameter_with_a_default() -> None:
    def wired(settings: Settings, missing: Missing = 3) -> Any:  # type: ignore[assignment]
        return settings, missing

    assert built(wired)[1] == 3


def test_names_tell_bindings_apart_in_annotated_hints() -> None:
    def wired(
        primary: Database,
        replica: Annotated[Database, Named("replica")],
        none: Annotated[Database | None, Named("absent")],
        other: Annotated[Database, "a remark of somebody else's"],
    ) -> Any:
        return primary, replica, none, other

    container = a_container()
    container.register_singleton(Database, Database, name="replica")

    primary, replica, none, other = built(wired, container)
    assert primary is container.get(Database) is other
    assert replica is container.get(Database, name="replica")
    assert none is None


def test_a_default_stands_in_for_what_is_not_bound_and_only_for_that() -> None:
    default = Settings()

    def wired(settings: Settings = default, timeout: float = 2.5, session: Session | None = None) -> Any:
        return settings, timeout, session

    container = a_container()
    settings, timeout, session = built(wired, container)
    assert settings is container.get(Settings)
    assert (timeout, session) == (2.5, None)


def test_none_stands_in_for_what_is_not_bound_if_the_hint_allows_it() -> None:
    def wired(session: Session | None, database: Database | None) -> Any:
        return session, database

    session, database = built(wired)
    assert session is None
    assert isinstance(database, Database)


def test_an_interface_bound_many_times_is_given_as_a_list() -> None:
    def wired(handlers: list[Handler], frozen: tuple[Handler, ...]) -> Any:
        return handlers, frozen

    container = a_container()
    container.register_singleton(Handler, Mails, many=True)
    container.register_singleton(Handler, Prints, many=True)

    handlers, frozen = built(wired, container)
    assert [handler.handle() for handler in handlers] == ["mails", "prints"]
    assert frozen == tuple(handlers) == container.get(tuple[Handler, ...])
    assert container.get(list[Handler]) == handlers
    with pytest.raises(ContainerError, match=r"ask for list\[Handler\]"):
        container.get(Handler)


def test_a_list_of_what_is_not_bound_is_a_gap() -> None:
    def wired(handlers: list[Handler]) -> object:
        return handlers

    with pytest.raises(ContainerError, match=r"Result -> list\[Handler\]: nothing bound"):
        built(wired)


def test_generic_aliases_are_interfaces_of_their_own_and_carry_their_types_to_their_parts() -> None:
    def wired(strings: Repository[str], numbers: Repository[int]) -> Any:
        return strings, numbers

    container, of_strings, of_numbers = a_container(), Mapper[str](), Mapper[int]()
    container.register_singleton(Mapper[str], of_strings)
    container.register_singleton(Mapper[int], of_numbers)
    container.register_transient(Repository[str], Repository[str])
    container.register_transient(Repository[int], Repository[int])

    strings, numbers = built(wired, container)
    assert (strings.mapper, numbers.mapper) == (of_strings, of_numbers)


def test_a_class_derived_from_a_generic_one_knows_what_its_types_stand_for() -> None:
    container, mapper = a_container(), Mapper[Settings]()
    container.register_singleton(Mapper[Settings], mapper)

    assert built(Users, container).mapper is mapper


def test_dataclasses_are_built_from_their_fields() -> None:
    @dataclass(frozen=True, slots=True)
    class Wired:
        settings: Settings
        database: Database = field(kw_only=True)
        label: str = "none"

    wired = built(Wired)

    assert wired.database.settings is wired.settings
    assert wired.label == "none"


def test_a_dataclass_may_take_what_it_does_not_keep() -> None:
    @dataclass
    class Wired:
        database: InitVar[Database]
        settings: Settings = field(init=False)

        def __post_init__(self, database: Database) -> None:
            self.settings = database.settings

    assert isinstance(built(Wired).settings, Settings)


def test_a_class_may_be_built_by_new() -> None:
    class Wired:
        settings: Settings

        def __new__(cls, settings: Settings) -> Wired:
            wired = super().__new__(cls)
            wired.settings = settings
            return wired

    assert isinstance(built(Wired).settings, Settings)


def test_keyword_only_and_positional_only_parameters_are_passed_as_they_must_be() -> None:
    def wired(settings: Settings, /, label: str = "none", *rest: int, database: Database, **more: int) -> Any:
        return settings, label, rest, database, more

    settings, label, rest, database, more = built(wired)
    assert database.settings is settings
    assert (label, rest, more) == ("none", (), {})


def test_a_default_before_a_positional_only_parameter_is_passed_on() -> None:
    def wired(label: str = "none", database: Database | None = None, /) -> Any:
        return label, database

    label, database = built(wired)
    assert label == "none"
    assert isinstance(database, Database)


def test_a_parameter_without_a_hint_needs_a_default() -> None:
    def wired(anything):  # type: ignore[no-untyped-def]
        return anything

    with pytest.raises(ContainerError, match="Result -> anything: has no type hint"):
        built(wired)


def test_new_types_and_other_hashable_types_are_interfaces() -> None:
    def wired(timeout: Timeout, lines: Sequence[str]) -> Any:
        return timeout, lines

    container = a_container()
    container.register_value(Timeout, Timeout(2.5))
    container.register_value(Sequence[str], ("a", "b"))

    assert built(wired, container) == (2.5, ("a", "b"))


def test_a_function_called_like_the_code_that_is_generated_disturbs_nothing() -> None:
    class GetSettings:
        def __init__(self, settings: Settings) -> None:
            self.settings = settings

    def get_database(settings: Settings) -> Database:
        return Database(settings)

    container = Container()
    container.register_scoped(Settings, Settings)
    container.register_scoped(GetSettings, GetSettings)
    container.register_scoped(Database, get_database)

    with container.scope() as scope:
        assert scope.get(Database).settings is scope.get(GetSettings).settings


@pytest.mark.parametrize("name", ["SETTINGS", "EXITS", "SCOPE", "TURN", "settings_claims", "settings_exit", "missing"])
async def test_a_recipe_may_have_any_name_that_the_generated_code_has(name: str) -> None:
    async def recipe() -> AsyncIterator[Settings]:
        yield Settings()

    recipe.__name__ = name
    container = Container()
    container.register_scoped(Settings, recipe)
    container.register_scoped(Database, Database)

    async with container.scope() as scope:
        assert (await scope.aget(Database)).settings is scope.get(Settings)


def test_one_of_many_cannot_be_meant_by_the_interface_alone() -> None:
    def wired(handler: Handler) -> object:
        return handler

    container = a_container()
    container.register_singleton(Handler, Mails, many=True)

    with pytest.raises(ContainerError, match=r"Result -> Handler: bound with many=True, ask for list\[Handler\]"):
        built(wired, container)
