"""A server refuses to start with a fake in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from guilder.bootstrap.container import setup_container
from guilder.bootstrap.no_fakes import FakeBoundError, refuse_fakes
from guilder.published.notification import EmailService
from guilder.testing import MockEmailService
from tests.houses import settings_for


def test_the_house_as_it_is_wired_holds_no_fake(tmp_path: Path) -> None:
    refuse_fakes(setup_container(settings_for(tmp_path)))


@pytest.mark.parametrize("fake", [MockEmailService, MockEmailService()], ids=["class", "object"])
def test_a_fake_behind_a_port_is_refused_by_name(tmp_path: Path, fake: object) -> None:
    container = setup_container(settings_for(tmp_path))
    container.register_singleton(EmailService, fake, replace=True)

    with pytest.raises(FakeBoundError, match="EmailService -> MockEmailService"):
        refuse_fakes(container)
