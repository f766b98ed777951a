"""The user room, put together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fastapi import APIRouter

from guilder.core.container import Container
from guilder.core.relay import Subscription
from guilder.published.user import Contacts, Identification, RegistrationRepeated, UserRegistered
from guilder.user.application.api_key_service import ApiKeyService
from guilder.user.application.authenticator import Authenticator
from guilder.user.application.ports import (
    ActivationTokenRepository,
    ApiKeyRepository,
    CredentialRepository,
    IdentityReader,
    PasswordHasher,
    ProfileRepository,
    SessionRepository,
    TimeZones,
    UserReader,
    UserRepository,
)
from guilder.user.application.profile_service import ProfileService
from guilder.user.application.repeated_registration import RepeatedRegistration
from guilder.user.application.session_service import SessionService
from guilder.user.application.user_activator import UserActivator
from guilder.user.application.user_auditor import UserAuditor
from guilder.user.application.user_contacts import UserContacts
from guilder.user.application.user_creator import UserCreator
from guilder.user.application.user_display_service import UserDisplayService
from guilder.user.application.user_identification import UserIdentification
from guilder.user.application.user_notifier import UserNotifier
from guilder.user.application.user_service import UserService
from guilder.user.application.user_validator import UserValidator
from guilder.user.application.welcome_mailer import WelcomeMailer
from guilder.user.infrastructure.argon2_password_hasher import Argon2PasswordHasher
from guilder.user.infrastructure.identity_cache import IdentityCache
from guilder.user.infrastructure.sql_activation_token_repository import SqlActivationTokenRepository
from guilder.user.infrastructure.sql_api_key_repository import SqlApiKeyRepository
from guilder.user.infrastructure.sql_credential_repository import SqlCredentialRepository
from guilder.user.infrastructure.sql_identity_reader import SqlIdentityReader
from guilder.user.infrastructure.sql_profile_repository import SqlProfileRepository
from guilder.user.infrastructure.sql_session_repository import SqlSessionRepository
from guilder.user.infrastructure.sql_user_repository import SqlUserRepository
from guilder.user.infrastructure.zoneinfo_time_zones import ZoneinfoTimeZones
from guilder.user.presentation.router import kept_router, router

SUBSCRIPTIONS: Final = (
    Subscription("user.welcome", UserRegistered, WelcomeMailer, "on_user_registered"),
    Subscription("user.repeated", RegistrationRepeated, WelcomeMailer, "on_registration_repeated"),
)
"""Facts of which this room hears."""


def register(container: Container) -> None:
    """Bind the ports of this room, and its services."""
    container.register_singleton(PasswordHasher, _password_hasher)
    container.register_singleton(IdentityCache, IdentityCache)
    container.register_singleton(IdentityReader, SqlIdentityReader)
    container.register_singleton(Identification, UserIdentification)
    container.register_singleton(TimeZones, ZoneinfoTimeZones)
    container.register_singleton(UserValidator, UserValidator)

    container.register_scoped(UserRepository, SqlUserRepository)
    container.register_scoped(UserReader, SqlUserRepository)
    container.register_scoped(CredentialRepository, SqlCredentialRepository)
    container.register_scoped(ProfileRepository, SqlProfileRepository)
    container.register_scoped(ActivationTokenRepository, SqlActivationTokenRepository)
    container.register_scoped(SessionRepository, SqlSessionRepository)
    container.register_scoped(ApiKeyRepository, SqlApiKeyRepository)

    container.register_scoped(Contacts, UserContacts)
    for service in _SERVICES:
        container.register_scoped(service, service)


def routers() -> list[APIRouter]:
    """What this room answers over HTTP."""
    return [router, kept_router]


def subscriptions() -> list[Subscription]:
    """What this room wants to hear of."""
    return list(SUBSCRIPTIONS)


_SERVICES: Final = (
    ApiKeyService,
    Authenticator,
    ProfileService,
    RepeatedRegistration,
    SessionService,
    UserActivator,
    UserAuditor,
    UserCreator,
    UserDisplayService,
    UserNotifier,
    UserService,
    WelcomeMailer,
)


def _password_hasher() -> Iterator[PasswordHasher]:
    hasher = Argon2PasswordHasher()
    yield hasher
    hasher.close()
