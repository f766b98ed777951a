"""Orders in slices, over HTTP, through a restart, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from guilder.bootstrap.verify import verify
from tests.houses import Resident, a_house, a_resident, an_admin, settings_for

RESTING: dict[str, Any] = {
    "order_type": "limit",
    "limit_price": "100",
    "algorithm": "twap",
    "horizon": 3600,
    "interval": 600,
}
OPEN = datetime(2010, 1, 5, 14, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
async def ada_in_a_replay(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Resident]:
    settings = settings_for(tmp_path_factory.mktemp("house"), market_mode="replay", replay_start=OPEN)
    async with a_house(settings) as house, an_admin(house) as resident:
        yield resident


async def advance(ada: Resident, to: str) -> None:
    await ada.call("POST", "/v1/clock/advance", 200, {"to": to})


async def placed(ada: Resident, parent: Any) -> list[Any]:
    """The slices of an order, oldest first."""
    items: list[Any] = (await ada.get("/v1/orders", parent_id=parent["id"]))["items"]
    return items[::-1]


def shares(orders: list[Any], name: str = "quantity") -> Decimal:
    return sum((Decimal(order[name]) for order in orders), Decimal(0))


async def assert_books_are_right(ada: Resident) -> None:
    assert [check for check in await verify(ada.house) if not check.ok] == []


async def test_an_order_is_worked_in_slices_through_a_restart(tmp_path: Path, database_url: str | None) -> None:
    settings = settings_for(tmp_path, database_url, market_mode="replay", replay_start=OPEN)
    slicing: dict[str, Any] = {"algorithm": "twap", "horizon": 1800, "interval": "PT10M"}
    async with a_house(settings) as house, an_admin(house) as ada:
        portfolio_id = await ada.portfolio(cash="20000")
        parent = await ada.place(portfolio_id, quantity="43", client_order_id="mine", **slicing)
        assert (parent["status"], parent["filled_quantity"], parent["client_order_id"]) == (
            "partially_filled",
            "10",
            "mine",
        )
        assert parent["slices"] == {
            "algorithm": "twap",
            "horizon": 1800,
            "interval": 600,
            "placed": 1,
            "working": 0,
            "total": 4,
        }
        await advance(ada, "2010-01-05T14:45:00Z")
        assert len(await placed(ada, parent)) == 2
        explained = await ada.get(f"/v1/orders/{parent['id']}/explain")
        assert explained["standing"] == "2 of 4 slices were placed; 23 of 43 shares are left."
        await assert_books_are_right(ada)

    async with a_house(settings) as house, a_resident(house, email=None) as ada:
        await ada.sign_in("ada@example.com")
        await advance(ada, "2010-01-05T15:30:00Z")
        slices = await placed(ada, parent)
        done = await ada.get(f"/v1/orders/{parent['id']}")

        assert [order["quantity"] for order in slices] == ["10", "10", "10", "13"]
        assert [order["created_at"][11:16] for order in slices] == ["14:30", "14:40", "14:50", "15:00"]
        assert {order["status"] for order in slices} == {"filled"}
        assert (done["status"], done["filled_quantity"]) == ("filled", "43")
        assert done["executions"] == [execution for order in slices for execution in order["executions"]]
        portfolio = await ada.get(f"/v1/portfolios/{portfolio_id}")
        spent = sum(Decimal(it["price"]) * Decimal(it["quantity"]) for it in done["executions"])
        assert Decimal(portfolio["cash"]) == 20000 - spent
        assert portfolio["reserved"] == "0.00"
        explained = await ada.get(f"/v1/orders/{parent['id']}/explain")
        assert len(explained["executions"]) == 4
        await assert_books_are_right(ada)


async def test_slices_by_volume_are_larger_when_the_market_is_busy(tmp_path: Path, database_url: str | None) -> None:
    settings = settings_for(tmp_path, database_url, market_mode="replay", replay_start=OPEN)
    async with a_house(settings) as house, an_admin(house) as ada:
        portfolio_id = await ada.portfolio(cash="900000")
        parent = await ada.place(portfolio_id, quantity="3900", algorithm="vwap", interval=1800)
        await ada.call("POST", "/v1/clock/advance", 200, {"sessions": 1})
        slices = await placed(ada, parent)

        sizes = [Decimal(order["quantity"]) for order in slices]
        assert (len(sizes), sum(sizes)) == (13, 3900)
        assert min(sizes[0], sizes[-1]) > 2 * sizes[6]
        assert (await ada.get(f"/v1/orders/{parent['id']}"))["status"] == "filled"
        await assert_books_are_right(ada)


async def test_to_cancel_it_takes_its_slices_along(tmp_path: Path, database_url: str | None) -> None:
    settings = settings_for(tmp_path, database_url, market_mode="replay", replay_start=OPEN)
    async with a_house(settings) as house, an_admin(house) as ada:
        portfolio_id = await ada.portfolio()
        parent = await ada.place(portfolio_id, quantity="70", **RESTING)
        await advance(ada, "2010-01-05T14:55:00Z")
        assert shares(await placed(ada, parent)) == 30
        assert (await ada.get(f"/v1/portfolios/{portfolio_id}"))["reserved"] == "7000.00"
        await assert_books_are_right(ada)

        canceled = await ada.call("DELETE", f"/v1/orders/{parent['id']}", 200)
        await advance(ada, "2010-01-05T17:00:00Z")

        slices = await placed(ada, parent)
        assert (canceled["status"], {order["status"] for order in slices}) == ("canceled", {"canceled"})
        assert len(slices) == 3
        assert (await ada.get(f"/v1/portfolios/{portfolio_id}"))["reserved"] == "0.00"
        await ada.refused("DELETE", f"/v1/orders/{parent['id']}", 409, "order_not_open")
        await assert_books_are_right(ada)


async def test_neither_it_nor_its_slices_get_other_terms(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, market_mode="replay", replay_start=OPEN)
    async with a_house(settings) as house, an_admin(house) as ada:
        parent = await ada.place(await ada.portfolio(), quantity="7", **RESTING)
        [resting] = await placed(ada, parent)

        for order in (parent, resting):
            await ada.refused("PATCH", f"/v1/orders/{order['id']}", 409, "order_in_slices", {"limit_price": "101"})


async def test_in_a_sandbox_the_first_slice_trades_at_once(tmp_path: Path) -> None:
    async with a_house(settings_for(tmp_path)) as house, an_admin(house) as ada:
        portfolio_id = await ada.portfolio()
        parent = await ada.place(portfolio_id, quantity="0.5", algorithm="twap", horizon=2, interval=1)
        [first] = await placed(ada, parent)

        assert (first["status"], first["quantity"]) == ("filled", "0.166666666")
        assert (parent["slices"]["total"], parent["filled_quantity"]) == (3, "0.166666666")
        await assert_books_are_right(ada)


@pytest.mark.parametrize(
    ("terms", "code", "field"),
    [
        ({"horizon": 60}, "validation_failed", "horizon"),
        ({"interval": 60}, "validation_failed", "interval"),
        ({"algorithm": "iceberg"}, "validation_failed", "algorithm"),
        ({"algorithm": "twap", "interval": 0}, "validation_failed", "interval"),
        ({"algorithm": "twap", "horizon": 60, "interval": 61}, "validation_failed", "interval"),
        ({"algorithm": "twap", "horizon": "soon"}, "validation_failed", "horizon"),
        ({"algorithm": "twap", "time_in_force": "gtc"}, "validation_failed", "time_in_force"),
        ({"algorithm": "twap", "order_type": "stop", "stop_price": "300"}, "validation_failed", "order_type"),
        ({"algorithm": "twap", "horizon": 23400}, "horizon_beyond_session", "horizon"),
        ({"algorithm": "twap", "interval": 1}, "too_many_slices", "interval"),
        ({"algorithm": "twap", "quantity": "2"}, "empty_slice", "interval"),
    ],
)
async def test_terms_that_make_no_sense_are_refused_by_their_field(
    ada_in_a_replay: Resident, terms: dict[str, Any], code: str, field: str
) -> None:
    portfolio_id = await ada_in_a_replay.portfolio()
    ticket = {"symbol": "AAPL", "side": "buy", "order_type": "market", "quantity": "40", **terms}

    refused = await ada_in_a_replay.refused("POST", "/v1/orders", 422, code, {"portfolio_id": portfolio_id, **ticket})

    assert [error["field"] for error in refused["errors"]] == [field]


async def test_a_symbol_of_which_no_session_is_over_has_no_volume_to_go_by(tmp_path: Path) -> None:
    first_day_of_fb = datetime(2012, 5, 18, 16, tzinfo=UTC)
    settings = settings_for(tmp_path, market_mode="replay", replay_start=first_day_of_fb)
    async with a_house(settings) as house, an_admin(house) as ada:
        ticket = {"symbol": "FB", "side": "buy", "order_type": "market", "quantity": "100", "algorithm": "vwap"}
        await ada.refused(
            "POST", "/v1/orders", 409, "no_volume_profile", {"portfolio_id": await ada.portfolio(), **ticket}
        )
