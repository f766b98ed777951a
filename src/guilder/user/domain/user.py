"""A user of Guilder."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from guilder.published.user import UserActivated, UserRegistered
from guilder.shared.events import Aggregate
from guilder.shared.ids import UserId
from guilder.user.domain.email_address import EmailAddress
from guilder.user.domain.name import proper_name
from guilder.user.domain.resource import Resource


class UserRole(StrEnum):
    """What a user may do beyond looking after his own."""

    ADMIN = "admin"
    AUDITOR = "auditor"


class User(Aggregate):
    """Somebody with an account. Two are the same if their ids are; only its own methods change it.

    Raises:
        InvalidNameError: the name is blank, too long, or more than one line.
    """

    __slots__ = ("_activated_at", "_email", "_id", "_name", "_registered_at", "_roles")

    def __init__(
        self,
        user_id: UserId,
        email: EmailAddress,
        name: str,
        *,
        registered_at: datetime,
        activated_at: datetime | None = None,
        roles: Iterable[UserRole] = (),
        version: int = 0,
    ) -> None:
        super().__init__(version=version)
        self._id = user_id
        self._email = email
        self._name = proper_name(name)
        self._roles = frozenset(roles)
        self._registered_at = registered_at
        self._activated_at = activated_at

    @classmethod
    def register(
        cls, user_id: UserId, email: EmailAddress, name: str, *, at: datetime, roles: Iterable[UserRole] = ()
    ) -> User:
        """Somebody opens an account; until it is activated he cannot sign in."""
        user = cls(user_id, email, name, registered_at=at, roles=roles)
        user.record(UserRegistered(user_id=user_id, registered_at=at))
        return user

    @property
    def id(self) -> UserId:
        return self._id

    @property
    def email(self) -> EmailAddress:
        return self._email

    @property
    def name(self) -> str:
        return self._name

    @property
    def roles(self) -> frozenset[UserRole]:
        return self._roles

    @property
    def is_active(self) -> bool:
        return self._activated_at is not None

    @property
    def registered_at(self) -> datetime:
        return self._registered_at

    @property
    def activated_at(self) -> datetime | None:
        return self._activated_at

    def activate(self, at: datetime) -> None:
        """The address is proven, or an admin vouches for it. The first time counts."""
        if self._activated_at is None:
            self._activated_at = at
            self.record(UserActivated(user_id=self._id, activated_at=at))

    def can_access_resource(self, resource: Resource) -> bool:
        """Nothing, until he is active; then what is public, and his own."""
        return self.is_active and (resource.is_public or resource.owner == self._id)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, User) and other._id == self._id

    def __hash__(self) -> int:
        return hash(self._id)

    def __repr__(self) -> str:
        return f"User({self._id})"
