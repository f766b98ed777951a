"""What every test may ask for: an event loop, settings of its own, and a real PostgreSQL."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.postgres import Keeper, PostgresServer, knock

# The machines that run this are small and shared: a slow example is no failure. On `CI` the examples are the
# same each time, so that a red run can be repeated.
settings.register_profile("guilder", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("guilder"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "guilder")

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    # Started in the background of a script: the processes that tests interrupt would inherit deaf ears.
    signal.signal(signal.SIGINT, signal.default_int_handler)

KEEPER = pytest.StashKey[Keeper]()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell each xdist worker where to knock for PostgreSQL, before it starts."""
    node.workerinput["postgres_folder"] = str(_keeper(node.config).folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave no server behind."""
    if KEEPER in config.stash:
        config.stash[KEEPER].close()
        del config.stash[KEEPER]


def _keeper(config: pytest.Config) -> Keeper:
    if KEEPER not in config.stash:
        config.stash[KEEPER] = Keeper()
    return config.stash[KEEPER]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Asynchronous tests and fixtures run on asyncio."""
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def _settings_of_nobody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No setting of the person who runs the tests reaches them, and no test reaches that person's books."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("GUILDER_") or name in {"FINANCIAL_MODELING_PREP_API_KEY", "STRIPE_API_KEY"}:
                patch.delenv(name)
        patch.setenv("GUILDER_DATA_DIR", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture(scope="session")
def postgres_server(request: pytest.FixtureRequest) -> PostgresServer:
    """The PostgreSQL of this test run; it starts when the first test asks for it."""
    shared: dict[str, str] = getattr(request.config, "workerinput", {})
    folder = shared.get("postgres_folder")
    return knock(Path(folder) if folder else _keeper(request.config).folder)


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of an empty database that only this test knows."""
    name = postgres_server.create_database()
    yield postgres_server.url(name)
    postgres_server.drop_database(name)


def _migrate(url: str) -> None:
    from guilder.bootstrap.schema import Schema

    Schema(url).upgrade()


@pytest.fixture
def migrated_postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The same with the tables of every room: migrated once a run, and copied from there."""
    template = postgres_server.template("guilder_migrated", _migrate)
    name = postgres_server.create_database(template)
    yield postgres_server.url(name)
    postgres_server.drop_database(name)
