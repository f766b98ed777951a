"""The HTTP edge: whatever happens, the answer is well formed, and tells neither too little nor too much."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

import httpx
import pytest
import structlog
from fastapi import APIRouter, FastAPI
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel
from starlette.types import Receive, Scope, Send

from guilder.core.http import ExactRoute, put_edge_around, status_of
from guilder.core.open_unit import UnitMisusedError
from guilder.core.settings import RateLimit
from guilder.core.wire import AmountIn, DecimalIn, LimitIn, QuantityIn
from guilder.shared import errors
from guilder.shared.errors import (
    FieldProblem,
    GuilderError,
    InvalidError,
    RefusedError,
    ValidationError,
    all_at_once,
)
from guilder.shared.symbol import StockSymbol
from guilder.testing.clocks import FakeClock
from guilder.testing.ids import SequentialIds

LARGEST_BODY = 10_000


class Lot(BaseModel):
    """An inner object."""

    quantity: QuantityIn


class Ticket(BaseModel):
    """A body with numbers."""

    amount: AmountIn
    rate: DecimalIn = Decimal(0)
    lots: list[Lot] = []
    count: int = 0


class Shop:
    """An application that refuses as it is told, and shows what it read."""

    def __init__(self, rate_limit: RateLimit | None = None) -> None:
        self.clock = FakeClock()
        self.refusal: Exception | None = None
        self.seen: list[Ticket] = []
        self.app = FastAPI(redirect_slashes=False)
        router = APIRouter(prefix="/v1", route_class=ExactRoute)
        router.add_api_route("/refuse", self.refuse)
        router.add_api_route("/tickets", self.take, methods=["POST"])
        router.add_api_route("/anything", self.take_anything, methods=["POST"])
        router.add_api_route("/things/{thing_id}", self.show)
        router.add_api_route("/list", self.list)
        router.add_api_route("/symbols/{text}", self.symbol)
        self.app.include_router(router)
        self.app.add_api_route("/health/live", self.live)
        put_edge_around(
            self.app,
            ids=SequentialIds(),
            clock=self.clock,
            max_body_bytes=LARGEST_BODY,
            rate_limit=rate_limit,
        )

    async def refuse(self) -> None:
        if self.refusal:
            raise self.refusal

    async def take(self, ticket: Ticket) -> dict[str, Any]:
        self.seen.append(ticket)
        return {"amount": ticket.amount}

    async def take_anything(self, value: dict[str, Any]) -> None: ...

    async def show(self, thing_id: UUID) -> dict[str, Any]:
        raise errors.NotFoundError(f"There is no thing {thing_id}")

    async def list(self, limit: LimitIn = 100) -> int:
        return limit

    async def symbol(self, text: str) -> str:
        return str(StockSymbol(text))

    async def live(self) -> dict[str, str]:
        return {}

    def client(self) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://guilder")

    async def get(self, path: str, **headers: str) -> httpx.Response:
        async with self.client() as client:
            return await client.get(path, headers=headers)

    async def post(self, path: str, body: Any, **headers: str) -> httpx.Response:
        content = body if isinstance(body, bytes | AsyncIterator) else json.dumps(body).encode()
        async with self.client() as client:
            return await client.post(path, content=content, headers={"content-type": "application/json", **headers})

    async def refused(self, refusal: Exception) -> httpx.Response:
        self.refusal = refusal
        return await self.get("/v1/refuse")


@pytest.fixture
def shop() -> Shop:
    return Shop()


def problem(answer: httpx.Response) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = answer.json()
    assert told["status"] == answer.status_code
    assert told["type"] == f"urn:guilder:problem:{told['code']}"
    assert told["title"]
    assert told["detail"]
    return told


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (errors.InvalidError, 422),
        (errors.ValidationError, 422),
        (errors.UnauthenticatedError, 401),
        (errors.ForbiddenError, 403),
        (errors.NotFoundError, 404),
        (errors.ConflictError, 409),
        (errors.RefusedError, 409),
        (errors.UnavailableError, 503),
        (errors.PaymentRequiredError, 402),
        (errors.TooManyRequestsError, 429),
        (GuilderError, 500),
    ],
)
async def test_each_kind_of_refusal_has_its_status(shop: Shop, refusal: type[GuilderError], status: int) -> None:
    answer = await shop.refused(refusal() if refusal is errors.ValidationError else refusal("because"))

    assert answer.status_code == status
    assert status_of(refusal) == status
    told = problem(answer)
    assert told["code"] == ("internal_error" if status == 500 else refusal.code)


class TooLateError(errors.RefusedError):
    """The market is closed.

    More about it that the title does not say.
    """

    code: ClassVar[str] = "too_late"


async def test_a_refusal_is_told_with_its_code_its_title_and_what_went_wrong(shop: Shop) -> None:
    told = problem(await shop.refused(TooLateError("It closed at 21:00Z")))

    assert told == {
        "type": "urn:guilder:problem:too_late",
        "title": "The market is closed.",
        "status": 409,
        "detail": "It closed at 21:00Z",
        "code": "too_late",
    }


async def test_whoever_is_not_signed_in_is_told_how_to(shop: Shop) -> None:
    assert (await shop.refused(errors.UnauthenticatedError())).headers["www-authenticate"] == "Bearer"


async def test_who_should_come_back_is_told_when(shop: Shop) -> None:
    assert (await shop.refused(errors.UnavailableError())).headers["retry-after"] == "1"
    too_many = errors.TooManyRequestsError(retry_after_seconds=7)
    assert (await shop.refused(too_many)).headers["retry-after"] == "7"


async def test_fields_that_the_domain_refuses_are_named(shop: Shop) -> None:
    told = problem(
        await shop.refused(errors.ValidationError(FieldProblem("email", "no @"), FieldProblem("name", "empty")))
    )

    assert told["code"] == "validation_failed"
    assert told["errors"] == [{"field": "email", "message": "no @"}, {"field": "name", "message": "empty"}]


async def test_what_is_missing_and_what_is_not_yours_read_the_same(shop: Shop) -> None:
    missing = await shop.refused(errors.NotFoundError("There is no order 7"))
    not_yours = await shop.refused(errors.NotFoundError("Order 7 belongs to somebody else"))

    assert missing.status_code == not_yours.status_code == 404
    assert missing.content == not_yours.content
    assert b"7" not in missing.content


@pytest.mark.parametrize("mistake", [RuntimeError("secret plans"), UnitMisusedError("secret plans")])
async def test_a_mistake_of_ours_tells_nothing_but_is_logged(shop: Shop, mistake: Exception) -> None:
    with structlog.testing.capture_logs() as lines:
        answer = await shop.refused(mistake)

    assert answer.status_code == 500
    assert problem(answer)["code"] == "internal_error"
    assert b"secret" not in answer.content
    assert answer.headers["x-request-id"]
    (line,) = [line for line in lines if line["event"] == "request_failed"]
    assert "secret plans" in line["error"]
    assert line["exc_info"]


async def test_an_unknown_path_is_not_found(shop: Shop) -> None:
    answer = await shop.get("/v1/nowhere")

    assert answer.status_code == 404
    assert problem(answer)["code"] == "not_found"


async def test_a_wrong_method_is_told_which_are_right(shop: Shop) -> None:
    answer = await shop.get("/v1/tickets")

    assert answer.status_code == 405
    assert problem(answer)["code"] == "method_not_allowed"
    assert answer.headers["allow"] == "POST"


async def test_an_id_in_the_path_that_is_none_is_named(shop: Shop) -> None:
    answer = await shop.get("/v1/things/seven")

    assert answer.status_code == 422
    told = problem(answer)
    assert told["code"] == "validation_failed"
    assert [item["field"] for item in told["errors"]] == ["thing_id"]


@pytest.mark.parametrize(("asked", "status"), [("0", 422), ("many", 422), ("1000", 200)])
async def test_a_wrong_limit_is_refused_and_a_large_one_cut(shop: Shop, asked: str, status: int) -> None:
    answer = await shop.get(f"/v1/list?limit={asked}")

    assert answer.status_code == status
    assert answer.json() == 500 if status == 200 else problem(answer)["errors"][0]["field"] == "limit"


async def test_every_wrong_field_is_named_at_once(shop: Shop) -> None:
    answer = await shop.post("/v1/tickets", {"amount": "much", "lots": [{"quantity": 1}, {"quantity": True}]})

    assert answer.status_code == 422
    told = problem(answer)
    assert [item["field"] for item in told["errors"]] == ["amount", "lots[1].quantity"]
    assert told["errors"][0]["message"] == "'much' is not a number"


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b'"text"', b"7", b"{}"])
async def test_a_body_of_another_shape_is_refused(shop: Shop, body: bytes) -> None:
    answer = await shop.post("/v1/tickets", body)

    assert answer.status_code == 422
    assert problem(answer)["errors"]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff",
        b'{"amount": NaN}',
        b'{"amount": Infinity}',
        b'{"amount": -Infinity}',
        b'{"amount": ' + b"9" * 5000 + b"}",
        b'{"amount": 1e999999999}',
        b"[" * 4_000 + b"]" * 4_000,
        b'{"amount": "\\ud800"}',
    ],
)
async def test_a_body_that_cannot_be_read_is_malformed(shop: Shop, body: bytes) -> None:
    for path in ("/v1/tickets", "/v1/anything"):
        answer = await shop.post(path, body)

        assert answer.status_code == 400
        assert problem(answer)["code"] == "malformed_body"


@pytest.mark.parametrize("text", [b"1e400", b"1e-400", b"-1e400", b"9" * 41, b"true", b"null", b'"NaN"', b"[]"])
async def test_a_number_that_is_none_for_a_ticket_is_refused_by_its_field(shop: Shop, text: bytes) -> None:
    answer = await shop.post("/v1/tickets", b'{"amount": ' + text + b"}")

    assert answer.status_code == 422
    assert [item["field"] for item in problem(answer)["errors"]] == ["amount"]


@given(st.decimals(min_value="0.000000000000000001", max_value="0.3", places=30))
def test_a_json_number_arrives_exactly(rate: Decimal) -> None:
    shop = Shop()
    body = f'{{"amount": 0.1, "rate": {rate:f}}}'.encode()

    answer = asyncio.run(shop.post("/v1/tickets", body))

    assert answer.status_code == 200
    assert shop.seen[0].amount == "0.1"
    assert shop.seen[0].rate == rate


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", ""],
)
async def test_a_body_of_another_media_type_is_refused(shop: Shop, kind: str) -> None:
    answer = await shop.post("/v1/tickets", {"amount": 1}, **{"content-type": kind})

    assert answer.status_code == 415
    assert problem(answer)["code"] == "unsupported_media_type"


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "Application/JSON", "application/vnd.x+json"])
async def test_json_is_json_by_all_its_names(shop: Shop, kind: str) -> None:
    assert (await shop.post("/v1/tickets", {"amount": 1}, **{"content-type": kind})).status_code == 200


async def test_a_body_that_says_it_is_too_large_is_refused(shop: Shop) -> None:
    answer = await shop.post("/v1/tickets", b" " * (LARGEST_BODY + 1))

    assert answer.status_code == 413
    assert problem(answer)["code"] == "body_too_large"
    assert shop.seen == []


@pytest.mark.parametrize("path", ["/v1/tickets", "/v1/anything"])
async def test_a_body_that_turns_out_too_large_is_refused(shop: Shop, path: str) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" " * 1000

    answer = await shop.post(path, chunks())

    assert "content-length" not in answer.request.headers
    assert answer.status_code == 413
    assert problem(answer)["code"] == "body_too_large"


async def test_a_body_of_just_the_limit_is_read(shop: Shop) -> None:
    body = b'{"amount": 1}'.ljust(LARGEST_BODY)

    assert (await shop.post("/v1/tickets", body)).status_code == 200


@pytest.mark.parametrize("length", ["-1", "many", "9" * 30])
async def test_an_absurd_length_does_no_harm(shop: Shop, length: str) -> None:
    answer = await shop.post("/v1/tickets", b'{"amount": 1}', **{"content-length": length})

    assert answer.status_code in {200, 413}


@pytest.mark.parametrize("path", ["/v1/symbols/A%00", "/v1/list?limit=5&x=%00"])
async def test_an_address_with_a_nul_is_malformed(shop: Shop, path: str) -> None:
    answer = await shop.get(path)

    assert answer.status_code == 400
    assert problem(answer)["code"] == "malformed_address"


@pytest.mark.parametrize("text", ["A;DROP", "%F0%9F%98%80", "%ff", "A" * 300, "a%20b"])
async def test_a_symbol_that_is_none_is_refused(shop: Shop, text: str) -> None:
    answer = await shop.get(f"/v1/symbols/{text}")

    assert answer.status_code == 422
    assert problem(answer)["code"] == "invalid_symbol"


async def test_the_id_of_a_request_comes_back(shop: Shop) -> None:
    assert (await shop.get("/v1/list", **{"X-Request-ID": "mine-7"})).headers["x-request-id"] == "mine-7"


@pytest.mark.parametrize("offered", ["", "a b", "x" * 129, "a\tb", "<script>"])
async def test_a_request_without_a_fit_id_is_given_one(shop: Shop, offered: str) -> None:
    answer = await shop.get("/v1/list", **{"X-Request-ID": offered})

    assert str(UUID(answer.headers["x-request-id"])) == answer.headers["x-request-id"]


async def test_each_request_is_a_line_in_the_log_with_its_id_and_without_its_query(shop: Shop) -> None:
    with structlog.testing.capture_logs([structlog.contextvars.merge_contextvars]) as lines:
        await shop.get("/v1/list?limit=5", **{"X-Request-ID": "mine-7"})
        await shop.get("/v1/nowhere")

    first, second = [line for line in lines if line["event"] == "request"]
    assert (first["method"], first["path"], first["status"]) == ("GET", "/v1/list", 200)
    assert (first["request_id"], first["log_level"]) == ("mine-7", "info")
    assert repr(second["status"]) == "404"


async def test_what_machines_ask_every_second_is_not_logged(shop: Shop) -> None:
    with structlog.testing.capture_logs() as lines:
        await shop.get("/health/live")

    assert lines == []


async def test_answers_of_the_api_are_kept_by_no_cache_and_read_as_nothing_else(shop: Shop) -> None:
    for path in ("/v1/list", "/v1/nowhere", "/v1/refuse"):
        headers = (await shop.get(path)).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
    assert "cache-control" not in (await shop.get("/health/live")).headers


async def test_a_refusal_in_front_of_the_router_is_answered_like_one_behind_it() -> None:
    class Doorman:
        def __init__(self, app: object) -> None: ...

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            raise errors.UnauthenticatedError

    app = FastAPI()
    app.add_middleware(Doorman)
    put_edge_around(app, ids=SequentialIds(), clock=FakeClock())
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://guilder") as client:
        answer = await client.get("/v1/list")

    assert answer.status_code == 401
    assert problem(answer)["code"] == "unauthenticated"


THREE_A_MINUTE = RateLimit(3, 60)


async def test_requests_beyond_the_limit_are_told_when_to_come_back() -> None:
    shop = Shop(THREE_A_MINUTE)
    for _ in range(3):
        assert (await shop.get("/v1/list")).status_code == 200

    answer = await shop.get("/v1/list")

    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "20"
    assert problem(answer)["code"] == "rate_limit_reached"


async def test_requests_come_back_evenly() -> None:
    shop = Shop(THREE_A_MINUTE)
    for _ in range(4):
        await shop.get("/v1/list")
    shop.clock.advance(timedelta(seconds=20))

    statuses = [(await shop.get("/v1/list")).status_code for _ in range(2)]

    assert statuses == [200, 429]


async def test_health_is_never_limited() -> None:
    shop = Shop(THREE_A_MINUTE)

    statuses = {(await shop.get("/health/live")).status_code for _ in range(9)}

    assert statuses == {200}


async def test_without_a_limit_everybody_may_ask_as_often_as_he_likes(shop: Shop) -> None:
    statuses = {(await shop.get("/v1/list")).status_code for _ in range(50)}

    assert statuses == {200}


async def test_all_that_speaks_against_a_request_is_told_the_weightiest_first() -> None:
    two_fields = ValidationError(FieldProblem("limit_price", "too fine"), FieldProblem("stop_price", "too fine"))
    shop = Shop()
    shop.refusal = all_at_once([RefusedError("too poor"), two_fields, InvalidError("which?", field="symbol")])

    async with shop.client() as client:
        answer = await client.get("/v1/refuse")

    told = answer.json()
    assert (answer.status_code, told["code"]) == (422, "validation_failed")
    assert told["reasons"] == [
        {"code": "validation_failed", "detail": "too fine", "field": "limit_price"},
        {"code": "validation_failed", "detail": "too fine", "field": "stop_price"},
        {"code": "invalid", "detail": "which?", "field": "symbol"},
        {"code": "refused", "detail": "too poor"},
    ]
    assert [error["field"] for error in told["errors"]] == ["limit_price", "stop_price", "symbol"]
