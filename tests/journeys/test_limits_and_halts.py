"""Everything that is looked at before an order is accepted, over HTTP, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from guilder.bootstrap.house import House
from guilder.bootstrap.verify import verify
from tests.houses import Resident, a_house, a_resident, an_admin, settings_for

LIMIT: dict[str, Any] = {"order_type": "limit", "limit_price": "1.00", "time_in_force": "gtc"}
NO_LIMITS = {"max_order_quantity": None, "max_order_value": None, "max_open_orders": None}


def codes(problem: dict[str, Any]) -> list[str]:
    return [reason["code"] for reason in problem["reasons"]]


@pytest.fixture
async def admin(house: House) -> AsyncIterator[Resident]:
    async with an_admin(house, "grace@example.com") as resident:
        yield resident


async def test_a_ticket_is_refused_with_all_that_speaks_against_it_and_leaves_nothing_behind(ada: Resident) -> None:
    portfolio_id = await ada.portfolio(cash="100")
    limits = {"max_order_quantity": "5", "max_order_value": "50.00", "max_open_orders": 1}
    assert await ada.call("PUT", f"/v1/portfolios/{portfolio_id}/trading-limits", 200, limits) == limits
    await ada.place(portfolio_id, **LIMIT, client_order_id="mine")
    before = await ada.get(f"/v1/portfolios/{portfolio_id}")

    ticket = {"symbol": "AAPL", "side": "buy", "order_type": "limit", "limit_price": "290.123", "quantity": "10"}
    problem = await ada.refused(
        "POST",
        "/v1/orders",
        422,
        "validation_failed",
        {"portfolio_id": portfolio_id, **ticket, "client_order_id": "mine"},
        headers={"Idempotency-Key": "once"},
    )

    assert codes(problem) == [
        "validation_failed",
        "duplicate_client_order_id",
        "order_too_large",
        "order_too_large",
        "too_many_open_orders",
        "insufficient_buying_power",
    ]
    assert problem["reasons"][0]["field"] == "limit_price"
    assert [error["field"] for error in problem["errors"]] == ["limit_price"]
    assert await ada.get(f"/v1/portfolios/{portfolio_id}") == before
    assert len((await ada.get("/v1/orders"))["items"]) == 1
    await ada.call("PUT", f"/v1/portfolios/{portfolio_id}/trading-limits", 200, {})
    again = {"portfolio_id": portfolio_id, **ticket, "limit_price": "1.00", "client_order_id": "yours"}
    await ada.call("POST", "/v1/orders", 201, again, headers={"Idempotency-Key": "once"})


async def test_a_single_reason_is_told_as_one(ada: Resident) -> None:
    portfolio_id = await ada.portfolio(cash="1")

    problem = await ada.place(portfolio_id, status=409)

    [reason] = problem["reasons"]
    assert (reason["code"], reason["detail"]) == (problem["code"], problem["detail"])


async def test_an_open_buy_holds_its_cash_and_an_open_sell_brings_none(ada: Resident) -> None:
    """GOLDEN E1.9."""
    portfolio_id = await ada.portfolio(cash="10000")
    await ada.place(portfolio_id, order_type="limit", limit_price="1.00", quantity="3000", time_in_force="gtc")

    refused = await ada.place(portfolio_id, 409, order_type="limit", limit_price="1.00", quantity="8000")

    assert codes(refused) == ["insufficient_buying_power"]
    assert (await ada.get(f"/v1/portfolios/{portfolio_id}"))["available"] == "7000.00"


async def test_a_replacing_order_is_looked_at_in_the_same_way_and_the_old_one_stands(ada: Resident) -> None:
    portfolio_id = await ada.portfolio(cash="100")
    order = await ada.place(portfolio_id, **LIMIT, quantity="100")
    await ada.call("PUT", f"/v1/portfolios/{portfolio_id}/trading-limits", 200, {"max_order_quantity": "50"})
    path = f"/v1/orders/{order['id']}"

    problem = await ada.refused("PATCH", path, 422, "validation_failed", {"limit_price": "1.001"})

    assert codes(problem) == ["validation_failed", "order_too_large", "insufficient_buying_power"]
    assert (await ada.get(path))["status"] == "new"
    replaced = await ada.call("PATCH", path, 200, {"quantity": "50", "limit_price": "2.00"})
    assert (replaced["status"], replaced["replaces"]) == ("new", order["id"])
    assert (await ada.get(f"/v1/portfolios/{portfolio_id}"))["available"] == "0.00"


async def test_no_two_orders_that_are_sent_at_once_get_one_name(ada: Resident) -> None:
    portfolio_id = await ada.portfolio()
    ticket = {"portfolio_id": portfolio_id, "symbol": "AAPL", "side": "buy", "quantity": "1", **LIMIT}

    answers = await asyncio.gather(
        *(ada.http.post("/v1/orders", json={**ticket, "client_order_id": "mine"}) for _ in range(8))
    )

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"duplicate_client_order_id"}
    assert len((await ada.get("/v1/orders"))["items"]) == 1


# Limits


async def test_limits_are_set_anew_as_a_whole_and_read_back(ada: Resident) -> None:
    path = f"/v1/portfolios/{await ada.portfolio()}/trading-limits"
    assert await ada.get(path) == NO_LIMITS

    limits = {"max_order_quantity": "10.5", "max_order_value": "5000.00", "max_open_orders": 3}
    assert await ada.call("PUT", path, 200, limits) == limits
    assert await ada.get(path) == limits
    assert await ada.call("PUT", path, 200, {"max_open_orders": 3}) == {**NO_LIMITS, "max_open_orders": 3}
    assert await ada.get(path) == {**NO_LIMITS, "max_open_orders": 3}


@pytest.mark.parametrize(
    ("limits", "field"),
    [
        ({"max_order_quantity": "0"}, "max_order_quantity"),
        ({"max_order_value": "-5"}, "max_order_value"),
        ({"max_order_value": "5.001"}, "max_order_value"),
        ({"max_open_orders": 0}, "max_open_orders"),
        ({"max_open_orders": True}, "max_open_orders"),
    ],
)
async def test_a_limit_that_makes_no_sense_is_named(ada: Resident, limits: dict[str, Any], field: str) -> None:
    path = f"/v1/portfolios/{await ada.portfolio()}/trading-limits"

    problem = await ada.refused("PUT", path, 422, "validation_failed", limits)

    assert [error["field"] for error in problem["errors"]] == [field]


async def test_open_orders_stay_when_limits_are_set_and_a_cancel_makes_room(ada: Resident) -> None:
    portfolio_id = await ada.portfolio()
    first = await ada.place(portfolio_id, **LIMIT)
    await ada.place(portfolio_id, **LIMIT)
    await ada.call("PUT", f"/v1/portfolios/{portfolio_id}/trading-limits", 200, {"max_open_orders": 2})

    assert codes(await ada.place(portfolio_id, 409, **LIMIT)) == ["too_many_open_orders"]
    await ada.call("PATCH", f"/v1/orders/{first['id']}", 200, {"limit_price": "1.01"})
    await ada.call("DELETE", f"/v1/orders/{(await ada.get('/v1/orders', status='open'))['items'][0]['id']}", 200)
    await ada.place(portfolio_id, **LIMIT)


# The kill switch


async def test_a_halted_house_takes_no_order_and_no_replace_but_lets_cancels_through(
    ada: Resident, admin: Resident
) -> None:
    portfolio_id = await ada.portfolio()
    order = await ada.place(portfolio_id, **LIMIT)
    assert await ada.get("/v1/trading") == {"is_halted": False, "reason": None, "halted_at": None}

    halted = await admin.call("POST", "/v1/trading/halt", 200, {"reason": "prices look wrong"})
    assert (halted["is_halted"], halted["canceled_orders"]) == (True, 0)
    assert (await ada.get("/v1/trading"))["reason"] == "prices look wrong"
    problem = await ada.place(portfolio_id, status=409)
    assert (codes(problem), problem["detail"]) == (["trading_halted"], "Trading is halted: prices look wrong")
    await ada.refused("PATCH", f"/v1/orders/{order['id']}", 409, "trading_halted", {"limit_price": "2.00"})
    assert (await ada.call("DELETE", f"/v1/orders/{order['id']}", 200))["status"] == "canceled"

    assert (await admin.call("POST", "/v1/trading/resume", 200))["is_halted"] is False
    await ada.place(portfolio_id)


async def test_only_admins_halt_the_house_and_owners_their_own_portfolios(ada: Resident, admin: Resident) -> None:
    mine, other = await ada.portfolio(), await ada.portfolio()
    stop = {"reason": "a break"}
    await ada.refused("POST", "/v1/trading/halt", 403, "not_allowed", stop)
    await ada.refused("POST", "/v1/trading/resume", 403, "not_allowed")

    await ada.call("POST", f"/v1/portfolios/{mine}/halt", 200, stop)
    assert (await ada.get(f"/v1/portfolios/{mine}/halt"))["reason"] == "a break"
    assert codes(await ada.place(mine, status=409)) == ["trading_halted"]
    await ada.place(other)

    await admin.call("POST", f"/v1/portfolios/{other}/halt", 200, stop)
    await admin.call("POST", f"/v1/portfolios/{mine}/resume", 200)
    assert codes(await ada.place(other, status=409)) == ["trading_halted"]
    await ada.place(mine)


async def test_a_portfolio_that_is_halted_by_itself_stays_so_when_the_house_is_resumed(
    ada: Resident, admin: Resident
) -> None:
    portfolio_id = await ada.portfolio()
    await ada.call("POST", f"/v1/portfolios/{portfolio_id}/halt", 200, {"reason": "a break"})
    await admin.call("POST", "/v1/trading/halt", 200, {"reason": "all of it"})

    await ada.call("POST", f"/v1/portfolios/{portfolio_id}/resume", 200)
    assert (await ada.place(portfolio_id, status=409))["detail"] == "Trading is halted: all of it"
    await ada.call("POST", f"/v1/portfolios/{portfolio_id}/halt", 200, {"reason": "a break"})
    await admin.call("POST", "/v1/trading/resume", 200)
    assert (await ada.place(portfolio_id, status=409))["detail"] == "Trading is halted: a break"


async def test_a_halt_can_cancel_all_that_rests(ada: Resident, admin: Resident, house: House) -> None:
    portfolio_id, other = await ada.portfolio(cash="100"), await ada.portfolio(cash="100")
    for _ in range(5):
        await ada.place(portfolio_id, **LIMIT)
    await ada.place(other, **LIMIT)

    stop = {"reason": "a break", "cancel_orders": True}
    halted = await ada.call("POST", f"/v1/portfolios/{portfolio_id}/halt", 200, stop)
    assert halted["canceled_orders"] == 5
    orders = (await ada.get("/v1/orders", portfolio_id=portfolio_id))["items"]
    assert {(order["status"], order["reject_reason"]) for order in orders} == {("canceled", "trading_halted")}
    assert (await ada.get(f"/v1/portfolios/{portfolio_id}"))["available"] == "100.00"
    assert len((await ada.get("/v1/orders", status="open"))["items"]) == 1

    everywhere = await admin.call("POST", "/v1/trading/halt", 200, {"reason": "all", "cancel_orders": True})
    assert everywhere["canceled_orders"] == 1
    assert [check for check in await verify(house) if not check.ok] == []


async def test_halting_again_keeps_the_first_reason_and_cancels_what_still_rests(ada: Resident) -> None:
    portfolio_id = await ada.portfolio()
    await ada.place(portfolio_id, **LIMIT)
    path = f"/v1/portfolios/{portfolio_id}/halt"

    first = await ada.call("POST", path, 200, {"reason": "a break"})
    again = await ada.call("POST", path, 200, {"reason": "another", "cancel_orders": True})

    assert again == {**first, "canceled_orders": 1}


async def test_a_halt_under_a_key_is_done_once_and_answered_alike(ada: Resident) -> None:
    portfolio_id = await ada.portfolio()
    await ada.place(portfolio_id, **LIMIT)
    path, body = f"/v1/portfolios/{portfolio_id}/halt", {"reason": "a break", "cancel_orders": True}

    answers = [await ada.http.post(path, json=body, headers={"Idempotency-Key": "stop"}) for _ in range(2)]

    assert answers[0].json()["canceled_orders"] == 1
    assert answers[1].content == answers[0].content
    assert answers[1].headers["idempotent-replayed"] == "true"


async def test_what_is_halted_and_limited_is_so_after_a_restart_and_noted_in_the_trail(
    tmp_path: Path, database_url: str | None
) -> None:
    settings = settings_for(tmp_path, database_url)
    async with a_house(settings) as house, an_admin(house) as grace:
        portfolio_id = await grace.portfolio()
        limits = f"/v1/portfolios/{portfolio_id}/trading-limits"
        await grace.call("PUT", limits, 200, {"max_order_quantity": "1"})
        await grace.call("POST", "/v1/trading/halt", 200, {"reason": "prices look wrong"})

    async with a_house(settings) as house, a_resident(house, email=None) as grace:
        await grace.sign_in("ada@example.com")
        assert codes(await grace.place(portfolio_id, status=409, quantity="2")) == ["trading_halted", "order_too_large"]
        await grace.call("POST", "/v1/trading/resume", 200)
        assert codes(await grace.place(portfolio_id, status=409, quantity="2")) == ["order_too_large"]
        trail = (await grace.get("/v1/audit", limit=500))["items"]

    noted = [entry for entry in trail if entry["action"].startswith("trading_")]
    assert [entry["action"] for entry in noted] == ["trading_limits_set", "trading_halted", "trading_resumed"]
    assert noted[1]["details"] == {"scope": "house", "reason": "prices look wrong", "cancel_orders": "false"}


async def test_a_market_that_was_ended_takes_no_order(ada: Resident) -> None:
    replay = {"id": "mine", "mode": "replay", "start": "2010-01-04T15:00:00Z"}
    await ada.call("POST", "/v1/markets", 201, replay)
    portfolio_id = await ada.portfolio(market="mine")
    await ada.call("DELETE", "/v1/markets/mine", 200)

    assert codes(await ada.place(portfolio_id, status=409)) == ["no_session"]


async def test_after_the_last_session_of_the_data_there_is_none_to_wait_for(
    tmp_path: Path, database_url: str | None
) -> None:
    start = datetime(2013, 3, 1, 21, tzinfo=UTC)
    settings = settings_for(tmp_path, database_url, market_mode="replay", replay_start=start)
    async with a_house(settings) as house, a_resident(house) as ada:
        portfolio_id = await ada.portfolio(cash="1")

        problem = await ada.place(portfolio_id, 409, order_type="limit", limit_price="100.00")

    assert codes(problem) == ["no_session", "insufficient_buying_power"]
