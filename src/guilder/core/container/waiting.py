"""Sees to it that a thing is built once, however many threads and tasks ask for it at once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Lock
from types import FrameType
from typing import Any

from guilder.core.container.keys import ContainerError

GENERATED = "<wiring of "  # how the file names of generated functions begin

# What one scope keeps, by places. Each scoped thing has a place behind these three, `missing` until it is built;
# what keeps singletons has the first of them only.
Kept = list[Any]
EXITS = 0  # the generators to resume at the end
TURN = 1  # a list with one token, taken by whoever builds: `True` while nothing was built yet, `False` later
SCOPE = 2  # the scope itself

missing: Any = object()

# Whoever awaits a thing enters its claim, in a local variable called `claim`; the others add how to wake them.
Claim = list[Callable[[], object]]


class Turns:
    """Lets one thread at a time build in a scope; without a second thread nobody ever comes here."""

    def __init__(self) -> None:
        self.waiting: dict[int, list[Any]] = {}  # by the id of a `kept`: the gates of those who wait
        self._guard = Lock()

    def build(self, kept: Kept, keep: Callable[[Kept], Any]) -> Any:
        """What `keep` builds or finds in the scope, in a turn of its own or in the one under way."""
        try:
            kept[TURN].pop()
        except IndexError:
            if self.wait(kept):
                return keep(kept)
        fresh = False  # not for what `keep` does, but for whoever looks whether somebody builds
        try:
            return keep(kept)
        finally:
            kept[TURN].append(fresh)
            if self.waiting:
                self.wake(kept)

    def wait(self, kept: Kept) -> bool:
        """Take the turn once it is free. True: the caller is part of the turn under way, and shall just build.

        Raises:
            ContainerError: a recipe asks its scope for something without having asked for the `Scope`.
        """
        if _is_building(kept):
            return True
        while True:
            gate = Lock()
            gate.acquire()
            with self._guard:
                self.waiting.setdefault(id(kept), []).append(gate)
            try:
                kept[TURN].pop()
            except IndexError:
                gate.acquire()
            else:
                return False

    def wake(self, kept: Kept) -> None:
        """Let those who wait for this scope try again."""
        with self._guard:
            gates = self.waiting.pop(id(kept), [])
        for gate in gates:
            gate.release()


class Waits:
    """Who waits for whom, so that a circle at run time is an error and not a hang."""

    def __init__(self) -> None:
        self._waited_for: dict[int, Claim] = {}  # by the id of a claim that waits

    def thread(self, claims: dict[Any, Claim], key: Any, thing: object) -> None:
        """Block until whoever entered the claim of this key is done with the thing, well or not."""
        claim, gate = claims.get(key), Lock()
        if claim is None:
            return
        held = self._wait(claim, thing)
        gate.acquire()
        claim.append(gate.release)
        try:
            if claims.get(key) is claim:
                gate.acquire()
        finally:
            self._stop(held)

    async def task(self, claims: dict[Any, Claim], key: Any, thing: object) -> None:
        """Await that whoever entered the claim of this key is done with the thing, well or not."""
        import asyncio

        claim, loop, done = claims.get(key), asyncio.get_running_loop(), asyncio.Event()
        if claim is None:
            return
        held = self._wait(claim, thing)

        def wake() -> None:
            with suppress(RuntimeError):  # its loop was closed meanwhile: nobody waits there any more
                loop.call_soon_threadsafe(done.set)

        claim.append(wake)
        try:
            if claims.get(key) is claim:
                await done.wait()
        finally:
            self._stop(held)

    def _wait(self, claim: Claim, thing: object) -> list[int]:
        """Note that all that is being built further up in this call chain waits for the claim."""
        held = [id(it) for it in _claims_of(sys._getframe(2))]
        waited_for: Claim | None = claim
        while waited_for is not None:
            if id(waited_for) in held:
                raise ContainerError(f"{thing}: is asked for by what it is being built from, in a circle")
            waited_for = self._waited_for.get(id(waited_for))
        self._waited_for |= dict.fromkeys(held, claim)
        return held

    def _stop(self, held: list[int]) -> None:
        for it in held:
            self._waited_for.pop(it, None)


def wake(claim: Claim) -> None:
    """Let those who wait look again."""
    for other in claim:
        other()


def _claims_of(frame: FrameType | None) -> Iterator[Claim]:
    """The claims that the callers of this frame have entered; what is awaited lies on the stack as well."""
    frame = frame.f_back if frame else None  # the innermost one is about to wait for somebody else's
    while frame is not None:
        if "claim" in frame.f_code.co_varnames:
            yield frame.f_locals["claim"]
        frame = frame.f_back


def _is_building(kept: Kept) -> bool:
    """Whether this very call chain comes from a function that builds in the scope: it holds the turn."""
    frame: FrameType | None = sys._getframe(3)
    while frame is not None:
        is_ours = frame.f_code is Turns.build.__code__ or frame.f_code.co_filename.startswith(GENERATED)
        if is_ours and frame.f_locals.get("kept") is kept:
            if frame.f_locals.get("fresh"):
                raise ContainerError(
                    f"{frame.f_code.co_name}: something in it asks its scope for more while it is built; "
                    "take that as a parameter, or take the Scope"
                )
            if "fresh" in frame.f_locals:
                return True
        frame = frame.f_back
    return False
