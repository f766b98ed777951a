"""What the house decides where a portfolio does not."""

from __future__ import annotations

from dataclasses import dataclass

from guilder.trading.application.ports import PricingStrategies
from guilder.trading.domain.fill_profiles import fill_profile
from guilder.trading.domain.pricing.market_pricing_strategy import MarketPricingStrategy


@dataclass(frozen=True, slots=True)
class HouseRules:
    """`fill_profile` and `pricing_strategy` are the names of what portfolios have that name none of their own.

    Raises:
        UnknownFillProfileError: there is no such profile.
    """

    fill_profile: str = "ideal"
    pricing_strategy: str = MarketPricingStrategy.name

    def __post_init__(self) -> None:
        fill_profile(self.fill_profile)


class FillProfileList:
    """`FillProfiles`: the names that a portfolio may choose from."""

    def check(self, name: str) -> None:
        fill_profile(name)


class PricingStrategyList:
    """`PricingStrategyNames`: the names that a portfolio may choose from."""

    def __init__(self, strategies: PricingStrategies) -> None:
        self._strategies = strategies

    def check(self, name: str) -> None:
        self._strategies.get(name)
