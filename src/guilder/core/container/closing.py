"""Ends what was yielded: each generator is resumed, the last one first, whatever the others did."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
from types import GeneratorType
from typing import Any

from guilder.core.container.keys import ContainerError

Exits = list[Any]  # generators of either kind
Error = BaseException | None

_ENDED = object()


def close(exits: Exits, error: Error) -> bool | None:
    """Resume the generators, with the error of their scope thrown in.

    A generator that does not raise it again has dealt with the error, as in `contextlib.contextmanager`.
    What a clean-up raises itself is kept until all have run, and not thrown into the others.

    Returns:
        What `__exit__` answers: None to let the scope's error pass, True if it was dealt with.

    Raises:
        BaseException: what a clean-up raised; several errors as a group.
    """
    left = error
    failures: list[BaseException] = []
    while exits:
        generator = exits.pop()
        try:
            if not isinstance(generator, GeneratorType):
                raise ContainerError(f"{generator} has to be awaited: end it by `async with` or `aclose`")
            ended = next(generator, _ENDED) if left is None else _thrown(generator, left)
            if ended is not _ENDED:
                raise _yielded_twice(generator)
        except BaseException as raised:
            if _is_new(raised, left):
                failures.append(raised)
        else:
            left = None
    if failures:
        raise _together(failures)
    return None if left is error else True


async def aclose(exits: Exits, error: Error) -> bool | None:
    """The same for generators of both kinds."""
    left = error
    failures: list[BaseException] = []
    while exits:
        generator = exits.pop()
        try:
            if type(generator) is GeneratorType:
                ended = next(generator, _ENDED) if left is None else _thrown(generator, left)
            elif left is None:
                ended = await anext(generator, _ENDED)
            else:
                ended = await _athrown(generator, left)
            if ended is not _ENDED:
                raise _yielded_twice(generator)
        except BaseException as raised:
            if _is_new(raised, left):
                failures.append(raised)
        else:
            left = None
    if failures:
        raise _together(failures)
    return None if left is error else True


def _thrown(generator: Generator[Any, Any, Any], error: BaseException) -> object:
    try:
        return generator.throw(error)
    except StopIteration as stop:
        if stop is error:
            raise
        return _ENDED


async def _athrown(generator: AsyncGenerator[Any, Any], error: BaseException) -> object:
    try:
        return await generator.athrow(error)
    except StopAsyncIteration as stop:
        if stop is error:
            raise
        return _ENDED


def _yielded_twice(generator: object) -> RuntimeError:
    return RuntimeError(f"{generator} yields a second time, where it should end")


def _is_new(raised: BaseException, error: Error) -> bool:
    """Whether it is anything but the scope's own error coming through, perhaps wrapped by the generator."""
    wrapped = isinstance(error, StopIteration | StopAsyncIteration) and raised.__cause__ is error
    return raised is not error and not wrapped


def _together(failures: list[BaseException]) -> BaseException:
    stops = [failure for failure in failures if not isinstance(failure, Exception)]
    if stops:  # a cancellation or an interrupt stays what it is
        return stops[0]
    return failures[0] if len(failures) == 1 else BaseExceptionGroup("several clean-ups failed", failures)
