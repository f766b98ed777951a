"""The decisions are written down alike, and the table of dependencies is that of the project."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.docs.markdown import DOCS, ROOT, name_of

DECISIONS = sorted((DOCS / "adr").glob("*.md"))
PARTS = ["Context", "Decision", "Consequences", "Tried and measured"]
LONGEST = 80
"""Lines of one page."""


@pytest.mark.parametrize("page", DECISIONS, ids=name_of)
def test_a_decision_has_its_four_parts_on_one_page(page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == PARTS
    assert text.count("\n") <= LONGEST


@pytest.mark.parametrize(("number", "page"), list(enumerate(DECISIONS, start=1)), ids=str)
def test_decisions_are_numbered_without_a_gap(number: int, page: Path) -> None:
    title = page.read_text(encoding="utf-8").partition("\n")[0]

    assert page.name.startswith(f"{number:04}-")
    assert title.startswith(f"# {number}. ")
    assert f"{number}. [{title.partition('. ')[2]}](adr/{page.name})" in (DOCS / "index.md").read_text(encoding="utf-8")


def test_each_dependency_says_why_it_is_there() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    dependencies = [*project["dependencies"], *extras["benchmark"], *extras["benchmark-replay"]]
    wanted = {re.split(r"[<>=~! ]", dependency)[0] for dependency in dependencies}
    table = (DOCS / "adr" / "0010-what-we-depend-on.md").read_text(encoding="utf-8")

    assert set(re.findall(r"^\| `([^`]+)` \| \S", table, re.MULTILINE)) == wanted
