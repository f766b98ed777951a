"""Many orders in one request."""

from __future__ import annotations

import json
from typing import Any

import pytest

from guilder.bootstrap.house import House
from guilder.core.caller import Caller
from guilder.core.idempotency import Claim, RequestKey, fingerprint_of, under_way
from guilder.shared.ids import UserId, parse_id
from guilder.trading.application.order_batch_service import OrderBatchService
from guilder.trading.presentation.batch_schemas import PlaceOrdersRequest
from tests.houses import Resident

PATH = "/v1/orders/batch"


def a_ticket(portfolio_id: str, **terms: Any) -> dict[str, Any]:
    ticket = {"symbol": "AAPL", "side": "buy", "order_type": "market", "quantity": "1"}
    return {"portfolio_id": portfolio_id, **ticket, **terms}


async def orders_of(resident: Resident, portfolio_id: str) -> list[dict[str, Any]]:
    page = await resident.get("/v1/orders", portfolio_id=portfolio_id, limit=500)
    return list(page["items"])


async def test_each_order_of_a_batch_is_answered_for_itself(ada: Resident) -> None:
    portfolio_id = await ada.portfolio(cash="1000")
    tickets = [
        a_ticket(portfolio_id),
        a_ticket(portfolio_id, quantity="100000"),
        a_ticket(portfolio_id, side="sideways"),
        a_ticket(portfolio_id, quantity="0"),
        None,
        a_ticket(portfolio_id, quantity="2", side="sell"),
        a_ticket(portfolio_id, side="sell"),
    ]

    answer = await ada.call("POST", PATH, 200, {"orders": tickets})

    items = answer["items"]
    assert [item["status"] for item in items] == [201, 409, 422, 422, 422, 409, 201]
    assert [item["problem"]["code"] for item in items if "problem" in item] == [
        "insufficient_buying_power",
        "validation_failed",
        "validation_failed",
        "validation_failed",
        "insufficient_quantity",
    ]
    assert items[2]["problem"]["errors"][0]["field"] == "side"
    placed = [item["order"] for item in items if "order" in item]
    assert [order["status"] for order in placed] == ["filled", "filled"]
    assert placed == list(reversed(await orders_of(ada, portfolio_id)))


async def test_a_refused_item_says_what_the_order_alone_would_have_been_answered(ada: Resident) -> None:
    portfolio_id = await ada.portfolio(cash="100")
    ticket = a_ticket(portfolio_id, order_type="limit", quantity="1000", limit_price="10")
    alone = await ada.refused("POST", "/v1/orders", 409, "insufficient_buying_power", ticket)

    answer = await ada.call("POST", PATH, 200, {"orders": [ticket]})

    assert answer["items"] == [{"status": 409, "problem": alone}]


async def test_an_order_of_a_batch_builds_on_those_before_it(ada: Resident) -> None:
    portfolio_id = await ada.portfolio(cash="10000")
    tickets = [a_ticket(portfolio_id, side=side) for side in ("buy", "sell") * 30]

    answer = await ada.call("POST", PATH, 200, {"orders": tickets})

    assert {item["status"] for item in answer["items"]} == {201}
    assert await ada.get(f"/v1/portfolios/{portfolio_id}/positions") == []


async def test_a_batch_under_a_key_is_placed_once_and_answered_again_byte_for_byte(ada: Resident) -> None:
    portfolio_id = await ada.portfolio(cash="10000")
    body = {"orders": [a_ticket(portfolio_id), a_ticket(portfolio_id, quantity="100000")]}

    first = await ada.http.post(PATH, json=body, headers={"Idempotency-Key": "batch-1"})
    await ada.place(portfolio_id)
    again = await ada.http.post(PATH, json=body, headers={"Idempotency-Key": "batch-1"})

    assert again.content == first.content
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(await orders_of(ada, portfolio_id)) == 2


async def test_a_batch_that_was_cut_off_goes_on_after_the_last_order_that_was_saved(
    ada: Resident, house: House
) -> None:
    portfolio_id = await ada.portfolio(cash="10000")
    body = json.dumps({"orders": [a_ticket(portfolio_id, quantity=str(number)) for number in (1, 2, 3)]}).encode()
    await place_the_first(2, body, house, ada)
    saved = list(reversed(await orders_of(ada, portfolio_id)))

    answer = await ada.http.post(
        PATH, content=body, headers={"Idempotency-Key": "cut", "content-type": "application/json"}
    )

    orders = [item["order"] for item in answer.json()["items"]]
    assert orders[:2] == saved
    assert orders == list(reversed(await orders_of(ada, portfolio_id)))
    assert [order["quantity"] for order in orders] == ["1", "2", "3"]


async def test_steps_of_another_batch_are_not_taken_for_ones_own(ada: Resident, house: House) -> None:
    portfolio_id = await ada.portfolio(cash="10000")
    await place_the_first(1, json.dumps({"orders": [a_ticket(portfolio_id)]}).encode(), house, ada)

    other = {"orders": [a_ticket(portfolio_id, quantity="7")]}
    await ada.refused("POST", PATH, 422, "idempotency_key_reused", other, headers={"Idempotency-Key": "cut"})

    assert len(await orders_of(ada, portfolio_id)) == 1


@pytest.mark.parametrize("orders", [[], [{}] * 501, None, "all"])
async def test_a_batch_has_one_to_five_hundred_orders(ada: Resident, orders: Any) -> None:
    problem = await ada.refused("POST", PATH, 422, "validation_failed", {"orders": orders})

    assert problem["errors"][0]["field"] == "orders"


async def test_a_batch_of_a_stranger_is_refused_order_by_order(ada: Resident) -> None:
    portfolio_id = await ada.portfolio()
    del ada.http.headers["Authorization"]

    answer = await ada.call("POST", PATH, 200, {"orders": [a_ticket(portfolio_id)]})

    assert [item["status"] for item in answer["items"]] == [401]


async def place_the_first(number: int, body: bytes, house: House, resident: Resident) -> None:
    """What is left of a batch whose process died after so many of its orders."""
    user_id = UserId(parse_id(resident.user_id))
    claim = Claim(RequestKey(user_id, "POST", PATH, "cut"), fingerprint_of(b"", body))
    tickets = PlaceOrdersRequest.model_validate_json(body).to_tickets()
    async with house.scope(Caller(user_id)) as scope:
        with under_way(claim):
            await (await scope.aget(OrderBatchService)).place_orders(tickets[:number])
