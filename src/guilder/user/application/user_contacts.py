"""Tells other rooms how to reach users."""

from __future__ import annotations

from guilder.published.user import Contact, UserNotFoundError
from guilder.shared.ids import UserId
from guilder.user.application.ports import UserReader


class UserContacts:
    """`Contacts` of this room."""

    def __init__(self, reader: UserReader) -> None:
        self._reader = reader

    async def contact(self, user_id: UserId) -> Contact:
        user = await self._reader.get_user(user_id)
        if user is None:
            raise UserNotFoundError
        return Contact(user.id, str(user.email), user.name)
