"""The container and the settings of a process."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from guilder.bootstrap.container import forget_container, get_container, get_settings, setup_container
from guilder.core.container import Container
from guilder.core.settings import Settings
from guilder.user.application.user_service import UserService
from tests.houses import settings_for

THREADS = 16


@pytest.fixture(autouse=True)
def _a_fresh_process() -> Iterator[None]:
    forget_container()
    yield
    forget_container()


def test_a_process_has_one_container() -> None:
    assert get_container() is get_container()


def test_a_test_can_have_the_container_made_anew() -> None:
    before = get_container()

    forget_container()

    assert get_container() is not before


def test_threads_that_ask_at_once_get_one_and_the_same_container() -> None:
    together = Barrier(THREADS)

    def ask(_: int) -> Container:
        together.wait()
        return get_container()

    with ThreadPoolExecutor(THREADS) as threads:
        containers = set(threads.map(ask, range(THREADS)))

    assert len(containers) == 1


def test_every_port_is_bound_by_the_composition_root(tmp_path: Path) -> None:
    container = setup_container(settings_for(tmp_path))

    container.validate()

    assert UserService.__name__ in container.graph()


def test_the_settings_of_the_process_are_those_of_the_container(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUILDER_PORT", "4711")

    assert get_settings().port == 4711
    assert get_container().get(Settings) is get_settings()
