"""Looks through what somebody says who wants an account."""

from __future__ import annotations

from guilder.shared.errors import FieldProblem, ValidationError
from guilder.user.application.user_create import UserCreate
from guilder.user.domain.email_address import email_problem
from guilder.user.domain.name import name_problem
from guilder.user.domain.password import password_problems


class UserValidator:
    """Names everything that is wrong, at once."""

    def validate_creation_data(self, data: UserCreate) -> None:
        """Check address, name and password.

        Raises:
            ValidationError: with all problems of all fields.
        """
        said = [("email", email_problem(data.email)), ("name", name_problem(data.name))]
        said += [
            ("password", problem) for problem in password_problems(data.password, email=data.email, name=data.name)
        ]
        problems = [FieldProblem(field, problem) for field, problem in said if problem is not None]
        if problems:
            raise ValidationError(*problems)
