"""A layer of the HTTP edge: bodies that are too large are not read."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from guilder.core.headers import header_of
from guilder.core.problems import BodyTooLargeError

_READ_AND_DROPPED = 16
"""How many times the limit is read and thrown away, so that the client is done sending and hears the answer."""


class BodyLimit:
    """Refuses bodies of more than `largest` bytes, whether their length was announced or not.

    Raises:
        BodyTooLargeError: to whoever reads the body.
    """

    def __init__(self, app: ASGIApp, largest: int) -> None:
        self._app = app
        self._largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = header_of(scope, b"content-length") or ""
        if announced.isdecimal() and (len(announced) > 18 or int(announced) > self._largest):
            await _drop(receive, self._largest * _READ_AND_DROPPED)
            raise self._refusal()
        read = 0

        async def receive_within_limit() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._largest:
                if message.get("more_body", False):
                    await _drop(receive, self._largest * _READ_AND_DROPPED)
                raise self._refusal()
            return message

        await self._app(scope, receive_within_limit, send)

    def _refusal(self) -> BodyTooLargeError:
        return BodyTooLargeError(f"The body is larger than {self._largest} bytes")


async def _drop(receive: Receive, most: int) -> None:
    dropped = 0
    while dropped <= most:
        message = await receive()
        dropped += len(message.get("body", b""))
        if not message.get("more_body", False):
            return
