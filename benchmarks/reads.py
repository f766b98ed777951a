"""How many times a second does a server tell of a portfolio of 50 positions, beside one that does nothing else?

`GET /v1/portfolios/{id}/positions`, asked by one process over kept connections, of two servers in turn:

    guilder     `guilder serve` as it ships, over made-up prices of 50 stocks: an API key is checked, the portfolio is
                read from SQLite and must be the caller's, prices are looked up, a line is logged
    bare        a plain ASGI function under uvicorn, on the same event loop, with the same rows in memory
                (`read_rate/bare_server.py`); its answer is the same, byte for byte, worked out anew each time

In interleaved rounds; the ratio is the median of those within each round. Beside it the processor's time an answer.

    python benchmarks/reads.py --rounds 5 --seconds 3 --json
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.read_rate.guilder_server import with_made_up_prices
from benchmarks.read_rate.prices import SYMBOLS
from guilder.bootstrap.house import House
from guilder.core.caller import Caller
from guilder.core.settings import Settings
from guilder.financial.application.portfolio_service import PortfolioService
from guilder.shared.currency import USD
from guilder.shared.money import Money
from guilder.shared.quantity import Quantity
from guilder.shared.symbol import StockSymbol
from guilder.trading.application.trading_service import TradingService
from guilder.user.application.api_key_service import ApiKeyService
from guilder.user.application.user_create import UserCreate
from guilder.user.application.user_service import UserService

LEAST: Final = 0.3
_ROOT: Final = Path(__file__).parents[1]


@dataclass
class Side:
    """A server, what it is asked, and what came of it."""

    port: int
    pid: int
    request: str
    rates: list[float] = field(default_factory=list)
    cpu_us: list[float] = field(default_factory=list)

    def answer(self) -> bytes:
        """One answer, read at leisure."""
        lines = self.request.strip().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines[1:])
        asked = urllib.request.Request(f"http://127.0.0.1:{self.port}{lines[0].split()[1]}", headers=headers)
        with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310 - an address of our own
            return bytes(answer.read())

    def ask(self, connections: int, seconds: float) -> None:
        """One round of the load."""
        began_with = self._cpu_seconds()
        plan = {"port": self.port, "request": self.request, "connections": connections, "seconds": seconds}
        command = [sys.executable, "-m", "benchmarks.read_rate.load"]
        done = subprocess.run(command, cwd=_ROOT, input=json.dumps(plan), stdout=subprocess.PIPE, text=True, check=True)
        told = json.loads(done.stdout)
        if set(told["statuses"]) != {"200"}:
            raise RuntimeError(f"Some requests were refused: {told['statuses']}")
        self.rates.append(told["answers"] / told["seconds"])
        self.cpu_us.append((self._cpu_seconds() - began_with) / told["answers"] * 1e6)

    def _cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> int:
    """0 when the limit holds, 1 when not."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=float, default=3, help="of each load")
    options.add_argument("--connections", type=int, default=16)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    with TemporaryDirectory() as folder, ExitStack() as servers:
        settings = Settings(data_dir=Path(folder), market_mode="replay")
        guilder = servers.enter_context(_guilder(settings, asyncio.run(_fifty_positions(settings))))
        answer = guilder.answer()
        assert len(json.loads(answer)) == len(SYMBOLS)
        bare = servers.enter_context(_bare(answer))
        assert bare.answer() == answer, "the two servers do not say the same"
        for _ in range(chosen.rounds):
            for side in (guilder, bare):
                side.ask(chosen.connections, chosen.seconds)
    ratio = median(mine / theirs for mine, theirs in zip(guilder.rates, bare.rates, strict=True))
    _tell({"guilder": guilder, "bare": bare}, ratio, as_json=chosen.json)
    return 0 if ratio >= LEAST else 1


async def _fifty_positions(settings: Settings) -> str:
    """Buy a lot of each stock, by the services; the request that tells of them."""
    async with House(settings, container=with_made_up_prices(settings)) as house:
        async with house.system_scope() as scope:
            users = await scope.aget(UserService)
            create = UserCreate("reader@example.com", "Reader", "a long and lonely road")
            user = await users.create_user(create, is_active=True)
        async with house.scope(Caller(user.id)) as scope:
            key = await (await scope.aget(ApiKeyService)).create_api_key("load")
            portfolios, trading = await scope.aget(PortfolioService), await scope.aget(TradingService)
            portfolio = await portfolios.open_portfolio("Fifty", USD)
            await portfolios.deposit(portfolio.id, Money.parse("1000000", USD))
            for name in SYMBOLS:
                await trading.place_market_order(portfolio.id, StockSymbol(name), Quantity.parse("12.5"))
    return (
        f"GET /v1/portfolios/{portfolio.id}/positions HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"APCA-API-KEY-ID: {key.key.id}\r\nAPCA-API-SECRET-KEY: {key.secret}\r\n\r\n"
    )


@contextmanager
def _guilder(settings: Settings, request: str) -> Iterator[Side]:
    chosen = {"GUILDER_DATA_DIR": str(settings.data_dir), "GUILDER_MARKET_MODE": "replay", "GUILDER_PORT": "0"}
    with (settings.data_dir / "log").open("ab") as log, _running("guilder_server", chosen, log=log) as process:
        yield Side(_port_of(process), process.pid, request)


@contextmanager
def _bare(answer: bytes) -> Iterator[Side]:
    with _running("bare_server", {}) as process:
        assert process.stdin is not None
        process.stdin.write(answer.decode())
        process.stdin.close()
        yield Side(_port_of(process), process.pid, "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")


@contextmanager
def _running(module: str, chosen: dict[str, str], log: Any = None) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", f"benchmarks.read_rate.{module}"],
        cwd=_ROOT,
        env={**os.environ, **chosen},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=60)


def _port_of(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("Guilder is ready at "):
            return int(line.rstrip().rsplit(":", 1)[1])
    raise RuntimeError("The server did not start")


def _tell(sides: dict[str, Side], ratio: float, *, as_json: bool) -> None:
    if as_json:
        figures = {name: {"rates": side.rates, "cpu_us": side.cpu_us} for name, side in sides.items()}
        print(json.dumps({"ratio": ratio, "least": LEAST, **figures}))
        return
    print(f"{'':10}{'answers/s':>11}{'cpu us':>9}   each round")
    for name, side in sides.items():
        rounds = " ".join(f"{rate:.0f}" for rate in side.rates)
        print(f"{name:10}{median(side.rates):>11,.0f}{median(side.cpu_us):>9,.0f}   {rounds}")
    print(f"guilder / bare: {ratio:.2f} (at least {LEAST})")
    if ratio < LEAST:
        print(f"MISSED {ratio:.2f} of the bare server's rate (at least {LEAST})")


if __name__ == "__main__":
    sys.exit(main())
