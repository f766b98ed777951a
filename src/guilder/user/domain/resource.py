"""Things that people own and may share: portfolios, reports, watch lists."""

from __future__ import annotations

from typing import Protocol

from guilder.shared.ids import UserId


class Resource(Protocol):
    """What access is decided by."""

    @property
    def owner(self) -> UserId: ...
    @property
    def is_public(self) -> bool: ...
