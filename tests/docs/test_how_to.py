"""The how-to pages work as they are written, against houses on real ports."""

from __future__ import annotations

import asyncio
import inspect
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from tests.docs.markdown import DOCS, blocks_of
from tests.docs.serving import a_serving_house, an_admin_key, client_of, pasted
from tests.houses import settings_for

HOW_TO = DOCS / "how-to"


@pytest.fixture
def samples(request: pytest.FixtureRequest) -> Iterator[ModuleType]:
    """The names that the Python blocks of a page define."""
    page = HOW_TO / request.param
    module = ModuleType("samples_of_a_page")
    sys.modules[module.__name__] = module
    for block in blocks_of(page):
        if block.info == "python":
            exec(compile(block.code, f"{page.name}:{block.line}", "exec", dont_inherit=True), vars(module))  # noqa: S102
    yield module
    del sys.modules[module.__name__]


async def test_registering_and_trading_by_curl_works_as_pasted(tmp_path: Path) -> None:
    async with a_serving_house(settings_for(tmp_path)) as house:
        printed = (await pasted(house, HOW_TO / "register-and-trade-over-http.md")).splitlines()

    *_, positions, metrics, _, signed_out = (json.loads(line) for line in printed[1:])
    assert [(held["symbol"], held["quantity"]) for held in positions] == [("AAPL", "3")]
    assert (metrics["complete"], signed_out["code"]) == (True, "not_signed_in")


async def test_moving_a_replay_by_curl_prints_what_the_page_shows(tmp_path: Path) -> None:
    page = HOW_TO / "replay-the-past.md"
    start = datetime(2008, 10, 1, tzinfo=UTC)
    async with a_serving_house(settings_for(tmp_path, market_mode="replay", replay_start=start)) as house:
        await an_admin_key(house)
        printed = await pasted(house, page)

    [shown] = [block.code for block in blocks_of(page) if block.info == "json"]
    assert printed.startswith(shown)
    market, _, stepped, quote, faster, resumed, paused = map(json.loads, printed.removeprefix(shown).splitlines())
    assert (market["id"], market["now"], market["is_own"]) == ("lehman", "2008-09-12T00:00:00Z", True)
    assert (stepped["now"], quote["at"], faster["speed"]) == ("2008-09-15T20:00:00Z", "2008-09-15T20:00:00Z", "3600")
    assert (resumed["state"], paused["state"]) == ("running", "paused")


async def test_limiting_and_halting_by_curl_prints_what_the_page_shows(tmp_path: Path) -> None:
    page = HOW_TO / "limit-and-halt-trading.md"
    async with a_serving_house(settings_for(tmp_path)) as house:
        await an_admin_key(house)
        printed = (await pasted(house, page)).strip()

    [shown] = [block.code for block in blocks_of(page) if block.info == "json"]
    assert printed.startswith(shown)
    halted, refused, standing, resumed, house_halted, house_standing, house_resumed = map(
        json.loads, printed.removeprefix(shown).splitlines()
    )
    assert (halted["canceled_orders"], refused["code"], standing["is_halted"]) == (0, "trading_halted", True)
    assert (resumed["is_halted"], house_halted["reason"]) == (False, "prices look wrong")
    assert (house_standing["is_halted"], house_resumed["is_halted"]) == (True, False)


@pytest.mark.parametrize("samples", ["trade-from-python.md"], indirect=True)
async def test_the_python_client_buys_and_reads(
    tmp_path: Path, samples: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    async with a_serving_house(settings_for(tmp_path)) as house:
        with samples.demo_client(client_of(house).base_url, str(tmp_path)) as guilder:
            await asyncio.to_thread(samples.main, guilder)

    printed = capsys.readouterr().out
    assert "filled: 2.5 AAPL at " in printed
    assert "AAPL: 2.5, " in printed
    assert "realized: 0.00 USD" in printed


@pytest.mark.parametrize("samples", ["write-a-bot.md"], indirect=True)
async def test_the_bot_decides_once_a_session(tmp_path: Path, samples: Any) -> None:
    start = datetime(2009, 1, 2, 22, tzinfo=UTC)
    async with a_serving_house(settings_for(tmp_path, market_mode="replay", replay_start=start)) as house:
        key = await an_admin_key(house)
        with client_of(house, key) as guilder:
            said = await asyncio.to_thread(_live_through, samples, guilder, 40)

    decided = [line for line in said if not line.endswith("nothing to do")]
    orders = [line for line in decided if line.endswith("new")]
    repeated = [line for line in decided if line.endswith("already")]
    assert [line.split()[1] for line in orders][:2] == ["buy", "sell"]
    assert len(repeated) == len(orders)


def _live_through(samples: Any, guilder: httpx.Client, sessions: int) -> list[str]:
    """What the bot says when it runs twice after each close."""
    portfolio = guilder.post("/v1/portfolios", json={"name": "Bot", "base_currency": "USD"}).json()["id"]
    guilder.post(f"/v1/portfolios/{portfolio}/deposits", json={"amount": "10000", "currency": "USD"})
    said = []
    for _ in range(sessions):
        said += [samples.decide(guilder, portfolio, "AAPL") for _ in range(2)]
        guilder.post("/v1/clock/advance", json={"sessions": 1})
    return said


@pytest.mark.parametrize("samples", ["test-your-service-with-guilder.md"], indirect=True)
async def test_the_tests_that_the_page_shows_pass(tmp_path: Path, samples: ModuleType) -> None:
    tests = {name: test for name, test in vars(samples).items() if name.startswith("test_")}
    for test in tests.values():
        await (test(tmp_path) if inspect.signature(test).parameters else test())

    assert len(tests) == 3
