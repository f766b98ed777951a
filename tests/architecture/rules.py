"""Rules that can be read off the source. Each answers its complaints; no complaints is what we want."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Mapping

from tests.architecture.house import PACKAGE, Module

MACHINERY = frozenset(
    {
        "asyncio",
        "concurrent",
        "contextvars",
        "http",
        "logging",
        "multiprocessing",
        "os",
        "random",
        "secrets",
        "select",
        "socket",
        "sqlite3",
        "ssl",
        "subprocess",
        "tempfile",
        "threading",
        "time",
        "urllib",
    }
)
"""Parts of the standard library that wait, remember, or ask the machine something."""

WALL_CLOCK_AND_CHANCE = re.compile(
    r"""
      datetime\.datetime\.(now|utcnow|today) | datetime\.date\.today
    | time\.(time|time_ns|localtime|gmtime|ctime|strftime)
    | uuid\.uuid[1-8] | uuid\.getnode
    | random(\..+)? | secrets(\..+)? | os\.(urandom|getrandom) | numpy\.random(\..+)?
    | sqlalchemy\.func\.(now|current_timestamp|current_date|random|gen_random_uuid|uuid_generate_v4)
    """,
    re.VERBOSE,
)

SQL_LIBRARIES = frozenset({"aiosqlite", "alembic", "asyncpg", "psycopg", "sqlalchemy", "sqlite3"})
SQL_TEXT = re.compile(
    r"\s*(SELECT\s.+\sFROM\s|INSERT\s+INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|(CREATE|ALTER|DROP)\s+TABLE\s|PRAGMA\s)",
    re.IGNORECASE | re.DOTALL,
)

SHAPELESS_NAMES = frozenset({"base", "common", "helper", "helpers", "manager", "misc", "util", "utils"})


def impure_imports(house: Iterable[Module]) -> list[str]:
    """`shared` knows the standard library, `published` that and `shared`, a domain those three and itself."""
    complaints = []
    for module in house:
        if module.is_shared:
            own = {f"{PACKAGE}.shared"}
        elif module.is_published:
            own = {f"{PACKAGE}.shared", f"{PACKAGE}.published"}
        elif module.is_domain:
            own = {f"{PACKAGE}.shared", f"{PACKAGE}.published", f"{PACKAGE}.{module.room}.domain"}
        else:
            continue
        for imported, node in module.imports():
            is_standard = imported.split(".")[0] in sys.stdlib_module_names
            is_own = any(imported == name or imported.startswith(f"{name}.") for name in own)
            if not is_standard and not is_own:
                complaints.append(module.at(node, f"imports {imported}"))
    return complaints


def machinery(house: Iterable[Module]) -> list[str]:
    """No domain, nor `shared`, waits for anything or asks the machine for anything."""
    waiting = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)
    complaints = []
    for module in house:
        if not (module.is_domain or module.is_shared):
            continue
        for imported, statement in module.imports():
            if imported.split(".")[0] in MACHINERY:
                complaints.append(module.at(statement, f"imports {imported}"))
        for node in ast.walk(module.tree):
            if isinstance(node, waiting) or (isinstance(node, ast.comprehension) and node.is_async):
                complaints.append(module.at(node, "is asynchronous"))
    return complaints


def floats(house: Iterable[Module]) -> list[str]:
    """No binary fraction comes near money or shares: not as a number, not as a name, not as an annotation."""
    complaints = []
    for module in house:
        if not (module.is_domain or module.is_shared or module.is_published):
            continue
        for node in ast.walk(module.tree):
            match node:
                case ast.Constant(value=float() | complex()):
                    complaints.append(module.at(node, f"the number {node.value!r} is a float"))
                case ast.Name(id="float" | "complex"):
                    complaints.append(module.at(node, f"names {node.id}"))
                case ast.arg(annotation=ast.Constant(value=str(text))) if "float" in text:
                    complaints.append(module.at(node, f"is annotated {text}"))
                case ast.AnnAssign(annotation=ast.Constant(value=str(text))) if "float" in text:
                    complaints.append(module.at(node, f"is annotated {text}"))
                case _:
                    pass
    return complaints


def hidden_inputs(house: Iterable[Module], allowed: Mapping[str, str]) -> list[str]:
    """The wall clock, fresh ids and chance are asked only where a port stands before them.

    `allowed` names those places and says why.
    """
    return [
        module.at(node, f"uses {used}")
        for module in house
        if module.place not in allowed
        for used, node in module.uses()
        if WALL_CLOCK_AND_CHANCE.fullmatch(used)
    ]


def database_talk(house: Iterable[Module]) -> list[str]:
    """Only `infrastructure`, `core` and the composition root speak SQL, in any form."""
    complaints = []
    for module in house:
        if module.layer == "infrastructure" or module.room in {"core", "bootstrap"}:
            continue
        for imported, statement in module.imports():
            if imported.split(".")[0] in SQL_LIBRARIES:
                complaints.append(module.at(statement, f"imports {imported}"))
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL_TEXT.match(node.value):
                complaints.append(module.at(node, "holds SQL"))
    return complaints


def broad_catches(house: Iterable[Module], allowed: Mapping[str, str]) -> list[str]:
    """Nobody swallows what he does not know, but for the places in `allowed`, which say why.

    A block that ends by raising swallows nothing.
    """
    broad = {"Exception", "BaseException"}
    complaints = []
    for module in house:
        if module.place in allowed:
            continue
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.ExceptHandler) or isinstance(node.body[-1], ast.Raise):
                continue
            kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            if any(kind is None or (isinstance(kind, ast.Name) and kind.id in broad) for kind in kinds):
                complaints.append(module.at(node, "catches everything"))
    return complaints


def hidden_cycles(house: Iterable[Module]) -> list[str]:
    """An import that only the type checker sees is an import all the same: none is set apart."""
    return [
        module.at(inner, "imports behind TYPE_CHECKING")
        for module in house
        for node in ast.walk(module.tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]


def shapeless_names(house: Iterable[Module]) -> list[str]:
    """A file is called by what it holds."""
    return [f"{module.place}: says nothing" for module in house if module.path.stem.split("_")[-1] in SHAPELESS_NAMES]
