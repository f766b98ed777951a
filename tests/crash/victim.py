"""The server that is killed: `guilder serve` as a process of its own, on books that outlive it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any, Final

START_SECONDS: Final = 60
COMMAND_SECONDS: Final = 120


class VictimError(Exception):
    """The server did not start, or a command beside it failed; the message has what it said."""


class Victim:
    """One server after the other on the same data directory, database and port."""

    def __init__(self, folder: Path, database_url: str | None = None) -> None:
        self._folder = folder
        self._environment = {name: value for name, value in os.environ.items() if not name.startswith("GUILDER_")}
        self._environment |= {"GUILDER_DATA_DIR": str(folder), "GUILDER_LOG_LEVEL": "error"}
        if database_url is not None:
            self._environment["GUILDER_DATABASE_URL"] = database_url
        self._port = _free_port()
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def key(self) -> dict[str, str]:
        """The headers that sign requests as the owner of the demo account, which the first start makes."""
        demo = json.loads((self._folder / "demo.json").read_text())
        return {"APCA-API-KEY-ID": demo["api_key_id"], "APCA-API-SECRET-KEY": demo["api_secret"]}

    def mails(self) -> list[Path]:
        """Every mail that was ever sent."""
        return list((self._folder / "mail").glob("*.eml"))

    async def begin(self) -> None:
        """Start a server, and do not wait until it answers."""
        with (self._folder / "errors.log").open("ab") as errors:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "guilder", "serve", "--port", str(self._port)),
                env=self._environment,
                cwd=self._folder,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
            )

    async def start(self) -> None:
        """Start a server; returns when it answers. Raises `VictimError` when it never does."""
        await self.begin()
        assert self._process is not None
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(START_SECONDS):
                async for line in self._process.stdout:
                    if line.startswith(b"Guilder is ready at "):
                        return
        except TimeoutError:
            await self.kill()
        raise VictimError(f"The server did not start: {self._errors()}")

    async def kill(self) -> None:
        """End the server as a power cut ends it."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        """End the server in good order; its exit code."""
        return await self._end(signal.SIGTERM)

    async def command(self, *words: str, may_end_with: int = 0) -> Any:
        """What `guilder … --json` prints. Raises `VictimError` when it ends with another code than 0, or than that."""
        command = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "guilder", *words, "--json"),
            env=self._environment,
            cwd=self._folder,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(COMMAND_SECONDS):
            out, err = await command.communicate()
        if command.returncode not in (0, may_end_with) or not out:
            raise VictimError(f"guilder {' '.join(words)}: {out.decode()[-2000:]}{err.decode()[-2000:]}")
        return json.loads(out)

    async def _end(self, how: signal.Signals) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        if process.returncode is None:
            process.send_signal(how)
        async with asyncio.timeout(START_SECONDS):
            await process.communicate()
        assert process.returncode is not None
        return process.returncode

    def _errors(self) -> str:
        return (self._folder / "errors.log").read_text(errors="replace")[-2000:]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
