"""Reads JSON as people meant it: every number exactly, and nothing that would trip somebody further in."""

from __future__ import annotations

import json
import re
from collections import Counter
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NoReturn

DEEPEST: Final = 64
"""How many lists and objects may stand inside one another."""

MOST_FIELDS: Final = 100
"""How many fields an object may have. Those that nobody knows are refused by name, each of them."""

_LONGEST_NUMBER: Final = 1000
_LONGEST_NAME: Final = 80
# A text without its closing quote is matched, too: trying again at each later quote would take forever.
_TEXT_OR_BRACKET = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{}]', re.DOTALL)
_ODD_ESCAPE = re.compile(r"\\u(?:[dD][89a-fA-F]|0000)")


class UnreadableJsonError(ValueError):
    """What was sent is not JSON, or JSON that no honest client sends."""


def read_json(body: bytes) -> Any:
    """What a body says. Numbers with a point or an exponent become `Decimal`, exactly. Texts hold no NUL and no half of
    a surrogate pair, which no database would keep.

    Raises:
        UnreadableJsonError: it is not JSON in UTF-8, says NaN or Infinity, is nested too deep, has a number of a
            thousand digits, or an object that has too many fields or names one twice.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError as problem:
        raise UnreadableJsonError("it is not UTF-8") from problem
    _check_depth(text)
    try:
        value = _decoder.decode(text)
    except json.JSONDecodeError as problem:
        raise UnreadableJsonError(f"{problem.msg}: line {problem.lineno}, column {problem.colno}") from problem
    except RecursionError as problem:
        raise UnreadableJsonError("it is nested too deep") from problem
    if _ODD_ESCAPE.search(text):
        _check_texts(value)
    return value


def _check_depth(text: str) -> None:
    if text.count("[") + text.count("{") <= DEEPEST:
        return
    depth = 0
    for match in _TEXT_OR_BRACKET.finditer(text):
        mark = match[0]
        if mark in {"[", "{"}:
            depth += 1
            if depth > DEEPEST:
                raise UnreadableJsonError(f"it is nested deeper than {DEEPEST}")
        elif mark in {"]", "}"}:
            depth -= 1


def _check_texts(value: Any) -> None:
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
            raise UnreadableJsonError("a text holds NUL or half of a surrogate pair")
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_texts(key)
            _check_texts(item)
    elif isinstance(value, list):
        for item in value:
            _check_texts(item)


def _check_length(digits: str) -> None:
    if len(digits) > _LONGEST_NUMBER:
        raise UnreadableJsonError(f"a number of {len(digits)} characters is beyond any measure")


def _decimal(digits: str) -> Decimal:
    _check_length(digits)
    try:
        number = Decimal(digits)
    except InvalidOperation as problem:
        raise UnreadableJsonError("a number's exponent is beyond any measure") from problem
    # As a whole number it would be as long as its exponent says: hours of work for one line of text.
    if abs(number.adjusted()) > _LONGEST_NUMBER:
        raise UnreadableJsonError("a number's exponent is beyond any measure")
    return number


def _whole(digits: str) -> int:
    _check_length(digits)
    return int(digits)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Which of two values somebody meant cannot be told, and others on the way may read the other one."""
    if len(pairs) > MOST_FIELDS:
        raise UnreadableJsonError(f"an object has more than {MOST_FIELDS} fields")
    fields = dict(pairs)
    if len(fields) < len(pairs):
        [(twice, _)] = Counter(name for name, _ in pairs).most_common(1)
        raise UnreadableJsonError(f"an object names {json.dumps(twice[:_LONGEST_NAME])} twice")
    return fields


def _constant(name: str) -> NoReturn:
    raise UnreadableJsonError(f"{name} is not a JSON value")


_decoder: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_decimal, parse_int=_whole, parse_constant=_constant
)
