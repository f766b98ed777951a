"""The audit trail's chain: what it seals, and what it notices."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guilder.core.audit_chain import GENESIS, START, AuditNote, Head, content, link, note_hash, verify

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def a_note(number: int = 1, **details: str) -> AuditNote:
    return AuditNote(actor="user:7", action="order_placed", subject="user:7", details={"order": str(number), **details})


def a_chain(length: int) -> tuple[list[dict[str, Any]], Head]:
    """A chain of `length` notes, recorded two at a time."""
    rows: list[dict[str, Any]] = []
    head = START
    for first in range(1, length + 1, 2):
        notes = [a_note(number) for number in range(first, min(first + 2, length + 1))]
        more, head = link("core", head, notes, NOON + timedelta(seconds=first))
        rows += more
    return rows, head


def test_a_chain_that_nobody_touched_has_no_problem() -> None:
    rows, head = a_chain(7)

    assert [row["number"] for row in rows] == [1, 2, 3, 4, 5, 6, 7]
    assert head.number == 7
    assert verify("core", rows, head) is None


def test_a_chain_without_notes_is_whole() -> None:
    assert verify("core", [], START) is None


def test_the_first_note_follows_on_thirty_two_zero_bytes() -> None:
    rows, _ = a_chain(1)

    assert rows[0]["previous_hash"] == GENESIS == b"\0" * 32


def test_linking_nothing_leaves_the_head_where_it_is() -> None:
    _, head = a_chain(3)

    assert link("core", head, [], NOON) == ([], head)


def test_an_outsider_computes_the_same_hash_from_the_documented_form() -> None:
    rows, _ = link("core", START, [AuditNote("system", "paid", None, {"b": "Zoë", "a": '"\n'})], NOON)

    document = (
        '{"action":"paid","actor":"system","chain":"core","details":{"a":"\\"\\n","b":"Zoë"},"number":1,'
        f'"previous_hash":"{"0" * 64}","recorded_at":"2026-01-05T12:00:00.000000Z","subject":null}}'
    )
    assert rows[0]["hash"] == hashlib.sha256(document.encode()).digest()


def test_the_same_instant_in_another_time_zone_has_the_same_hash() -> None:
    elsewhere = NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))

    here = note_hash("core", 1, GENESIS, "system", "paid", None, {}, NOON)
    assert note_hash("core", 1, GENESIS, "system", "paid", None, {}, elsewhere) == here


@pytest.mark.parametrize(
    ("column", "forged"),
    [
        ("actor", "user:8"),
        ("action", "order_canceled"),
        ("subject", None),
        ("details", {"order": "9"}),
        ("details", "no document at all"),
        ("details", {"order": 3.5j}),
        ("recorded_at", NOON),
        ("recorded_at", None),
        ("previous_hash", GENESIS),
        ("previous_hash", None),
        ("hash", GENESIS),
        ("hash", None),
    ],
)
def test_an_edited_entry_is_noticed_whatever_was_edited(column: str, forged: object) -> None:
    rows, head = a_chain(5)
    rows[2][column] = forged

    assert "entry 3" in (verify("core", rows, head) or "")


def test_an_edited_entry_that_was_sealed_anew_breaks_the_link_to_the_next() -> None:
    rows, head = a_chain(5)
    rows[2]["actor"] = "user:8"
    rows[2]["hash"] = note_hash(**{name: value for name, value in rows[2].items() if name != "hash"})

    assert verify("core", rows, head) == "entry 4 does not follow on entry 3 as it stands"


def test_a_deleted_entry_is_missed() -> None:
    rows, head = a_chain(5)
    del rows[2]

    assert verify("core", rows, head) == "entry 3 is missing: entry 4 stands in its place"


def test_a_deleted_first_entry_is_missed() -> None:
    rows, head = a_chain(5)

    assert verify("core", rows[1:], head) == "entry 1 is missing: entry 2 stands in its place"


def test_entries_in_another_order_are_noticed() -> None:
    rows, head = a_chain(5)
    rows[1], rows[2] = rows[2], rows[1]

    assert verify("core", rows, head) is not None


def test_entries_that_swapped_their_contents_are_noticed() -> None:
    rows, head = a_chain(5)
    rows[1]["details"], rows[2]["details"] = rows[2]["details"], rows[1]["details"]

    assert "entry 2" in (verify("core", rows, head) or "")


def test_entries_cut_off_at_the_end_are_missed() -> None:
    rows, head = a_chain(5)

    problem = verify("core", rows[:-2], head)

    assert problem == "entries were cut off: the chain ends at 3, its head says 5"


def test_a_chain_that_was_emptied_is_noticed() -> None:
    _, head = a_chain(5)

    assert verify("core", [], head) is not None


def test_an_entry_that_stands_twice_is_noticed() -> None:
    rows, head = a_chain(5)

    assert "doubled" in (verify("core", [*rows[:3], rows[2], *rows[3:]], head) or "")


def test_entries_behind_the_head_are_noticed() -> None:
    rows, _ = a_chain(5)
    stored = Head(4, rows[3]["hash"])

    assert "after 4" in (verify("core", rows, stored) or "")


def test_a_head_that_names_another_entry_is_noticed() -> None:
    rows, head = a_chain(5)

    assert verify("core", rows, Head(head.number, GENESIS)) is not None


def test_an_entry_of_another_chain_cannot_stand_in() -> None:
    rows, head = a_chain(3)

    assert verify("rooms", rows, head) == "entry 1 belongs to chain core"


def test_the_content_of_an_entry_survives_json_there_and_back() -> None:
    entry = content("core", 1, GENESIS, "system", "paid", None, {"amount": "1.50"}, NOON)

    assert json.loads(json.dumps(entry)) == entry


Words = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@given(
    first=st.tuples(Words, Words, st.none() | Words, st.dictionaries(Words, Words, max_size=3)),
    second=st.tuples(Words, Words, st.none() | Words, st.dictionaries(Words, Words, max_size=3)),
)
def test_two_notes_have_one_hash_only_if_they_say_the_same(first: Any, second: Any) -> None:
    hashes = [link("core", START, [AuditNote(*said)], NOON)[1].hash for said in (first, second)]

    assert (hashes[0] == hashes[1]) == (first == second)


@given(st.integers(2, 12), st.data())
def test_no_single_change_of_a_chain_goes_unnoticed(length: int, data: st.DataObject) -> None:
    rows, head = a_chain(length)
    place = data.draw(st.integers(0, length - 1))
    other = data.draw(st.integers(0, length - 1).filter(lambda number: number != place))
    change = data.draw(st.sampled_from(["edit", "delete", "double", "swap"]))
    match change:
        case "edit":
            rows[place]["details"] = {"order": "forged"}
        case "delete":
            del rows[place]
        case "double":
            rows.insert(place, rows[place])
        case _:
            rows[place], rows[other] = rows[other], rows[place]

    assert verify("core", rows, head) is not None
