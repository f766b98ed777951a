"""The header in which session tokens come."""

from __future__ import annotations

import pytest

from guilder.user.presentation.bearer import bearer_token


@pytest.mark.parametrize("header", ["Bearer abc", "bearer abc", "BEARER  abc "])
def test_the_token_follows_the_word_bearer(header: str) -> None:
    assert bearer_token(header) == "abc"


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic abc", "abc", "Bearerabc"])
def test_any_other_header_holds_no_token(header: str) -> None:
    assert bearer_token(header) == ""
