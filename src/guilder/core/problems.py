"""Refusals as HTTP answers: problem details (RFC 9457), and the one table that knows status codes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Match

from guilder.shared.errors import (
    ConflictError,
    FieldProblem,
    ForbiddenError,
    GuilderError,
    InvalidError,
    NotFoundError,
    PaymentRequiredError,
    RefusedError,
    TooManyRequestsError,
    UnauthenticatedError,
    UnavailableError,
    ValidationError,
)

log = structlog.get_logger(__name__)

MEDIA_TYPE: Final = "application/problem+json"
_CLIENT_WENT_AWAY: Final = 499


class MalformedBodyError(InvalidError):
    """The body cannot be read."""

    code = "malformed_body"


class MalformedAddressError(InvalidError):
    """The path or the query holds characters that no name here has."""

    code = "malformed_address"


class BodyTooLargeError(InvalidError):
    """The body is larger than is read here."""

    code = "body_too_large"


class UnsupportedMediaTypeError(InvalidError):
    """The body is not JSON, or does not say so: send `Content-Type: application/json`."""

    code = "unsupported_media_type"


STATUSES: Final[Mapping[type[GuilderError], HTTPStatus]] = {
    MalformedBodyError: HTTPStatus.BAD_REQUEST,
    MalformedAddressError: HTTPStatus.BAD_REQUEST,
    BodyTooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    UnsupportedMediaTypeError: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    InvalidError: HTTPStatus.UNPROCESSABLE_ENTITY,
    UnauthenticatedError: HTTPStatus.UNAUTHORIZED,
    PaymentRequiredError: HTTPStatus.PAYMENT_REQUIRED,
    ForbiddenError: HTTPStatus.FORBIDDEN,
    NotFoundError: HTTPStatus.NOT_FOUND,
    ConflictError: HTTPStatus.CONFLICT,
    RefusedError: HTTPStatus.CONFLICT,
    TooManyRequestsError: HTTPStatus.TOO_MANY_REQUESTS,
    UnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""What each kind of refusal is in HTTP; the nearest kind counts. What is not here is our own mistake: 500."""

_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
_ROUTING_CODES: Final = {400: "malformed_body", 404: "not_found", 405: "method_not_allowed"}


def status_of(kind: type[GuilderError]) -> HTTPStatus:
    """The status with which errors of this kind are answered."""
    for ancestor in kind.__mro__:
        if ancestor in STATUSES:
            return STATUSES[ancestor]
    return HTTPStatus.INTERNAL_SERVER_ERROR


def problem_of(error: GuilderError) -> Response:
    """The answer to a refusal.

    What is missing and what is not yours read the same, so the particulars of a 404 are not told. Neither are
    those of a mistake of ours, which goes to the log.
    """
    status = status_of(type(error))
    return _answer(problem_document(error), _headers(error, status))


def problem_document(error: GuilderError) -> dict[str, Any]:
    """What a refusal is told as, wherever it is told; see `problem_of`."""
    kind = type(error)
    status = status_of(kind)
    if status is HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("request_failed", error=repr(error), exc_info=error)
        return _INTERNAL
    title = _sentence(kind)
    detail = title if status is HTTPStatus.NOT_FOUND else error.detail
    problems = [problem for reason in error.reasons or (error,) for problem in _problems_of(reason)]
    return _document(status, error.code, title, detail, problems, list(_reasons(error)))


def internal_problem() -> Response:
    """The answer when Guilder itself made a mistake: it tells nothing but that."""
    return _answer(_INTERNAL)


def add_problem_handlers(app: FastAPI) -> None:
    """Answer every refusal inside `app` with problem details, those of the framework included."""
    handlers: dict[type[Exception], Any] = {
        GuilderError: _on_refusal,
        RequestValidationError: _on_invalid_request,
        HTTPException: _on_http_exception,
        ClientDisconnect: _on_disconnect,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


async def _on_refusal(request: Request, error: GuilderError) -> Response:
    return problem_of(error)


async def _on_invalid_request(request: Request, error: RequestValidationError) -> Response:
    return problem_of(refusal_of(error.errors()))


def refusal_of(errors: Sequence[Mapping[str, Any]]) -> InvalidError:
    """What the framework found wrong with a request, as a refusal of ours."""
    if any(item["type"] == "json_invalid" for item in errors):
        return MalformedBodyError()
    return ValidationError(*_field_problems(errors))


async def _on_http_exception(request: Request, error: HTTPException) -> Response:
    status = HTTPStatus(error.status_code)
    code = _ROUTING_CODES.get(status, f"http_{status.value}")
    title = f"{status.phrase}."
    headers = error.headers
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        headers = {**(headers or {}), "Allow": ", ".join(_allowed_methods(request))}
    return _answer(_document(status, code, title, title), headers)


def _allowed_methods(request: Request) -> list[str]:
    """What may be done with the address: the router itself names only the methods of its first route."""
    routes = request.app.routes
    ways = {method: {**request.scope, "method": method} for method in _METHODS}
    found = [method for method, way in ways.items() if any(route.matches(way)[0] is Match.FULL for route in routes)]
    return ["GET", "HEAD", *found[1:]] if "GET" in found else found


async def _on_disconnect(request: Request, error: ClientDisconnect) -> Response:
    """Nobody hears this; it is for the access log."""
    return Response(status_code=_CLIENT_WENT_AWAY)


def _problems_of(error: GuilderError) -> Sequence[FieldProblem]:
    if isinstance(error, ValidationError):
        return error.problems
    if isinstance(error, InvalidError) and error.field is not None:
        return [FieldProblem(error.field, error.detail)]
    return ()


def _reasons(error: GuilderError) -> Iterable[Mapping[str, str]]:
    """All that speaks against a request; of fields that are wrong each by itself."""
    for reason in error.reasons:
        if isinstance(reason, ValidationError):
            for problem in reason.problems:
                yield {"code": reason.code, "detail": problem.message, "field": problem.field}
        elif isinstance(reason, InvalidError) and reason.field is not None:
            yield {"code": reason.code, "detail": reason.detail, "field": reason.field}
        else:
            yield {"code": reason.code, "detail": reason.detail}


def _field_problems(errors: Iterable[Mapping[str, Any]]) -> Iterable[FieldProblem]:
    return [FieldProblem(_field_name(item["loc"]), _message(item)) for item in errors]


def _field_name(location: Sequence[str | int]) -> str:
    """`("body", "lots", 0, "price")` is the field `lots[0].price`; the body as a whole is called `body`."""
    name = ""
    for part in location[1:] or location:
        name += f"[{part}]" if isinstance(part, int) else f".{part}"
    return name.removeprefix(".")


def _message(item: Mapping[str, Any]) -> str:
    if item["type"] == "extra_forbidden":
        return "there is no such field"
    return str(item["msg"]).removeprefix("Value error, ")


def _headers(error: GuilderError, status: HTTPStatus) -> dict[str, str]:
    if status is HTTPStatus.UNAUTHORIZED:
        return {"WWW-Authenticate": "Bearer"}
    if status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
        return {"Retry-After": str(getattr(error, "retry_after_seconds", 1))}
    return {}


def _sentence(kind: type[GuilderError]) -> str:
    return (kind.__doc__ or kind.code).strip().split("\n", 1)[0]


def _document(
    status: HTTPStatus,
    code: str,
    title: str,
    detail: str,
    problems: Sequence[FieldProblem] = (),
    reasons: Sequence[Mapping[str, str]] = (),
) -> dict[str, Any]:
    told: dict[str, Any] = {
        "type": f"urn:guilder:problem:{code}",
        "title": title,
        "status": status.value,
        "detail": detail,
        "code": code,
    }
    if problems:
        told["errors"] = [{"field": problem.field, "message": problem.message} for problem in problems]
    if reasons:
        told["reasons"] = list(reasons)
    return told


def _answer(document: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    return Response(json.dumps(document), document["status"], headers, media_type=MEDIA_TYPE)


_INTERNAL: Final = _document(
    HTTPStatus.INTERNAL_SERVER_ERROR,
    "internal_error",
    "Something went wrong inside Guilder.",
    "It was written to the log, under the id in X-Request-ID.",
)
