"""As whom a command acts. Who works on the machine itself may act as any user, and every time it is audited."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Text, select, type_coerce

from guilder.bootstrap.data_directory import DataDirectory
from guilder.bootstrap.demo_account import DEMO_FILE
from guilder.bootstrap.house import House
from guilder.core.caller import Role
from guilder.core.database import Database
from guilder.published.user import Identity, UserNotFoundError
from guilder.shared.errors import InvalidError, RefusedError
from guilder.shared.ids import UserId
from guilder.user.application.session_service import SessionService
from guilder.user.application.user_service import UserService
from guilder.user.infrastructure.tables import users


class NobodyToActAsError(InvalidError):
    """It is not clear as whom to act; say so by `--as EMAIL`."""

    code = "nobody_to_act_as"


class NotActiveError(RefusedError):
    """The user is not active; activate the account by `guilder user activate EMAIL`."""

    code = "user_not_active"


class NobodyYetError(RefusedError):
    """Nobody has an active account here; make one by `guilder user create EMAIL --name NAME --active`."""

    code = "nobody_yet"


@dataclass(frozen=True, slots=True)
class Actor:
    """A user on whose behalf a command asks."""

    id: UserId
    email: str


@dataclass(frozen=True, slots=True)
class Wish:
    """As whom somebody wants to act: the user with this address, or else the one that goes without saying."""

    email: str | None = None
    needs_admin: bool = False
    """The one that goes without saying must be an admin."""
    is_personal: bool = True
    """Whether it matters who asks; prices are the same for everybody."""


async def actor_for(house: House, directory: DataDirectory, wish: Wish) -> Actor:
    """The user as whom to act: the one named, the only active one, or else the one of `demo.json`.

    Raises:
        NobodyToActAsError: nobody has that address, or nobody goes without saying.
        NobodyYetError: nobody has an active account.
        NotActiveError: the account with that address is not active.
    """
    if wish.email is not None:
        return await _named(house, wish.email)
    active = await _active(house, admins_only=wish.needs_admin)
    demo = _demo_email(directory)
    for actor in active:
        if len(active) == 1 or actor.email == demo or not wish.is_personal:
            return actor
    if active:
        raise NobodyToActAsError(f"{len(active)} users could do this; say as whom to act: --as EMAIL")
    if wish.needs_admin:
        raise NobodyYetError(
            "This takes an admin; make one: guilder user create EMAIL --name NAME --active --role admin"
        )
    raise NobodyYetError


async def sign_in_as(house: House, actor: Actor) -> str:
    """A session token of a few minutes for the actor."""
    async with house.system_scope() as scope:
        return (await (await scope.aget(SessionService)).sign_in_as(actor.id)).token


class Passer:
    """`Identification` where nobody has an account yet: lets in one who may look at what is nobody's."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def by_token(self, token: str) -> Identity | None:
        return Identity(UserId(UUID(int=0)), frozenset()) if token == self._token else None

    async def by_api_key(self, key_id: str, secret: str) -> Identity | None:
        return None


async def _named(house: House, email: str) -> Actor:
    async with house.system_scope() as scope:
        try:
            user = await (await scope.aget(UserService)).get_user_by_email(email)
        except UserNotFoundError:
            raise NobodyToActAsError(f"Nobody here has the address {email[:200]}") from None
    if not user.is_active:
        raise NotActiveError(f"{user.email} is not active; do `guilder user activate {user.email}` first")
    return Actor(user.id, str(user.email))


async def _active(house: House, *, admins_only: bool) -> Sequence[Actor]:
    query = select(users.c.id, users.c.email).where(users.c.activated_at.is_not(None))
    if admins_only:
        query = query.where(type_coerce(users.c.roles, Text).contains(f'"{Role.ADMIN}"'))
    rows = await house.container.get(Database).fetch_all(query.order_by(users.c.id))
    return [Actor(UserId(row.id), row.email) for row in rows]


def _demo_email(directory: DataDirectory) -> str | None:
    try:
        email: str = json.loads((directory.path / DEMO_FILE).read_text())["email"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return email
