"""What the house decides where a portfolio does not."""

from __future__ import annotations

from dataclasses import dataclass

from guilder.trading.domain.fill_profiles import fill_profile


@dataclass(frozen=True, slots=True)
class HouseRules:
    """`fill_profile` names the profile of portfolios that have none of their own.

    Raises:
        UnknownFillProfileError: there is no such profile.
    """

    fill_profile: str = "ideal"

    def __post_init__(self) -> None:
        fill_profile(self.fill_profile)


class FillProfileList:
    """`FillProfiles`: the names that a portfolio may choose from."""

    def check(self, name: str) -> None:
        fill_profile(name)
