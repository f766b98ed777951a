"""Who sees whom."""

from __future__ import annotations

from uuid import UUID

import pytest

from guilder.core.caller import SYSTEM, Caller, NotSignedInError, Role
from guilder.published.user import Contact, UserNotFoundError
from guilder.shared.currency import Currency
from guilder.shared.ids import UserId
from guilder.user.domain.profile import InvalidLocaleError, UnknownTimezoneError
from tests.user.builders import BOB, data
from tests.user.house import UserRoom, as_user

NOBODYS_ID = UserId(UUID(int=404))


async def test_everybody_sees_himself(room: UserRoom) -> None:
    ada = await room.active()

    assert await room.service(as_user(ada.id)).get_user(ada.id) == ada


@pytest.mark.parametrize("viewer", [as_user(BOB, Role.ADMIN), SYSTEM], ids=["admin", "system"])
async def test_an_admin_sees_everybody(room: UserRoom, viewer: Caller) -> None:
    ada = await room.active()

    assert await room.service(viewer).get_user(ada.id) == ada


async def test_others_do_not_exist_just_like_those_who_do_not(room: UserRoom) -> None:
    ada = await room.active()

    for user_id in (ada.id, NOBODYS_ID):
        with pytest.raises(UserNotFoundError) as refused:
            await room.service(as_user(BOB, Role.AUDITOR)).get_user(user_id)
        assert str(user_id) not in str(refused.value)


async def test_an_admin_hears_that_there_is_no_such_user(room: UserRoom) -> None:
    with pytest.raises(UserNotFoundError):
        await room.service(as_user(BOB, Role.ADMIN)).get_user(NOBODYS_ID)


async def test_who_is_not_signed_in_sees_nobody(room: UserRoom) -> None:
    ada = await room.active()

    with pytest.raises(NotSignedInError):
        await room.service().get_user(ada.id)
    with pytest.raises(NotSignedInError):
        await room.display_service().get_user_profile(ada.id)


async def test_a_profile_shows_the_user_and_his_taste(room: UserRoom) -> None:
    ada = await room.active(data("ada@example.com", "Ada"))

    profile = await room.display_service(as_user(ada.id)).get_user_profile(ada.id)

    assert (profile.user_id, profile.email, profile.name, profile.is_active) == (ada.id, "ada@example.com", "Ada", True)
    assert (profile.locale, profile.timezone, profile.base_currency) == ("en-US", "UTC", Currency("USD"))


async def test_a_changed_profile_is_shown_from_then_on(room: UserRoom) -> None:
    ada = await room.active()
    await room.profile_service(as_user(ada.id)).change_profile(
        ada.id, locale="nl-NL", timezone="Europe/Amsterdam", base_currency=Currency("EUR")
    )

    profile = await room.display_service(as_user(ada.id)).get_user_profile(ada.id)

    assert (profile.locale, profile.timezone, profile.base_currency) == ("nl-NL", "Europe/Amsterdam", Currency("EUR"))


async def test_the_profile_of_another_does_not_exist(room: UserRoom) -> None:
    ada = await room.active()

    with pytest.raises(UserNotFoundError):
        await room.display_service(as_user(BOB)).get_user_profile(ada.id)
    with pytest.raises(UserNotFoundError):
        await room.profile_service(as_user(BOB)).change_profile(ada.id, locale="en")


async def test_there_is_no_profile_without_a_user(room: UserRoom) -> None:
    with pytest.raises(UserNotFoundError):
        await room.display_service(SYSTEM).get_user_profile(NOBODYS_ID)
    with pytest.raises(UserNotFoundError):
        await room.profile_service(SYSTEM).change_profile(NOBODYS_ID, locale="en")


async def test_a_time_zone_and_a_locale_that_do_not_exist_change_nothing(room: UserRoom) -> None:
    ada = await room.active()
    profiles = room.profile_service(as_user(ada.id))

    with pytest.raises(UnknownTimezoneError):
        await profiles.change_profile(ada.id, timezone="Mars/Olympus_Mons")
    with pytest.raises(InvalidLocaleError):
        await profiles.change_profile(ada.id, timezone="Europe/Amsterdam", locale="klingon")

    assert room.profiles.profiles.stored == {}


async def test_other_rooms_hear_how_to_reach_a_user(room: UserRoom) -> None:
    ada = await room.registered(data("ada@example.com", "Ada"))

    assert await room.contacts.contact(ada.id) == Contact(ada.id, "ada@example.com", "Ada")
    with pytest.raises(UserNotFoundError):
        await room.contacts.contact(NOBODYS_ID)
