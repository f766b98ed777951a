"""Notes who did what, in the commit of what was done."""

from __future__ import annotations

from collections.abc import Mapping

from guilder.core.audit_chain import AuditNote
from guilder.core.caller import Caller
from guilder.core.unit import Unit
from guilder.shared.ids import UserId, id_text


class DatabaseAuditLogger:
    """`AuditLogger` by the open unit of work: the note is saved with the change, or neither is."""

    def __init__(self, unit: Unit, caller: Caller) -> None:
        self._unit = unit
        self._caller = caller

    async def log_action(self, user_id: UserId | None, action: str, details: Mapping[str, str]) -> None:
        """Note what the caller does.

        Raises:
            UnitMisusedError: there is no unit of work, so nothing that the note could be saved with.
        """
        subject = None if user_id is None else f"user:{id_text(user_id)}"
        told = {_storable(name): _storable(value) for name, value in details.items()}
        self._unit.note(AuditNote(self._actor(), action, subject, told))

    def _actor(self) -> str:
        if self._caller.user_id is not None:
            return f"user:{id_text(self._caller.user_id)}"
        return "system" if self._caller.is_system else "nobody"


def _storable(text: str) -> str:
    """Text that every database keeps: halves of surrogate pairs become question marks."""
    return text if text.isascii() else text.encode(errors="replace").decode()
