"""The house as files: its rooms, their layers, and what each module imports and uses.

Everything here reads the source and imports none of it, so that a broken copy of the house can be read too.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"
PACKAGE = "guilder"
HALL = frozenset({"bootstrap", "core", "published", "shared", "testing", "web"})
"""The folders that are no contexts."""


@dataclass(frozen=True)
class Module:
    """One file of the house."""

    source: Path
    path: Path

    @cached_property
    def name(self) -> str:
        """`guilder.trading.domain.order`; a package goes by its own name."""
        parts = self.path.relative_to(self.source).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @cached_property
    def place(self) -> str:
        """Where it lies below the package: `trading/domain/order.py`."""
        return self.path.relative_to(self.source / PACKAGE).as_posix()

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.path.read_text(encoding="utf-8"), filename=str(self.path))

    @property
    def is_shared(self) -> bool:
        return self.name.startswith(f"{PACKAGE}.shared")

    @property
    def is_published(self) -> bool:
        return self.name.startswith(f"{PACKAGE}.published")

    @property
    def is_domain(self) -> bool:
        return self.layer == "domain"

    @property
    def layer(self) -> str | None:
        """`domain`, `application`, `infrastructure` or `presentation`; None outside the contexts' layers."""
        parts = self.name.split(".")
        return parts[2] if len(parts) > 2 and parts[1] not in HALL else None

    @property
    def room(self) -> str:
        """The folder below the package: `trading`, `core`; empty for the package itself."""
        return [*self.name.split("."), ""][1]

    def at(self, node: ast.AST, complaint: str) -> str:
        """A complaint that an editor can jump to."""
        return f"{self.place}:{getattr(node, 'lineno', 0)}: {complaint}"

    def imports(self) -> Iterator[tuple[str, ast.stmt]]:
        """Every module that is imported here, wherever in the file, absolute and in full."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield alias.name, node
            elif isinstance(node, ast.ImportFrom):
                yield self._origin(node), node

    def uses(self) -> Iterator[tuple[str, ast.expr]]:
        """Every name that comes from an import, in full (`datetime.datetime.now`), by whatever name."""
        known = self._imported_names()
        inner = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Name | ast.Attribute) and node not in inner:
                parts: list[str] = []
                part: ast.expr = node
                while isinstance(part, ast.Attribute):
                    parts.insert(0, part.attr)
                    part = part.value
                    inner.add(part)
                if isinstance(part, ast.Name) and part.id in known:
                    yield ".".join([known[part.id], *parts]), node

    def _imported_names(self) -> dict[str, str]:
        names: dict[str, str] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    if alias.asname:
                        names[alias.asname] = alias.name
                    else:
                        top = alias.name.split(".")[0]
                        names[top] = top
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    names[alias.asname or alias.name] = f"{self._origin(node)}.{alias.name}"
        return names

    def _origin(self, node: ast.ImportFrom) -> str:
        if node.level == 0:
            return node.module or ""
        package = self.name.split(".")
        drop = node.level - (self.path.name == "__init__.py")
        return ".".join([*package[: len(package) - drop], *filter(None, [node.module])])


def modules(source: Path = SOURCE) -> list[Module]:
    """All files of the house, in a fixed order."""
    return [Module(source, path) for path in sorted((source / PACKAGE).rglob("*.py"))]


def contexts(source: Path = SOURCE) -> set[str]:
    """The rooms that exist."""
    return {
        folder.name
        for folder in (source / PACKAGE).iterdir()
        if folder.is_dir() and any(folder.rglob("*.py")) and folder.name not in HALL
    }


def import_contracts(project: Path = ROOT) -> dict[str, dict[str, Any]]:
    """The contracts of `pyproject.toml` by their ids."""
    settings = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    return {contract["id"]: contract for contract in settings["tool"]["importlinter"]["contracts"]}
