"""The simplest market there is: every order trades at the price, as much as it wants, and nothing is charged."""

from __future__ import annotations

from typing import Final

from guilder.trading.domain.fill_profile import FillProfile

PROFILE: Final = FillProfile("ideal", "At the price, any number of shares, without fees.")
