"""Whatever comes in is answered by a problem document, never by a 500."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.houses import Resident, a_house, a_resident, settings_for

FOREIGN = "01890a5d-ac96-774b-bcce-b302099a8057"


@pytest.fixture(scope="module")
async def ada(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Resident]:
    """One house for the whole module: what is refused leaves nothing behind."""
    folder: Path = tmp_path_factory.mktemp("house")
    async with a_house(settings_for(folder)) as house, a_resident(house) as resident:
        yield resident


@pytest.fixture(scope="module")
async def portfolio_id(ada: Resident) -> str:
    return await ada.portfolio()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ("{", 400, "malformed_body"),
        ("", 422, "validation_failed"),
        ("[]", 422, "validation_failed"),
        ("null", 422, "validation_failed"),
        ('{"quantity": NaN}', 400, "malformed_body"),
        ('{"quantity": Infinity}', 400, "malformed_body"),
        ("[" * 100_000, 400, "malformed_body"),
        ('{"a":' * 100_000 + "1" + "}" * 100_000, 400, "malformed_body"),
        ('{"a": "' + "x" * 1_100_000 + '"}', 413, "body_too_large"),
        ("\udcff", 400, "malformed_body"),
        ('{"quantity": 1' + "0" * 5000 + "}", 400, "malformed_body"),
        ('{"quantity": "1", "quantity": "100"}', 400, "malformed_body"),
    ],
    ids=[
        "broken",
        "empty",
        "list",
        "null",
        "nan",
        "infinity",
        "nested",
        "deep objects",
        "large",
        "bytes",
        "huge int",
        "twice",
    ],
)
async def test_unreadable_bodies_are_refused(ada: Resident, body: str, status: int, code: str) -> None:
    content = body.encode(errors="surrogateescape")
    answer = await ada.http.post("/v1/orders", content=content, headers={"Content-Type": "application/json"})

    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    "quantity",
    ['"NaN"', "1e400", '"1e400"', "-1", '"-1"', "0", '"0"', "1" * 40, '"' + "9" * 40 + '"', '"1e-30"', "true", "null",
     '"0.0000000001"', '"ten"', "[]", "{}", '""', '" "', '"1_000"', '"\\u0661"', "1e-400"],
)  # fmt: skip
async def test_quantities_that_make_no_sense_are_refused(ada: Resident, portfolio_id: str, quantity: str) -> None:
    body = (
        f'{{"portfolio_id": "{portfolio_id}", "symbol": "AAPL", "side": "buy", "order_type": "market", '
        f'"quantity": {quantity}}}'
    )

    answer = await ada.http.post("/v1/orders", content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")


@pytest.mark.parametrize(
    ("terms", "status", "code"),
    [
        ({"symbol": "NOSUCH"}, 422, "unknown_symbol"),
        ({"symbol": ""}, 422, "invalid_symbol"),
        ({"symbol": "A;DROP"}, 422, "invalid_symbol"),
        ({"symbol": "A" * 300}, 422, "invalid_symbol"),
        ({"symbol": "A" * 301}, 422, "validation_failed"),
        ({"side": "short"}, 422, "validation_failed"),
        ({"order_type": "limit"}, 422, "validation_failed"),
        ({"limit_price": "10"}, 422, "validation_failed"),
        ({"order_type": "limit", "limit_price": "290.123"}, 422, "validation_failed"),
        ({"order_type": "limit", "limit_price": "-1"}, 422, "validation_failed"),
        ({"quantity": "9000000000"}, 409, "insufficient_buying_power"),
        ({"order_type": "limit", "limit_price": "900000000000000", "quantity": "9000000000"}, 422, "amount_too_large"),
        ({"portfolio_id": FOREIGN}, 404, "portfolio_not_found"),
        ({"portfolio_id": "mine"}, 422, "validation_failed"),
        ({"side": "sell"}, 409, "insufficient_quantity"),
        ({"symbol": "FB"}, 409, "no_price"),
    ],
)
async def test_tickets_that_cannot_be_accepted_are_refused(
    ada: Resident, portfolio_id: str, terms: dict[str, str], status: int, code: str
) -> None:
    ticket = {"portfolio_id": portfolio_id, "symbol": "AAPL", "side": "buy", "order_type": "market", "quantity": "1"}

    await ada.refused("POST", "/v1/orders", status, code, {**ticket, **terms})

    assert (await ada.get("/v1/orders"))["items"] == []


@pytest.mark.parametrize(
    ("amount", "currency", "code"),
    [
        ("1", "XXZ", "unknown_currency"),
        ("1", "XAU", "unknown_currency"),
        ("1", "EUR", "currency_mismatch"),
        ("-5", "USD", "invalid_amount"),
        ("0", "USD", "invalid_amount"),
        ("0.001", "USD", "invalid_amount"),
        ("1e400", "USD", "validation_failed"),
        ("9" * 40, "USD", "validation_failed"),
        (True, "USD", "validation_failed"),
    ],
)
async def test_amounts_that_make_no_sense_are_refused(
    ada: Resident, portfolio_id: str, amount: object, currency: str, code: str
) -> None:
    money = {"amount": amount, "currency": currency}

    await ada.refused("POST", f"/v1/portfolios/{portfolio_id}/deposits", 422, code, money)


async def test_minor_units_are_those_of_the_currency(ada: Resident) -> None:
    for currency, good, bad in (("JPY", "100", "100.5"), ("BHD", "1.234", "1.2345")):
        opened = await ada.call("POST", "/v1/portfolios", 201, {"name": currency, "base_currency": currency})
        path = f"/v1/portfolios/{opened['id']}/deposits"

        await ada.call("POST", path, 201, {"amount": good, "currency": currency})
        await ada.refused("POST", path, 422, "invalid_amount", {"amount": bad, "currency": currency})


async def test_a_number_may_be_sent_as_a_number_and_is_read_exactly(ada: Resident) -> None:
    portfolio_id = await ada.portfolio(cash="0")
    body = '{"amount": 190.50, "currency": "USD"}'

    answer = await ada.http.post(
        f"/v1/portfolios/{portfolio_id}/deposits", content=body, headers={"Content-Type": "application/json"}
    )

    assert answer.json()["postings"][0]["amount"] == "190.50"


async def test_a_transfer_tells_money_with_the_decimals_of_its_currency(ada: Resident) -> None:
    sender, receiver = await ada.portfolio(cash="10"), await ada.portfolio(cash="0")

    paid = await ada.call("POST", f"/v1/portfolios/{sender}/transfers", 201, {"to": receiver, "amount": "1"})

    assert [posting["amount"] for posting in paid["postings"]] == ["-1.00", "1.00"]
    assert (await ada.get(f"/v1/portfolios/{sender}/transactions"))["items"][-1] == paid


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/orders/nonsense", 422),
        ("GET", f"/v1/orders/{FOREIGN}", 404),
        ("DELETE", f"/v1/orders/{FOREIGN}", 404),
        ("GET", f"/v1/portfolios/{FOREIGN}/positions", 404),
        ("GET", "/v1/orders?limit=0", 422),
        ("GET", "/v1/orders?cursor=abc", 422),
        ("GET", "/v1/orders?status=maybe", 422),
        ("GET", "/v1/nothing", 404),
        ("PUT", "/v1/orders", 405),
        ("GET", "/v1/quotes/NOSUCH", 404),
        ("GET", "/v1/quotes/A;DROP", 422),
        ("GET", "/v1/clock?market=nowhere", 404),
    ],
)
async def test_paths_and_queries_that_make_no_sense_are_refused(
    ada: Resident, method: str, path: str, status: int
) -> None:
    answer = await ada.http.request(method, path)

    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert {"type", "title", "status", "detail", "code"} <= answer.json().keys()
