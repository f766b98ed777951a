"""What a user sees of himself."""

from __future__ import annotations

from dataclasses import dataclass

from guilder.shared.currency import Currency
from guilder.shared.ids import UserId
from guilder.user.domain.profile import Profile
from guilder.user.domain.user import User


@dataclass(frozen=True, slots=True)
class UserProfile:
    """A user and his taste, on one page."""

    user_id: UserId
    email: str
    name: str
    is_active: bool
    locale: str
    timezone: str
    base_currency: Currency

    @classmethod
    def from_user(cls, user: User, profile: Profile) -> UserProfile:
        """The page of this user."""
        return cls(
            user.id,
            str(user.email),
            user.name,
            user.is_active,
            profile.locale,
            profile.timezone,
            profile.base_currency,
        )
