"""How a user likes things shown."""

from __future__ import annotations

import re
from typing import Final

from guilder.shared.currency import Currency
from guilder.shared.errors import InvalidError
from guilder.shared.events import Aggregate
from guilder.shared.ids import UserId

DEFAULT_LOCALE: Final = "en-US"
DEFAULT_TIMEZONE: Final = "UTC"
DEFAULT_CURRENCY: Final = Currency("USD")

_LOCALE: Final = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-(?:[A-Z]{2}|[0-9]{3}))?")


class InvalidLocaleError(InvalidError):
    """A locale is a language with an optional script and region: en, de-AT, zh-Hant-TW."""

    code = "invalid_locale"
    field = "locale"


class UnknownTimezoneError(InvalidError):
    """A time zone goes by its name in the IANA database: UTC, Europe/Amsterdam."""

    code = "unknown_timezone"
    field = "timezone"


class Profile(Aggregate):
    """One user's taste: language, time zone, and the currency his reports are in. Nothing here is a permission."""

    __slots__ = ("_base_currency", "_locale", "_timezone", "_user_id")

    def __init__(
        self,
        user_id: UserId,
        *,
        locale: str = DEFAULT_LOCALE,
        timezone: str = DEFAULT_TIMEZONE,
        base_currency: Currency = DEFAULT_CURRENCY,
        version: int = 0,
    ) -> None:
        super().__init__(version=version)
        self._user_id = user_id
        self._locale = locale
        self._timezone = timezone
        self._base_currency = base_currency

    @property
    def id(self) -> UserId:
        """Whose profile it is."""
        return self._user_id

    @property
    def locale(self) -> str:
        return self._locale

    @property
    def timezone(self) -> str:
        """A name of the IANA database."""
        return self._timezone

    @property
    def base_currency(self) -> Currency:
        return self._base_currency

    def change(
        self, *, locale: str | None = None, timezone: str | None = None, base_currency: Currency | None = None
    ) -> None:
        """Take over new choices; None leaves one as it is. That the time zone exists, the caller has made sure.

        Raises:
            InvalidLocaleError: the locale is not of the form above.
        """
        if locale is not None and not _LOCALE.fullmatch(locale):
            raise InvalidLocaleError
        before = (self._locale, self._timezone, self._base_currency)
        after = (locale or self._locale, timezone or self._timezone, base_currency or self._base_currency)
        if after != before:
            self._locale, self._timezone, self._base_currency = after
            self.record()
