"""Who is asking. Every service that touches somebody's things is handed a `Caller` and checks it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from guilder.shared.errors import ForbiddenError, UnauthenticatedError
from guilder.shared.ids import UserId


class Role(StrEnum):
    """What somebody may do beyond looking after his own."""

    ADMIN = "admin"
    AUDITOR = "auditor"
    SYSTEM = "system"
    """Guilder itself: subscribers, the market's driver. Never given to a user."""


class NotSignedInError(UnauthenticatedError):
    """Sign in first: send `Authorization: Bearer <token>` or an API key."""

    code = "not_signed_in"


class NotAllowedError(ForbiddenError):
    """This needs a role that you do not have."""

    code = "not_allowed"


@dataclass(frozen=True, slots=True)
class Caller:
    """The one on whose behalf a use case runs; `user_id` is None for somebody unknown and for the system."""

    user_id: UserId | None = None
    roles: frozenset[Role] = frozenset()

    @property
    def is_system(self) -> bool:
        return Role.SYSTEM in self.roles

    def require_user(self) -> UserId:
        """Who it is. Raises `NotSignedInError` when nobody is signed in."""
        if self.user_id is None:
            raise NotSignedInError
        return self.user_id

    def require_role(self, *roles: Role) -> None:
        """Raises `NotSignedInError`, or `NotAllowedError` when none of the roles is held. The system holds all."""
        if self.is_system:
            return
        self.require_user()
        if not self.roles.intersection(roles):
            raise NotAllowedError(f"This needs the role {' or '.join(roles)}")

    def owns(self, owner: UserId) -> bool:
        """Whether what belongs to `owner` exists for this caller."""
        return self.is_system or self.user_id == owner


NOBODY = Caller()
SYSTEM = Caller(roles=frozenset({Role.SYSTEM}))
