"""Runs the HTTP server until it is told to stop."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import Final

import uvicorn

from guilder.bootstrap.api import create_app
from guilder.bootstrap.container import setup_container
from guilder.bootstrap.data_directory import DataDirectory
from guilder.bootstrap.demo_account import DemoAccount, ensure_demo_account
from guilder.bootstrap.garbage import leave_alone_what_stays
from guilder.bootstrap.house import House
from guilder.bootstrap.no_fakes import refuse_fakes
from guilder.core.settings import Settings
from guilder.shared.errors import RefusedError

SHUTDOWN_SECONDS: Final = 20
BACKLOG: Final = 2048


class AddressTakenError(RefusedError):
    """Another program listens on this address."""

    code = "address_taken"


class _Server(uvicorn.Server):
    """uvicorn's server; it tells when it answers, and leaves the signals to us."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[str], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            host, port = self.servers[0].sockets[0].getsockname()[:2]
            self._on_ready(f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}")

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        await self._serve(sockets)


def serve(settings: Settings) -> int:
    """Serve the API until SIGTERM or Ctrl-C; 0 when it ended in good order, 1 when a part of it died.

    Raises:
        DataDirectoryInUseError: another server works on the same data directory.
        AddressTakenError: another program listens where this one was told to.
    """
    directory = DataDirectory(settings.data_dir)
    with (
        directory.held(),
        _listening(settings.host, settings.port) as door,
        asyncio.Runner(loop_factory=_new_loop) as runner,
    ):
        return runner.run(_serve(settings, directory, door))


async def _serve(settings: Settings, directory: DataDirectory, door: socket.socket) -> int:
    container = setup_container(settings)
    refuse_fakes(container)
    async with House(settings, container=container) as house:
        demo = await ensure_demo_account(house, directory)
        config = uvicorn.Config(
            create_app(house),
            lifespan="off",
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        )
        leave_alone_what_stays()
        with _Announcement(directory, demo) as announcement:
            server = _Server(config, announcement.ready)
            return await _run(server, house, door)


async def _run(server: _Server, house: House, door: socket.socket) -> int:
    loop = asyncio.get_running_loop()

    def stop() -> None:
        server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    serving = asyncio.create_task(server.serve([door]), name="http server")
    died = house.died
    waiting = [serving] if died is None else [serving, died]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    await serving
    return 1 if died is not None and died.done() and died.exception() is not None else 0


class _Announcement:
    """Says on standard output, and in the data directory, where the server answers; takes it back at the end."""

    def __init__(self, directory: DataDirectory, demo: DemoAccount | None) -> None:
        self._stack = ExitStack()
        self._directory = directory
        self._demo = demo

    def __enter__(self) -> _Announcement:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def ready(self, url: str) -> None:
        self._stack.enter_context(self._directory.announced(url))
        if self._demo is not None:
            sys.stdout.write(self._demo.told(url))
        sys.stdout.write(f"Guilder is ready at {url}\n")
        sys.stdout.flush()


def _listening(host: str, port: int) -> socket.socket:
    """The socket of the server, taken before anything is opened."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        door = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise AddressTakenError(
            f"Cannot listen on {host}:{port} ({reason}); choose another by --port, or --port 0 for any that is free"
        ) from problem
    # What it accepts inherits this; else a plain event loop would let small answers wait for each other.
    door.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return door


def _new_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()
