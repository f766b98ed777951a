"""Who may look at whose account."""

from __future__ import annotations

from guilder.core.caller import Caller, Role
from guilder.published.user import UserNotFoundError
from guilder.shared.ids import UserId


def check_may_see(caller: Caller, user_id: UserId) -> None:
    """Oneself, or anybody for an admin; others do not exist.

    Raises:
        NotSignedInError: nobody is signed in.
        UserNotFoundError: it is somebody else.
    """
    if caller.is_system:
        return
    caller.require_user()
    if not caller.owns(user_id) and Role.ADMIN not in caller.roles:
        raise UserNotFoundError
