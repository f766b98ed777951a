"""The crash test in its short form; `make crash-test ARGS="--kills 30"` is the long one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash.killing import Toll, kill_again_and_again

KILLS = 3


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_whenever_it_is_killed_nothing_acknowledged_is_lost_or_doubled(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("postgres_url") if kind == "postgresql" else None
    seen: list[Toll] = []

    toll = await kill_again_and_again(tmp_path, url, kills=KILLS, rate=200, seed=7, on_kill=seen.append)

    assert len(seen) == toll.kills == KILLS
    assert toll.under_way_when_killed > 0
    assert toll.orders == toll.replayed > 0
    assert toll.mails >= toll.filled > 0
