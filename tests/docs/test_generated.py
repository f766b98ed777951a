"""The pages that the code writes about itself say what the code says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from guilder.core.settings import Settings
from scripts.write_docs import PAGES, ROOT, field_docstrings, keeps, pages, protocols, sentence_of
from scripts.write_docs import Seen as SeenClass

WRITTEN = pages()


@pytest.mark.parametrize("name", WRITTEN)
def test_a_generated_page_is_up_to_date(name: str) -> None:
    assert (PAGES / name).read_text(encoding="utf-8") == WRITTEN[name], "run `make docs`"


@pytest.mark.parametrize("name", WRITTEN)
def test_a_generated_page_names_no_place_of_this_machine(name: str) -> None:
    assert str(ROOT) not in WRITTEN[name]


def ports() -> Iterator[type]:
    for room in ("published", "user", "financial", "trading", "market_data", "notification", "audit"):
        yield from protocols(room)


@pytest.mark.parametrize("port", list(ports()), ids=lambda port: port.__name__)
def test_every_port_stands_in_the_list_with_an_adapter(port: type) -> None:
    [row] = [line for line in WRITTEN["ports.md"].splitlines() if line.startswith(f"| [`{port.__name__}`]")]

    assert row.split(" | ")[2] != "none"


def test_every_setting_says_what_it_means() -> None:
    assert [field for field in Settings.model_fields if not field_docstrings(Settings).get(field)] == []


def test_a_class_that_names_a_port_without_its_methods_is_no_adapter() -> None:
    [port] = [port for port in protocols("trading") if port.__name__ == "Venue"]
    talker = SeenClass("Talker", ROOT / "src/guilder/talker.py", "`Venue` is what it talks about.", frozenset({"talk"}))

    assert not keeps(talker, port)


@pytest.mark.parametrize(
    ("docstring", "sentence"),
    [
        ("Sends mails. Subject and body are plain text.", "Sends mails."),
        ("`a.b` by hand: nothing else", "`a.b` by hand."),
        ("One\nline\n\nAnother paragraph.", "One line."),
        ("Version 1.2 of it.", "Version 1.2 of it."),
    ],
)
def test_the_first_sentence_of_a_docstring_ends_at_its_first_stop(docstring: str, sentence: str) -> None:
    assert sentence_of(docstring) == sentence
