"""What the OpenAPI document says of every operation alike: who may call it, and how it refuses."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI
from pydantic import BaseModel, Field

from guilder.core.problems import MEDIA_TYPE

API_PREFIX: Final = "/v1/"

UNSIGNED: Final[dict[str, Any]] = {"security": []}
"""`openapi_extra` of an operation that nobody has to sign in for."""

_SESSION: Final = "session"
_KEY_ID: Final = "api_key_id"
_KEY_SECRET: Final = "api_key_secret"  # noqa: S105 - the name of a scheme
_SCHEMES: Final = {
    _SESSION: {"type": "http", "scheme": "bearer", "description": "The token that `POST /v1/sessions` answers."},
    _KEY_ID: {"type": "apiKey", "in": "header", "name": "APCA-API-KEY-ID"},
    _KEY_SECRET: {"type": "apiKey", "in": "header", "name": "APCA-API-SECRET-KEY"},
}
_REFUSALS: Final = {
    HTTPStatus.BAD_REQUEST: "The body or the address cannot be read.",
    HTTPStatus.UNAUTHORIZED: "Nobody is signed in, or the credentials are not good.",
    HTTPStatus.FORBIDDEN: "The caller may not do this.",
    HTTPStatus.NOT_FOUND: "There is no such thing, or it belongs to somebody else.",
    HTTPStatus.CONFLICT: "The state of the house does not allow it now.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "The request makes no sense; `errors` names the fields.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too much was asked in too short a time; see `Retry-After`.",
    HTTPStatus.SERVICE_UNAVAILABLE: "Something is away that is needed for this; nothing was done. See `Retry-After`.",
}
_REFUSALS_OF_BODIES: Final = {
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is larger than is read here.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body is not JSON, or does not say so.",
}


class BadField(BaseModel):
    """One thing that is wrong with one field."""

    field: str
    message: str


class Reason(BaseModel):
    """One of several things that speak against a request."""

    code: str = Field(examples=["insufficient_buying_power"])
    detail: str
    field: str | None = None


class Problem(BaseModel):
    """A refusal (RFC 9457). `code` never changes; `errors` is there when fields are to blame.

    Where everything is looked at before anything is refused, as for an order, `reasons` has all that speaks against the
    request, the weightiest first: that is the one which `code`, `detail` and the status tell of.
    """

    type: str = Field(examples=["urn:guilder:problem:validation_failed"])
    title: str
    status: int
    detail: str
    code: str = Field(examples=["validation_failed"])
    errors: list[BadField] | None = None
    reasons: list[Reason] | None = None


def describe_alike(app: FastAPI) -> None:
    """Complete the document of `app`, whenever it is made."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        document = generate()
        if "securitySchemes" not in document["components"]:
            _complete(document)
        return document

    app.openapi = openapi  # type: ignore[method-assign]


def _complete(document: dict[str, Any]) -> None:
    schemas = document["components"].setdefault("schemas", {})
    for framework_answer in ("HTTPValidationError", "ValidationError"):
        schemas.pop(framework_answer, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs") | {Problem.__name__: problem}
    document["components"]["securitySchemes"] = _SCHEMES
    document["security"] = [{_SESSION: []}, {_KEY_ID: [], _KEY_SECRET: []}]
    for path, operations in document["paths"].items():
        if path.startswith(API_PREFIX):
            for operation in operations.values():
                operation["responses"] |= _refusals_of(operation)


def _refusals_of(operation: dict[str, Any]) -> dict[str, Any]:
    told = _REFUSALS | (_REFUSALS_OF_BODIES if "requestBody" in operation else {})
    content = {MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{Problem.__name__}"}}}
    return {str(status.value): {"description": text, "content": content} for status, text in sorted(told.items())}
