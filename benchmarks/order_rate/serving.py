"""The server under load: a process of its own, on books of its own."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guilder.bootstrap.house import House
from guilder.core.caller import Caller
from guilder.core.settings import SecretUrl, Settings
from guilder.financial.application.portfolio_service import PortfolioService
from guilder.shared.currency import USD
from guilder.shared.money import Money
from guilder.user.application.api_key_service import ApiKeyService
from guilder.user.application.user_create import UserCreate
from guilder.user.application.user_service import UserService

HERE = Path(__file__).parent
START_SECONDS = 60
BACKLOG_SECONDS = 120


def settings_for(folder: Path, url: str | None) -> Settings:
    """Settings of books in `folder`, or in the PostgreSQL database at `url`."""
    return Settings(data_dir=folder) if url is None else Settings(data_dir=folder, database_url=SecretUrl(url))


def people_in(settings: Settings, people: int, portfolios_each: int) -> list[dict[str, Any]]:
    """Users with a key and with portfolios that hold money, made by the services."""
    return asyncio.run(_settle(settings, people, portfolios_each))


async def _settle(settings: Settings, people: int, portfolios_each: int) -> list[dict[str, Any]]:
    made = []
    async with House(settings) as house:
        for number in range(people):
            async with house.system_scope() as scope:
                users = await scope.aget(UserService)
                create = UserCreate(f"trader{number}@example.com", "Trader", "a long and lonely road")
                user = await users.create_user(create, is_active=True)
            async with house.scope(Caller(user.id)) as scope:
                key = await (await scope.aget(ApiKeyService)).create_api_key("load")
                service = await scope.aget(PortfolioService)
                portfolios = [await service.open_portfolio(f"P{n}", USD) for n in range(portfolios_each)]
                for portfolio in portfolios:
                    await service.deposit(portfolio.id, Money.parse("1000000", USD))
            made.append(
                {
                    "key_id": str(key.key.id),
                    "secret": key.secret,
                    "portfolios": [str(portfolio.id) for portfolio in portfolios],
                }
            )
    return made


@dataclass(frozen=True)
class Server:
    """A server that answers on `port`."""

    port: int
    pid: int

    def load(self, people: list[dict[str, Any]], **terms: Any) -> dict[str, Any]:
        """Put a load on it from another process (see `load.Plan`); also its rate, and the server's time an order."""
        began_with = self._cpu_seconds()
        plan = {"port": self.port, "people": people, "orders": 1_000_000, **terms}
        done = subprocess.run(
            [sys.executable, str(HERE / "load.py")],
            input=json.dumps(plan),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=plan["seconds"] + 120,
        )
        outcome: dict[str, Any] = json.loads(done.stdout)
        outcome["rate"] = outcome["accepted"] / outcome["seconds"]
        outcome["cpu_us"] = round((self._cpu_seconds() - began_with) / max(1, outcome["accepted"]) * 1e6)
        return outcome

    def _cpu_seconds(self) -> float:
        """The processor's time that the server has used, in user and in system mode."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def seconds_to_clear(self) -> float:
        """How long it takes until every subscriber has heard of every event; bounded."""
        began_at = time.monotonic()
        while self._backlog() and time.monotonic() - began_at < BACKLOG_SECONDS:
            time.sleep(0.1)
        return time.monotonic() - began_at

    def _backlog(self) -> float:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=30) as answer:
            for line in answer.read().decode().splitlines():
                if line.startswith("guilder_relay_backlog "):
                    return float(line.split()[1])
        raise LookupError("guilder_relay_backlog")


@contextmanager
def served(settings: Settings, *, plain: bool = False) -> Iterator[Server]:
    """`guilder serve` on these books; `plain`: the same with a commit for each order (`plain_server.py`)."""
    command = [str(HERE / "plain_server.py")] if plain else ["-m", "guilder", "serve", "--port", "0"]
    chosen = {
        "GUILDER_DATA_DIR": str(settings.data_dir),
        "GUILDER_DATABASE_URL": settings.database_url.get_secret_value(),
        "GUILDER_PORT": "0",
    }
    with (settings.data_dir / "log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, *command],
            env={**os.environ, **chosen, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        yield Server(_port_of(process), process.pid)
    finally:
        process.terminate()
        process.communicate(timeout=60)


def _port_of(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("Guilder is ready at "):
            return int(line.rstrip().rsplit(":", 1)[1])
    raise RuntimeError("The server did not start; its log is in the data directory")
