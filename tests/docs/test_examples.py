"""The scripts under examples/ do what they say, run as their readers run them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from tests.docs.markdown import ROOT
from tests.docs.serving import a_serving_house, an_admin_key, output_of
from tests.houses import settings_for

EXAMPLES = ROOT / "examples"


async def test_buy_and_hold_spends_what_it_was_given(tmp_path: Path) -> None:
    async with a_serving_house(settings_for(tmp_path)) as house:
        printed = await output_of(house, EXAMPLES / "buy_and_hold.py", "AAPL", "5000")

    ordered, filled, owned, left = printed.splitlines()
    assert ordered.endswith("or better: filled")
    assert "as good or better" in filled
    assert owned.startswith(f"Own {ordered.split()[1]} AAPL")
    assert 0 <= Decimal(left.split()[2]) < 100


async def test_stop_orders_limit_the_loss_of_october_2008(tmp_path: Path) -> None:
    start = datetime(2008, 10, 1, tzinfo=UTC)
    async with a_serving_house(settings_for(tmp_path, market_mode="replay", replay_start=start)) as house:
        key = await an_admin_key(house)
        printed = await output_of(house, EXAMPLES / "replay_a_crash.py", "--key", key)

    days = [line.split() for line in printed.splitlines() if line.startswith("2008-10-")]
    assert (days[0][0], days[-1][0], len(days)) == ("2008-10-01", "2008-10-31", 23)
    assert days[0][1] == days[0][2]
    assert Decimal(days[-1][1]) < Decimal(days[-1][2]) < 100_000
    assert "Stop" in printed.partition("What the stops got:")[2]
