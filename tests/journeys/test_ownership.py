"""What is not yours does not exist for you."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from guilder.bootstrap.house import House
from tests.houses import Resident, a_resident

NOWHERE = "01890a5d-ac96-774b-bcce-b302099a8057"


@pytest.fixture
async def eve(house: House) -> AsyncIterator[Resident]:
    async with a_resident(house, "eve@example.com") as resident:
        yield resident


async def test_the_things_of_others_answer_like_things_that_do_not_exist(ada: Resident, eve: Resident) -> None:
    portfolio_id = await ada.portfolio()
    order = await ada.place(
        portfolio_id, order_type="limit", limit_price="1.00", time_in_force="gtc", symbol="AAPL", quantity="1"
    )
    own = await eve.portfolio()
    money = {"amount": "1", "currency": "USD"}
    ticket = {"symbol": "AAPL", "side": "buy", "order_type": "market", "quantity": "1"}

    for method, path, body in (
        ("GET", "/v1/portfolios/{portfolio}", None),
        ("GET", "/v1/portfolios/{portfolio}/positions", None),
        ("GET", "/v1/portfolios/{portfolio}/metrics", None),
        ("GET", "/v1/portfolios/{portfolio}/transactions", None),
        ("POST", "/v1/portfolios/{portfolio}/deposits", money),
        ("POST", "/v1/portfolios/{portfolio}/withdrawals", money),
        ("POST", "/v1/portfolios/{portfolio}/transfers", {"to": "{portfolio}", "amount": "1"}),
        ("POST", f"/v1/portfolios/{own}/transfers", {"to": "{portfolio}", "amount": "1"}),
        ("GET", "/v1/orders?portfolio_id={portfolio}", None),
        ("GET", "/v1/orders/{order}", None),
        ("DELETE", "/v1/orders/{order}", None),
        ("PATCH", "/v1/orders/{order}", {"quantity": "2"}),
        ("POST", "/v1/orders", {**ticket, "portfolio_id": "{portfolio}"}),
        ("GET", "/v1/orders/by-client-order-id?portfolio_id={portfolio}&client_order_id=mine", None),
        ("GET", "/v1/portfolios/{portfolio}/trading-limits", None),
        ("PUT", "/v1/portfolios/{portfolio}/trading-limits", {"max_order_quantity": "1"}),
        ("GET", "/v1/portfolios/{portfolio}/halt", None),
        ("POST", "/v1/portfolios/{portfolio}/halt", {"reason": "a break"}),
        ("POST", "/v1/portfolios/{portfolio}/resume", None),
        ("GET", "/v1/users/{user}", None),
    ):

        def named(text: str, portfolio: str, order_id: str, user: str) -> str:
            return text.replace("{portfolio}", portfolio).replace("{order}", order_id).replace("{user}", user)

        theirs = (portfolio_id, order["id"], ada.user_id)
        nobodys = (NOWHERE, NOWHERE, NOWHERE)
        answers = []
        for ids in (theirs, nobodys):
            sent = body and {key: named(value, *ids) for key, value in body.items()}
            answers.append(await eve.http.request(method, named(path, *ids), json=sent))
        assert [answer.status_code for answer in answers] == [404, 404], (method, path, answers[0].text)
        assert answers[0].json() == answers[1].json()

    assert (await eve.get("/v1/orders"))["items"] == []
    assert (await ada.get(f"/v1/orders/{order['id']}"))["status"] == "new"


async def test_whoever_is_not_signed_in_is_told_so(house: House) -> None:
    async with a_resident(house, email=None) as stranger:
        for path in ("/v1/portfolios", "/v1/orders", "/v1/quotes/AAPL", "/v1/audit", f"/v1/users/{NOWHERE}"):
            await stranger.refused("GET", path, 401, "not_signed_in")


async def test_a_session_is_dead_at_once_when_it_is_ended(ada: Resident) -> None:
    await ada.call("DELETE", "/v1/sessions/current", 204)

    await ada.refused("GET", "/v1/portfolios", 401, "not_signed_in")


async def test_api_keys_sign_requests_until_they_are_revoked(ada: Resident, house: House) -> None:
    key = await ada.call("POST", "/v1/api-keys", 201, {"name": "bot"})
    async with a_resident(house, email=None) as bot:
        bot.http.headers.update({"APCA-API-KEY-ID": key["key_id"], "APCA-API-SECRET-KEY": key["secret"]})
        assert await bot.get("/v1/portfolios") == []
        await ada.call("DELETE", f"/v1/api-keys/{key['key_id']}", 204)

        await bot.refused("GET", "/v1/portfolios", 401, "not_signed_in")


async def test_the_audit_is_for_admins_and_auditors(ada: Resident) -> None:
    await ada.refused("GET", "/v1/audit", 403, "not_allowed")
