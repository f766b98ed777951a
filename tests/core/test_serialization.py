"""Events survive the way to JSON text and back, exactly."""

from __future__ import annotations

import importlib
import json
import pkgutil
import types
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, NewType, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guilder import published
from guilder.core.serialization import (
    EventRegistry,
    UnknownEventError,
    UnreadableEventError,
    encode_event,
)
from guilder.shared.currency import EUR, USD, Currency
from guilder.shared.events import Event
from guilder.shared.money import Money, Price
from guilder.shared.quantity import Quantity
from guilder.shared.symbol import StockSymbol


class Mood(StrEnum):
    """A choice of words."""

    CALM = "calm"
    WILD = "wild"


@dataclass(frozen=True, slots=True, kw_only=True)
class EverythingHappened(Event):
    """An event with a field of every kind that events may have."""

    about: ClassVar[str] = "id"

    id: UUID
    text: str
    number: int
    flag: bool
    ratio: Decimal
    amount: Money
    price: Price
    shares: Quantity
    symbol: StockSymbol
    currency: Currency
    at: datetime
    on: date
    mood: Mood
    nothing: None
    maybe: Money | None
    lots: tuple[Quantity, ...]
    pair: tuple[str, int]
    ids: list[UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class RateChanged(Event):
    """An event with a field that no exact text exists for."""

    about: ClassVar[str] = "rate"

    rate: float


def published_events() -> Iterator[type[Event]]:
    for module in pkgutil.iter_modules(published.__path__, "guilder.published."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, type) and issubclass(value, Event) and value.__module__ == module.name:
                yield value


PUBLISHED = EventRegistry([*published_events(), EverythingHappened])

digits = st.decimals(min_value="-1e12", max_value="1e12", allow_nan=False, allow_infinity=False, places=4)
positive = st.decimals(min_value="0.000000001", max_value="1e12", places=9)
currencies = st.sampled_from([USD, EUR, Currency("JPY"), Currency("KWD")])
plain: dict[Any, st.SearchStrategy[Any]] = {
    types.NoneType: st.none(),
    str: st.text(st.characters(codec="utf-8")),
    int: st.integers(),
    bool: st.booleans(),
    UUID: st.uuids(),
    Decimal: st.decimals(allow_nan=False, allow_infinity=False, min_value="-1e40", max_value="1e40"),
    Money: st.builds(Money, digits, currencies),
    Price: st.builds(Price, positive, currencies),
    Quantity: st.builds(
        Quantity, st.decimals(min_value=0, max_value=10**9, places=9, allow_nan=False, allow_infinity=False)
    ),
    StockSymbol: st.sampled_from([StockSymbol("AAPL"), StockSymbol("BRK.B"), StockSymbol("0700.HK")]),
    Currency: currencies,
    datetime: st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-5))])),
    date: st.dates(),
}


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    if isinstance(hint, NewType):
        return values_of(hint.__supertype__)
    if get_origin(hint) in {Union, types.UnionType}:
        return st.one_of([values_of(choice) for choice in get_args(hint)])
    if get_origin(hint) is tuple:
        parts = get_args(hint)
        if len(parts) == 2 and parts[1] is Ellipsis:
            return st.lists(values_of(parts[0]), max_size=3).map(tuple)
        return st.tuples(*[values_of(part) for part in parts])
    if get_origin(hint) is list:
        return st.lists(values_of(get_args(hint)[0]), max_size=3)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return st.sampled_from(hint)
    return plain[hint]


def events_of(kind: type[Event]) -> st.SearchStrategy[Event]:
    hints = get_type_hints(kind)
    return st.builds(kind, **{field.name: values_of(hints[field.name]) for field in fields(kind)})


def sent_and_heard(event: Event) -> Event:
    return PUBLISHED.decode_event(type(event).__name__, event.version, encode_event(event))


@pytest.mark.parametrize("kind", PUBLISHED.kinds(), ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_every_published_event_survives_json_there_and_back(kind: type[Event], data: st.DataObject) -> None:
    event = data.draw(events_of(kind))

    heard = sent_and_heard(event)

    assert heard == event
    assert type(heard) is kind
    assert encode_event(heard) == encode_event(event)


def everything(**changes: Any) -> EverythingHappened:
    values: dict[str, Any] = {
        "id": UUID(int=7),
        "text": "Käse “und” Brot",
        "number": 2**70,
        "flag": True,
        "ratio": Decimal("0.1000"),
        "amount": Money(Decimal("1.00"), USD),
        "price": Price(Decimal("190.50"), USD),
        "shares": Quantity(Decimal("10.125")),
        "symbol": StockSymbol("BRK.B"),
        "currency": EUR,
        "at": datetime(2010, 1, 4, 9, 30, tzinfo=timezone(timedelta(hours=-5))),
        "on": date(2010, 1, 4),
        "mood": Mood.WILD,
        "nothing": None,
        "maybe": None,
        "lots": (Quantity(Decimal(1)), Quantity(Decimal(2))),
        "pair": ("a", 1),
        "ids": [UUID(int=8)],
    }
    return EverythingHappened(**{**values, **changes})


def test_an_event_is_told_in_plain_digits_and_utc_in_the_order_of_its_fields() -> None:
    told = json.loads(encode_event(everything()))

    assert list(told) == [field.name for field in fields(EverythingHappened)]
    assert told["amount"] == {"amount": "1.00", "currency": "USD"}
    assert told["price"] == {"amount": "190.50", "currency": "USD"}
    assert (told["ratio"], told["shares"], told["symbol"]) == ("0.1000", "10.125", "BRK.B")
    assert told["at"] == "2010-01-04T14:30:00.000000Z"
    assert told["maybe"] is None
    assert told["lots"] == ["1", "2"]


@pytest.mark.parametrize(
    "change",
    [
        {"at": datetime(2010, 1, 4)},  # noqa: DTZ001 - the naive instant is the point
        {"ratio": Decimal("NaN")},
        {"number": True},
        {"number": 1.5},
        {"mood": "calm"},
        {"on": datetime(2010, 1, 4, tzinfo=UTC)},
        {"pair": ("a",)},
        {"maybe": "1.00"},
    ],
)
def test_what_cannot_be_told_exactly_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(UnreadableEventError):
        encode_event(everything(**change))


@pytest.mark.parametrize(
    "change",
    [
        {"at": "2010-01-04T00:00:00"},
        {"at": 5},
        {"ratio": 0.5},
        {"ratio": "NaN"},
        {"ratio": "much"},
        {"number": "1"},
        {"number": True},
        {"flag": 1},
        {"text": 1},
        {"amount": "1.00"},
        {"amount": {"amount": "1.00", "currency": "XXX"}},
        {"mood": "sad"},
        {"symbol": ""},
        {"lots": "12"},
        {"id": 7},
    ],
)
def test_a_text_with_a_field_of_another_kind_is_refused(change: dict[str, Any]) -> None:
    told = {**json.loads(encode_event(everything())), **change}

    with pytest.raises(UnreadableEventError):
        PUBLISHED.decode_event("EverythingHappened", 1, json.dumps(told))


@pytest.mark.parametrize("payload", ["", "[]", "1", "null", "{}", '{"id": '])
def test_a_text_that_is_no_event_is_refused(payload: str) -> None:
    with pytest.raises(UnreadableEventError):
        PUBLISHED.decode_event("EverythingHappened", 1, payload)


def test_fields_that_a_newer_house_added_are_passed_over() -> None:
    told = {**json.loads(encode_event(everything())), "colour": "red"}

    assert PUBLISHED.decode_event("EverythingHappened", 1, json.dumps(told)) == everything()


def test_an_event_that_is_told_to_several_is_read_once() -> None:
    payload = encode_event(everything())

    first, second = (PUBLISHED.decode_event("EverythingHappened", 1, payload) for _ in range(2))

    assert first is second


@pytest.mark.parametrize(("name", "version"), [("EverythingHappened", 2), ("NothingHappened", 1)])
def test_an_event_that_nobody_publishes_is_unknown(name: str, version: int) -> None:
    with pytest.raises(UnknownEventError):
        PUBLISHED.decode_event(name, version, "{}")


def test_an_event_with_a_binary_fraction_cannot_be_registered() -> None:
    with pytest.raises(UnreadableEventError, match=r"RateChanged\.rate"):
        EventRegistry([RateChanged])


def test_two_events_cannot_share_a_name_and_a_version() -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class EverythingHappened(Event):
        """Another one of that name."""

        about: ClassVar[str] = "id"

    with pytest.raises(UnreadableEventError, match="two events"):
        EventRegistry([*PUBLISHED.kinds(), EverythingHappened])
