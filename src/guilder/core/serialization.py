"""Events as JSON text, and back, exactly: no amount, no instant and no id changes on the way.

The text of an event is an object with its fields in the order in which its class declares them, so the same
event is always the same text. Amounts are decimal digits in strings, instants RFC 3339 UTC in microseconds.
"""

from __future__ import annotations

import json
import types
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from json.encoder import encode_basestring as _quoted
from operator import attrgetter
from typing import Any, Final, NewType, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from guilder.shared.currency import Currency
from guilder.shared.errors import GuilderError
from guilder.shared.events import Event
from guilder.shared.ids import id_text
from guilder.shared.money import Money, Price
from guilder.shared.quantity import Quantity
from guilder.shared.symbol import StockSymbol


class UnknownEventError(GuilderError):
    """Nobody in this house publishes an event of that name and version."""

    code = "unknown_event"


class UnreadableEventError(GuilderError):
    """The text is not that of such an event, or a field has a value that cannot be told exactly."""

    code = "unreadable_event"


REMEMBERED: Final = 500
"""How many events are kept as they were written or read last: each is told to every subscriber, soon afterwards."""

_TEXTS_KEPT: Final = 4_096
"""How many instants are kept as text: the facts of one order name the same one again and again."""

Plain = Any
"""What JSON can say: text, whole numbers, yes and no, null, lists and objects of these."""


@dataclass(frozen=True, slots=True)
class Codec:
    """How the values of one type are written as JSON text, and read again from what JSON says."""

    write: Callable[[Any], str]
    read: Callable[[Plain], Any]


def encode_value(codec: Codec, value: Any) -> str:
    """The text of a value, exactly. Raises `UnreadableEventError`."""
    try:
        return codec.write(value)
    except (AttributeError, TypeError, ValueError) as problem:
        raise UnreadableEventError(f"{value!r} cannot be told: {problem}") from problem


def event_name(kind: type[Event]) -> str:
    """The name under which events of this class are told: `OrderFilled`."""
    return kind.__name__


def encode_event(event: Event) -> str:
    """The text of an event.

    Raises:
        UnreadableEventError: a field holds what cannot be told exactly (a naive instant, an infinite number).
    """
    return encode_value(_event_codec(type(event)).codec, event)


class EventRegistry:
    """All events that this house publishes, by name and version.

    Raises:
        UnreadableEventError: two classes share a name and a version, or a field's type has no exact text.
    """

    def __init__(self, kinds: Iterable[type[Event]]) -> None:
        self._kinds: dict[tuple[str, int], type[Event]] = {}
        for kind in kinds:
            key = (event_name(kind), kind.version)
            if self._kinds.setdefault(key, kind) is not kind:
                raise UnreadableEventError(f"{key[0]} version {key[1]} is the name of two events")
            _event_codec(kind)
        self._remembered: OrderedDict[tuple[str, int, str], Event] = OrderedDict()

    def kinds(self) -> Iterable[type[Event]]:
        """Every class of event that is known here."""
        return self._kinds.values()

    def decode_event(self, name: str, version: int, payload: str) -> Event:
        """The event that `payload` tells. Fields that this version does not know are passed over.

        Raises:
            UnknownEventError: nobody publishes such an event.
            UnreadableEventError: the text is not that of such an event.
        """
        known = self._remembered.get((name, version, payload))
        if known is None:
            known = self._decoded(name, version, payload)
            self._remember(known, payload)
        return known

    def encode_event(self, event: Event) -> str:
        """The text of an event that is about to be told: it need not be read again by each who hears of it.

        Raises:
            UnreadableEventError: as `encode_event`.
        """
        payload = encode_event(event)
        self._remember(event, payload)
        return payload

    def _remember(self, event: Event, payload: str) -> None:
        self._remembered[event_name(type(event)), event.version, payload] = event
        if len(self._remembered) > REMEMBERED:
            self._remembered.popitem(last=False)

    def _decoded(self, name: str, version: int, payload: str) -> Event:
        kind = self._kinds.get((name, version))
        if kind is None:
            raise UnknownEventError(f"{name} version {version} is not an event of this house")
        readers = _event_codec(kind).readers
        try:
            told = json.loads(payload)
            values = {name: read(told[name]) for name, read, needed in readers if needed or name in told}
            return kind(**values)
        except (ValueError, ArithmeticError, LookupError, TypeError, AttributeError, GuilderError) as problem:
            raise UnreadableEventError(f"{name} version {version}: {problem!r}") from problem


@dataclass(frozen=True, slots=True)
class _EventCodec:
    codec: Codec
    readers: tuple[tuple[str, Callable[[Plain], Any], bool], ...]


_event_codecs: dict[type[Event], _EventCodec] = {}


def _event_codec(kind: type[Event]) -> _EventCodec:
    codec = _event_codecs.get(kind)
    if codec is None:
        codec = _event_codecs[kind] = _compiled(kind)
    return codec


def _compiled(kind: type[Event]) -> _EventCodec:
    codecs = _field_codecs(kind)
    needed = {field.name: field.default is MISSING and field.default_factory is MISSING for field in fields(kind)}
    readers = [(name, codec.read, needed[name]) for name, codec in codecs]
    return _EventCodec(_record(kind, codecs), tuple(readers))


def _field_codecs(kind: type[Any]) -> list[tuple[str, Codec]]:
    """The codec of each field of a dataclass, in their order."""
    hints = get_type_hints(kind)
    codecs = []
    for field in fields(kind):
        try:
            codecs.append((field.name, codec_of(hints[field.name])))
        except TypeError as problem:
            raise UnreadableEventError(f"{kind.__name__}.{field.name}: {problem}") from problem
    return codecs


def codec_of(hint: Any) -> Codec:
    """The codec of a type, as a field names it.

    Raises:
        TypeError: values of this type have no exact text.
    """
    if isinstance(hint, NewType):
        return codec_of(hint.__supertype__)
    origin = get_origin(hint)
    if origin in {Union, types.UnionType}:
        return _optional(get_args(hint), hint)
    if origin is tuple:
        return _tuple(get_args(hint))
    if origin is list:
        return _sequence(codec_of(get_args(hint)[0]), list)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return Codec(lambda value: _quoted(value.value), hint)
    if isinstance(hint, type) and is_dataclass(hint) and hint not in _CODECS:
        return _record(hint, _field_codecs(hint))
    if hint not in _CODECS:
        raise TypeError(f"{hint!r} has no exact text")
    return _CODECS[hint]


def _optional(choices: tuple[Any, ...], hint: Any) -> Codec:
    kinds = [choice for choice in choices if choice is not types.NoneType]
    if len(kinds) != 1 or len(choices) != 2:
        raise TypeError(f"{hint!r} leaves open what a text would mean")
    write, read = codec_of(kinds[0]).write, codec_of(kinds[0]).read
    return Codec(
        lambda value: "null" if value is None else write(value),
        lambda told: None if told is None else read(told),
    )


def _tuple(parts: tuple[Any, ...]) -> Codec:
    if len(parts) == 2 and parts[1] is Ellipsis:
        return _sequence(codec_of(parts[0]), tuple)
    codecs = tuple(codec_of(part) for part in parts)
    return Codec(
        lambda value: _listed(codec.write(item) for codec, item in zip(codecs, value, strict=True)),
        lambda told: tuple(codec.read(item) for codec, item in zip(codecs, _kind(list, told), strict=True)),
    )


def _sequence(codec: Codec, kind: type[tuple[Any, ...]] | type[list[Any]]) -> Codec:
    write, read = codec.write, codec.read
    return Codec(
        lambda value: _listed(map(write, value)),
        lambda told: kind(read(item) for item in _kind(list, told)),
    )


def _listed(texts: Iterable[str]) -> str:
    return f"[{','.join(texts)}]"


def _record(kind: type[Any], codecs: Sequence[tuple[str, Codec]]) -> Codec:
    """An object with the fields of a dataclass, in their order."""
    if not codecs:
        return Codec(lambda _: "{}", lambda _: kind())
    # All of an object but its values is known beforehand, and each value's text is made by one call.
    frame = "{" + ",".join(f"{_quoted(name)}:%s" for name, _ in codecs) + "}"
    fields_of = attrgetter(*(name for name, _ in codecs), codecs[0][0])  # one more: always a tuple
    writes = tuple(codec.write for _, codec in codecs)

    def write(value: Any) -> str:
        return frame % tuple([write(field) for write, field in zip(writes, fields_of(value), strict=False)])

    return Codec(write, lambda told: kind(**{name: codec.read(told[name]) for name, codec in codecs}))


def _kind(kind: type[Any], value: Any) -> Any:
    """`value`, which is exactly of this kind: `True` is no number, and 1 is no text."""
    if type(value) is not kind:
        raise UnreadableEventError(f"{str(value)[:40]!r} is not of the kind {kind.__name__}")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise UnreadableEventError(f"{value!r} is not a text")
    return _quoted(str(value))


def _digits(number: Decimal) -> str:
    if not number.is_finite():
        raise UnreadableEventError(f"{number} is not a finite number")
    text = str(number)
    return f'"{number:f}"' if "E" in text else f'"{text}"'


def _number(told: Plain) -> Decimal:
    number = Decimal(_kind(str, told))
    if not number.is_finite():
        raise UnreadableEventError(f"{number} is not a finite number")
    return number


@lru_cache(_TEXTS_KEPT)
def _instant_text(instant: datetime) -> str:
    if instant.tzinfo is None:
        raise UnreadableEventError(f"{instant} has no time zone")
    in_utc = instant if instant.tzinfo is UTC else instant.astimezone(UTC)
    return f'"{in_utc.isoformat(timespec="microseconds").removesuffix("+00:00")}Z"'


def _instant(told: Plain) -> datetime:
    instant = datetime.fromisoformat(told)
    if instant.tzinfo is None:
        raise UnreadableEventError(f"{told} has no time zone")
    return instant.astimezone(UTC)


def _exactly(kind: type[Any], text: Callable[[Any], str]) -> Codec:
    return Codec(lambda value: text(_kind(kind, value)), lambda told: _kind(kind, told))


def _amount_in_currency(kind: type[Money] | type[Price]) -> Codec:
    return Codec(
        lambda value: f'{{"amount":{_digits(value.amount)},"currency":"{value.currency.code}"}}',
        lambda told: kind(_number(told["amount"]), Currency.of(told["currency"])),
    )


# No id, code or symbol holds a character that JSON would have escaped.
_CODECS: dict[Any, Codec] = {
    types.NoneType: _exactly(types.NoneType, lambda _: "null"),
    str: Codec(_text, lambda told: _kind(str, told)),
    int: _exactly(int, str),
    bool: _exactly(bool, lambda value: "true" if value else "false"),
    UUID: Codec(lambda value: f'"{id_text(value)}"', lambda told: UUID(_kind(str, told))),
    Decimal: Codec(_digits, _number),
    Money: _amount_in_currency(Money),
    Price: _amount_in_currency(Price),
    Quantity: Codec(lambda value: _digits(value.value), lambda told: Quantity(_number(told))),
    StockSymbol: Codec(lambda value: f'"{value.value}"', lambda told: StockSymbol(_kind(str, told))),
    Currency: Codec(lambda value: f'"{value.code}"', lambda told: Currency.of(_kind(str, told))),
    datetime: Codec(_instant_text, _instant),
    date: Codec(lambda day: f'"{_kind(date, day).isoformat()}"', lambda told: date.fromisoformat(_kind(str, told))),
}
