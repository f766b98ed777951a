"""The house can be put together: every binding resolves, every port and every facade is bound."""

from __future__ import annotations

from pathlib import Path

import pytest

from guilder.bootstrap.container import setup_container
from guilder.core.container import Container
from guilder.core.settings import Settings
from tests.architecture.house import contexts
from tests.architecture.loaded import is_bound, protocols

PUBLISHED = protocols(*(f"guilder.published.{room}" for room in contexts()))

CHOICES: dict[str, dict[str, str]] = {
    "sqlite": {},
    "postgresql": {"database_url": "postgresql://guilder@localhost/guilder"},
    "mail server": {"smtp_url": "smtp://localhost:25"},
    "replay": {"market_mode": "replay", "fill_profile": "realistic"},
}


def a_container(folder: Path, **choices: str) -> Container:
    return setup_container(Settings.model_validate({"data_dir": folder, **choices}))


@pytest.mark.parametrize("choices", CHOICES)
def test_every_binding_resolves_whatever_the_settings(choices: str, tmp_path: Path) -> None:
    a_container(tmp_path, **CHOICES[choices]).validate()


def test_there_are_facades() -> None:
    assert PUBLISHED


@pytest.mark.parametrize("facade", PUBLISHED, ids=lambda facade: facade.__name__)
def test_what_is_published_is_bound(facade: type, tmp_path: Path) -> None:
    assert is_bound(a_container(tmp_path), facade)
