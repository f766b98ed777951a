"""What docs/how-to/trade-in-slices.md tells people to do works, and prints what the page shows."""

from __future__ import annotations

from pathlib import Path

from tests.docs.markdown import DOCS, blocks_of
from tests.docs.serving import a_serving_house, pasted
from tests.houses import settings_for

PAGE = DOCS / "how-to/trade-in-slices.md"


async def test_the_page_prints_what_it_shows_when_it_is_pasted(tmp_path: Path) -> None:
    async with a_serving_house(settings_for(tmp_path)) as house:
        printed = await pasted(house, PAGE)

    assert printed == "".join(block.code for block in blocks_of(PAGE) if block.info == "text")
