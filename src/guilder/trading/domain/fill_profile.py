"""How the simulated venue fills orders: a profile is data, and a third one is one more line."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from guilder.published.trading import UnknownFillProfileError
from guilder.shared.quantity import Quantity


@dataclass(frozen=True, slots=True)
class FillProfile:
    """`volume_share_rate`: which part of a session's volume one order may have; None for no cap."""

    name: str
    volume_share_rate: Decimal | None

    def room(self, volume: int, filled_in_session: Quantity) -> Quantity | None:
        """How many shares an order may still get in a session of `volume` shares; None for as many as it wants.

        The cap is a whole number of shares, rounded down.
        """
        if self.volume_share_rate is None:
            return None
        cap = Quantity(Decimal(int(volume * self.volume_share_rate)))
        return max(cap - filled_in_session, Quantity.zero())


IDEAL: Final = FillProfile("ideal", volume_share_rate=None)
REALISTIC: Final = FillProfile("realistic", volume_share_rate=Decimal("0.10"))
THIN: Final = FillProfile("thin", volume_share_rate=Decimal("0.00001"))
"""A market so thin that small accounts, too, are filled in parts: for lessons and demonstrations."""

FILL_PROFILES: Final = {profile.name: profile for profile in (IDEAL, REALISTIC, THIN)}


def fill_profile(name: str) -> FillProfile:
    """The profile of that name. Raises `UnknownFillProfileError`."""
    try:
        return FILL_PROFILES[name]
    except KeyError:
        known = ", ".join(FILL_PROFILES)
        raise UnknownFillProfileError(f"{name[:40]!r} is no fill profile; there are: {known}") from None
