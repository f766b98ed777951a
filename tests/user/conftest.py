"""What the tests of the user room share."""

from __future__ import annotations

import pytest

from tests.user.house import UserRoom


@pytest.fixture
def room() -> UserRoom:
    """The room over fakes, empty."""
    return UserRoom()
