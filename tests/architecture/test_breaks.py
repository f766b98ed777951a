"""Each rule of the house turns red when somebody breaks it: tried on a copy, break by break."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests.architecture import rules
from tests.architecture.house import PACKAGE, ROOT, SOURCE, Module, import_contracts

CONTRACT_BREAKS = {
    "house": {"shared/__init__.py": "import guilder.core"},
    "rooms": {"trading/domain/__init__.py": "import guilder.trading.application"},
    "contexts": {"trading/application/__init__.py": "import guilder.financial"},
    "pure-domain": {"trading/domain/__init__.py": "import sqlalchemy"},
    "plain-application": {"trading/application/__init__.py": "import fastapi"},
    "sql-in-infrastructure": {"trading/presentation/__init__.py": "import sqlalchemy"},
    "web-is-a-guest": {"web/__init__.py": "import guilder.user"},
    "acyclic": {
        "shared/hen.py": "import guilder.shared.egg",
        "shared/egg.py": "import guilder.shared.hen",
    },
}

Rule = Callable[[Iterable[Module]], list[str]]


def hidden_inputs(house: Iterable[Module]) -> list[str]:
    return rules.hidden_inputs(house, allowed={})


def broad_catches(house: Iterable[Module]) -> list[str]:
    return rules.broad_catches(house, allowed={})


DOMAIN, APPLICATION = "trading/domain/__init__.py", "trading/application/__init__.py"
SHARED, PUBLISHED = "shared/__init__.py", "published/__init__.py"

RULE_BREAKS: dict[str, tuple[Rule, str, str]] = {
    "a domain imports SQLAlchemy": (rules.impure_imports, DOMAIN, "import sqlalchemy"),
    "a domain imports another": (rules.impure_imports, DOMAIN, "from guilder.financial.domain import lot"),
    "a domain imports core": (rules.impure_imports, DOMAIN, "from guilder.core.clock import Clock"),
    "a domain imports late": (rules.impure_imports, DOMAIN, "def late() -> None:\n    import fastapi"),
    "shared imports published": (rules.impure_imports, SHARED, "import guilder.published.trading"),
    "published imports core": (rules.impure_imports, PUBLISHED, "from guilder.core import clock"),
    "a domain is asynchronous": (rules.machinery, DOMAIN, "async def wait() -> None: ..."),
    "a domain imports asyncio": (rules.machinery, DOMAIN, "import asyncio"),
    "a domain asks the machine": (rules.machinery, DOMAIN, "from os import environ"),
    "shared logs": (rules.machinery, SHARED, "import logging.handlers"),
    "shared asks the time": (rules.machinery, SHARED, "import time as clock"),
    "a domain holds a float": (rules.floats, DOMAIN, "FEE = 0.1"),
    "a domain takes a float": (rules.floats, DOMAIN, "def fee(amount: float) -> None: ..."),
    "a domain quotes a float": (rules.floats, DOMAIN, "def fee(amount: 'float | None') -> None: ..."),
    "shared makes a float": (rules.floats, SHARED, "def read(text: str):\n    return float(text)"),
    "published has a float": (rules.floats, PUBLISHED, "class Fee:\n    amount: 'float'"),
    "a service asks the wall clock": (
        hidden_inputs,
        APPLICATION,
        "from datetime import datetime as moment, UTC\nSTART = moment.now(UTC)",
    ),
    "a service makes an id": (hidden_inputs, APPLICATION, "import uuid\nID = uuid.uuid4()"),
    "a service leaves it to chance": (
        hidden_inputs,
        APPLICATION,
        "from random import choice as pick\npick('ab')",
    ),
    "a service imports SQL": (rules.database_talk, APPLICATION, "import sqlite3"),
    "a service writes SQL": (rules.database_talk, APPLICATION, "ALL = 'SELECT id FROM trading_orders'"),
    "a service swallows everything": (
        broad_catches,
        APPLICATION,
        "try:\n    pass\nexcept (KeyError, Exception):\n    pass",
    ),
    "a service hides an import": (
        rules.hidden_cycles,
        APPLICATION,
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import guilder.financial",
    ),
    "a file says nothing": (rules.shapeless_names, "trading/application/order_utils.py", "TEN = 10"),
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The source of the house, to be broken."""
    shutil.copytree(
        SOURCE / PACKAGE,
        tmp_path / "src" / PACKAGE,
        ignore=lambda _, names: [name for name in names if "." in name and not name.endswith(".py")],
    )
    return tmp_path / "src"


def put(source: Path, place: str, code: str) -> None:
    """Write code at the end of a file, a new one if need be."""
    path = source / PACKAGE / place
    path.parent.mkdir(exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n{code}\n")


def lint(source: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    """Hold a copy of the house against the import contracts."""
    chosen = [option for contract in contracts for option in ("--contract", contract)]
    return subprocess.run(
        [
            *(sys.executable, "-c", "import importlinter.cli; importlinter.cli.lint_imports_command()"),
            *("--config", str(ROOT / "pyproject.toml"), "--no-cache", "--no-logo", *chosen),
        ],
        env={**os.environ, "PYTHONPATH": str(source)},
        cwd=source,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_house_as_it_stands_keeps_every_contract(copy: Path) -> None:
    verdict = lint(copy)

    assert verdict.returncode == 0, verdict.stdout
    assert f"{len(import_contracts())} kept, 0 broken" in verdict.stdout


def test_every_contract_is_broken_once() -> None:
    assert CONTRACT_BREAKS.keys() == import_contracts().keys()


@pytest.mark.parametrize("contract", CONTRACT_BREAKS)
def test_a_broken_contract_turns_red(contract: str, copy: Path) -> None:
    for place, code in CONTRACT_BREAKS[contract].items():
        put(copy, place, code)

    verdict = lint(copy, contract)

    assert verdict.returncode == 1
    assert "0 kept, 1 broken" in verdict.stdout


@pytest.mark.parametrize("what", RULE_BREAKS)
def test_a_broken_rule_is_complained_of(what: str, tmp_path: Path) -> None:
    rule, place, code = RULE_BREAKS[what]
    whole = Module(SOURCE, SOURCE / PACKAGE / place)
    before = whole.path.read_text(encoding="utf-8") if whole.path.exists() else ""
    broken = Module(tmp_path, tmp_path / PACKAGE / place)
    broken.path.parent.mkdir(parents=True)

    broken.path.write_text(f"{before}\n{code}\n", encoding="utf-8")

    assert len(rule([broken])) == (len(rule([whole])) if before else 0) + 1
