"""Events are facts that others keep: they never change, they are versioned, and they survive JSON."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import Any, NewType, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import pytest

from guilder.core.serialization import EventRegistry, encode_event, event_name
from guilder.shared.currency import Currency
from guilder.shared.events import Event
from guilder.shared.money import Money, Price
from guilder.shared.quantity import Quantity
from guilder.shared.symbol import StockSymbol
from tests.architecture.loaded import classes

EVENTS = classes(Event)
IRREGULAR = {
    "Begun",
    "Bought",
    "Drawn",
    "Gone",
    "Held",
    "Lost",
    "Met",
    "Paid",
    "Sent",
    "Sold",
    "Split",
    "Withdrawn",
}
SECRETS = re.compile("password|secret|token|hash|api_key")

EXAMPLES: dict[Any, list[Any]] = {
    bool: [True, False],
    int: [0, -7, 2**63],
    str: ["", 'it said "é" \\ \n \u2028'],
    Decimal: [Decimal("0.000000001"), Decimal("-12345678901234567890.10")],
    UUID: [UUID(int=1), UUID(int=2**128 - 1)],
    datetime: [
        datetime(2010, 1, 4, 21, 0, 0, 1, tzinfo=UTC),
        datetime(1999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    ],
    date: [date(2012, 2, 29), date(2010, 1, 4)],
    timedelta: [timedelta(microseconds=1), timedelta(days=-1)],
    Currency: [Currency("USD"), Currency("BHD")],
    Money: [Money(Decimal("-0.01"), Currency("USD")), Money(Decimal("123456789012.50"), Currency("JPY"))],
    Price: [Price(Decimal("0.0001"), Currency("USD")), Price(Decimal(700), Currency("EUR"))],
    Quantity: [Quantity(Decimal("0.000000001")), Quantity(Decimal("1000000"))],
    StockSymbol: [StockSymbol("BRK.B"), StockSymbol("IBM")],
}


def every(hint: Any) -> list[Any]:
    """Some values of a type, the awkward ones first."""
    if isinstance(hint, NewType):
        return every(hint.__supertype__)
    if get_origin(hint) in {Union, UnionType}:
        return [None if part is NoneType else value for part in get_args(hint) for value in every(part)]
    if get_origin(hint) is tuple and get_args(hint)[-1] is Ellipsis:
        return [(), tuple(every(get_args(hint)[0]))]
    if hint is NoneType:
        return [None]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return list(hint)
    assert hint in EXAMPLES, f"An event has a field of the type {hint}, of which this test knows no example"
    return EXAMPLES[hint]


def instances(kind: type[Event]) -> Iterator[Event]:
    """As many events of a kind as its field with the most examples has."""
    hints = get_type_hints(kind)
    examples = {field.name: every(hints[field.name]) for field in dataclasses.fields(kind)}
    for turn in range(max(map(len, examples.values()))):
        yield kind(**{name: values[turn % len(values)] for name, values in examples.items()})


def test_there_are_events() -> None:
    assert EVENTS


@pytest.mark.parametrize("kind", EVENTS, ids=event_name)
def test_an_event_is_published(kind: type[Event]) -> None:
    assert kind.__module__.startswith("guilder.published.")


@pytest.mark.parametrize("kind", EVENTS, ids=event_name)
def test_an_event_never_changes(kind: type[Event]) -> None:
    assert dataclasses.is_dataclass(kind)
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert not hasattr(next(instances(kind)), "__dict__")


@pytest.mark.parametrize("kind", EVENTS, ids=event_name)
def test_an_event_is_named_in_the_past_tense(kind: type[Event]) -> None:
    last_word = re.findall("[A-Z][a-z]*", kind.__name__)[-1]

    assert last_word.endswith("ed") or last_word in IRREGULAR


@pytest.mark.parametrize("kind", EVENTS, ids=event_name)
def test_an_event_is_versioned(kind: type[Event]) -> None:
    assert type(kind.version) is int
    assert kind.version >= 1


@pytest.mark.parametrize("kind", EVENTS, ids=event_name)
def test_an_event_says_what_it_is_about(kind: type[Event]) -> None:
    assert kind.about in {field.name for field in dataclasses.fields(kind)}


@pytest.mark.parametrize("kind", EVENTS, ids=event_name)
def test_an_event_holds_no_secret(kind: type[Event]) -> None:
    assert [field.name for field in dataclasses.fields(kind) if SECRETS.search(field.name)] == []


@pytest.mark.parametrize("kind", EVENTS, ids=event_name)
def test_an_event_survives_json_there_and_back(kind: type[Event]) -> None:
    registry = EventRegistry(EVENTS)

    for event in instances(kind):
        assert registry.decode_event(event_name(kind), kind.version, encode_event(event)) == event
