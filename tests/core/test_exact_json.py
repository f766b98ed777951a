"""JSON is read exactly, and nothing that is sent breaks the reader."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guilder.core.exact_json import DEEPEST, MOST_FIELDS, UnreadableJsonError, read_json


@given(st.decimals(allow_nan=False, allow_infinity=False, places=30, min_value=-100, max_value=100))
def test_every_decimal_of_a_number_arrives(number: Decimal) -> None:
    (read,) = read_json(f"[{number:f}]".encode())

    assert type(read) is Decimal
    assert read.as_tuple() == number.as_tuple()


def test_no_number_becomes_a_binary_fraction() -> None:
    assert read_json(b"[0.1, 1e400, 1.10, 7]") == [Decimal("0.1"), Decimal("1e400"), Decimal("1.10"), 7]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    )
)
def test_whatever_is_json_is_read_as_it_was_meant(value: object) -> None:
    try:
        read = read_json(json.dumps(value).encode())
    except UnreadableJsonError:
        assert any(f"\\u{odd}" in json.dumps(value) for odd in ("0000", "d8", "d9", "da", "db", "dc", "dd", "de", "df"))
    else:
        assert read == value


@given(st.binary())
def test_whatever_is_sent_is_read_or_refused(body: bytes) -> None:
    try:
        read_json(body)
    except UnreadableJsonError:
        assert body is not None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"a": }',
        b"{'a': 1}",
        b"nul",
        b"NaN",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b"[-Infinity]",
        b'"\xff"',
        b"\xff\xfe{\x00}\x00",
        b"\xef\xbb\xbf{}",
        b'{"a": 01}',
        b'["a\nb"]',
        b"[1] [2]",
        b'["\\ud800"]',
        b'{"\\udfff": 1}',
        b'["\\u0000"]',
        b'["\\ud800\\u0041"]',
    ],
)
def test_what_is_not_json_or_no_text_can_hold_is_refused(body: bytes) -> None:
    with pytest.raises(UnreadableJsonError):
        read_json(body)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000 + b"]" * 100_000,
        b"[" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'[{"a":' * 50_000,
        b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1),
    ],
)
def test_what_is_nested_too_deep_is_refused(body: bytes) -> None:
    with pytest.raises(UnreadableJsonError, match="nested"):
        read_json(body)


def test_many_lists_beside_each_other_are_not_deep() -> None:
    assert len(read_json(b"[" + b",".join([b"[]"] * 1000) + b"]")) == 1000


def test_brackets_inside_texts_are_no_nesting() -> None:
    assert read_json(b'["' + b"[" * 1000 + b'\\"' + b"{" * 1000 + b'"]') == ["[" * 1000 + '"' + "{" * 1000]


@pytest.mark.parametrize("digits", ["9" * 5000, "0." + "1" * 5000, "1e5000", "1e99999999999999999999", "1e-5000"])
def test_numbers_beyond_any_measure_are_refused_before_they_cost_anything(digits: str) -> None:
    with pytest.raises(UnreadableJsonError, match="measure"):
        read_json(f'{{"quantity": {digits}}}'.encode())


@pytest.mark.parametrize("body", [b'{"a": 1, "b": 2, "a": 1}', b'[{"b": {"a": 1, "\\u0061": 2}}]'])
def test_an_object_that_names_a_field_twice_is_refused_for_nobody_knows_which_is_meant(body: bytes) -> None:
    with pytest.raises(UnreadableJsonError, match='an object names "a" twice'):
        read_json(body)


def test_an_object_has_no_more_fields_than_could_be_named_one_by_one() -> None:
    fields = {f"field {number}": number for number in range(MOST_FIELDS)}

    assert read_json(json.dumps(fields).encode()) == fields
    with pytest.raises(UnreadableJsonError, match="more than 100 fields"):
        read_json(json.dumps({**fields, "one more": 1}).encode())


def test_a_pair_of_surrogates_is_one_character() -> None:
    assert read_json(b'"\\ud83d\\ude00 \\\\ud800"') == "\N{GRINNING FACE} \\ud800"


def test_hostile_texts_are_read_in_good_time() -> None:
    """Were each quote tried anew, this would take hours."""
    with pytest.raises(UnreadableJsonError):
        read_json(b"[]" * 100 + b'"' + b'\\"' * 500_000)
