"""Houses that answer on a real port, for scripts and samples that run as their readers would run them."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import httpx
import uvicorn

from guilder.bootstrap.api import create_app
from guilder.bootstrap.data_directory import SERVER_FILE, DataDirectory
from guilder.bootstrap.demo_account import ensure_demo_account
from guilder.bootstrap.house import House
from guilder.core.settings import Settings
from guilder.user.application.api_key_service import ApiKeyService
from guilder.user.application.user_create import UserCreate
from guilder.user.application.user_service import UserService
from guilder.user.domain.user import UserRole
from tests.docs.markdown import blocks_of
from tests.houses import PASSWORD, a_house

DEFAULT_URL: Final = "http://127.0.0.1:8000"
DEFAULT_DATA_DIR: Final = "~/.local/share/guilder"
SECONDS: Final = 60
"""After this long something hangs."""


@asynccontextmanager
async def a_serving_house(settings: Settings) -> AsyncIterator[House]:
    """A house as `make run` starts it, with its demo account and `server.json`, on a port that was free."""
    directory = DataDirectory(settings.data_dir)
    async with a_house(settings) as house:
        await ensure_demo_account(house, directory)
        # Only a socket that says TCP sends small answers at once.
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            config = uvicorn.Config(create_app(house), lifespan="off", log_config=None, access_log=False, ws="none")
            server = uvicorn.Server(config)
            serving = asyncio.create_task(server.serve(sockets=[listener]))
            with directory.announced(f"http://127.0.0.1:{listener.getsockname()[1]}"):
                yield house
            server.should_exit = True
            await serving


async def an_admin_key(house: House) -> Path:
    """A file with the API key of an admin, as `guilder api-key create --json` prints it."""
    async with house.system_scope() as scope:
        admin = UserCreate("admin@example.com", "Admin", PASSWORD)
        users, keys = await scope.aget(UserService), await scope.aget(ApiKeyService)
        user = await users.create_user(admin, roles=[UserRole.ADMIN], is_active=True)
        key = await keys.create_api_key_for(user.id, "examples")
    printed = {"key_id": str(key.key.id), "secret": key.secret}
    return DataDirectory(house.settings.data_dir).write_private("admin-key.json", printed)


def client_of(house: House, key_file: Path | None = None) -> httpx.Client:
    """A client of the house, signed by the key in a file, or unsigned."""
    url: str = json.loads((house.settings.data_dir / SERVER_FILE).read_bytes())["url"]
    key = {} if key_file is None else json.loads(key_file.read_bytes())
    headers = {"APCA-API-KEY-ID": key["key_id"], "APCA-API-SECRET-KEY": key["secret"]} if key else {}
    return httpx.Client(base_url=url, headers=headers)


async def output_of(house: House, script: Path, *arguments: Any) -> str:
    """What a Python script prints that runs beside the server, as a process of its own, and ends well."""
    return await _output(house, sys.executable, str(script), *map(str, arguments))


async def pasted(house: House, page: Path) -> str:
    """What the `sh` blocks of a page print when they are pasted one after the other beside the server."""
    lines = "".join(block.code for block in blocks_of(page) if block.info == "sh")
    url = str(client_of(house).base_url)
    return await _output(house, "sh", "-euc", at_home(lines, url, house.settings.data_dir))


def at_home(lines: str, url: str, data_dir: Path) -> str:
    """Lines that speak of the defaults, for a house that has another address and another data directory."""
    return lines.replace(DEFAULT_URL, url).replace(DEFAULT_DATA_DIR, str(data_dir))


async def _output(house: House, *command: str) -> str:
    environment = {"GUILDER_DATA_DIR": str(house.settings.data_dir), "PATH": os.environ["PATH"]}
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=house.settings.data_dir,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(SECONDS):
        out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return out.decode()
