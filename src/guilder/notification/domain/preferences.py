"""What a user wants to be told, and by which way."""

from __future__ import annotations

from guilder.shared.events import Aggregate
from guilder.shared.ids import UserId


class NotificationPreferences(Aggregate):
    """One user's wishes. Who said nothing gets messages inside Guilder, and no mail about fills."""

    __slots__ = ("_id", "fill_mails")

    def __init__(self, user_id: UserId, *, fill_mails: bool = False, version: int = 0) -> None:
        super().__init__(version=version)
        self._id = user_id
        self.fill_mails = fill_mails

    @property
    def id(self) -> UserId:
        """The user whose wishes these are."""
        return self._id

    def choose_fill_mails(self, wanted: bool) -> None:
        """Whether each fill of an order is told by mail, too."""
        if wanted is not self.fill_mails:
            self.fill_mails = wanted
            self.record()
