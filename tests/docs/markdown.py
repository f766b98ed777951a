"""Reads what the pages under docs/ hold: blocks of code, links and headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"

_FENCED = re.compile(
    r"^(?P<indent> *)```(?P<info>[^\n`]*)\n(?P<code>.*?)^(?P=indent)```[ ]*$", re.DOTALL | re.MULTILINE
)
_LINK = re.compile(r"(?<!!)\[(?:[^\]\[]|\[[^\]]*\])*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
_IN_BACKQUOTES = re.compile(r"`[^`\n]*`")


@dataclass(frozen=True)
class Block:
    """A fenced block: its page, the line of its first line of code, what stands after the backquotes, and its code."""

    page: Path
    line: int
    info: str
    code: str


def pages() -> list[Path]:
    """Every page under docs/, in a fixed order."""
    return sorted(DOCS.rglob("*.md"))


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks_of(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for found in _FENCED.finditer(text):
        yield Block(page, text.count("\n", 0, found.start("code")) + 1, found["info"].strip(), found["code"])


def links_of(page: Path) -> list[str]:
    """What the page's links lead to; code holds none."""
    prose = _IN_BACKQUOTES.sub("``", _FENCED.sub("", page.read_text(encoding="utf-8")))
    return _LINK.findall(prose)


def anchors_of(page: Path) -> set[str]:
    """The names under which headings can be reached: small letters, hyphens for blanks, nothing else."""
    headings = re.findall(r"^#+ +(.+?) *$", _FENCED.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
