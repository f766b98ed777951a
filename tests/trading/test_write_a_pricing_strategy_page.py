"""The package of the page on pricing strategies, installed as any other one."""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from guilder.trading.infrastructure.installed_pricing_strategies import GROUP
from tests.bootstrap.command_line import CommandLine
from tests.docs.markdown import DOCS, blocks_of
from tests.houses import a_house, an_admin, settings_for

PAGE = DOCS / "how-to" / "write-a-pricing-strategy.md"
MODULE = "guilder_wholesale"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of installed packages that holds the one of the page, as an installer would have put it there."""
    blocks = list(blocks_of(PAGE))
    [terms] = [tomllib.loads(block.code) for block in blocks if block.info == "toml"]
    code = next(block.code for block in blocks if block.info == "python")
    folder = tmp_path / "site"
    about = folder / "guilder_wholesale-1.0.dist-info"
    about.mkdir(parents=True)
    (folder / f"{MODULE}.py").write_text(code)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {terms['project']['name']}\nVersion: 1.0\n")
    makers = terms["project"]["entry-points"][GROUP]
    (about / "entry_points.txt").write_text(f"[{GROUP}]\n" + "".join(f"{it} = {makers[it]}\n" for it in makers))
    with monkeypatch.context() as patch:
        patch.syspath_prepend(folder)
        yield folder
    sys.modules.pop(MODULE, None)


async def test_the_answer_that_the_page_shows_is_the_one_that_comes(tmp_path: Path) -> None:
    [shown] = [json.loads(block.code) for block in blocks_of(PAGE) if block.info == "json"]
    settings = settings_for(tmp_path, market_mode="replay", replay_start=datetime(2010, 1, 4, 17, tzinfo=UTC))
    async with a_house(settings) as house, an_admin(house) as ada:
        ticket = {"symbol": "AAPL", "side": "buy", "quantity": "10", "strategy": "vwap"}
        told = await ada.call("POST", "/v1/orders/estimate", 200, {"portfolio_id": await ada.portfolio(), **ticket})

    assert told | {"portfolio_id": "…"} == shown


@pytest.mark.usefixtures("site")
async def test_a_strategy_of_a_package_is_asked_for_by_its_name_over_http(tmp_path: Path) -> None:
    async with a_house(settings_for(tmp_path / "books")) as house, an_admin(house) as ada:
        portfolio_id = await ada.portfolio(pricing_strategy="wholesale")
        ticket = {"portfolio_id": portfolio_id, "symbol": "IBM", "side": "buy"}
        small, large = [
            await ada.call("POST", "/v1/orders/estimate", 200, {**ticket, "quantity": quantity})
            for quantity in ("99", "1000")
        ]
        other = await ada.call("POST", "/v1/orders/estimate", 200, {**ticket, "quantity": "1", "strategy": "middle"})

    assert [one["strategy"] for one in (small, large, other)] == ["wholesale", "wholesale", "middle"]
    prices = [Decimal(step["unit_price"]) for step in large["basis"]["steps"]]
    assert prices == [prices[0], prices[0] * Decimal("0.99"), prices[0] * Decimal("0.9702")]


@pytest.mark.usefixtures("site")
def test_a_house_accepts_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUILDER_PRICING_STRATEGY", "wholesale")

    assert CommandLine(tmp_path / "books", monkeypatch).tells("config", "check") == {"ok": True, "problems": []}


def test_a_package_that_is_broken_ends_the_start_and_is_named(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (site / f"{MODULE}.py").write_text("this is no Python")
    guilder = CommandLine(tmp_path / "books", monkeypatch)

    ended = guilder.run("config", "check")
    refused = guilder.refused("verify")

    assert ended.code == 1
    assert "The pricing strategy 'middle' (guilder_wholesale:MiddlePricingStrategy) cannot be used: Synt" in ended.out
    assert "guilder_wholesale:MiddlePricingStrategy" in refused
