"""Signing in and out."""

from __future__ import annotations

import pytest

from guilder.core.caller import SYSTEM, NotAllowedError, NotSignedInError, Role
from guilder.published.user import Identity
from guilder.user.application.ports import PasswordCheckBusyError
from guilder.user.application.session_service import OPERATOR_SESSION_LIFE
from guilder.user.domain.secret_hash import hash_of
from guilder.user.domain.session import SESSION_LIFE, BadCredentialsError, SessionNotFoundError
from guilder.user.domain.user import UserRole
from tests.user.builders import ADA, BOB, GOOD_PASSWORD, NOON, data
from tests.user.house import UserRoom, as_user


async def test_who_knows_the_password_gets_a_token_for_12_hours(room: UserRoom) -> None:
    user = await room.active()

    signed_in = await room.session_service().sign_in("ada@example.com", GOOD_PASSWORD)

    assert signed_in.expires_at == NOON + SESSION_LIFE
    assert await room.identification.by_token(signed_in.token) == Identity(user.id, frozenset())


async def test_the_capitals_of_the_address_do_not_matter(room: UserRoom) -> None:
    await room.active()

    signed_in = await room.session_service().sign_in("ADA@example.com", GOOD_PASSWORD)

    assert await room.identification.by_token(signed_in.token) is not None


async def test_the_token_brings_the_roles_of_its_user(room: UserRoom) -> None:
    user = await room.active(data(), UserRole.ADMIN)

    signed_in = await room.session_service().sign_in("ada@example.com", GOOD_PASSWORD)

    assert await room.identification.by_token(signed_in.token) == Identity(user.id, frozenset({"admin"}))


async def test_only_the_hash_of_the_token_is_kept_and_no_log_shows_it(room: UserRoom) -> None:
    await room.active()

    signed_in = await room.session_service().sign_in("ada@example.com", GOOD_PASSWORD)

    [session] = room.sessions.sessions.stored.values()
    assert session.token_hash == hash_of(signed_in.token)
    assert signed_in.token not in repr(signed_in)
    assert signed_in.token not in str(room.audit.logged)


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("ada@example.com", "another long road"),
        ("bob@example.com", GOOD_PASSWORD),
        ("inactive@example.com", GOOD_PASSWORD),
        ("inactive@example.com", "another long road"),
        ("no address", GOOD_PASSWORD),
        ("", ""),
    ],
)
async def test_all_refusals_are_one_and_cost_the_same(room: UserRoom, email: str, password: str) -> None:
    await room.active(data("ada@example.com"))
    await room.registered(data("inactive@example.com"))
    before = room.work.commits

    with pytest.raises(BadCredentialsError) as refused:
        await room.session_service().sign_in(email, password)

    assert str(refused.value) == "The address or the password is wrong, or the account is not active."
    assert room.hasher.checked == 1
    assert room.work.commits == before


async def test_while_too_many_sign_in_the_others_are_told_so(room: UserRoom) -> None:
    await room.active()
    room.hasher.is_busy = True

    with pytest.raises(PasswordCheckBusyError):
        await room.session_service().sign_in("ada@example.com", GOOD_PASSWORD)


async def test_a_password_hashed_with_less_effort_is_hashed_anew_at_the_next_sign_in(room: UserRoom) -> None:
    user = await room.active()
    room.hasher.effort = 2

    await room.session_service().sign_in("ada@example.com", GOOD_PASSWORD)

    assert room.users.hashes[user.id] == f"2:{GOOD_PASSWORD}"


async def test_a_wrong_password_is_never_hashed_anew(room: UserRoom) -> None:
    user = await room.active()
    room.hasher.effort = 2

    with pytest.raises(BadCredentialsError):
        await room.session_service().sign_in("ada@example.com", "another long road")

    assert room.users.hashes[user.id] == f"1:{GOOD_PASSWORD}"


async def test_a_token_opens_nothing_from_the_instant_it_expires(room: UserRoom) -> None:
    await room.active()
    signed_in = await room.session_service().sign_in("ada@example.com", GOOD_PASSWORD)

    room.clock.advance(SESSION_LIFE)

    assert await room.identification.by_token(signed_in.token) is None


async def test_a_token_opens_nothing_once_its_user_has_signed_out(room: UserRoom) -> None:
    user = await room.active()
    signed_in = await room.session_service().sign_in("ada@example.com", GOOD_PASSWORD)

    await room.session_service(as_user(user.id)).sign_out(signed_in.token)

    assert await room.identification.by_token(signed_in.token) is None


async def test_signing_out_of_one_session_leaves_the_others(room: UserRoom) -> None:
    user = await room.active()
    one = await room.session_service().sign_in("ada@example.com", GOOD_PASSWORD)
    other = await room.session_service().sign_in("ada@example.com", GOOD_PASSWORD)

    await room.session_service(as_user(user.id)).sign_out(one.token)

    assert await room.identification.by_token(other.token) is not None


async def test_signing_in_and_out_is_audited(room: UserRoom) -> None:
    user = await room.active()
    signed_in = await room.session_service().sign_in("ada@example.com", GOOD_PASSWORD)
    await room.session_service(as_user(user.id)).sign_out(signed_in.token)

    assert room.audit.actions == ["user_created", "signed_in", "signed_out"]


async def test_who_came_without_a_session_has_none_to_end(room: UserRoom) -> None:
    with pytest.raises(SessionNotFoundError):
        await room.session_service(as_user(ADA)).sign_out("")


async def test_nobody_ends_the_session_of_another(room: UserRoom) -> None:
    await room.active()
    signed_in = await room.session_service().sign_in("ada@example.com", GOOD_PASSWORD)

    with pytest.raises(SessionNotFoundError):
        await room.session_service(as_user(BOB)).sign_out(signed_in.token)

    assert await room.identification.by_token(signed_in.token) is not None


async def test_who_is_not_signed_in_cannot_sign_out(room: UserRoom) -> None:
    with pytest.raises(NotSignedInError):
        await room.session_service().sign_out("token")


async def test_an_unknown_token_is_nobody(room: UserRoom) -> None:
    assert await room.identification.by_token("guessed") is None
    assert await room.identification.by_token("") is None


async def test_who_works_on_the_machine_itself_acts_as_a_user_for_a_few_minutes(room: UserRoom) -> None:
    user = await room.active()

    signed_in = await room.session_service(SYSTEM).sign_in_as(user.id)

    assert signed_in.expires_at == NOON + OPERATOR_SESSION_LIFE
    assert await room.identification.by_token(signed_in.token) == Identity(user.id, frozenset())
    room.clock.advance(OPERATOR_SESSION_LIFE)
    assert await room.identification.by_token(signed_in.token) is None


async def test_that_somebody_acts_as_a_user_is_audited_under_a_name_of_its_own(room: UserRoom) -> None:
    user = await room.active()

    await room.session_service(SYSTEM).sign_in_as(user.id)

    assert room.audit.logged[-1].user_id == user.id
    assert room.audit.actions == ["user_created", "signed_in_by_operator"]


async def test_no_user_acts_as_another_not_even_an_admin(room: UserRoom) -> None:
    user = await room.active()

    with pytest.raises(NotSignedInError):
        await room.session_service().sign_in_as(user.id)
    with pytest.raises(NotAllowedError):
        await room.session_service(as_user(BOB, Role.ADMIN)).sign_in_as(user.id)
    assert not room.sessions.sessions.stored
