"""What docs/how-to/read-prices.md tells people to do works."""

from __future__ import annotations

import re
import runpy
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from guilder.core.database import Database
from guilder.market_data.application.market_opening import MarketOpening
from guilder.published.market_data import MarketDataProvider
from tests.market_data.builders import AAPL
from tests.market_data.presentation.test_router import House

PAGE = (Path(__file__).parents[2] / "docs/how-to/read-prices.md").read_text()
CURLS = re.findall(r'(-d \'(\{.*?\})\' )?"http://127\.0\.0\.1:8000(/[^"]+)"', PAGE)


@pytest.mark.parametrize(("body", "path"), [(body, path) for _, body, path in CURLS])
async def test_the_curl_lines_are_answered(tmp_path: Any, body: str, path: str) -> None:
    house = House(tmp_path, market_mode="replay", replay_start="2010-06-01T14:30:00Z")
    await house.container.get(MarketOpening).open()

    answer = await (house.post_text(path, body) if body else house.get(path))

    assert answer.status_code == 200
    await house.container.get(Database).aclose()


async def test_the_python_sample_asks_for_prices(tmp_path: Any) -> None:
    [sample] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    file = tmp_path / "sample.py"
    file.write_text(sample)
    names = runpy.run_path(str(file))
    house = House(tmp_path, market_mode="replay", replay_start=date(2010, 6, 1))
    await house.container.get(MarketOpening).open()

    gained = await names["Momentum"](house.container.get(MarketDataProvider)).of(AAPL, 1)

    assert gained == Decimal(0)
    await house.container.get(Database).aclose()


def test_the_page_shows_every_question() -> None:
    assert len(CURLS) == 7
