"""What docs/how-to/replay-a-day.md tells people to do works, and prints what the page shows."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import uvicorn

from guilder.bootstrap.api import create_app
from tests.docs.markdown import DOCS, Block, blocks_of
from tests.docs.serving import a_serving_house, pasted
from tests.houses import a_house, a_resident, settings_for

PAGE = DOCS / "how-to/replay-a-day.md"


def shown(blocks: Iterator[Block]) -> list[str]:
    """The lines that the page shows as printed."""
    return [line for block in blocks if block.info in {"json", "text"} for line in block.code.splitlines()]


async def test_the_page_prints_what_it_shows_when_it_is_pasted(tmp_path: Path) -> None:
    async with a_serving_house(settings_for(tmp_path)) as house:
        printed = (await pasted(house, PAGE)).splitlines()

    listed = next(line for line in printed if line.startswith('{"items"'))
    assert [market["id"] for market in json.loads(listed)["items"]] == ["first-monday"]
    assert [line for line in printed if line != listed] == shown(blocks_of(PAGE))
    assert json.loads((tmp_path / "paused.json").read_text())["state"] == "paused"


async def test_the_python_sample_watches(tmp_path: Path) -> None:
    sample: Any = ModuleType("sample")
    [code] = [block.code for block in blocks_of(PAGE) if block.info == "python"]
    exec(code, vars(sample))  # noqa: S102
    async with a_house(settings_for(tmp_path)) as house, a_resident(house) as ada:
        key = await ada.call("POST", "/v1/api-keys", 201, {"name": "watcher"})
        replay = {"mode": "replay", "id": "first-monday", "start": "2010-01-04T14:30:00Z"}
        await ada.call("POST", "/v1/markets", 201, replay)
        with socket.create_server(("127.0.0.1", 0)) as door:
            server = uvicorn.Server(uvicorn.Config(create_app(house), lifespan="off", log_config=None))
            serving = asyncio.create_task(server.serve([door]))
            url, close = f"http://127.0.0.1:{door.getsockname()[1]}", "2010-01-04T21:00:00Z"
            await ada.call("POST", "/v1/clock/advance", 200, {"to": close}, params={"market": "first-monday"})
            async with asyncio.timeout(20):
                seen = await sample.watch(url, key["key_id"], key["secret"], "first-monday", until=close)
            server.should_exit = True
            await serving

    assert seen == [f"first-monday paused at {close}"]
