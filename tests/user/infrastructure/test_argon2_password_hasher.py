"""How passwords are hashed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest
from argon2.profiles import CHEAPEST, RFC_9106_LOW_MEMORY

from guilder.user.application.ports import PasswordCheckBusyError
from guilder.user.domain.password import Password
from guilder.user.infrastructure.argon2_password_hasher import Argon2PasswordHasher

ROAD = Password("a long and lonely road")


@pytest.fixture
def hasher() -> Iterator[Argon2PasswordHasher]:
    hasher = Argon2PasswordHasher(CHEAPEST)
    yield hasher
    hasher.close()


class SlowHasher(Argon2PasswordHasher):
    """Hashes nothing until it is let go."""

    def __init__(self, *, threads: int, longest_queue: int) -> None:
        super().__init__(CHEAPEST, threads=threads, longest_queue=longest_queue)
        self.may_go = threading.Event()

    async def hash(self, password: Password) -> str:
        return await self._run(lambda: str(self.may_go.wait()))


async def test_a_password_is_hashed_with_argon2id_and_matches_its_hash(hasher: Argon2PasswordHasher) -> None:
    password_hash = await hasher.hash(ROAD)

    assert password_hash.startswith("$argon2id$v=19$")
    assert await hasher.verify(ROAD, password_hash)


async def test_another_password_does_not_match(hasher: Argon2PasswordHasher) -> None:
    assert not await hasher.verify(Password("another road"), await hasher.hash(ROAD))


async def test_the_same_password_is_hashed_differently_each_time(hasher: Argon2PasswordHasher) -> None:
    assert await hasher.hash(ROAD) != await hasher.hash(ROAD)


async def test_without_a_hash_nothing_matches(hasher: Argon2PasswordHasher) -> None:
    assert not await hasher.verify(ROAD, None)


async def test_without_a_hash_one_of_the_same_effort_is_checked(hasher: Argon2PasswordHasher) -> None:
    real = (await hasher.hash(ROAD)).split("$")
    impossible = hasher._nobodys_hash.split("$")

    assert impossible[:4] == real[:4]
    assert [len(part) for part in impossible] == [len(part) for part in real]
    assert not hasher.is_outdated(hasher._nobodys_hash)


async def test_a_hash_that_is_none_matches_nothing(hasher: Argon2PasswordHasher) -> None:
    assert not await hasher.verify(ROAD, "not a hash")


async def test_a_hash_of_less_effort_is_outdated(hasher: Argon2PasswordHasher) -> None:
    today = Argon2PasswordHasher()
    password_hash = await hasher.hash(ROAD)

    assert today.is_outdated(password_hash)
    assert not hasher.is_outdated(password_hash)
    today.close()


async def test_by_default_the_effort_is_that_of_rfc_9106_for_small_memories() -> None:
    hasher = Argon2PasswordHasher()

    password_hash = await hasher.hash(ROAD)

    assert password_hash.startswith(
        f"$argon2id$v=19$m={RFC_9106_LOW_MEMORY.memory_cost},t=3,p={RFC_9106_LOW_MEMORY.parallelism}$"
    )
    hasher.close()


async def test_only_so_many_wait_and_the_next_is_told_to_come_back() -> None:
    hasher = SlowHasher(threads=1, longest_queue=1)
    waiting = [asyncio.ensure_future(hasher.hash(ROAD)) for _ in range(2)]
    await asyncio.sleep(0)

    with pytest.raises(PasswordCheckBusyError):
        await hasher.hash(ROAD)

    hasher.may_go.set()
    await asyncio.gather(*waiting)
    assert await hasher.hash(ROAD)
    hasher.close()


async def test_whoever_stops_waiting_makes_room() -> None:
    hasher = SlowHasher(threads=1, longest_queue=1)
    first = asyncio.ensure_future(hasher.hash(ROAD))
    impatient = asyncio.ensure_future(hasher.hash(ROAD))
    await asyncio.sleep(0)
    impatient.cancel()
    with pytest.raises(asyncio.CancelledError):
        await impatient

    third = asyncio.ensure_future(hasher.hash(ROAD))
    await asyncio.sleep(0)

    assert not third.done()
    hasher.may_go.set()
    assert await first == await third == "True"
    hasher.close()
