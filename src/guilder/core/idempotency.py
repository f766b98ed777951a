"""Asking twice changes things once: requests with a key, and the answers that are kept for them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Final, Protocol

from guilder.shared.errors import ConflictError, InvalidError
from guilder.shared.ids import UserId

KEPT_FOR: Final = timedelta(hours=24)
"""How long an answer is kept at least."""

_KEY = re.compile(r"[!-~]{1,255}")


class InvalidIdempotencyKeyError(InvalidError):
    """An `Idempotency-Key` is 1 to 255 visible ASCII characters, without blanks."""

    code = "invalid_idempotency_key"


class IdempotencyKeyInUseError(ConflictError):
    """The first request with this `Idempotency-Key` is still under way; ask again in a moment."""

    code = "idempotency_key_in_use"


class IdempotencyKeyReusedError(InvalidError):
    """This `Idempotency-Key` was used for another request; take a new one."""

    code = "idempotency_key_reused"


@dataclass(frozen=True, slots=True)
class RequestKey:
    """What tells requests apart: a key belongs to a user, a method and a path.

    Raises:
        InvalidIdempotencyKeyError: the key is empty, too long, or holds other than visible ASCII characters.
    """

    user_id: UserId
    method: str
    path: str
    key: str

    def __post_init__(self) -> None:
        if not _KEY.fullmatch(self.key):
            raise InvalidIdempotencyKeyError


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered: to be repeated byte for byte."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer, and the fingerprint of the request that it answers."""

    fingerprint: bytes
    answer: Answer

    def to(self, fingerprint: bytes) -> Answer:
        """The answer to a request with this fingerprint.

        Raises:
            IdempotencyKeyReusedError: the key was used for a request that said something else.
        """
        if fingerprint != self.fingerprint:
            raise IdempotencyKeyReusedError
        return self.answer


def fingerprint_of(query: bytes, body: bytes) -> bytes:
    """What a request says, in 32 bytes."""
    return hashlib.sha256(len(query).to_bytes(4) + query + body).digest()


@dataclass(frozen=True, slots=True)
class Claim:
    """A request with a key, and what it says."""

    key: RequestKey
    fingerprint: bytes


_under_way: ContextVar[Claim | None] = ContextVar("request_under_way", default=None)


def request_under_way() -> Claim | None:
    """The request that is being handled, if it has a key."""
    return _under_way.get()


@contextmanager
def under_way(claim: Claim) -> Iterator[None]:
    """Around the handling of a request with a key."""
    token = _under_way.set(claim)
    try:
        yield
    finally:
        _under_way.reset(token)


class KeysInFlight:
    """The keys of requests that are under way in this process, until what they change is settled."""

    def __init__(self) -> None:
        self._keys: set[RequestKey] = set()

    def claim(self, key: RequestKey) -> None:
        """Raises `IdempotencyKeyInUseError` when somebody else has claimed it and not released it yet."""
        if key in self._keys:
            raise IdempotencyKeyInUseError
        self._keys.add(key)

    def holds(self, key: RequestKey) -> bool:
        """Whether the request with this key is under way."""
        return key in self._keys

    def release(self, key: RequestKey) -> None:
        """The request is over; a key that nobody holds may be released."""
        self._keys.discard(key)


class Answering(Protocol):
    """`async with answering:` around the use case; afterwards `settle`.

    Units of work that are left inside are not written before they are settled. An error inside abandons the last.
    """

    @property
    def has_unit(self) -> bool:
        """Whether something was changed that is not abandoned."""

    async def __aenter__(self) -> object: ...
    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def settle(self, key: RequestKey | None = None, kept: KeptAnswer | None = None) -> Awaitable[None]:
        """Hand over what was changed and the answer, if it is to be kept, for one commit; await it until it is durable.

        Both the call and what it returns raise:
            ConflictError: somebody else changed the same thing, or used the same key, first; nothing was written.
            UnavailableError: the database is away; nothing was written.
        """


class AnswerStore(Protocol):
    """The answers that are kept."""

    async def find(self, key: RequestKey) -> KeptAnswer | None:
        """The answer that was given under this key."""

    def answering(self) -> Answering:
        """A scope for one request."""

    async def sweep(self, before: datetime) -> int:
        """Forget the answers given before that instant; how many there were."""
