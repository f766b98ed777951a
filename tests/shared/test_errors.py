"""Errors are refusals with names; that their codes are unique is checked over the whole house in tests/architecture."""

from __future__ import annotations

import pytest

from guilder.shared import errors
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
    all_at_once,
)

CODES = {
    GuilderError: "guilder_error",
    InvalidError: "invalid",
    ValidationError: "validation_failed",
    UnauthenticatedError: "unauthenticated",
    ForbiddenError: "forbidden",
    NotFoundError: "not_found",
    ConflictError: "conflict",
    RefusedError: "refused",
    UnavailableError: "unavailable",
    PaymentRequiredError: "payment_failed",
    TooManyRequestsError: "too_many_requests",
}


def test_the_codes_of_the_categories_never_change() -> None:
    declared = [it for it in vars(errors).values() if isinstance(it, type) and issubclass(it, GuilderError)]

    assert {it: it.code for it in declared} == CODES


def test_a_refusal_without_a_detail_says_what_its_kind_means() -> None:
    assert ForbiddenError().detail == "The caller is known, but may not do this."


def test_a_refusal_says_what_went_wrong() -> None:
    assert RefusedError("The shop is closed").detail == "The shop is closed"
    assert str(RefusedError("The shop is closed")) == "The shop is closed"


def test_a_validation_error_names_every_field_at_once() -> None:
    refusal = ValidationError(FieldProblem("quantity", "must be more than zero"), FieldProblem("side", "is unknown"))

    assert refusal.detail == "quantity: must be more than zero; side: is unknown"
    assert refusal.problems == (FieldProblem("quantity", "must be more than zero"), FieldProblem("side", "is unknown"))


def test_problems_are_the_same_when_field_and_message_are() -> None:
    assert FieldProblem("a", "b") == FieldProblem("a", "b")
    assert hash(FieldProblem("a", "b")) == hash(FieldProblem("a", "b"))
    assert FieldProblem("a", "b") != FieldProblem("a", "c")
    assert FieldProblem("a", "b") != ("a", "b")


def test_whoever_asks_too_often_is_told_when_to_come_back() -> None:
    assert TooManyRequestsError(retry_after_seconds=30).retry_after_seconds == 30
    assert TooManyRequestsError().retry_after_seconds == 1


@pytest.mark.parametrize("kind", CODES)
def test_every_refusal_can_be_caught_as_one(kind: type[GuilderError]) -> None:
    assert issubclass(kind, GuilderError)
    assert kind.__doc__


def test_of_several_refusals_what_makes_no_sense_weighs_most_and_else_the_first() -> None:
    refused, missing_sense, also_refused = RefusedError("no"), InvalidError("what?"), RefusedError("neither")

    weightiest = all_at_once([refused, missing_sense, also_refused])

    assert weightiest is missing_sense
    assert weightiest.reasons == (missing_sense, refused, also_refused)
    assert all_at_once([refused, also_refused]) is refused


def test_a_refusal_by_itself_has_no_list_of_reasons() -> None:
    assert RefusedError("no").reasons == ()
