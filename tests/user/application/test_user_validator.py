"""What is looked at before an account is opened."""

from __future__ import annotations

import pytest

from guilder.shared.errors import FieldProblem, ValidationError
from guilder.user.application.user_create import UserCreate
from guilder.user.application.user_validator import UserValidator
from tests.user.builders import data


def test_data_in_order_pass() -> None:
    UserValidator().validate_creation_data(data())


def test_all_problems_of_all_fields_are_named_at_once() -> None:
    with pytest.raises(ValidationError) as refused:
        UserValidator().validate_creation_data(UserCreate("nobody", " ", "aaaa"))

    assert refused.value.problems == (
        FieldProblem("email", "has no @"),
        FieldProblem("name", "is required"),
        FieldProblem("password", "has fewer than 8 characters"),
        FieldProblem("password", "is among those that are guessed first"),
    )


def test_the_refusal_does_not_repeat_the_password() -> None:
    with pytest.raises(ValidationError) as refused:
        UserValidator().validate_creation_data(data(password="qwerty7"))

    assert "qwerty7" not in str(refused.value)


def test_the_data_do_not_show_the_password() -> None:
    assert "lonely" not in repr(data(password="a long and lonely road"))
