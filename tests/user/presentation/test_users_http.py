"""Accounts over HTTP."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import Response

from guilder.published.notification import MailNotSentError
from guilder.user.domain.activation_token import TOKEN_LIFE
from guilder.user.domain.user import UserRole
from tests.user.builders import GOOD_PASSWORD
from tests.user.presentation.desk import Desk


def problem(answer: Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == answer.status_code
    return answer.status_code, told["code"]


async def test_who_registers_is_shown_an_account_that_is_not_active(desk: Desk) -> None:
    answer = await desk.http.post(
        "/v1/users", json={"email": "Ada@Example.com", "name": " Ada ", "password": GOOD_PASSWORD}
    )

    told = answer.json()
    assert answer.status_code == 201
    assert str(UUID(told["id"])) == told.pop("id")
    assert told == {"email": "Ada@example.com", "name": "Ada", "is_active": False}


async def test_all_that_is_wrong_with_a_registration_is_told_at_once(desk: Desk) -> None:
    answer = await desk.http.post("/v1/users", json={"email": "nobody", "name": "", "password": "aaaa"})

    assert problem(answer) == (422, "validation_failed")
    assert answer.json()["errors"] == [
        {"field": "email", "message": "has no @"},
        {"field": "name", "message": "is required"},
        {"field": "password", "message": "has fewer than 8 characters"},
        {"field": "password", "message": "is among those that are guessed first"},
    ]


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"email": "ada@example.com", "name": "Ada"},
        {"email": 1, "name": True, "password": []},
        {"email": "ada@example.com", "name": "Ada", "password": None},
        {"email": "ada@example.com\r\nBcc: x@example.com", "name": "Ada", "password": GOOD_PASSWORD},
        {"email": "ada@example.com", "name": "Ada\r\nSubject: x", "password": GOOD_PASSWORD},
        {"email": "ada@example.com", "name": "Ada\u202e", "password": GOOD_PASSWORD},
        {"email": "ada@example.com", "name": "Ada", "password": "x" * 1025},
        {"email": "ada@example.com", "name": "Ada", "password": "password123"},
        {"email": "a" * 100_000 + "@example.com", "name": "x" * 100_000, "password": GOOD_PASSWORD},
    ],
)
async def test_nonsense_is_refused(desk: Desk, body: Any) -> None:
    answer = await desk.http.post("/v1/users", json=body)

    assert problem(answer) == (422, "validation_failed")
    assert GOOD_PASSWORD not in answer.text


@pytest.mark.parametrize("name", ["\\ud800", "\\u0000"])
async def test_what_is_no_text_cannot_be_read(desk: Desk, name: str) -> None:
    body = f'{{"email": "ada@example.com", "name": "{name}", "password": "{GOOD_PASSWORD}"}}'

    answer = await desk.http.post("/v1/users", content=body, headers={"Content-Type": "application/json"})

    assert problem(answer) == (400, "malformed_body")


async def test_a_known_address_is_answered_like_any_other_and_its_owner_gets_a_mail(any_desk: Desk) -> None:
    desk = any_desk
    first = await desk.register("ada@example.com")

    second = await desk.register("ada@example.com")

    assert {**second, "id": None} == {**first, "id": None}
    assert second["id"] != first["id"]
    await desk.deliver()
    assert [mail["subject"] for mail in desk.mails.sent_to("ada@example.com")] == [
        "Welcome!",
        "You have an account already",
    ]


async def test_nothing_that_can_be_asked_tells_a_new_account_from_a_known_address(any_desk: Desk) -> None:
    desk = any_desk
    ids = [(await desk.register("ada@example.com"))["id"] for _ in range(2)]

    for path, body in (("activate", {"token": "guessed"}), ("activate", {})):
        answers = [await desk.http.post(f"/v1/users/{user_id}/{path}", json=body) for user_id in ids]
        assert answers[0].status_code == answers[1].status_code
        assert answers[0].text == answers[1].text
    signed = [
        await desk.http.post("/v1/sessions", json={"email": "ada@example.com", "password": password})
        for password in (GOOD_PASSWORD, "another long road")
    ]
    assert signed[0].text == signed[1].text


async def test_of_many_who_register_one_address_at_once_one_gets_the_account(any_desk: Desk) -> None:
    desk = any_desk
    told = await asyncio.gather(*(desk.register("ada@example.com") for _ in range(10)))

    token = await desk.mailed_token()
    accepted = [await desk.http.post(f"/v1/users/{user['id']}/activate", json={"token": token}) for user in told]

    assert sorted(answer.status_code for answer in accepted) == [200] + [422] * 9


async def test_a_registration_succeeds_while_the_mail_server_is_away_and_one_mail_comes_later(desk: Desk) -> None:
    desk.mails.faults.fail_next(MailNotSentError("The mail server is away"), times=2)

    user = await desk.register()

    token = await desk.mailed_token()
    assert len(desk.mails.sent_emails) == 1
    answer = await desk.http.post(f"/v1/users/{user['id']}/activate", json={"token": token})
    assert answer.json()["is_active"]


async def test_the_mailed_token_activates_and_the_same_again_answers_the_same(any_desk: Desk) -> None:
    desk = any_desk
    user = await desk.register()
    token = await desk.mailed_token()

    answers = [await desk.http.post(f"/v1/users/{user['id']}/activate", json={"token": token}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    assert answers[0].json() == {**user, "is_active": True}


async def test_a_wrong_or_late_token_is_refused(desk: Desk) -> None:
    user = await desk.register()
    token = await desk.mailed_token()
    path = f"/v1/users/{user['id']}/activate"

    assert problem(await desk.http.post(path, json={"token": "guessed"})) == (422, "invalid_activation_token")
    desk.clock.advance(TOKEN_LIFE)
    assert problem(await desk.http.post(path, json={"token": token})) == (422, "invalid_activation_token")


@pytest.mark.parametrize("options", [{}, {"json": {}}, {"json": {"token": None}}])
async def test_an_admin_activates_without_a_token(desk: Desk, options: dict[str, Any]) -> None:
    admin = await desk.signed_in("root@example.com", UserRole.ADMIN)
    user = await desk.register()

    answer = await desk.http.post(f"/v1/users/{user['id']}/activate", headers=admin, **options)

    assert answer.status_code == 200
    assert answer.json()["is_active"]


async def test_an_answer_to_an_admin_is_kept_under_its_idempotency_key(any_desk: Desk) -> None:
    desk = any_desk
    admin = await desk.signed_in("root@example.com", UserRole.ADMIN)
    user = await desk.register()
    headers = {**admin, "Idempotency-Key": "one"}

    answers = [await desk.http.post(f"/v1/users/{user['id']}/activate", headers=headers) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content


async def test_nobody_else_activates_without_a_token(desk: Desk) -> None:
    bob = await desk.signed_in("bob@example.com", UserRole.AUDITOR)
    user = await desk.register()
    path = f"/v1/users/{user['id']}/activate"

    assert problem(await desk.http.post(path)) == (401, "not_signed_in")
    assert problem(await desk.http.post(path, headers=bob)) == (403, "not_allowed")


async def test_who_does_not_exist_is_not_found(desk: Desk) -> None:
    admin = await desk.signed_in("root@example.com", UserRole.ADMIN)
    path = f"/v1/users/{uuid4()}"

    assert problem(await desk.http.post(f"{path}/activate", json={"token": "guessed"})) == (404, "user_not_found")
    assert problem(await desk.http.post(f"{path}/activate", headers=admin)) == (404, "user_not_found")
    assert problem(await desk.http.get(path, headers=admin)) == (404, "user_not_found")


async def test_everybody_sees_himself_and_admins_see_all(desk: Desk) -> None:
    ada = await desk.active()
    mine, admin = await desk.sign_in(), await desk.signed_in("root@example.com", UserRole.ADMIN)

    for headers in (mine, admin):
        answer = await desk.http.get(f"/v1/users/{ada.id}", headers=headers)
        assert answer.status_code == 200
        assert answer.json() == {"id": str(ada.id), "email": "ada@example.com", "name": "Ada", "is_active": True}


async def test_others_read_the_same_as_those_who_do_not_exist(desk: Desk) -> None:
    ada = await desk.active()
    bob = await desk.signed_in("bob@example.com")

    for path in ("", "/profile"):
        other, nobody = [
            await desk.http.get(f"/v1/users/{user_id}{path}", headers=bob) for user_id in (ada.id, uuid4())
        ]
        assert problem(other) == (404, "user_not_found")
        assert other.text == nobody.text
    assert problem(await desk.http.get(f"/v1/users/{ada.id}")) == (401, "not_signed_in")


async def test_a_profile_is_shown_and_changed(any_desk: Desk) -> None:
    desk = any_desk
    ada = await desk.active()
    headers = await desk.sign_in()
    path = f"/v1/users/{ada.id}/profile"
    known = {"id": str(ada.id), "email": "ada@example.com", "name": "Ada", "is_active": True}
    first = await desk.http.get(path, headers=headers)
    assert first.json() == {**known, "locale": "en-US", "timezone": "UTC", "base_currency": "USD"}

    changed = await desk.http.put(path, headers=headers, json={"timezone": "Europe/Amsterdam", "base_currency": "EUR"})

    expected = {**known, "locale": "en-US", "timezone": "Europe/Amsterdam", "base_currency": "EUR"}
    assert changed.json() == expected
    assert (await desk.http.get(path, headers=headers)).json() == expected


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"locale": "klingon"}, "invalid_locale"),
        ({"timezone": "Mars/Olympus_Mons"}, "unknown_timezone"),
        ({"base_currency": "XXZ"}, "unknown_currency"),
        ({"base_currency": 1}, "validation_failed"),
    ],
)
async def test_a_choice_that_does_not_exist_is_refused(desk: Desk, body: dict[str, Any], code: str) -> None:
    ada = await desk.active()
    headers = await desk.sign_in()

    answer = await desk.http.put(f"/v1/users/{ada.id}/profile", headers=headers, json=body)

    assert problem(answer) == (422, code)


async def test_the_trail_says_who_did_what_and_holds_no_address_no_name_and_no_secret(any_desk: Desk) -> None:
    desk = any_desk
    ada = await desk.register("ada@example.com", "Lovelace")
    token = await desk.mailed_token()
    await desk.http.post(f"/v1/users/{ada['id']}/activate", json={"token": token})
    admin = await desk.signed_in("root@example.com", UserRole.ADMIN)

    entries = (await desk.http.get("/v1/audit", headers=admin)).json()["items"]

    about_ada = [entry for entry in entries if entry["subject"] == f"user:{ada['id']}"]
    assert [(entry["actor"], entry["action"]) for entry in about_ada] == [
        ("nobody", "user_created"),
        ("nobody", "user_activated"),
    ]
    for private in ("ada@example.com", "Lovelace", token, GOOD_PASSWORD):
        assert private not in str(entries)
