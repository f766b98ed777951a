"""The audit logger that only remembers."""

from __future__ import annotations

from uuid import UUID

from guilder.shared.ids import UserId
from guilder.testing import LoggedAction, MockAuditLogger

ANNA = UserId(UUID(int=1))


async def test_logged_actions_can_be_read() -> None:
    audit = MockAuditLogger()
    details = {"order_id": "7"}

    await audit.log_action(ANNA, "order_placed", details)
    await audit.log_action(None, "market_moved", {})
    details["order_id"] = "8"

    assert audit.actions == ["order_placed", "market_moved"]
    assert audit.logged[0] == LoggedAction(ANNA, "order_placed", {"order_id": "7"})
