"""What the documentation shows works: its samples run, and its links lead somewhere."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from textwrap import dedent
from types import ModuleType

import pytest

from tests.docs.markdown import ROOT, Block, anchors_of, blocks_of, links_of, name_of, pages

NO_RUN = "python no-run"
README = ROOT / "README.md"

SAMPLES = [page for page in pages() if any(block.info == "python" for block in blocks_of(page))]
FRAGMENTS = [block for page in pages() for block in blocks_of(page) if block.info == NO_RUN]
LINKING = [*([README] if README.exists() else []), *pages()]


@pytest.fixture
def page_module() -> Iterator[ModuleType]:
    """A module for the samples of one page: a later one may use the names of an earlier one."""
    module = ModuleType("a_page_of_the_docs")
    sys.modules[module.__name__] = module
    yield module
    del sys.modules[module.__name__]


@pytest.mark.parametrize("page", SAMPLES, ids=name_of)
def test_every_sample_of_a_page_runs_and_prints_what_the_page_says(
    page: Path, page_module: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    printed: str | None = None
    for block in blocks_of(page):
        match block.info:
            case "python":
                printed = run(block, page_module)
            case "text" if printed:
                assert printed == block.code
                printed = None
            case _:
                printed = None


def run(block: Block, module: ModuleType) -> str:
    """What a sample prints."""
    code = compile(block.code, f"{name_of(block.page)}:{block.line}", "exec", dont_inherit=True)
    with redirect_stdout(StringIO()) as printed:
        exec(code, vars(module))  # noqa: S102 - our own pages
    return printed.getvalue()


def test_there_are_samples() -> None:
    assert SAMPLES


def test_a_sample_that_is_not_run_is_a_piece_of_the_source() -> None:
    sources = [_plain(file.read_text(encoding="utf-8")) for file in (ROOT / "src").rglob("*.py")]

    assert [block for block in FRAGMENTS if not any(_plain(block.code) in source for source in sources)] == []


def test_python_blocks_are_run_or_say_that_they_are_not() -> None:
    infos = {block.info for page in pages() for block in blocks_of(page) if block.info.startswith("py")}

    assert infos <= {"python", NO_RUN}


@pytest.mark.parametrize("page", LINKING, ids=name_of)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    assert [link for link in links_of(page) if not _leads_somewhere(page, link)] == []


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_every_page_can_be_reached_from_the_first(page: Path) -> None:
    first = ROOT / "docs" / "index.md"
    seen, waiting = {first}, [first]
    while waiting:
        here = waiting.pop()
        there = {_target(here, link) for link in links_of(here) if _is_ours(link)}
        new = {one for one in there if one.suffix == ".md" and one.exists() and ROOT / "docs" in one.parents} - seen
        seen |= new
        waiting += new

    assert page in seen


def _is_ours(link: str) -> bool:
    return not re.match(r"[a-z]+:", link)


def _target(page: Path, link: str) -> Path:
    path = link.partition("#")[0]
    return (page.parent / path).resolve() if path else page


def _leads_somewhere(page: Path, link: str) -> bool:
    if not _is_ours(link):
        return True
    target, anchor = _target(page, link), link.partition("#")[2]
    if ROOT not in (target, *target.parents) or not target.exists():
        return False
    return not anchor or target.suffix != ".md" or anchor in anchors_of(target)


def _plain(code: str) -> str:
    """Code without what its place decides: how far it stands to the right."""
    return "\n".join(line.strip() for line in dedent(code).strip().splitlines())
