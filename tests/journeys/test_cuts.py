"""What an order gets never depends on how an advance was cut into steps."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count, pairwise
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from guilder.core.instants import instant_text
from guilder.trading.domain.fill_profiles import FILL_PROFILES
from tests.houses import Resident, a_house, an_admin, settings_for

SYMBOLS: Final = ("AAPL", "IBM")
BEGIN: Final = datetime(2010, 6, 1, 14, 0, tzinfo=UTC)
"""Half an hour after an open; the Friday after is the fourth session."""

LATEST: Final = timedelta(days=6)
_market_numbers = count()


@dataclass(frozen=True)
class Plan:
    """Tickets that are placed together, after so much time; prices in per cent of the quote at the beginning."""

    after: timedelta
    tickets: Sequence[tuple[str, str, str, str, int, int, int]]


instants = st.integers(0, int(LATEST.total_seconds())).map(lambda seconds: timedelta(seconds=seconds))
tickets = st.tuples(
    st.sampled_from(SYMBOLS),
    st.sampled_from(["buy", "buy", "sell"]),
    st.sampled_from(["market", "limit", "stop", "stop_limit"]),
    st.sampled_from(["day", "gtc", "ioc", "fok"]),
    st.integers(96, 104),
    st.integers(96, 104),
    st.sampled_from([1, 40, 300, 20_000]),
)
plans = st.lists(st.builds(Plan, instants, st.lists(tickets, min_size=1, max_size=5)), min_size=1, max_size=3)


@pytest.fixture
async def ada(tmp_path: Path) -> AsyncIterator[Resident]:
    async with a_house(settings_for(tmp_path)) as house, an_admin(house) as admin:
        yield admin


@given(
    profile=st.sampled_from(sorted(FILL_PROFILES)),
    plans=plans,
    cuts=st.lists(instants, max_size=8),
    seed=st.integers(0, 9),
)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_what_orders_get_never_depends_on_how_an_advance_was_cut(
    ada: Resident, profile: str, plans: list[Plan], cuts: list[timedelta], seed: int
) -> None:
    plans = sorted(plans, key=lambda plan: plan.after)
    uncut = await what_comes_of(ada, profile, plans, [], seed)
    cut = await what_comes_of(ada, profile, plans, cuts, seed)

    note(json.dumps(uncut, indent=1))
    assert cut == uncut


async def test_orders_of_these_tests_are_filled_in_parts_and_as_a_whole(ada: Resident) -> None:
    """The test above proves nothing if nothing is ever filled."""
    rests = ("IBM", "buy", "limit", "gtc", 101, 0, 20_000)
    plan = Plan(timedelta(0), [("AAPL", "buy", "market", "gtc", 0, 0, 1), rests])

    came = await what_comes_of(ada, "realistic", [plan], [timedelta(hours=5)], 1)

    counts = [len(order["executions"]) for order in came["orders"]]
    assert min(counts) >= 1
    assert max(counts) > 1


async def what_comes_of(
    ada: Resident, profile: str, plans: Sequence[Plan], cuts: Sequence[timedelta], seed: int
) -> Any:
    """Live through the plans in a replay of its own; all that came of it, without ids."""
    market = f"cut{next(_market_numbers)}"
    replay = {"mode": "replay", "id": market, "start": instant_text(BEGIN), "seed": seed}
    await ada.call("POST", "/v1/markets", 201, replay)
    portfolio_id = await ada.portfolio("30000000", market=market, fill_profile=profile)
    quotes = await ada.get("/v1/quotes", symbols=",".join(SYMBOLS), market=market)
    prices = {quote["symbol"]: Decimal(quote["price"]) for quote in quotes}
    await ada.place(portfolio_id, symbol="AAPL", quantity="500", time_in_force="gtc")

    stops = [timedelta(0), *(plan.after for plan in plans), LATEST]
    for plan, (before, after) in zip([None, *plans], pairwise(stops), strict=True):
        for ticket in plan.tickets if plan is not None else ():
            await try_to_place(ada, portfolio_id, prices, *ticket)
        for stop in sorted({cut for cut in cuts if before < cut < after} | {after}):
            await ada.call(
                "POST", "/v1/clock/advance", 200, {"to": instant_text(BEGIN + stop)}, params={"market": market}
            )

    orders = (await ada.get("/v1/orders", portfolio_id=portfolio_id, limit=500))["items"]
    came = {
        "orders": orders,
        "explanations": [await ada.get(f"/v1/orders/{order['id']}/explain") for order in orders],
        "transactions": (await ada.get(f"/v1/portfolios/{portfolio_id}/transactions", limit=500))["items"],
        "positions": await ada.get(f"/v1/portfolios/{portfolio_id}/positions"),
        "portfolio": await ada.get(f"/v1/portfolios/{portfolio_id}"),
    }
    await ada.call("DELETE", f"/v1/markets/{market}", 200)
    return without_ids(came, market)


async def try_to_place(
    ada: Resident,
    portfolio_id: str,
    prices: dict[str, Decimal],
    symbol: str,
    side: str,
    order_type: str,
    time_in_force: str,
    limit: int,
    stop: int,
    quantity: int,
) -> None:
    """Refused or not, it is so in both."""
    ticket = {
        "portfolio_id": portfolio_id,
        "symbol": symbol,
        "side": side,
        "order_type": order_type,
        "time_in_force": time_in_force,
        "quantity": str(quantity),
    }
    if "limit" in order_type:
        ticket["limit_price"] = f"{prices[symbol] * limit / 100:.2f}"
    if "stop" in order_type:
        ticket["stop_price"] = f"{prices[symbol] * stop / 100:.2f}"
    answer = await ada.http.post("/v1/orders", json=ticket)
    assert answer.status_code in {201, 409, 422}, answer.text


def without_ids(came: Any, market: str) -> Any:
    no_ids = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "an id", json.dumps(came))
    return json.loads(no_ids.replace(market, "a market"))
