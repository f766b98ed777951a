"""Pages and their cursors."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guilder.core.pages import InvalidCursorError, Mark, Page, PageRequest, read_cursor, write_cursor

marks = st.lists(
    st.text(st.characters(codec="utf-8"), max_size=20)
    | st.integers(min_value=-(2**63), max_value=2**63)
    | st.uuids()
    | st.datetimes(timezones=st.just(UTC)),
    max_size=4,
)


@given(marks)
def test_a_cursor_says_what_it_was_told_and_is_safe_in_a_url(told: list[Mark]) -> None:
    cursor = write_cursor("orders", *told)

    assert read_cursor(cursor, "orders", *map(type, told)) == tuple(told)
    assert re.fullmatch(r"[A-Za-z0-9_\-]+", cursor)


@given(st.data())
def test_an_altered_cursor_is_refused(data: st.DataObject) -> None:
    cursor = write_cursor("orders", 7, UUID(int=7))
    place = data.draw(st.integers(0, len(cursor) - 1))
    letter = data.draw(st.characters(codec="utf-8").filter(lambda letter: letter != cursor[place]))

    with pytest.raises(InvalidCursorError):
        read_cursor(cursor[:place] + letter + cursor[place + 1 :], "orders", int, UUID)


@given(st.text(st.characters(codec="utf-8")))
def test_whatever_somebody_makes_up_is_refused(text: str) -> None:
    with pytest.raises(InvalidCursorError):
        read_cursor(text, "orders", int)


@pytest.mark.parametrize("alter", [lambda c: c[:-1], lambda c: c + "A", lambda c: c + "=", lambda c: c * 200])
def test_a_cut_or_lengthened_cursor_is_refused(alter: object) -> None:
    assert callable(alter)
    with pytest.raises(InvalidCursorError):
        read_cursor(alter(write_cursor("orders", 7)), "orders", int)


def test_a_cursor_of_another_list_is_refused() -> None:
    with pytest.raises(InvalidCursorError):
        read_cursor(write_cursor("orders", 7), "transactions", int)


@pytest.mark.parametrize("kinds", [(str,), (UUID,), (int, int), ()])
def test_a_cursor_with_other_marks_is_refused(kinds: tuple[type[Mark], ...]) -> None:
    with pytest.raises(InvalidCursorError):
        read_cursor(write_cursor("orders", 7), "orders", *kinds)


def test_pages_lead_through_the_whole_list_and_end() -> None:
    everything = list(range(1, 8))
    seen: list[int] = []
    request = PageRequest(limit=3)
    while True:
        (last,) = request.after("numbers", int) or (0,)
        assert isinstance(last, int)
        found = [number for number in everything if number > last][: request.limit + 1]
        page = Page.cut(found, request.limit, "numbers", lambda number: (number,))
        seen.extend(page.items)
        if page.next is None:
            break
        request = PageRequest(3, page.next)

    assert seen == everything


def test_a_page_that_holds_all_that_is_left_has_no_next() -> None:
    assert Page.cut([1, 2, 3], 3, "numbers", lambda number: (number,)).next is None


def test_a_page_can_show_its_items_otherwise() -> None:
    page = Page.cut([1, 2, 3], 2, "numbers", lambda number: (number,))

    assert page.map(str) == Page(["1", "2"], page.next)


def test_a_cursor_keeps_an_instant_to_the_microsecond() -> None:
    at = datetime(2010, 1, 4, 14, 30, 0, 1, tzinfo=UTC)

    assert read_cursor(write_cursor("bars", at), "bars", datetime) == (at,)
