"""Where ids and random numbers come from, as services see it."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID


class IdSource(Protocol):
    """New ids. They grow: what was made later sorts later, byte by byte, within one process."""

    def new(self) -> UUID: ...


class SecretSource(Protocol):
    """New secrets: unguessable, safe in a URL."""

    def new(self) -> str:
        """At least 256 bits of randomness."""
