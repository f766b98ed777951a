"""Opening accounts."""

from __future__ import annotations

import pytest

from guilder.core.caller import SYSTEM, NotAllowedError, NotSignedInError, Role
from guilder.published.user import RegistrationRepeated, UserActivated, UserNotFoundError, UserRegistered
from guilder.shared.errors import ConflictError, ValidationError
from guilder.user.application.ports import PasswordCheckBusyError
from guilder.user.application.user_creator import EmailTakenError
from guilder.user.domain.activation_token import InvalidActivationTokenError
from guilder.user.domain.email_address import EmailAddress
from guilder.user.domain.user import User, UserRole
from tests.user.builders import ADA, NOON, data
from tests.user.fakes import FakeUsers
from tests.user.house import UserRoom, as_user


async def test_who_registers_gets_an_account_that_is_not_active(room: UserRoom) -> None:
    user = await room.service().register_user(data("Ada@Example.com", "Ada"))

    kept = await room.users.get_by_id(user.id)
    assert kept == user
    assert not user.is_active
    assert str(user.email) == "Ada@example.com"


async def test_the_password_is_kept_as_a_hash_beside_the_user(room: UserRoom) -> None:
    user = await room.service().register_user(data(password="a long and lonely road"))

    assert room.users.hashes == {user.id: "1:a long and lonely road"}


async def test_user_event_and_audit_note_are_saved_in_one_unit(room: UserRoom) -> None:
    user = await room.service().register_user(data())

    assert room.work.commits == 1
    assert room.work.events == [UserRegistered(user_id=user.id, registered_at=NOON)]
    assert [(note.user_id, note.action) for note in room.audit.logged] == [(user.id, "user_created")]


async def test_the_audit_note_holds_no_address_and_no_name(room: UserRoom) -> None:
    await room.service().register_user(data("ada@example.com", "Ada"))

    assert room.audit.logged[0].details == {"roles": ""}


async def test_no_mail_is_sent_while_somebody_registers(room: UserRoom) -> None:
    room.mails.go_down()

    await room.service().register_user(data())

    assert room.mails.sent_emails == []


async def test_bad_data_open_no_account_and_hash_nothing(room: UserRoom) -> None:
    with pytest.raises(ValidationError):
        await room.service().register_user(data(email="nobody"))

    assert room.work.commits == 0
    assert room.hasher.hashed == 0


async def test_a_known_address_gets_the_same_answer_with_an_id_that_belongs_to_nobody(room: UserRoom) -> None:
    first = await room.service().register_user(data(name="Ada"))

    second = await room.service().register_user(data("ADA@example.com", "Eve", "another long road"))

    assert (str(second.email), second.name, second.is_active) == ("ADA@example.com", "Eve", False)
    assert second.id != first.id
    assert await room.users.get_by_id(second.id) is None


async def test_a_known_address_keeps_its_name_and_password(room: UserRoom) -> None:
    first = await room.service().register_user(data(name="Ada", password="a long and lonely road"))

    await room.service().register_user(data(name="Eve", password="another long road"))

    kept = await room.users.get_by_id(first.id)
    assert kept is not None
    assert kept.name == "Ada"
    assert room.users.hashes == {first.id: "1:a long and lonely road"}


async def test_a_password_is_hashed_for_a_known_address_too(room: UserRoom) -> None:
    await room.service().register_user(data())

    await room.service().register_user(data())

    assert room.hasher.hashed == 2


async def test_a_repeated_registration_is_told_and_audited(room: UserRoom) -> None:
    first = await room.service().register_user(data())

    await room.service().register_user(data())

    assert room.work.events[1:] == [RegistrationRepeated(user_id=first.id, attempted_at=NOON)]
    assert [note.action for note in room.audit.logged] == ["user_created", "registration_repeated"]


class TooEarly(FakeUsers):
    """Its first look is from before somebody else's commit."""

    def __init__(self) -> None:
        super().__init__()
        self.is_too_early = False

    async def find_by_email(self, email: EmailAddress) -> User | None:
        if self.is_too_early:
            self.is_too_early = False
            return None
        return await super().find_by_email(email)


async def test_who_loses_the_race_for_an_address_gets_the_answer_for_a_known_one(room: UserRoom) -> None:
    room.users = users = TooEarly()
    winner = await room.service().register_user(data())
    users.is_too_early = True

    loser = await room.service().register_user(data())

    assert await room.users.get_by_id(loser.id) is None
    assert room.work.events[1:] == [RegistrationRepeated(user_id=winner.id, attempted_at=NOON)]


async def test_a_conflict_that_is_not_about_the_address_is_told(room: UserRoom) -> None:
    room.work.faults.fail_next(ConflictError("something else"))

    with pytest.raises(ConflictError, match="something else"):
        await room.service().register_user(data())


async def test_an_id_that_belongs_to_nobody_refuses_tokens_like_a_new_account(room: UserRoom) -> None:
    real = await room.service().register_user(data())
    nobody = await room.service().register_user(data())

    for user in (real, nobody):
        with pytest.raises(InvalidActivationTokenError):
            await room.service().activate_user(user.id, "guessed")


async def test_while_too_many_register_nobody_is_half_registered(room: UserRoom) -> None:
    room.hasher.is_busy = True

    with pytest.raises(PasswordCheckBusyError):
        await room.service().register_user(data())

    assert room.work.commits == 0


async def test_an_admin_opens_an_active_account_with_roles(room: UserRoom) -> None:
    admin = as_user(ADA, Role.ADMIN)

    user = await room.service(admin).create_user(data(), roles=[UserRole.AUDITOR], is_active=True)

    assert user.is_active
    assert user.roles == {UserRole.AUDITOR}
    assert room.work.events == [
        UserRegistered(user_id=user.id, registered_at=NOON),
        UserActivated(user_id=user.id, activated_at=NOON),
    ]
    assert room.audit.logged[0].details == {"roles": "auditor"}


async def test_an_admin_is_told_that_an_address_is_taken(room: UserRoom) -> None:
    await room.registered()

    with pytest.raises(EmailTakenError):
        await room.service(SYSTEM).create_user(data())


async def test_only_an_admin_opens_accounts_for_others(room: UserRoom) -> None:
    with pytest.raises(NotSignedInError):
        await room.service().create_user(data())
    with pytest.raises(NotAllowedError):
        await room.service(as_user(ADA, Role.AUDITOR)).create_user(data(), roles=[UserRole.ADMIN])

    assert room.work.commits == 0


async def test_an_admin_finds_a_user_by_address(room: UserRoom) -> None:
    user = await room.registered()

    assert await room.service(SYSTEM).get_user_by_email("ADA@example.com") == user
    with pytest.raises(UserNotFoundError):
        await room.service(SYSTEM).get_user_by_email("bob@example.com")
    with pytest.raises(NotAllowedError):
        await room.service(as_user(ADA)).get_user_by_email("ada@example.com")
