"""Writes the pages of docs/ that the code can tell by itself: ports, errors, settings and events. It is `make docs`.

What stands in these pages is read from classes, bindings and docstrings, so they cannot say what is not so.
A test compares them with what this script would write.
"""

from __future__ import annotations

import ast
import asyncio
import importlib
import inspect
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent
from types import ModuleType
from typing import Any, Final, Literal, Protocol, get_args, get_origin

from guilder.bootstrap.container import setup_container
from guilder.bootstrap.rooms import UNHEARD, published_events, subscriptions
from guilder.bootstrap.scopes import scope_for
from guilder.core.caller import NOBODY
from guilder.core.container import Container, ContainerError
from guilder.core.database import Database
from guilder.core.problems import status_of
from guilder.core.settings import Settings, variable_of
from guilder.shared import errors as categories
from guilder.shared.errors import GuilderError
from guilder.shared.events import Event

ROOT: Final = Path(__file__).parent.parent
SOURCE: Final = ROOT / "src"
TESTS: Final = ROOT / "tests"
PAGES: Final = ROOT / "docs"
ROOMS: Final = ("core", "published", "user", "financial", "trading", "market_data", "notification", "audit")
HEADING: Final = "<!-- Written by scripts/write_docs.py; change the code, then run `make docs`. -->"


def main() -> int:
    """Write all pages; say which of them changed."""
    for name, text in pages().items():
        page = PAGES / name
        if not page.exists() or page.read_text(encoding="utf-8") != text:
            page.write_text(text, encoding="utf-8")
            print(f"wrote docs/{name}")
    return 0


def pages() -> dict[str, str]:
    """Each page's name and text."""
    return {
        "ports.md": ports_page(),
        "errors.md": errors_page(),
        "settings.md": settings_page(),
        "events.md": events_page(),
    }


# Ports


@dataclass(frozen=True)
class Seen:
    """A class as its file shows it."""

    name: str
    file: Path
    text: str
    methods: frozenset[str]

    @property
    def is_fake(self) -> bool:
        return TESTS in self.file.parents or "testing" in self.file.relative_to(SOURCE).parts

    def is_the(self, kind: type | None) -> bool:
        """Whether this is that very class."""
        return kind is not None and self.name == kind.__name__ and self.file == Path(inspect.getfile(kind))


def ports_page() -> str:
    bound = bound_classes()
    sections = []
    for room in ROOMS:
        ports = [port for port in protocols(room) if room != "core" or port in bound]
        if ports:
            table = rows_of("port", "what it is for", "adapters", "fakes", "tests")
            table += [port_row(port, bound.get(port)) for port in ports]
            sections.append(f"## {room}\n\n" + "\n".join(table))
    intro = """
        # Ports and their adapters

        A port is a `Protocol`: what somebody needs, in his own words. An adapter keeps it. Services ask for ports in
        their constructors, and the container hands over what is bound. The adapter in **bold** is the one that a house
        without any settings gets. Fakes live in `guilder.testing`, for everybody's tests, or beside the tests that need
        them.

        A class counts as an adapter when its docstring begins by naming the port in backquotes and it has the port's
        methods, or when it is bound to it. `tests/architecture/test_ports.py` checks that every port of a room has an
        adapter and is bound, and the start of every house checks that what is bound fits. The last column has the suite
        that adapters and fakes pass alike, where there is one, or else the tests of the room that name an adapter.
    """
    return page(intro, *sections)


def port_row(port: type, bound: type | None) -> str:
    found = [one for one in all_classes() if keeps(one, port) or one.is_the(bound)]
    adapters = [one for one in found if not one.is_fake]
    fakes = [one for one in found if one.is_fake]
    shown = [f"**{linked(one)}**" if one.is_the(bound) else linked(one) for one in adapters]
    return row(
        f"[`{port.__name__}`]({path_of(port)})",
        first_sentence(port),
        ", ".join(shown) or "none",
        ", ".join(linked(one) for one in fakes) or "none",
        ", ".join(f"[`{file.stem}`]({link(file)})" for file in suites(found)) or "those of the whole house",
    )


def keeps(one: Seen, port: type) -> bool:
    """Whether a class says that it is an adapter of the port, and has its methods."""
    asked = {name for name, member in vars(port).items() if inspect.isfunction(member) and not name.startswith("_")}
    kinds: list[type] = port.__subclasses__()
    names = {port.__name__, *(below.__name__ for below in kinds if Protocol in below.__bases__)}
    return any(f"`{name}`" in sentence_of(one.text) for name in names) and asked <= one.methods


def protocols(room: str) -> list[type]:
    """The protocols of one room: of its `application/ports.py`, or of everything in the hall."""
    ends = f"guilder.{room}." if room in {"core", "published"} else f"guilder.{room}.application.ports"
    found = {
        value
        for module in house()
        if f"{module.__name__}.".startswith(ends)
        for value in vars(module).values()
        if inspect.isclass(value) and value.__module__ == module.__name__ and Protocol in value.__bases__
    }
    return sorted(found, key=lambda port: (port.__module__, port.__name__))


@cache
def all_classes() -> tuple[Seen, ...]:
    """Every class of the house and of its tests."""
    return tuple(
        seen
        for folder in (SOURCE / "guilder", TESTS)
        for file in sorted(folder.rglob("*.py"))
        for seen in classes_in(file)
    )


def classes_in(file: Path) -> Iterator[Seen]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            methods = {inner.name for inner in node.body if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef)}
            yield Seen(node.name, file, ast.get_docstring(node) or "", frozenset(methods))


def bound_classes() -> dict[type, type]:
    """What a house without settings has behind each protocol."""
    with TemporaryDirectory() as folder:
        return asyncio.run(_bound_classes(setup_container(Settings(data_dir=Path(folder)))))


async def _bound_classes(container: Container) -> dict[type, type]:
    bound = {}
    async with scope_for(container, NOBODY) as scope:
        for port in (port for room in ROOMS for port in protocols(room)):
            try:
                bound[port] = type(await scope.aget(port))
            except ContainerError:
                continue
    await container.get(Database).aclose()
    await container.aclose()
    return bound


def suites(found: Sequence[Seen]) -> list[Path]:
    """The tests that several of these classes must pass alike; else those, in an adapter's room, that name one."""
    names, real = {one.name for one in found}, {one.name for one in found if not one.is_fake}
    homes = {TESTS / one.file.relative_to(SOURCE / "guilder").parts[0] for one in found if not one.is_fake}
    tests = [Test(file) for file in sorted(TESTS.rglob("test_*.py"))]
    at_home = [test for test in tests if homes.intersection(test.file.parents)]
    for some in (at_home, tests):
        shared = [test.file for test in some if len(names & test.met) > 1 and real & test.met]
        if shared:
            return shared[:2]
    return [test.file for test in at_home if real & test.met][:2]


class Test:
    """A file of tests, and what it gets to see of the house: by its imports, its helpers' and its fixtures'."""

    def __init__(self, file: Path) -> None:
        self.file = file

    @property
    def met(self) -> frozenset[str]:
        fixtures = self.file.parent / "conftest.py"
        helpers = [Helper.of(self.file)]
        if fixtures.exists() and Helper.of(self.file).wanted & Helper.of(fixtures).offered:
            helpers.append(Helper.of(fixtures))
        beside = [Helper.of(file) for helper in helpers for file in helper.helpers]
        return frozenset(name for helper in (*helpers, *beside) for name in helper.imported)


@dataclass(frozen=True)
class Helper:
    """A file of `tests/`: what it imports, which functions it has, and what their parameters are called."""

    imported: frozenset[str]
    helpers: frozenset[Path]
    offered: frozenset[str]
    wanted: frozenset[str]

    @staticmethod
    @cache
    def of(file: Path) -> Helper:
        nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
        imports = [node for node in nodes if isinstance(node, ast.ImportFrom)]
        functions = [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        modules = {ROOT.joinpath(*(node.module or "").split(".")).with_suffix(".py") for node in imports}
        return Helper(
            imported=frozenset(alias.name for node in imports for alias in node.names),
            helpers=frozenset(module for module in modules if module.exists() and TESTS in module.parents),
            offered=frozenset(function.name for function in functions),
            wanted=frozenset(argument.arg for function in functions for argument in function.args.args),
        )


# Errors


def errors_page() -> str:
    kinds = sorted(subclasses(GuilderError), key=lambda kind: kind.code)
    table = rows_of("code", "category", "HTTP", "what it says", "declared in")
    table += [
        row(f"`{kind.code}`", category_of(kind), status(kind), paragraph(kind), f"[`{place(kind)}`]({path_of(kind)})")
        for kind in kinds
    ]
    intro = """
        # Errors

        A refusal is an error with a name. Its `code` is part of the API and never changes; its category says what kind
        of refusal it is, and one table, [`core/problems.py`](../src/guilder/core/problems.py), says what a category is
        in HTTP. It is told as a problem document (`application/problem+json`), with `code` beside the usual members,
        and with `errors` where fields are wrong. Where everything is looked at before anything is refused, as for an
        order, `reasons` lists all that speaks against the request, each with `code`, `detail` and, for a field,
        `field`; the first of them is the weightiest, and the one that the document itself tells of.

        500 stands for a mistake in Guilder itself: the particulars go to the log, and the caller reads
        `internal_error`. Some answers are no class: `method_not_allowed` (405), and `http_…` for other statuses of the
        framework. Errors of the command line and of the start have a status here like all others, though no request
        meets them.
    """
    return page(intro, "\n".join(table))


def subclasses(kind: type[GuilderError]) -> set[type[GuilderError]]:
    house()
    below = {one for one in kind.__subclasses__() if one.__module__.startswith("guilder.")}
    return {kind} | {deeper for one in below for deeper in subclasses(one)}


def category_of(kind: type[GuilderError]) -> str:
    return next(one.__name__ for one in kind.__mro__ if one.__module__ == categories.__name__)


def status(kind: type[GuilderError]) -> str:
    return str(status_of(kind).value)


# Settings


def settings_page() -> str:
    meanings = field_docstrings(Settings)
    table = rows_of("variable", "default", "values", "meaning")
    for name, field in Settings.model_fields.items():
        default = "a file in the data directory" if field.default_factory else shown_default(field.default)
        choices = [f"`{choice}`" for choice in literal_values(field.annotation)]
        table.append(row(f"`{variable_of(name)}`", default, ", ".join(choices), meanings.get(name, "")))
    intro = """
        # Settings

        A setting is taken from the command line, or else from the environment, from `.env`, from `guilder.toml` in the
        working directory, from `guilder.toml` in the data directory, or else it has its default. In `guilder.toml` a
        name may be written in small letters and without `GUILDER_`: `port = 8000`. What is set to nothing counts as not
        set. A value that Guilder cannot use stops the start, with a line for each that is wrong; secrets are never
        repeated. What stands in `guilder.toml` and is no setting stops the start as well; a variable that is named like
        one and is none, in the environment or in `.env`, is told on standard error with the setting that comes nearest.
    """
    return page(intro, "\n".join(table))


def field_docstrings(kind: type) -> dict[str, str]:
    """The texts that stand under the fields of a class."""
    tree = ast.parse(dedent(inspect.getsource(kind))).body[0]
    assert isinstance(tree, ast.ClassDef)
    told = {}
    for field, text in zip(tree.body, tree.body[1:], strict=False):
        match field, text:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(meaning))):
                told[name] = " ".join(meaning.split())
    return told


def shown_default(value: Any) -> str:
    return "not set" if value is None else f"`{value}`"


def literal_values(annotation: Any) -> Sequence[str]:
    return get_args(annotation) if get_origin(annotation) is Literal else ()


# Events


def events_page() -> str:
    sections = []
    for room in dict.fromkeys(event.__module__.split(".")[-1] for event in published_events()):
        table = rows_of("event", "version", "what happened", "fields", "told to")
        table += [event_row(event) for event in published_events() if event.__module__.endswith(f".{room}")]
        sections.append(f"## {room}\n\n" + "\n".join(table))
    intro = """
        # Events

        An event is a fact, saved in the outbox by the commit of the change that it tells of. The relay tells it to each
        subscriber, at least once, in order for each aggregate (the field in **bold** names it), until the subscriber's
        inbox row is saved. Some events have no subscriber; they are kept as history. Events hold no secret.
    """
    return page(intro, *sections)


def event_row(event: type[Event]) -> str:
    fields = [
        f"**`{name}`**: {type_}" if name == event.about else f"`{name}`: {type_}"
        for name, type_ in vars(event)["__annotations__"].items()
        if not type_.startswith("ClassVar")
    ]
    heard = [
        f"[`{one.service.__name__}.{one.method}`]({path_of(one.service)}) (`{one.name}`)"
        for one in subscriptions()
        if one.event is event
    ]
    who = "; ".join(heard) or f"nobody: {UNHEARD[event.__name__]}"
    return row(f"[`{event.__name__}`]({path_of(event)})", str(event.version), paragraph(event), ", ".join(fields), who)


# Words


def page(intro: str, *sections: str) -> str:
    return "\n\n".join([HEADING, dedent(intro).strip(), *sections]) + "\n"


def rows_of(*heads: str) -> list[str]:
    return [row(*heads), row(*("---" for _ in heads))]


def row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def paragraph(kind: type) -> str:
    """The first paragraph of a docstring, on one line."""
    return paragraph_of(inspect.getdoc(kind) or "")


def paragraph_of(text: str) -> str:
    return " ".join(text.split("\n\n", 1)[0].split())


def first_sentence(kind: type) -> str:
    return sentence_of(inspect.getdoc(kind) or "")


def sentence_of(text: str) -> str:
    """The first sentence of a docstring; dots inside words and backquotes end none."""
    found = re.match(r"(?:`[^`]*`|[^`])*?[.:;](?=\s|$)", paragraph_of(text))
    return (found[0].rstrip(":;") if found else paragraph_of(text)).rstrip(".") + "."


def linked(one: Seen) -> str:
    return f"[`{one.name}`]({link(one.file)})"


def link(file: Path) -> str:
    return f"../{file.relative_to(ROOT).as_posix()}"


def place(kind: type) -> str:
    return Path(inspect.getfile(kind)).relative_to(SOURCE / "guilder").as_posix()


def path_of(kind: type) -> str:
    return f"../src/guilder/{place(kind)}"


@cache
def house() -> tuple[ModuleType, ...]:
    """Every module of the house but those that do something when they are imported."""
    names = (
        ".".join(file.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
        for file in sorted((SOURCE / "guilder").rglob("*.py"))
        if file.stem not in {"__main__", "env"} and not file.stem[0].isdigit()
    )
    return tuple(importlib.import_module(name) for name in names)


if __name__ == "__main__":
    sys.exit(main())
