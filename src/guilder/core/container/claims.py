"""Makes sure that a thing is built once, however many threads and tasks ask for it at once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Lock
from types import FrameType
from typing import Any

from guilder.core.container.errors import ContainerError

# Whoever builds a thing enters its claim, in a local variable called `claim`; the others add how to wake them.
Claim = list[Callable[[], object]]


class Waits:
    """Who waits for whom, so that a circle at run time is an error and not a hang."""

    def __init__(self) -> None:
        self._waited_for: dict[int, Claim] = {}  # by the id of a claim that waits

    def thread(self, claims: dict[Any, Claim], thing: Any) -> None:
        """Block until whoever builds the thing is done with it, well or not."""
        claim, gate = claims.get(thing), Lock()
        if claim is None:
            return
        held = self._wait(claim, thing)
        gate.acquire()
        claim.append(gate.release)
        try:
            if claims.get(thing) is claim:
                gate.acquire()
        finally:
            self._stop(held)

    async def task(self, claims: dict[Any, Claim], thing: Any) -> None:
        """Await that whoever builds the thing is done with it, well or not."""
        import asyncio

        claim, loop, done = claims.get(thing), asyncio.get_running_loop(), asyncio.Event()
        if claim is None:
            return
        held = self._wait(claim, thing)

        def wake() -> None:
            with suppress(RuntimeError):  # its loop was closed meanwhile: nobody waits there any more
                loop.call_soon_threadsafe(done.set)

        claim.append(wake)
        try:
            if claims.get(thing) is claim:
                await done.wait()
        finally:
            self._stop(held)

    def _wait(self, claim: Claim, thing: Any) -> list[int]:
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
