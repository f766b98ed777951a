"""Passwords hashed by argon2id, in threads of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from argon2 import Parameters, PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from guilder.user.application.ports import PasswordCheckBusyError
from guilder.user.domain.password import Password

T = TypeVar("T")

THREADS: Final = 2
LONGEST_QUEUE: Final = 200
"""So many wait at most half a minute; who comes later is told at once."""


class Argon2PasswordHasher:
    """`PasswordHasher` by argon2id (RFC 9106), a quarter of a second and 64 MiB each by default.

    So few at a time, and so few waiting, that a flood of sign-ins takes neither the memory nor the event loop.
    """

    def __init__(
        self,
        parameters: Parameters = RFC_9106_LOW_MEMORY,
        *,
        threads: int = THREADS,
        longest_queue: int = LONGEST_QUEUE,
    ) -> None:
        self._hasher = PasswordHasher.from_parameters(parameters)
        self._nobodys_hash = _impossible_hash(parameters)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="argon2")
        self._most = threads + longest_queue
        self._under_way = 0

    async def hash(self, password: Password) -> str:
        return await self._run(lambda: self._hasher.hash(password.encoded))

    async def verify(self, password: Password, password_hash: str | None) -> bool:
        against = password_hash or self._nobodys_hash

        def check() -> bool:
            try:
                return self._hasher.verify(against, password.encoded)
            except (VerificationError, InvalidHashError):
                return False

        return await self._run(check) and password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        return self._hasher.check_needs_rehash(password_hash)

    def close(self) -> None:
        """Take nothing more; what is under way is finished."""
        self._threads.shutdown(wait=False)

    async def _run(self, work: Callable[[], T]) -> T:
        if self._under_way >= self._most:
            raise PasswordCheckBusyError
        self._under_way += 1
        done = asyncio.get_running_loop().run_in_executor(self._threads, work)
        done.add_done_callback(self._one_less)
        return await done

    def _one_less(self, _done: asyncio.Future[T]) -> None:
        self._under_way -= 1


def _impossible_hash(parameters: Parameters) -> str:
    """A hash that no password has, of the same cost as a real one: all zeros."""
    salt, digest = ("A" * _base64_length(size) for size in (parameters.salt_len, parameters.hash_len))
    effort = f"m={parameters.memory_cost},t={parameters.time_cost},p={parameters.parallelism}"
    return f"$argon2id$v={parameters.version}${effort}${salt}${digest}"


def _base64_length(size: int) -> int:
    """Characters that so many bytes take in base 64 without padding."""
    return -(-size * 8 // 6)
