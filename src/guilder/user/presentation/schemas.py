"""What the user room is told and answers over HTTP. No answer holds a hash; a secret is shown when it is made."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from guilder.core.instants import instant_text
from guilder.core.wire import RequestModel, reading
from guilder.shared.currency import Currency
from guilder.user.application.api_key_service import NewApiKey
from guilder.user.application.session_service import SignedIn
from guilder.user.application.user_create import UserCreate
from guilder.user.application.user_profile import UserProfile
from guilder.user.domain.api_key import ApiKey
from guilder.user.domain.password import LONGEST_PASSWORD
from guilder.user.domain.user import User

Secret = Annotated[str, Field(repr=False, max_length=LONGEST_PASSWORD)]


class RegisterRequest(RequestModel):
    """Who wants an account. The rules for each field are checked together, by `UserValidator`."""

    email: str = Field(examples=["ada@example.com"])
    name: str = Field(examples=["Ada"])
    password: str = Field(repr=False, examples=["a long and lonely road"])

    def to_data(self) -> UserCreate:
        return UserCreate(self.email, self.name, self.password)


class ActivateRequest(RequestModel):
    """The token that was mailed; admins need none."""

    token: str | None = Field(default=None, repr=False, max_length=LONGEST_PASSWORD)


class UserResponse(BaseModel):
    """A user, as he and the admins see him."""

    id: UUID
    email: str
    name: str
    is_active: bool

    @classmethod
    def from_domain(cls, user: User) -> UserResponse:
        return cls(id=user.id, email=str(user.email), name=user.name, is_active=user.is_active)


class ProfileRequest(RequestModel):
    """New choices; what is left out stays as it is."""

    locale: str | None = Field(None, examples=["en-US"])
    timezone: str | None = Field(None, examples=["Europe/Amsterdam"])
    base_currency: str | None = Field(None, examples=["USD"])

    def currency(self) -> Currency | None:
        """Raises `UnknownCurrencyError`."""
        with reading("base_currency"):
            return None if self.base_currency is None else Currency(self.base_currency)


class ProfileResponse(BaseModel):
    """A user and how he likes things shown."""

    id: UUID
    email: str
    name: str
    is_active: bool
    locale: str
    timezone: str
    base_currency: str

    @classmethod
    def from_profile(cls, profile: UserProfile) -> ProfileResponse:
        return cls(
            id=profile.user_id,
            email=profile.email,
            name=profile.name,
            is_active=profile.is_active,
            locale=profile.locale,
            timezone=profile.timezone,
            base_currency=profile.base_currency.code,
        )


class SignInRequest(RequestModel):
    """Who wants to sign in."""

    email: str = Field(examples=["ada@example.com"])
    password: Secret = Field(examples=["a long and lonely road"])


class SessionResponse(BaseModel):
    """A token for `Authorization: Bearer …`, until it expires."""

    token: str = Field(repr=False)
    expires_at: str
    user_id: UUID

    @classmethod
    def from_signed_in(cls, signed_in: SignedIn) -> SessionResponse:
        return cls(token=signed_in.token, expires_at=instant_text(signed_in.expires_at), user_id=signed_in.user_id)


class ApiKeyRequest(RequestModel):
    """What the key is for, in its owner's words."""

    name: str = Field(examples=["my trading bot"])


class NewApiKeyResponse(BaseModel):
    """A new key. The secret is shown this once."""

    key_id: UUID
    secret: str = Field(repr=False)

    @classmethod
    def from_new(cls, new: NewApiKey) -> NewApiKeyResponse:
        return cls(key_id=new.key.id, secret=new.secret)


class ApiKeyResponse(BaseModel):
    """A key that works."""

    key_id: UUID
    name: str
    created_at: str

    @classmethod
    def from_domain(cls, key: ApiKey) -> ApiKeyResponse:
        return cls(key_id=key.id, name=key.name, created_at=instant_text(key.created_at))
