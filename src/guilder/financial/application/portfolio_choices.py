"""What a portfolio may be opened with: where it trades, how its orders are filled, and how they are priced."""

from __future__ import annotations

from guilder.published.market_data import MarketDoor
from guilder.published.trading import FillProfiles, PricingStrategyNames
from guilder.shared.ids import MarketId


class PortfolioChoices:
    """Looks up in other rooms what somebody has chosen for a portfolio."""

    def __init__(
        self, markets: MarketDoor, fill_profiles: FillProfiles, pricing_strategies: PricingStrategyNames
    ) -> None:
        self._markets = markets
        self._fill_profiles = fill_profiles
        self._pricing_strategies = pricing_strategies

    def check(self, market: MarketId, fill_profile: str | None, pricing_strategy: str | None) -> None:
        """All of it can be had; None leaves a choice to the house.

        Raises:
            UnknownFillProfileError, UnknownPricingStrategyError, MarketNotFoundError: there is no such thing.
            MarketEndedError: nothing begins in that market any more.
        """
        if fill_profile is not None:
            self._fill_profiles.check(fill_profile)
        if pricing_strategy is not None:
            self._pricing_strategies.check(pricing_strategy)
        self._markets.check_open(market)
