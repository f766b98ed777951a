"""Signing in, and signing requests, over HTTP."""

from __future__ import annotations

from uuid import uuid4

import pytest
from httpx import Response

from guilder.user.domain.session import SESSION_LIFE
from tests.user.builders import GOOD_PASSWORD
from tests.user.presentation.desk import Desk


def problem(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_who_signs_in_gets_a_token_and_is_told_until_when(desk: Desk) -> None:
    ada = await desk.active()

    answer = await desk.http.post("/v1/sessions", json={"email": "ADA@example.com", "password": GOOD_PASSWORD})

    told = answer.json()
    assert answer.status_code == 201
    assert told["expires_at"] == "2026-01-06T00:00:00Z"
    assert told["user_id"] == str(ada.id)
    headers = {"Authorization": f"Bearer {told['token']}"}
    assert (await desk.http.get(f"/v1/users/{ada.id}", headers=headers)).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"email": "ada@example.com", "password": "another long road"},
        {"email": "bob@example.com", "password": GOOD_PASSWORD},
        {"email": "inactive@example.com", "password": GOOD_PASSWORD},
        {"email": "no address", "password": GOOD_PASSWORD},
    ],
)
async def test_all_who_may_not_sign_in_are_refused_with_the_same_words(desk: Desk, body: dict[str, str]) -> None:
    await desk.active()
    await desk.register("inactive@example.com")

    answer = await desk.http.post("/v1/sessions", json=body)

    assert problem(answer) == (401, "bad_credentials")
    assert answer.json()["detail"] == "The address or the password is wrong, or the account is not active."
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_session_that_was_signed_out_is_dead_at_once(any_desk: Desk) -> None:
    desk = any_desk
    ada = await desk.active()
    headers = await desk.sign_in()
    assert (await desk.http.get(f"/v1/users/{ada.id}", headers=headers)).status_code == 200

    answer = await desk.http.delete("/v1/sessions/current", headers=headers)

    assert answer.status_code == 204
    assert answer.content == b""
    assert problem(await desk.http.get(f"/v1/users/{ada.id}", headers=headers)) == (401, "not_signed_in")
    assert problem(await desk.http.delete("/v1/sessions/current", headers=headers)) == (401, "not_signed_in")


async def test_a_session_ends_by_itself(desk: Desk) -> None:
    ada = await desk.active()
    headers = await desk.sign_in()

    desk.clock.advance(SESSION_LIFE)

    assert problem(await desk.http.get(f"/v1/users/{ada.id}", headers=headers)) == (401, "not_signed_in")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer guessed"},
        {"Authorization": "Basic YWRhOnBhc3N3b3Jk"},
        {"Authorization": "Bearer \xe9"},
        {"APCA-API-KEY-ID": "guessed", "APCA-API-SECRET-KEY": "guessed"},
        {"APCA-API-KEY-ID": str(uuid4()), "APCA-API-SECRET-KEY": "guessed"},
        {"APCA-API-KEY-ID": str(uuid4())},
    ],
)
async def test_whoever_cannot_be_told_is_not_signed_in(desk: Desk, headers: dict[str, str]) -> None:
    encoded = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]

    answer = await desk.http.get(f"/v1/users/{uuid4()}", headers=encoded)

    assert problem(answer) == (401, "not_signed_in")


async def test_a_key_signs_requests_and_its_secret_is_shown_once(any_desk: Desk) -> None:
    desk = any_desk
    ada = await desk.active()
    session = await desk.sign_in()

    made = await desk.http.post("/v1/api-keys", headers=session, json={"name": "my bot"})

    assert made.status_code == 201
    assert made.json().keys() == {"key_id", "secret"}
    key_id, secret = made.json()["key_id"], made.json()["secret"]
    signed = {"APCA-API-KEY-ID": key_id, "APCA-API-SECRET-KEY": secret}
    assert (await desk.http.get(f"/v1/users/{ada.id}", headers=signed)).status_code == 200
    listed = (await desk.http.get("/v1/api-keys", headers=signed)).json()
    assert listed == [{"key_id": key_id, "name": "my bot", "created_at": "2026-01-05T12:00:00Z"}]


async def test_a_revoked_key_is_dead_at_once_and_revoking_it_again_is_no_error(any_desk: Desk) -> None:
    desk = any_desk
    await desk.active()
    session = await desk.sign_in()
    made = (await desk.http.post("/v1/api-keys", headers=session, json={"name": "my bot"})).json()
    signed = {"APCA-API-KEY-ID": made["key_id"], "APCA-API-SECRET-KEY": made["secret"]}
    assert (await desk.http.get("/v1/api-keys", headers=signed)).status_code == 200

    answers = [await desk.http.delete(f"/v1/api-keys/{made['key_id']}", headers=session) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [204, 204]
    assert problem(await desk.http.get("/v1/api-keys", headers=signed)) == (401, "not_signed_in")


async def test_a_key_that_revokes_itself_under_an_idempotency_key_is_dead_at_once(any_desk: Desk) -> None:
    desk = any_desk
    session = await desk.signed_in()
    made = (await desk.http.post("/v1/api-keys", headers=session, json={"name": "my bot"})).json()
    signed = {"APCA-API-KEY-ID": made["key_id"], "APCA-API-SECRET-KEY": made["secret"]}

    answer = await desk.http.delete(f"/v1/api-keys/{made['key_id']}", headers={**signed, "Idempotency-Key": "one"})

    assert answer.status_code == 204
    assert problem(await desk.http.get("/v1/api-keys", headers=signed)) == (401, "not_signed_in")


async def test_who_signs_by_key_has_no_session_to_end(desk: Desk) -> None:
    session = await desk.signed_in()
    made = (await desk.http.post("/v1/api-keys", headers=session, json={"name": "my bot"})).json()
    signed = {"APCA-API-KEY-ID": made["key_id"], "APCA-API-SECRET-KEY": made["secret"]}

    answer = await desk.http.delete("/v1/sessions/current", headers=signed)

    assert problem(answer) == (404, "session_not_found")


async def test_the_key_of_another_reads_the_same_as_one_that_does_not_exist(desk: Desk) -> None:
    session = await desk.signed_in()
    made = (await desk.http.post("/v1/api-keys", headers=session, json={"name": "my bot"})).json()
    bob = await desk.signed_in("bob@example.com")

    other, nobody = [
        await desk.http.delete(f"/v1/api-keys/{key_id}", headers=bob) for key_id in (made["key_id"], uuid4())
    ]

    assert problem(other) == (404, "api_key_not_found")
    assert other.text == nobody.text


async def test_secrets_are_not_kept_under_idempotency_keys(desk: Desk) -> None:
    headers = {**await desk.signed_in(), "Idempotency-Key": "one"}

    made = [await desk.http.post("/v1/api-keys", headers=headers, json={"name": "my bot"}) for _ in range(2)]

    assert made[0].json()["secret"] != made[1].json()["secret"]
