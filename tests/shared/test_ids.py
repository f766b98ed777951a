"""Ids are UUIDs."""

from __future__ import annotations

from uuid import UUID

import pytest

from guilder.shared.ids import InvalidIdError, parse_id


def test_an_id_is_read_from_its_usual_text() -> None:
    text = "019b76da-a800-7000-8000-00000000abcd"

    assert parse_id(text) == UUID(text)
    assert parse_id(text.upper()) == UUID(text)


@pytest.mark.parametrize("text", ["", "1", "not-an-id", "019b76da-a800-7000-8000-00000000abcg", "0" * 33, "x" * 10_000])
def test_what_spells_no_uuid_is_refused(text: str) -> None:
    with pytest.raises(InvalidIdError) as refusal:
        parse_id(text)

    assert len(refusal.value.detail) < 100
