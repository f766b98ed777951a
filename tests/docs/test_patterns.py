"""The page on patterns names code and tests that exist, and says when to leave a pattern alone."""

from __future__ import annotations

import re

import pytest

from tests.architecture.test_guide_map import exists
from tests.docs.markdown import DOCS

FEWEST = 12
STILL_TO_COME = "Still to come"

_TEXT = (DOCS / "patterns.md").read_text(encoding="utf-8")
PATTERNS = {
    section.partition("\n")[0]: section
    for section in re.split(r"^## ", _TEXT, flags=re.MULTILINE)[1:]
    if not section.startswith(STILL_TO_COME)
}


def item(pattern: str, word: str) -> str:
    """What the section says after `- Code:`, `- Test:` or `- Not for:`."""
    found = re.search(rf"^- {word}:\s+(.+?)(?=^- |^\n|\Z)", PATTERNS[pattern], re.MULTILINE | re.DOTALL)
    assert found, f"{pattern} has no {word}"
    return found[1]


def places(text: str) -> list[str]:
    """What stands in backquotes and looks like a file, perhaps with a name in it."""
    return re.findall(r"`([\w/-]+\.py(?:::[\w.]+)?)`", text)


def test_there_are_at_least_twelve_patterns() -> None:
    assert len(PATTERNS) >= FEWEST


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_lives_in_code_that_exists(pattern: str) -> None:
    code = places(item(pattern, "Code"))

    assert code
    assert [place for place in code if not exists(place)] == []


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_has_a_test_that_exists(pattern: str) -> None:
    tests = places(item(pattern, "Test"))

    assert tests
    assert [test for test in tests if "::test_" not in test or not exists(test)] == []


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_says_when_not_to_use_it(pattern: str) -> None:
    assert item(pattern, "Not for").strip()


def test_what_is_still_to_come_is_said() -> None:
    assert f"## {STILL_TO_COME}" in _TEXT
