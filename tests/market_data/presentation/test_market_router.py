"""Markets over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from guilder.core.caller import NOBODY, Caller
from guilder.core.database import Database
from guilder.market_data.application.market_opening import MarketOpening
from guilder.shared.ids import UserId
from tests.market_data.presentation.test_router import SOMEBODY, House, refusal

EVE = Caller(UserId(UUID(int=9)))
REPLAY = {"id": "class", "mode": "replay", "start": "2010-06-01T14:30:00Z", "seed": 7, "speed": "60"}
SHOWN = {
    "id": "class",
    "mode": "replay",
    "state": "paused",
    "now": "2010-06-01T14:30:00Z",
    "speed": "60",
    "seed": 7,
    "anchor": None,
    "is_own": True,
}


@pytest.fixture
async def house(tmp_path: Any) -> AsyncIterator[House]:
    """A sandbox, with somebody who is no admin before it."""
    house = House(tmp_path)
    await house.container.get(MarketOpening).open()
    house.caller = SOMEBODY
    yield house
    await house.container.get(Database).aclose()


@pytest.fixture
async def replay(house: House) -> House:
    await house.post("/v1/markets", REPLAY)
    return house


async def test_anybody_opens_a_replay(house: House) -> None:
    answer = await house.post("/v1/markets", REPLAY)

    assert (answer.status_code, answer.json()) == (201, SHOWN)
    assert (await house.get("/v1/markets/class")).json() == SHOWN


async def test_a_mode_is_enough(house: House) -> None:
    replay = (await house.post("/v1/markets", {"mode": "replay"})).json()
    sandbox = (await house.post("/v1/markets", {"mode": "sandbox", "id": "mine"})).json()

    assert (replay["now"], replay["speed"], replay["seed"]) == ("2000-03-01T14:30:00Z", "1", 0)
    assert (sandbox["state"], sandbox["anchor"]) == ("running", "2026-01-05")


async def test_all_markets_and_ones_own_are_listed(replay: House) -> None:
    everything = (await replay.get("/v1/markets")).json()
    own = (await replay.get("/v1/markets?own=true")).json()
    first = (await replay.get("/v1/markets?limit=1")).json()

    assert [(market["id"], market["is_own"]) for market in everything["items"]] == [("class", True), ("main", False)]
    assert (everything["next"], own["items"]) == (None, [SHOWN])
    assert [market["id"] for market in (await replay.get(f"/v1/markets?cursor={first['next']}")).json()["items"]] == [
        "main"
    ]


async def test_a_replay_is_resumed_hurried_paused_and_stepped_by_its_owner(replay: House) -> None:
    resumed = (await replay.post("/v1/markets/class/resume", None)).json()
    hurried = (await replay.patch("/v1/markets/class", {"speed": 3600})).json()
    paused = (await replay.post("/v1/markets/class/pause", None)).json()
    stepped = (await replay.post("/v1/clock/advance?market=class", {"sessions": 1})).json()

    assert (resumed["state"], resumed["speed"]) == ("running", "60")
    assert (hurried["state"], hurried["speed"]) == ("running", "3600")
    assert (paused["state"], paused["now"]) == ("paused", "2010-06-01T14:30:00Z")
    assert (stepped["state"], stepped["now"]) == ("paused", "2010-06-01T20:00:00Z")
    assert (await replay.get("/v1/clock?market=class")).json() == stepped


async def test_prices_are_those_of_the_market_that_is_named(replay: House) -> None:
    quote = (await replay.get("/v1/quotes/AAPL?market=class")).json()
    bars = (await replay.get("/v1/bars/AAPL?market=class&start=2010-05-28")).json()

    assert quote["at"] == "2010-06-01T14:30:00Z"
    assert [bar["at"] for bar in bars["items"]] == ["2010-05-28T00:00:00Z"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "validation_failed"),
        ({"mode": "dream"}, 422, "validation_failed"),
        ({"mode": "live"}, 503, "no_price_provider"),
        ({"mode": "replay", "id": "Not A Slug"}, 422, "invalid_market_id"),
        ({"mode": "replay", "id": "main"}, 409, "market_taken"),
        ({"mode": "replay", "start": "1999-01-01"}, 422, "validation_failed"),
        ({"mode": "replay", "start": "soon"}, 422, "validation_failed"),
        ({"mode": "replay", "seed": 1.5}, 422, "validation_failed"),
        ({"mode": "replay", "seed": True}, 422, "validation_failed"),
        ({"mode": "replay", "seed": 2**63}, 422, "validation_failed"),
        ({"mode": "replay", "speed": "0"}, 422, "invalid_speed"),
        ({"mode": "replay", "speed": "fast"}, 422, "validation_failed"),
        ({"mode": "sandbox", "speed": 2}, 422, "validation_failed"),
    ],
)
async def test_what_cannot_be_opened_is_refused(house: House, body: Any, status: int, code: str) -> None:
    assert refusal(await house.post("/v1/markets", body)) == (status, code)
    assert len((await house.get("/v1/markets")).json()["items"]) == 1


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/v1/markets/class", {"speed": 2}),
        ("POST", "/v1/markets/class/pause", None),
        ("POST", "/v1/markets/class/resume", None),
        ("DELETE", "/v1/markets/class", None),
        ("POST", "/v1/clock/advance?market=class", {"sessions": 1}),
    ],
)
async def test_nobody_but_its_owner_has_a_hand_on_a_replay(replay: House, method: str, path: str, body: Any) -> None:
    replay.caller = EVE
    assert refusal(await replay.send(method, path, json=body)) == (403, "not_allowed")

    replay.caller = NOBODY
    assert refusal(await replay.send(method, path, json=body)) == (401, "not_signed_in")


async def test_an_ended_replay_is_looked_at_and_no_more(replay: House) -> None:
    ended = await replay.send("DELETE", "/v1/markets/class")

    assert (ended.status_code, ended.json()["state"]) == (200, "ended")
    assert refusal(await replay.post("/v1/markets/class/resume", None)) == (409, "market_ended")
    assert refusal(await replay.post("/v1/clock/advance?market=class", {"sessions": 1})) == (409, "market_ended")
    clock = (await replay.get("/v1/clock?market=class")).json()
    assert (clock["state"], clock["is_open"], clock["next_open"]) == ("ended", False, None)
    assert (await replay.get("/v1/quotes/AAPL?market=class")).status_code == 200


async def test_the_market_of_the_house_is_nobodys(house: House) -> None:
    assert refusal(await house.send("DELETE", "/v1/markets/main")) == (403, "not_allowed")
    assert refusal(await house.post("/v1/markets/main/pause", None)) == (403, "not_allowed")
    assert refusal(await house.get("/v1/markets/nowhere")) == (404, "market_not_found")
