"""Headers of a request, read where each request passes."""

from __future__ import annotations

from starlette.types import Scope


def header_of(scope: Scope, name: bytes) -> str | None:
    """The header of that name, which is in lower case, as ASGI hands names over; the first, if there are several."""
    for told, value in scope["headers"]:
        if told == name:
            text: str = value.decode("latin-1")
            return text
    return None
