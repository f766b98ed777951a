"""A request that is cut off half way is made again under its key."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.houses import a_house, a_resident, an_admin, settings_for

KEY = {"Idempotency-Key": "five-hundred-sessions"}


async def test_an_advance_that_was_cut_off_ends_where_it_was_going_the_first_time(
    tmp_path: Path, database_url: str | None
) -> None:
    settings = settings_for(tmp_path, database_url, market_mode="replay", replay_start="2010-01-04T12:00:00Z")
    async with a_house(settings) as house, an_admin(house) as ada:
        stood = (await ada.get("/v1/clock"))["now"]
        advancing = asyncio.create_task(ada.http.post("/v1/clock/advance", json={"sessions": 500}, headers=KEY))
        while (await ada.get("/v1/clock"))["now"] == stood:
            await asyncio.sleep(0)
        advancing.cancel()
        await asyncio.wait([advancing])
        assert advancing.cancelled()

    async with a_house(settings) as house, a_resident(house, email=None) as ada:
        await ada.sign_in("ada@example.com")
        assert len((await ada.get("/v1/bars/AAPL", start="2010-01-04", limit=500))["items"]) < 499
        again = await ada.http.post("/v1/clock/advance", json={"sessions": 500}, headers=KEY)
        assert again.status_code == 200
        bars = await ada.get("/v1/bars/AAPL", start="2010-01-04", limit=500)
        assert (len(bars["items"]), bars["next"]) == (500, None)
        await ada.refused("POST", "/v1/clock/advance", 422, "idempotency_key_reused", {"sessions": 1}, headers=KEY)
