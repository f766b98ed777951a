"""Messages and wishes over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from httpx import AsyncClient

from guilder.core.caller import Caller
from guilder.notification import wiring
from guilder.notification.infrastructure.tables import metadata
from guilder.published.notification import NotificationService, NotificationType
from guilder.published.user import Contacts
from tests.notification.builders import ANNA, BERT, FakeContacts, a_contact
from tests.testing.databases import SQLITE, a_database
from tests.testing.http import CALLER, a_room

AS_ANNA, AS_BERT = {CALLER: "anna"}, {CALLER: "bert"}


@dataclass(frozen=True)
class Desk:
    """The room's API, and its way to tell users something."""

    client: AsyncClient
    service: NotificationService

    async def tell(self, *messages: str) -> None:
        for message in messages:
            await self.service.send_notification(ANNA, message, NotificationType.SUCCESS)

    async def listed(self) -> list[dict[str, object]]:
        answer = await self.client.get("/v1/notifications", headers=AS_ANNA)
        items: list[dict[str, object]] = answer.json()["items"]
        return items


@pytest.fixture
async def desk(request: pytest.FixtureRequest) -> AsyncIterator[Desk]:
    callers = {"anna": Caller(ANNA), "bert": Caller(BERT)}
    ports = {Contacts: FakeContacts(a_contact())}
    async with (
        a_database(SQLITE, request, metadata) as database,
        a_room(wiring, database, callers, ports=ports) as (client, container),
    ):
        yield Desk(client, container.get(NotificationService))


async def test_a_message_is_listed_as_it_was_sent(desk: Desk) -> None:
    await desk.tell("Account created successfully")

    answer = await desk.client.get("/v1/notifications", headers=AS_ANNA)

    assert answer.status_code == 200
    assert answer.json() == {
        "items": [
            {
                "id": answer.json()["items"][0]["id"],
                "message": "Account created successfully",
                "type": "success",
                "sent_at": "2026-01-05T12:00:00Z",
                "read_at": None,
            }
        ],
        "next": None,
    }


async def test_a_long_list_comes_in_pages_newest_first(desk: Desk) -> None:
    await desk.tell(*(str(number) for number in range(5)))

    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await desk.client.get("/v1/notifications", params=query, headers=AS_ANNA)).json()
        seen += [item["message"] for item in page["items"]]
        cursor = page["next"]

    assert seen == ["4", "3", "2", "1", "0"]


@pytest.mark.parametrize("query", ["limit=0", "limit=-1", "limit=x", "limit=1.5", "cursor=nonsense", "cursor="])
async def test_a_page_that_makes_no_sense_is_refused(desk: Desk, query: str) -> None:
    answer = await desk.client.get(f"/v1/notifications?{query}", headers=AS_ANNA)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_limit_beyond_the_largest_is_taken_as_the_largest(desk: Desk) -> None:
    answer = await desk.client.get("/v1/notifications?limit=100000", headers=AS_ANNA)

    assert answer.status_code == 200


async def test_a_message_can_be_read_once_and_again(desk: Desk) -> None:
    await desk.tell("Hello")
    (message,) = await desk.listed()

    first = await desk.client.post(f"/v1/notifications/{message['id']}/read", headers=AS_ANNA)
    second = await desk.client.post(f"/v1/notifications/{message['id']}/read", headers=AS_ANNA)

    assert first.status_code == second.status_code == 200
    assert first.json() == second.json() == {**message, "read_at": "2026-01-05T12:00:00Z"}
    assert await desk.listed() == [first.json()]


async def test_reading_under_one_key_twice_answers_the_same_bytes(desk: Desk) -> None:
    await desk.tell("Hello")
    (message,) = await desk.listed()
    headers = {**AS_ANNA, "Idempotency-Key": "k1"}

    answers = [await desk.client.post(f"/v1/notifications/{message['id']}/read", headers=headers) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content


async def test_the_message_of_another_user_looks_like_none_at_all(desk: Desk) -> None:
    await desk.tell("Hello")
    (message,) = await desk.listed()

    others = await desk.client.post(f"/v1/notifications/{message['id']}/read", headers=AS_BERT)
    missing = await desk.client.post(f"/v1/notifications/{UUID(int=404)}/read", headers=AS_BERT)

    assert others.status_code == missing.status_code == 404
    assert others.json()["code"] == missing.json()["code"] == "notification_not_found"
    assert others.json()["detail"] == missing.json()["detail"]


async def test_an_id_that_is_none_is_refused(desk: Desk) -> None:
    answer = await desk.client.post("/v1/notifications/nonsense/read", headers=AS_ANNA)

    assert answer.status_code == 422


async def test_wishes_are_no_until_somebody_says_yes(desk: Desk) -> None:
    before = await desk.client.get("/v1/notifications/preferences", headers=AS_ANNA)
    put = await desk.client.put("/v1/notifications/preferences", json={"fill_mails": True}, headers=AS_ANNA)
    after = await desk.client.get("/v1/notifications/preferences", headers=AS_ANNA)
    others = await desk.client.get("/v1/notifications/preferences", headers=AS_BERT)

    assert before.json() == {"fill_mails": False}
    assert put.status_code == 200
    assert put.json() == after.json() == {"fill_mails": True}
    assert others.json() == {"fill_mails": False}


@pytest.mark.parametrize("body", [{}, {"fill_mails": "yes"}, {"fill_mails": 1}, {"fill_mails": None}, [], {"x": True}])
async def test_wishes_that_make_no_sense_are_refused(desk: Desk, body: object) -> None:
    answer = await desk.client.put("/v1/notifications/preferences", json=body, headers=AS_ANNA)

    assert answer.status_code == 422
    assert answer.json()["errors"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/notifications"),
        ("POST", f"/v1/notifications/{UUID(int=1)}/read"),
        ("GET", "/v1/notifications/preferences"),
        ("PUT", "/v1/notifications/preferences"),
    ],
)
async def test_nobody_gets_in_without_signing_in(desk: Desk, method: str, path: str) -> None:
    answer = await desk.client.request(method, path, json={"fill_mails": True} if method == "PUT" else None)

    assert answer.status_code == 401
    assert answer.json()["code"] == "not_signed_in"
