"""A refusal of one field names that field, whichever rule it broke."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.houses import Resident, a_house, an_admin, settings_for

TICKET = {"symbol": "AAPL", "side": "buy", "order_type": "market", "quantity": "1"}


@pytest.fixture(scope="module")
async def ada(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Resident]:
    folder: Path = tmp_path_factory.mktemp("house")
    async with a_house(settings_for(folder, market_mode="replay")) as house, an_admin(house) as resident:
        yield resident


@pytest.mark.parametrize(
    ("path", "body", "code", "field"),
    [
        ("/v1/portfolios", {"name": " ", "base_currency": "USD"}, "invalid_portfolio_name", "name"),
        ("/v1/portfolios", {"name": "Mine", "base_currency": "USQ"}, "unknown_currency", "base_currency"),
        (
            "/v1/portfolios",
            {"name": "Mine", "base_currency": "USD", "fill_profile": "none"},
            "unknown_fill_profile",
            "fill_profile",
        ),
        (
            "/v1/portfolios",
            {"name": "Mine", "base_currency": "USD", "pricing_strategy": "none"},
            "unknown_pricing_strategy",
            "pricing_strategy",
        ),
        ("/v1/portfolios/{id}/deposits", {"amount": "-5", "currency": "USD"}, "invalid_amount", "amount"),
        ("/v1/portfolios/{id}/deposits", {"amount": "0.001", "currency": "USD"}, "invalid_amount", "amount"),
        ("/v1/portfolios/{id}/deposits", {"amount": "5", "currency": "USQ"}, "unknown_currency", "currency"),
        ("/v1/portfolios/{id}/deposits", {"amount": "5", "currency": "EUR"}, "currency_mismatch", "currency"),
        ("/v1/orders", {"portfolio_id": "{id}", **TICKET, "symbol": "A;DROP"}, "invalid_symbol", "symbol"),
        ("/v1/orders", {"portfolio_id": "{id}", **TICKET, "symbol": "ZZZZ"}, "unknown_symbol", "symbol"),
        ("/v1/orders", {"portfolio_id": "{id}", **TICKET, "quantity": "1e10"}, "validation_failed", "quantity"),
        ("/v1/clock/advance", {"by": "1 day"}, "invalid_advance", "by"),
        ("/v1/clock/advance", {"sessions": 0}, "invalid_advance", "sessions"),
        ("/v1/api-keys", {"name": ""}, "invalid_name", "name"),
        ("/v1/orders", {"portfolio_id": "{id}", **TICKET, "limit_prise": "9"}, "validation_failed", "limit_prise"),
        (
            "/v1/orders/estimate",
            {"portfolio_id": "{id}", **TICKET, "limit_prise": "9"},
            "validation_failed",
            "limit_prise",
        ),
        (
            "/v1/portfolios/{id}/deposits",
            {"amount": "5", "currency": "USD", "note": "rent"},
            "validation_failed",
            "note",
        ),
        ("/v1/markets", {"mode": "sandbox", "name": "class"}, "validation_failed", "name"),
    ],
)
async def test_a_refusal_names_the_field(ada: Resident, path: str, body: dict[str, Any], code: str, field: str) -> None:
    portfolio_id = await ada.portfolio()
    told = {key: portfolio_id if value == "{id}" else value for key, value in body.items()}

    problem = await ada.refused("POST", path.format(id=portfolio_id), 422, code, told)

    assert [error["field"] for error in problem["errors"]] == [field]
    assert "Decimal(" not in problem["detail"]


async def test_a_batch_tells_of_a_field_that_does_not_exist_with_the_order_that_has_it(ada: Resident) -> None:
    good = {"portfolio_id": await ada.portfolio(), **TICKET}

    answer = await ada.call("POST", "/v1/orders/batch", 200, {"orders": [good, {**good, "limit_prise": "9"}]})

    assert [item["status"] for item in answer["items"]] == [201, 422]
    assert answer["items"][1]["problem"]["errors"] == [{"field": "limit_prise", "message": "there is no such field"}]


@pytest.mark.parametrize(
    ("changes", "code"),
    [({}, "nothing_to_change"), ({"quantity": None}, "nothing_to_change"), ({"side": "sell"}, "validation_failed")],
)
async def test_what_changes_nothing_leaves_an_order_in_its_place(
    ada: Resident, changes: dict[str, Any], code: str
) -> None:
    terms = {**TICKET, "order_type": "limit", "limit_price": "1"}
    order = await ada.call("POST", "/v1/orders", 201, {"portfolio_id": await ada.portfolio(), **terms})

    await ada.refused("PATCH", f"/v1/orders/{order['id']}", 422, code, changes)

    assert await ada.get(f"/v1/orders/{order['id']}") == order


async def test_a_cursor_that_was_altered_is_named(ada: Resident) -> None:
    problem = await ada.refused("GET", "/v1/orders?cursor=altered", 422, "invalid_cursor")

    assert [error["field"] for error in problem["errors"]] == ["cursor"]


async def test_what_is_about_no_field_names_none(ada: Resident) -> None:
    portfolio_id = await ada.portfolio(cash="1")

    problem = await ada.refused(
        "POST", "/v1/orders", 409, "insufficient_buying_power", {"portfolio_id": portfolio_id, **TICKET}
    )

    assert "errors" not in problem
