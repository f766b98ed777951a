"""The services of the user room over fakes, as one person calls them."""

from __future__ import annotations

import re

from guilder.core.caller import NOBODY, SYSTEM, Caller, Role
from guilder.published.user import RegistrationRepeated, UserRegistered
from guilder.shared.ids import UserId
from guilder.testing import (
    FakeClock,
    FixedSecrets,
    InMemoryUnitOfWork,
    MockAuditLogger,
    MockEmailService,
    SequentialIds,
)
from guilder.user.application.api_key_service import ApiKeyService
from guilder.user.application.authenticator import Authenticator
from guilder.user.application.profile_service import ProfileService
from guilder.user.application.repeated_registration import RepeatedRegistration
from guilder.user.application.session_service import SessionService
from guilder.user.application.user_activator import UserActivator
from guilder.user.application.user_auditor import UserAuditor
from guilder.user.application.user_contacts import UserContacts
from guilder.user.application.user_create import UserCreate
from guilder.user.application.user_creator import UserCreator
from guilder.user.application.user_display_service import UserDisplayService
from guilder.user.application.user_identification import UserIdentification
from guilder.user.application.user_notifier import UserNotifier
from guilder.user.application.user_service import UserService
from guilder.user.application.user_validator import UserValidator
from guilder.user.application.welcome_mailer import WelcomeMailer
from guilder.user.domain.user import User, UserRole
from tests.user.builders import NOON, data
from tests.user.fakes import (
    FakeActivationTokens,
    FakeApiKeys,
    FakeIdentities,
    FakeProfiles,
    FakeSessions,
    FakeUsers,
    PlainHasher,
    ThreeTimeZones,
)


class UserRoom:
    """All of the room, on one clock."""

    def __init__(self) -> None:
        self.clock = FakeClock(NOON)
        self.work = InMemoryUnitOfWork()
        self.ids = SequentialIds()
        self.secrets = FixedSecrets()
        self.mails = MockEmailService()
        self.audit = MockAuditLogger()
        self.hasher = PlainHasher()
        self.users = FakeUsers()
        self.tokens = FakeActivationTokens()
        self.profiles = FakeProfiles()
        self.sessions = FakeSessions()
        self.keys = FakeApiKeys()
        self.auditor = UserAuditor(self.audit)
        self.identification = UserIdentification(FakeIdentities(self.users, self.sessions, self.keys), self.clock)
        self.contacts = UserContacts(self.users)
        self.notifier = UserNotifier(self.work, self.mails, self.tokens, self.ids, self.secrets, self.clock)
        self.mailer = WelcomeMailer(self.users, self.notifier)

    def service(self, caller: Caller = NOBODY) -> UserService:
        creator = UserCreator(self.work, self.users, self.hasher, self.auditor, self.ids, self.clock)
        repeated = RepeatedRegistration(
            self.work, self.users, self.tokens, self.auditor, self.ids, self.secrets, self.clock
        )
        activator = UserActivator(self.work, self.users, self.tokens, self.auditor, self.clock, caller)
        return UserService(UserValidator(), creator, repeated, activator, self.users, caller)

    def session_service(self, caller: Caller = NOBODY) -> SessionService:
        authenticator = Authenticator(self.work, self.users, self.hasher)
        return SessionService(
            self.work, authenticator, self.sessions, self.auditor, self.ids, self.secrets, self.clock, caller
        )

    def api_key_service(self, caller: Caller = NOBODY) -> ApiKeyService:
        return ApiKeyService(self.work, self.keys, self.auditor, self.ids, self.secrets, self.clock, caller)

    def display_service(self, caller: Caller = NOBODY) -> UserDisplayService:
        return UserDisplayService(self.users, self.profiles, caller)

    def profile_service(self, caller: Caller = NOBODY) -> ProfileService:
        return ProfileService(self.work, self.users, self.profiles, ThreeTimeZones(), caller)

    async def registered(self, what: UserCreate | None = None) -> User:
        """Somebody who just registered."""
        return await self.service().register_user(what or data())

    async def active(self, what: UserCreate | None = None, *roles: UserRole) -> User:
        """Somebody with an active account."""
        return await self.service(SYSTEM).create_user(what or data(), roles=roles, is_active=True)

    async def mailed_token(self, what: UserCreate | None = None) -> tuple[User, str]:
        """Somebody who just registered, and the token in her mail."""
        user = await self.registered(what)
        await self.deliver()
        return user, token_in(self.mails.sent_to(str(user.email))[-1]["body"])

    async def deliver(self) -> None:
        """Tell the mailer all that was saved, as the relay does."""
        for event in self.work.events:
            match event:
                case UserRegistered():
                    await self.mailer.on_user_registered(event)
                case RegistrationRepeated():
                    await self.mailer.on_registration_repeated(event)


def as_user(user_id: UserId, *roles: Role) -> Caller:
    """Somebody who is signed in."""
    return Caller(user_id, frozenset(roles))


def token_in(body: str) -> str:
    """The activation token in the text of a mail: a line of its own."""
    found = re.search(r"^ +([\w-]{43})$", body, re.MULTILINE)
    assert found is not None, body
    return found[1]
