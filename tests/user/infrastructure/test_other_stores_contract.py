"""What the stores of profiles, tokens, sessions and keys keep, wherever they keep it."""

from __future__ import annotations

from uuid import UUID

from guilder.published.user import Identity
from guilder.shared.currency import Currency
from guilder.user.application.ports import KnownKey, KnownSession
from guilder.user.domain.api_key import KeyId
from guilder.user.domain.secret_hash import hash_of
from guilder.user.domain.session import SESSION_LIFE
from guilder.user.domain.user import User, UserRole
from tests.user.builders import ADA, BOB, HOUR, NOON, a_new_user, a_session, a_token, an_api_key
from tests.user.infrastructure.stores import Stores


def an_active_user() -> User:
    user = User.register(ADA, a_new_user().email, "Ada", at=NOON, roles=[UserRole.AUDITOR])
    user.activate(NOON)
    return user


async def test_who_never_chose_has_the_default_profile(stores: Stores) -> None:
    profile = await stores.profiles.of(ADA)

    assert (profile.id, profile.locale, profile.timezone, profile.version) == (ADA, "en-US", "UTC", 0)


async def test_a_chosen_profile_is_read_back_whole(stores: Stores) -> None:
    await stores.create(a_new_user())
    for locale in ("nl-NL", "de-AT"):
        async with stores.work:
            profile = await stores.profiles.of(ADA)
            profile.change(locale=locale, timezone="Europe/Amsterdam", base_currency=Currency("EUR"))
            stores.profiles.save(profile)

    found = await stores.profiles.of(ADA)
    assert (found.locale, found.timezone, found.base_currency) == ("de-AT", "Europe/Amsterdam", Currency("EUR"))
    assert found.version == 2


async def test_an_activation_token_is_found_by_its_hash(stores: Stores) -> None:
    async with stores.work:
        stores.tokens.save(a_token("the token"))

    found = await stores.tokens.find(hash_of("the token"))
    assert found is not None
    assert (found.user_id, found.token_hash, found.used_at) == (ADA, hash_of("the token"), None)
    assert found.expires_at == a_token().expires_at
    assert await stores.tokens.find(hash_of("another")) is None


async def test_a_used_token_is_read_back_used(stores: Stores) -> None:
    await stores.create(a_new_user())
    async with stores.work:
        stores.tokens.save(a_token("the token"))

    async with stores.work:
        user, token = await stores.users.get_by_id(ADA), await stores.tokens.find(hash_of("the token"))
        assert user is not None
        assert token is not None
        token.redeem(user, NOON + HOUR)
        stores.users.save(user)
        stores.tokens.save(token)

    found = await stores.tokens.find(hash_of("the token"))
    assert found is not None
    assert found.used_at == NOON + HOUR


async def test_it_is_known_for_whom_a_token_was_ever_made(stores: Stores) -> None:
    async with stores.work:
        stores.tokens.save(a_token(user_id=ADA))

    assert await stores.tokens.has_any(ADA)
    assert not await stores.tokens.has_any(BOB)


async def test_a_session_is_found_by_the_hash_of_its_token_and_revoked(stores: Stores) -> None:
    await stores.create(an_active_user())
    async with stores.work:
        stores.sessions.save(a_session("the token"))

    async with stores.work:
        session = await stores.sessions.find(hash_of("the token"))
        assert session is not None
        assert (session.user_id, session.opened_at, session.revoked_at) == (ADA, NOON, None)
        session.revoke(NOON + HOUR)
        stores.sessions.save(session)

    found = await stores.sessions.find(hash_of("the token"))
    assert found is not None
    assert (found.revoked_at, found.expires_at) == (NOON + HOUR, NOON + SESSION_LIFE)
    assert await stores.sessions.find(hash_of("another")) is None


async def test_a_key_is_read_back_whole_and_revoked(stores: Stores) -> None:
    await stores.create(an_active_user())
    key = an_api_key("the secret")
    async with stores.work:
        stores.keys.save(key)

    async with stores.work:
        found = await stores.keys.get(key.id)
        assert found is not None
        assert (found.user_id, found.name, found.secret_hash) == (ADA, "bot", hash_of("the secret"))
        assert (found.created_at, found.revoked_at) == (NOON, None)
        found.revoke(NOON + HOUR)
        stores.keys.save(found)

    revoked = await stores.keys.get(key.id)
    assert revoked is not None
    assert revoked.revoked_at == NOON + HOUR
    assert await stores.keys.get(KeyId(UUID(int=404))) is None


async def test_the_keys_of_a_user_are_hers_alone_oldest_first_without_the_revoked(stores: Stores) -> None:
    await stores.create(an_active_user(), a_new_user(BOB, "bob@example.com", "Bob"))
    revoked = an_api_key(number=2)
    revoked.revoke(NOON)
    for key in (an_api_key(number=3), revoked, an_api_key(number=1), an_api_key(number=4, user_id=BOB)):
        async with stores.work:
            stores.keys.save(key)

    assert [key.id.int for key in await stores.keys.of_user(ADA)] == [1, 3]


async def test_a_session_tells_who_its_user_is_and_until_when(stores: Stores) -> None:
    await stores.create(an_active_user())
    async with stores.work:
        stores.sessions.save(a_session("the token"))

    expected = KnownSession(Identity(ADA, frozenset({"auditor"})), NOON + SESSION_LIFE)
    for _ in range(2):
        assert await stores.identities.by_token_hash(hash_of("the token")) == expected
    assert await stores.identities.by_token_hash(hash_of("another")) is None


async def test_a_key_tells_who_its_user_is_and_what_its_secret_hashes_to(stores: Stores) -> None:
    await stores.create(an_active_user())
    key = an_api_key("the secret")
    async with stores.work:
        stores.keys.save(key)

    expected = KnownKey(Identity(ADA, frozenset({"auditor"})), hash_of("the secret"))
    for _ in range(2):
        assert await stores.identities.by_key_id(key.id) == expected
    assert await stores.identities.by_key_id(KeyId(UUID(int=404))) is None


async def test_sessions_and_keys_of_inactive_users_tell_nothing(stores: Stores) -> None:
    await stores.create(a_new_user())
    key = an_api_key()
    async with stores.work:
        stores.sessions.save(a_session("the token"))
        stores.keys.save(key)

    assert await stores.identities.by_token_hash(hash_of("the token")) is None
    assert await stores.identities.by_key_id(key.id) is None


async def test_what_is_revoked_tells_nothing_from_that_commit_on(stores: Stores) -> None:
    await stores.create(an_active_user())
    session, key = a_session("the token"), an_api_key()
    async with stores.work:
        stores.sessions.save(session)
        stores.keys.save(key)
    assert await stores.identities.by_token_hash(session.token_hash) is not None
    assert await stores.identities.by_key_id(key.id) is not None

    session.revoke(NOON)
    key.revoke(NOON)
    async with stores.work:
        stores.sessions.save(session)
        stores.keys.save(key)

    assert await stores.identities.by_token_hash(session.token_hash) is None
    assert await stores.identities.by_key_id(key.id) is None
