"""Lists in pages: a cursor says where the last page ended.

A cursor is opaque, safe in a URL, and checked: one that was cut, altered or made for another list is refused.
It tells nothing that the caller did not just read, so it needs no secret.
"""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Generic, TypeVar
from uuid import UUID

from guilder.shared.errors import InvalidError

DEFAULT_LIMIT: Final = 100
LARGEST_LIMIT: Final = 500

_CHECK_BYTES: Final = 6
_LONGEST_CURSOR: Final = 1024
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

T = TypeVar("T")
U = TypeVar("U")

Mark = str | int | UUID | datetime
"""What the order of a list goes by: one or more of these for each item."""


class InvalidCursorError(InvalidError):
    """A cursor is what `next` of the page before says, unchanged, for the same list."""

    code = "invalid_cursor"
    field = "cursor"


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which part of a list somebody wants: at most `limit` items after `cursor` (None: from the start)."""

    limit: int = DEFAULT_LIMIT
    cursor: str | None = None

    def after(self, listing: str, *kinds: type[Mark]) -> tuple[Mark, ...] | None:
        """The marks of the last item already seen, of these kinds; None at the start.

        Raises:
            InvalidCursorError: the cursor was altered, or belongs to another list than `listing`.
        """
        return None if self.cursor is None else read_cursor(self.cursor, listing, *kinds)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some items of a list, in its order; `next` leads on, and is None at the end."""

    items: Sequence[T]
    next: str | None = None

    @classmethod
    def cut(cls, found: Sequence[T], limit: int, listing: str, marks: Callable[[T], tuple[Mark, ...]]) -> Page[T]:
        """A page of what was found when one more than `limit` was looked for."""
        items = found[:limit]
        is_last = len(found) <= limit
        return cls(items, None if is_last else write_cursor(listing, *marks(items[-1])))

    def map(self, show: Callable[[T], U]) -> Page[U]:
        """The same page with its items shown otherwise."""
        return Page([show(item) for item in self.items], self.next)


def write_cursor(listing: str, *marks: Mark) -> str:
    """The cursor that stands behind the item with these marks."""
    told = json.dumps([listing, *map(_tell, marks)], separators=(",", ":")).encode()
    return _packed(_check(told) + told)


def read_cursor(cursor: str, listing: str, *kinds: type[Mark]) -> tuple[Mark, ...]:
    """The marks that `write_cursor` was given, which are of these kinds.

    Raises:
        InvalidCursorError: the cursor was altered, or belongs to another list.
    """
    if len(cursor) > _LONGEST_CURSOR:
        raise InvalidCursorError
    try:
        packed = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        check, told = packed[:_CHECK_BYTES], packed[_CHECK_BYTES:]
        if check != _check(told) or _packed(packed) != cursor:
            raise InvalidCursorError
        found, *marks = json.loads(told)
        if found != listing:
            raise InvalidCursorError
        return tuple(_read(kind, mark) for kind, mark in zip(kinds, marks, strict=True))
    except (ValueError, TypeError, OverflowError) as problem:
        raise InvalidCursorError from problem


def _packed(told: bytes) -> str:
    return urlsafe_b64encode(told).decode().rstrip("=")


def _check(told: bytes) -> bytes:
    return hashlib.blake2s(told, digest_size=_CHECK_BYTES, person=b"cursor").digest()


def _tell(mark: Mark) -> str | int:
    if isinstance(mark, datetime):
        return (mark - _EPOCH) // _MICROSECOND
    return mark.hex if isinstance(mark, UUID) else mark


def _read(kind: type[Mark], told: object) -> Mark:
    if kind is datetime and type(told) is int:
        return _EPOCH + timedelta(microseconds=told)
    if kind is UUID and type(told) is str:
        return UUID(hex=told)
    if type(told) is not kind:
        raise InvalidCursorError
    return told
