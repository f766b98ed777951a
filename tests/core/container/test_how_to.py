"""The page that tells how to inject a service stands on its own: its samples run, and print what it says."""

from __future__ import annotations

from contextlib import redirect_stdout
from io import StringIO
from typing import Any

import pytest

from tests.docs.markdown import DOCS, blocks_of

PAGE = DOCS / "how-to" / "inject-a-service.md"


def test_every_sample_runs_and_prints_what_the_page_says() -> None:
    names: dict[str, Any] = {"__name__": "inject_a_service"}
    printed, shown = "", 0
    for block in blocks_of(PAGE):
        if block.info == "text":
            assert printed == block.code
            shown += 1
            continue
        with redirect_stdout(StringIO()) as out:
            exec(compile(block.code, f"{PAGE.name}:{block.line}", "exec", dont_inherit=True), names)  # noqa: S102
        printed = out.getvalue()

    assert shown == 9


@pytest.mark.parametrize("section", ["Inject a service", "Replace it in a test", "A resource that must be closed"])
def test_the_page_answers_the_question(section: str) -> None:
    assert f"\n## {section}\n" in PAGE.read_text(encoding="utf-8")
