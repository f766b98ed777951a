"""Pricing strategies by their names: the house's own, and those of packages that are installed beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.metadata import EntryPoint
from typing import Final

from guilder.published.trading import UnknownPricingStrategyError
from guilder.trading.application.errors import BrokenPricingStrategyError
from guilder.trading.domain.pricing.pricing_strategy import PricingStrategy

GROUP: Final = "guilder.pricing_strategies"
"""The entry points of this group name what makes a strategy: a class, or any function without arguments."""

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)


class InstalledPricingStrategies:
    """`PricingStrategies`: a plug-in is imported when it is first asked for, and made once.

    Raises:
        BrokenPricingStrategyError: a plug-in's name is taken, or is none.
    """

    def __init__(self, own: Iterable[PricingStrategy], plug_ins: Iterable[EntryPoint]) -> None:
        self._made = {strategy.name: strategy for strategy in own}
        self._to_load: dict[str, EntryPoint] = {}
        for plug_in in plug_ins:
            if not _NAME.fullmatch(plug_in.name):
                raise _broken(plug_in, "a name is small letters, digits and _, at most 40 of them")
            if plug_in.name in self._made or plug_in.name in self._to_load:
                raise _broken(plug_in, "another strategy has that name")
            self._to_load[plug_in.name] = plug_in

    def get(self, name: str) -> PricingStrategy:
        if name in self._to_load:
            self._made[name] = _made_by(self._to_load[name])
            del self._to_load[name]
        strategy = self._made.get(name)
        if strategy is None:
            known = ", ".join(sorted({*self._made, *self._to_load}))
            raise UnknownPricingStrategyError(f"{name[:40]!r} is no pricing strategy; there are: {known}")
        return strategy

    def check(self) -> None:
        for name in list(self._to_load):
            self.get(name)


def _made_by(plug_in: EntryPoint) -> PricingStrategy:
    try:
        strategy = plug_in.load()()
    except Exception as problem:
        # Whatever somebody else's code raises while it is imported or called, the reader is told whose it is.
        raise _broken(plug_in, f"{type(problem).__name__}: {problem}") from problem
    if not isinstance(strategy, PricingStrategy):
        raise _broken(plug_in, f"{type(strategy).__name__} has not all of name, looks_at and calculate_price")
    if strategy.name != plug_in.name:
        raise _broken(plug_in, f"it calls itself {strategy.name!r}")
    return strategy


def _broken(plug_in: EntryPoint, why: str) -> BrokenPricingStrategyError:
    return BrokenPricingStrategyError(f"The pricing strategy {plug_in.name!r} ({plug_in.value}) cannot be used: {why}")
