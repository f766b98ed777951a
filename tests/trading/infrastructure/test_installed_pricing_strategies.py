"""Strategies by name: the house's own, and those that other packages bring."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from guilder.published.trading import UnknownPricingStrategyError
from guilder.trading.application.errors import BrokenPricingStrategyError
from guilder.trading.domain.pricing.market_pricing_strategy import MarketPricingStrategy
from guilder.trading.infrastructure.installed_pricing_strategies import GROUP, InstalledPricingStrategies

MODULE = "a_package_with_strategies"
SOURCE = """
from guilder.trading.domain.pricing.market_pricing_strategy import MarketPricingStrategy

class Fair(MarketPricingStrategy):
    name = "fair"

class Quarrel:
    def __init__(self):
        raise RuntimeError("not today")

class Mute:
    name = "mute"
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / f"{MODULE}.py").write_text(SOURCE)
    with monkeypatch.context() as patch:
        patch.syspath_prepend(tmp_path)
        yield
    sys.modules.pop(MODULE, None)


def strategies(**plug_ins: str) -> InstalledPricingStrategies:
    """The house with its `market`, and plug-ins by name and by what in the package makes them."""
    entries = [EntryPoint(name, f"{MODULE}:{maker}", GROUP) for name, maker in plug_ins.items()]
    return InstalledPricingStrategies([MarketPricingStrategy()], entries)


@pytest.mark.usefixtures("package")
def test_a_plug_in_is_had_by_its_name_and_made_once() -> None:
    shelf = strategies(fair="Fair")

    assert shelf.get("fair") is shelf.get("fair")
    assert shelf.get("fair").name == "fair"


def test_an_unknown_name_is_told_those_that_there_are_and_loads_none_of_them() -> None:
    with pytest.raises(UnknownPricingStrategyError, match="'dreamy' is no pricing strategy; there are: fair, market"):
        strategies(fair="Fair").get("dreamy")


def test_a_plug_in_is_not_loaded_before_it_is_asked_for() -> None:
    assert strategies(fair="NotEvenThere").get("market").name == "market"


@pytest.mark.usefixtures("package")
@pytest.mark.parametrize(
    ("name", "maker", "why"),
    [
        ("gone", "Gone", "AttributeError: "),
        ("quarrel", "Quarrel", "RuntimeError: not today"),
        ("mute", "Mute", "Mute has not all of name, looks_at and calculate_price"),
        ("just", "Fair", "it calls itself 'fair'"),
    ],
)
def test_a_plug_in_that_cannot_be_used_is_named_with_the_reason(name: str, maker: str, why: str) -> None:
    with pytest.raises(BrokenPricingStrategyError) as refused:
        strategies(**{name: maker}).check()

    assert f"The pricing strategy '{name}' ({MODULE}:{maker}) cannot be used: {why}" in refused.value.detail


def test_a_package_that_is_not_there_is_named() -> None:
    with pytest.raises(BrokenPricingStrategyError, match="ModuleNotFoundError"):
        strategies(fair="Fair").check()


@pytest.mark.parametrize("names", [["market"], ["fair", "fair"], ["Fair"], ["a-b"]])
def test_names_are_words_and_nobody_takes_anothers(names: list[str]) -> None:
    entries = [EntryPoint(name, f"{MODULE}:Fair", GROUP) for name in names]

    with pytest.raises(BrokenPricingStrategyError):
        InstalledPricingStrategies([MarketPricingStrategy()], entries)
