"""Nothing later than a market's time comes back, whatever is asked: every route of the API is tried.

Two houses live through the same instants. One knows the whole history; in the other one, all that comes after the
market's present time is something else. As long as their answers are the same, nobody has looked ahead.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import count, product
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guilder.bootstrap.api import create_app
from guilder.bootstrap.container import setup_container
from guilder.bootstrap.house import House
from guilder.core.clock import Clock
from guilder.core.container import Container
from guilder.core.wire import instant_text
from guilder.market_data.application.ports import PriceHistory
from guilder.market_data.domain.calendar import SessionCalendar
from guilder.market_data.domain.corporate_actions import Split
from guilder.market_data.domain.listing import Listing, SessionPrices
from guilder.market_data.domain.price_path import draw_path
from guilder.market_data.infrastructure.sample_prices import SamplePrices
from guilder.published.market_data import Timeframe
from guilder.shared.symbol import StockSymbol
from guilder.testing import FakeClock
from guilder.trading.domain.fill_profiles import FILL_PROFILES
from tests.houses import Resident, an_admin, settings_for
from tests.market_data.presentation.websockets import a_websocket

REAL: Final = SamplePrices()
CALENDAR: Final = REAL.calendar
SYMBOLS: Final = ("AAPL", "FB", "GOOG", "IBM", "MSFT")
WALL: Final = datetime(1999, 1, 1, tzinfo=UTC)
"""This world's time: before all data, so that no instant of it looks like one of the future."""

NOT_OF_A_MARKET: Final = (
    "/v1/users",
    "/v1/api-keys",
    "/v1/notifications",
    "/v1/audit",
    "/v1/trading",
    "/health",
    "/metrics",
)
"""Where a market's time plays no part. Every other route is tried, also one that is yet to be written."""

KNOWN_IN_ADVANCE: Final = frozenset({"next_open", "next_close"})
"""The exchange's hours are published years before."""

LISTS_OF_ALL_MARKETS: Final = frozenset({"/v1/markets", "/v1/portfolios", "/v1/events"})
"""They show what stands elsewhere, too, where it may be later."""

LEFT_AT_DEFAULT: Final = frozenset({"cursor", "own", "side", "after", "until", "client_order_id"})
"""Unless the route must be told."""


class OtherFuture:
    """`PriceHistory` that is the real one up to `now`; what comes after is made up."""

    source = REAL.source

    def __init__(self) -> None:
        self.now = CALENDAR.begins_at

    @property
    def calendar(self) -> SessionCalendar:
        return CALENDAR

    def find(self, symbol: StockSymbol) -> Listing | None:
        return None if REAL.find(symbol) is None else self.listing(symbol)

    def listing(self, symbol: StockSymbol) -> Listing:
        real = REAL.listing(symbol)
        known = CALENDAR.count_started(self.now) - 1
        finished = CALENDAR.count_finished(self.now) - 1
        rows = [self._row(real, number, known) for number in range(real.first, real.last + 1)]
        columns = tuple(list(column) for column in zip(*rows, strict=True))
        sudden = Split(CALENDAR.on(min(known + 1, len(CALENDAR) - 1)), 7, 1)
        splits = [(ex, split) for ex, split in real.splits if ex <= known]
        other = Listing(real.symbol, real.currency, real.first, columns, [*splits, (known + 1, sudden)])  # type: ignore[arg-type]
        dividends = [(ex, factor) for ex, factor in real.dividends if ex <= finished]
        other.dividends = (*dividends, (finished + 1, Fraction(1, 2)))
        return other

    def _row(self, real: Listing, number: int, known: int) -> SessionPrices:
        prices = real.prices(number)
        assert prices is not None
        if number < known:
            return prices
        if number > known:
            return SessionPrices(3 * prices.open, 3 * prices.high, 3 * prices.low, 3 * prices.close, prices.volume // 2)
        session = CALENDAR.session(number)
        path = draw_path(real.symbol, real.currency, session, prices, seed=0, source_on=session.on)
        last_turn = path.points[-2][0]
        other_close = prices.close + (100 if prices.close + 100 < prices.high else -100)
        if self.now <= last_turn and prices.low < prices.close < prices.high and prices.low < other_close < prices.high:
            return prices._replace(close=other_close)
        return prices


class Question(NamedTuple):
    """One way to ask one route."""

    route: str
    path: str
    query: Mapping[str, str]


class Pair:
    """The same person in both houses."""

    def __init__(self, future: OtherFuture, knowing: Resident, blind: Resident) -> None:
        self.future = future
        self.both = (knowing, blind)
        self.numbers = count()

    async def call(self, method: str, path: str, status: int, bodies: Sequence[Any], **query: str) -> list[Any]:
        """Does the same in both; `bodies` may differ only in ids."""
        return [
            await resident.call(method, path, status, body, params=query)
            for resident, body in zip(self.both, bodies, strict=True)
        ]


@asynccontextmanager
async def a_pair(folder: Path, prepare: Callable[[Container], object] = lambda _: None) -> AsyncIterator[Pair]:
    """Two houses, both wired as `prepare` has it, with an admin in each: he may ask everything."""
    future = OtherFuture()
    async with AsyncExitStack() as stack:
        residents = []
        for name, history in (("knowing", REAL), ("blind", future)):
            house_settings = settings_for(folder / name)
            container = setup_container(house_settings)
            container.register_value(Clock, FakeClock(WALL), replace=True)
            container.register_value(PriceHistory, history, replace=True)
            prepare(container)
            house = await stack.enter_async_context(House(house_settings, container=container))
            residents.append(await stack.enter_async_context(an_admin(house)))
        yield Pair(future, *residents)


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[Pair]:
    async with a_pair(tmp_path) as two:
        yield two


@st.composite
def spans(draw: st.DrawFn) -> tuple[datetime, datetime]:
    """When a replay begins, and up to when it is advanced: within sessions, and between them."""
    number = draw(st.integers(1, len(CALENDAR) - 6))
    begin, end = (
        CALENDAR.session(session).opens_at + timedelta(seconds=draw(st.integers(-7_200, 32_400)))
        for session in (number, number + draw(st.integers(0, 4)))
    )
    return min(begin, end), max(begin, end)


@given(spans(), st.sampled_from(sorted(FILL_PROFILES)))
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
async def test_no_route_tells_of_what_is_yet_to_come(
    pair: Pair, span: tuple[datetime, datetime], fill_profile: str
) -> None:
    await ask_everything(pair, *span, fill_profile)


async def ask_everything(pair: Pair, begin: datetime, now: datetime, fill_profile: str) -> None:
    """Live through the same in both houses, and compare all that they tell."""
    pair.future.now = now
    market = f"m{next(pair.numbers)}"
    names = await live_through(pair, market, begin, now, fill_profile)

    for question in questions(pair.both[0].house, market, now, [set(of_one) for of_one in names]):
        answers = [
            await resident.http.request("GET", filled(question.path, ids), params=with_ids(question.query, ids))
            for resident, ids in zip(pair.both, names, strict=True)
        ]
        knowing, blind = answers
        assert knowing.status_code in {200, 409}, (question, knowing.text)
        look_for_glimpses(question, masked(knowing.text), masked(blind.text))
        told = knowing.json()
        if question.route not in LISTS_OF_ALL_MARKETS:
            look_for_glimpses(question, [instant for instant in instants_in(told) if instant > now], [])
        if question.route == "/v1/bars/{symbol}":
            early = [bar for bar in told["items"] if end_of(bar, question.query["timeframe"]) > now]
            look_for_glimpses(question, early, [])

    stream = Question("/v1/stream", f"/v1/stream?markets={market}", {})
    messages = [await first_message(resident, stream.path) for resident in pair.both]
    look_for_glimpses(stream, *messages)
    look_for_glimpses(stream, [instant for instant in instants_in(messages[0]) if instant > now], [])
    await pair.call("DELETE", f"/v1/markets/{market}", 200, [None, None])


@given(spans())
@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
async def test_no_estimate_is_made_of_what_is_yet_to_come(pair: Pair, span: tuple[datetime, datetime]) -> None:
    begin, now = span
    pair.future.now = now
    market = f"m{next(pair.numbers)}"
    names = await live_through(pair, market, begin, now, "ideal")

    for strategy, symbol, side in product(("market", "vwap", "twap"), SYMBOLS, ("buy", "sell")):
        ticket = {"symbol": symbol, "side": side, "quantity": "7", "strategy": strategy}
        knowing, blind = [
            await resident.http.post("/v1/orders/estimate", json={**ticket, "portfolio_id": ids["portfolio_id"]})
            for resident, ids in zip(pair.both, names, strict=True)
        ]
        assert knowing.status_code in {200, 409}, (ticket, knowing.text)
        assert (knowing.status_code, masked(knowing.text)) == (blind.status_code, masked(blind.text)), ticket
        assert [instant for instant in instants_in(knowing.json()) if instant > now] == [], ticket

    await pair.call("DELETE", f"/v1/markets/{market}", 200, [None, None])


class GlimpseError(AssertionError):
    """Somebody saw what is yet to come."""


def look_for_glimpses(question: Question, told: Any, right: Any) -> None:
    """What is told must be what one may know. Raises `GlimpseError`."""
    if told != right:
        raise GlimpseError(f"{question}: {told} instead of {right}")


async def first_message(resident: Resident, path: str) -> Any:
    """What the websocket tells, which no OpenAPI schema lists."""
    signed = {"Authorization": resident.http.headers["Authorization"]}
    async with a_websocket(create_app(resident.house), path, signed) as stream:
        return await stream.next()


async def live_through(
    pair: Pair, market: str, begin: datetime, now: datetime, fill_profile: str
) -> list[dict[str, str]]:
    """Open a replay and a portfolio in it, place orders of several kinds, let time go on; the ids in each house."""
    replay = {"mode": "replay", "id": market, "start": instant_text(begin)}
    await pair.call("POST", "/v1/markets", 201, [replay, replay])
    terms_of_all = {"market": market, "fill_profile": fill_profile}
    names = [{"portfolio_id": await resident.portfolio(**terms_of_all)} for resident in pair.both]
    for number, (symbol, terms) in enumerate(
        orders(await pair.both[0].get("/v1/quotes", symbols=THREE, market=market))
    ):
        for resident, ids in zip(pair.both, names, strict=True):
            order = await resident.place(ids["portfolio_id"], symbol=symbol, **{"time_in_force": "gtc", **terms})
            ids[f"order_id {number}"] = order["id"]
    await pair.call("POST", "/v1/clock/advance", 200, [{"to": instant_text(now)}] * 2, market=market)
    return names


THREE: Final = "AAPL,IBM,MSFT"


def orders(quotes: Sequence[Mapping[str, str]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """One that is filled as soon as it can be, one in slices, and two that wait for the price to move by a percent."""
    price = {quote["symbol"]: Decimal(quote["price"]) for quote in quotes}
    yield "IBM", {"order_type": "market"}
    yield "IBM", {"notional": "500.00", "quantity": None, "time_in_force": "day", "client_order_id": "mine"}
    slicing = {"algorithm": "vwap", "interval": 1800, "time_in_force": "day"}
    yield "MSFT", {"order_type": "market", "quantity": "0.5", **slicing}
    yield "AAPL", {"order_type": "limit", "limit_price": f"{price['AAPL'] * Decimal('0.99'):.2f}"}
    yield "MSFT", {"order_type": "stop", "stop_price": f"{price['MSFT'] * Decimal('1.01'):.2f}"}


def questions(house: House, market: str, now: datetime, ids: Sequence[set[str]]) -> Iterator[Question]:
    """Every GET route of the schema, with every choice that it offers."""
    schema = create_app(house).openapi()
    values: Mapping[str, Sequence[str]] = {
        "market": [market],
        "symbol": SYMBOLS,
        "symbols": [",".join(SYMBOLS)],
        "portfolio_id": ["portfolio_id"],
        "parent_id": ["order_id 1"],
        "order_id": sorted(name for name in ids[0] if name.startswith("order_id")),
        "start": [instant_text(now - ago) for ago in (timedelta(minutes=10), timedelta(days=5))],
        "end": [instant_text(now + timedelta(days=30))],
        "limit": ["500"],
        "client_order_id": ["mine"],
    }
    for route, operations in schema["paths"].items():
        if "get" not in operations or route.startswith(NOT_OF_A_MARKET):
            continue
        asked = operations["get"].get("parameters", [])
        parameters = [one for one in asked if one["name"] not in LEFT_AT_DEFAULT or one["required"]]
        choices = [values.get(one["name"]) or enumerated(schema, one) for one in parameters]
        for chosen in product(*choices):
            path, query = route, {}
            for one, value in zip(parameters, chosen, strict=True):
                if one["in"] == "path":
                    path = path.replace("{" + one["name"] + "}", value)
                else:
                    query[one["name"]] = value
            yield Question(route, path, query)


def enumerated(schema: Any, parameter: Any) -> Sequence[str]:
    """The values that a parameter may have, by the schema; whoever adds one that is free says here what to try."""
    name = parameter["schema"].get("$ref", "").rpartition("/")[2]
    found: Sequence[str] | None = schema["components"]["schemas"].get(name, {}).get("enum")
    assert found is not None, (
        f"say in `values` what to ask for {parameter['name']}, or in LEFT_AT_DEFAULT that nothing is"
    )
    return found


def filled(path: str, ids: Mapping[str, str]) -> str:
    """With the ids of one house for their names."""
    return "/".join(ids.get(part, part) for part in path.split("/"))


def with_ids(query: Mapping[str, str], ids: Mapping[str, str]) -> dict[str, str]:
    return {name: ids.get(value, value) for name, value in query.items()}


def masked(text: str) -> str:
    """Without what is chance: ids, and the cursors that hold them."""
    no_ids = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "an id", text)
    return re.sub(r'"next":\s*"[^"]+"', '"next": "more"', no_ids)


def instants_in(told: Any) -> Iterator[datetime]:
    """Every instant of an answer, but for those that are known in advance."""
    match told:
        case dict():
            for name, value in told.items():
                if name not in KNOWN_IN_ADVANCE:
                    yield from instants_in(value)
        case list():
            for value in told:
                yield from instants_in(value)
        case str() if re.match(r"\d{4}-\d\d-\d\d(T.+Z)?$", told):
            instant = datetime.fromisoformat(told)
            yield instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def end_of(bar: Mapping[str, str], timeframe: str) -> datetime:
    """When a bar is over: with its span, or its session."""
    at = datetime.fromisoformat(bar["at"])
    number = CALENDAR.number_of(at.date())
    assert number is not None
    return min(at + timedelta(minutes=Timeframe(timeframe).minutes), CALENDAR.session(number).closes_at)


def test_the_other_future_is_another_one() -> None:
    """The test above proves nothing if both houses know the same."""
    future, apple = OtherFuture(), StockSymbol("AAPL")
    future.now = datetime(2010, 6, 1, 14, tzinfo=UTC)
    real, other = REAL.listing(apple), future.listing(apple)
    today = CALENDAR.count_started(future.now) - 1

    assert [other.prices(number) == real.prices(number) for number in range(today - 1, today + 2)] == [
        True,
        False,
        False,
    ]
    assert other.splits[-1][0] == today + 1


def test_every_route_of_the_market_is_asked(tmp_path: Path) -> None:
    questions_asked = list(questions(House(settings_for(tmp_path)), "main", WALL, [{"order_id 1"}]))
    asked = {one.route for one in questions_asked}

    assert {"/v1/quotes", "/v1/quotes/{symbol}", "/v1/bars/{symbol}", "/v1/trades/{symbol}", "/v1/clock"} <= asked
    assert {"/v1/orders/{order_id}", "/v1/orders/{order_id}/explain", "/v1/orders"} <= asked
    assert {"/v1/portfolios/{portfolio_id}/metrics", "/v1/portfolios/{portfolio_id}/positions"} <= asked
    assert {"/v1/portfolios/{portfolio_id}/transactions", "/v1/events", "/v1/markets/{market}"} <= asked
    bars = [
        one for one in questions(House(settings_for(tmp_path)), "main", WALL, [{"order_id 1"}]) if "bars" in one.path
    ]
    assert {one.query["timeframe"] for one in bars} == set(Timeframe)
