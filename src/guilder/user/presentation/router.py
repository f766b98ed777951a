"""Users, sessions and API keys over HTTP."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Header, status

from guilder.core.container.fastapi import inject
from guilder.core.http import UNSIGNED, ExactRoute, IdempotentRoute
from guilder.shared.ids import UserId
from guilder.user.application.api_key_service import ApiKeyService
from guilder.user.application.profile_service import ProfileService
from guilder.user.application.session_service import SessionService
from guilder.user.application.user_display_service import UserDisplayService
from guilder.user.application.user_service import UserService
from guilder.user.domain.api_key import KeyId
from guilder.user.presentation.bearer import bearer_token
from guilder.user.presentation.schemas import (
    ActivateRequest,
    ApiKeyRequest,
    ApiKeyResponse,
    NewApiKeyResponse,
    ProfileRequest,
    ProfileResponse,
    RegisterRequest,
    SessionResponse,
    SignInRequest,
    UserResponse,
)

# Answers that hold a secret, and those to people who are not signed in, are never kept.
router = APIRouter(prefix="/v1", route_class=ExactRoute)
kept_router = APIRouter(prefix="/v1", route_class=IdempotentRoute)

NO_TOKEN: Final = ActivateRequest()


@router.post("/users", status_code=status.HTTP_201_CREATED, tags=["users"], openapi_extra=UNSIGNED)
async def register_user(body: RegisterRequest, users: UserService = inject(UserService)) -> UserResponse:
    """Open an account. A token to activate it goes out by mail."""
    return UserResponse.from_domain(await users.register_user(body.to_data()))


@kept_router.post("/users/{user_id}/activate", tags=["users"], openapi_extra=UNSIGNED)
async def activate_user(
    user_id: UUID, body: ActivateRequest = NO_TOKEN, users: UserService = inject(UserService)
) -> UserResponse:
    """Activate an account, by the token that was mailed, or as an admin without one."""
    return UserResponse.from_domain(await users.activate_user(UserId(user_id), body.token))


@router.get("/users/{user_id}", tags=["users"])
async def get_user(user_id: UUID, users: UserService = inject(UserService)) -> UserResponse:
    """Yourself; anybody, for an admin."""
    return UserResponse.from_domain(await users.get_user(UserId(user_id)))


@router.get("/users/{user_id}/profile", tags=["users"])
async def get_profile(user_id: UUID, display: UserDisplayService = inject(UserDisplayService)) -> ProfileResponse:
    """How you like things shown."""
    return ProfileResponse.from_profile(await display.get_user_profile(UserId(user_id)))


@router.put("/users/{user_id}/profile", tags=["users"])
async def change_profile(
    user_id: UUID, body: ProfileRequest, profiles: ProfileService = inject(ProfileService)
) -> ProfileResponse:
    """Choose locale, time zone or base currency anew."""
    profile = await profiles.change_profile(
        UserId(user_id), locale=body.locale, timezone=body.timezone, base_currency=body.currency()
    )
    return ProfileResponse.from_profile(profile)


@router.post("/sessions", status_code=status.HTTP_201_CREATED, tags=["sessions"], openapi_extra=UNSIGNED)
async def sign_in(body: SignInRequest, sessions: SessionService = inject(SessionService)) -> SessionResponse:
    """Sign in. The token is shown once; send it as `Authorization: Bearer <token>`."""
    return SessionResponse.from_signed_in(await sessions.sign_in(body.email, body.password))


@router.delete("/sessions/current", status_code=status.HTTP_204_NO_CONTENT, tags=["sessions"])
async def sign_out(
    authorization: Annotated[str, Header(include_in_schema=False)] = "",
    sessions: SessionService = inject(SessionService),
) -> None:
    """Sign out. The token is dead at once."""
    await sessions.sign_out(bearer_token(authorization))


@router.post("/api-keys", status_code=status.HTTP_201_CREATED, tags=["api keys"])
async def create_api_key(body: ApiKeyRequest, keys: ApiKeyService = inject(ApiKeyService)) -> NewApiKeyResponse:
    """Get a key for a program. The secret is shown once; send both as `APCA-API-KEY-ID` and `APCA-API-SECRET-KEY`."""
    return NewApiKeyResponse.from_new(await keys.create_api_key(body.name))


@router.get("/api-keys", tags=["api keys"])
async def list_api_keys(keys: ApiKeyService = inject(ApiKeyService)) -> list[ApiKeyResponse]:
    """Your keys, oldest first."""
    return [ApiKeyResponse.from_domain(key) for key in await keys.list_api_keys()]


@router.get("/api-keys/{key_id}", tags=["api keys"])
async def get_api_key(key_id: UUID, keys: ApiKeyService = inject(ApiKeyService)) -> ApiKeyResponse:
    """One of your keys, without its secret."""
    return ApiKeyResponse.from_domain(await keys.get_api_key(KeyId(key_id)))


@kept_router.delete("/api-keys/{key_id}", status_code=status.HTTP_204_NO_CONTENT, tags=["api keys"])
async def revoke_api_key(key_id: UUID, keys: ApiKeyService = inject(ApiKeyService)) -> None:
    """Make a key useless, at once and for good."""
    await keys.revoke_api_key(KeyId(key_id))
