"""Errors are refusals with names.

Every error has a `code` that is part of the API and never changes. The few categories below say what kind of
refusal it is; what a category means in HTTP or on the command line is decided in one table at the edge.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar


class GuilderError(Exception):
    """Anything that Guilder refuses or cannot do."""

    code: ClassVar[str] = "guilder_error"
    reasons: tuple[GuilderError, ...] = ()
    """All that speaks against it, this refusal first, where everything was looked at before it was refused."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or (self.__doc__ or self.code).split("\n", 1)[0].strip())

    @property
    def detail(self) -> str:
        """What went wrong, for the person who asked."""
        return str(self.args[0])


class InvalidError(GuilderError):
    """The request makes no sense, whatever the state of the house."""

    code = "invalid"
    field: str | None = None
    """The field of the request that makes no sense, where it is one."""

    def __init__(self, detail: str = "", *, field: str | None = None) -> None:
        super().__init__(detail)
        self.field = field or self.field


class FieldProblem:
    """One thing that is wrong with one field."""

    __slots__ = ("field", "message")

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        self.message = message

    def __repr__(self) -> str:
        return f"FieldProblem({self.field!r}, {self.message!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FieldProblem) and (self.field, self.message) == (other.field, other.message)

    def __hash__(self) -> int:
        return hash((self.field, self.message))


class ValidationError(InvalidError):
    """Some fields do not make sense; all of them are named at once."""

    code = "validation_failed"

    def __init__(self, *problems: FieldProblem) -> None:
        super().__init__("; ".join(f"{problem.field}: {problem.message}" for problem in problems))
        self.problems = problems


class UnauthenticatedError(GuilderError):
    """Nobody is signed in, or the credentials are not good."""

    code = "unauthenticated"


class ForbiddenError(GuilderError):
    """The caller is known, but may not do this."""

    code = "forbidden"


class NotFoundError(GuilderError):
    """There is no such thing, or it belongs to somebody else."""

    code = "not_found"


class ConflictError(GuilderError):
    """Somebody else changed the same thing first; ask again."""

    code = "conflict"


class RefusedError(GuilderError):
    """The request makes sense, but the state of the house does not allow it now."""

    code = "refused"


class UnavailableError(GuilderError):
    """Something that Guilder depends on is away; nothing was done."""

    code = "unavailable"


class PaymentRequiredError(GuilderError):
    """The payment did not go through."""

    code = "payment_failed"


class TooManyRequestsError(GuilderError):
    """Too much was asked in too short a time."""

    code = "too_many_requests"

    def __init__(self, detail: str = "", *, retry_after_seconds: int = 1) -> None:
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds


def all_at_once(refusals: Iterable[GuilderError]) -> GuilderError:
    """The weightiest of one refusal or more, with all of them as its reasons.

    What makes no sense whatever the state of the house weighs more than what the state does not allow; else the earlier
    weighs more.
    """
    reasons = sorted(refusals, key=lambda refusal: not isinstance(refusal, InvalidError))
    reasons[0].reasons = tuple(reasons)
    return reasons[0]
