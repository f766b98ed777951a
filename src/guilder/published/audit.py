"""What the audit room does for the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from guilder.shared.ids import UserId


class AuditLogger(Protocol):
    """Notes who did what to whom, in the same commit as the change itself."""

    async def log_action(self, user_id: UserId | None, action: str, details: Mapping[str, str]) -> None:
        """Note `action` (`user_created`, `order_placed`, …) upon `user_id`, whose affair it is; the caller acts.

        `details` hold ids and figures, never secrets, addresses or names.
        """
