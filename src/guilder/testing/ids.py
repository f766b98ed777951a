"""Ids and secrets that are the same in every run."""

from __future__ import annotations

from itertools import count
from typing import Final
from uuid import UUID

_VERSION: Final = 0x7 << 76
_VARIANT: Final = 0x2 << 62
_SECRET_LENGTH: Final = 43
"""Characters that 256 bits take in base 64."""


class SequentialIds:
    """`IdSource` that counts: 00000000-0001-7000-8000-000000000000, 00000000-0002-… Valid as version 7."""

    def __init__(self, first: int = 1) -> None:
        self._numbers = count(first)

    def new(self) -> UUID:
        return UUID(int=next(self._numbers) << 80 | _VERSION | _VARIANT)


class FixedSecrets:
    """`SecretSource` that gives the secrets it was handed, then `secret-1` and so on, 43 characters long."""

    def __init__(self, *secrets: str) -> None:
        self._given = iter(secrets)
        self._numbers = count(1)

    def new(self) -> str:
        return next(self._given, None) or f"secret-{next(self._numbers)}".ljust(_SECRET_LENGTH, "_")
