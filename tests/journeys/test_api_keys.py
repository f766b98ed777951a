"""Keys for programs, over HTTP."""

from __future__ import annotations

from guilder.bootstrap.house import House
from tests.houses import Resident, a_resident


async def test_a_key_is_shown_to_its_owner_alone_without_its_secret_until_it_is_revoked(
    ada: Resident, house: House
) -> None:
    made = await ada.call("POST", "/v1/api-keys", 201, {"name": "bot"})
    path = f"/v1/api-keys/{made['key_id']}"

    shown = await ada.get(path)

    assert (shown["key_id"], shown["name"], "secret" in shown) == (made["key_id"], "bot", False)
    assert await ada.get("/v1/api-keys") == [shown]
    async with a_resident(house, "eve@example.com") as eve:
        await eve.refused("GET", path, 404, "api_key_not_found")
    await ada.call("DELETE", path, 204)
    await ada.refused("GET", path, 404, "api_key_not_found")
