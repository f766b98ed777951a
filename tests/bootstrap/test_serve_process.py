"""`guilder serve` as a process: it says when it is ready, is alone with its books, and stops in good order."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from guilder.bootstrap.data_directory import DataDirectory
from tests.bootstrap.command_line import CommandLine

PATIENCE = 60
"""Seconds until a process that hangs is given up."""


@pytest.fixture
def guilder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """Commands in this process, beside the server."""
    return CommandLine(tmp_path / "books", monkeypatch)


@contextmanager
def a_process(folder: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "guilder", *words],
        env={**os.environ, "GUILDER_DATA_DIR": str(folder)},
        cwd=folder.parent,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@contextmanager
def a_server(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """A server that is ready, its address, and what it said before."""
    with a_process(folder, "serve", "--port", "0") as process:
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            ready = re.fullmatch(r"Guilder is ready at (http://127\.0\.0\.1:\d+)\n", line)
            if ready is not None:
                yield process, ready[1], said
                return
        raise AssertionError(f"it never became ready: {process.communicate()[1]}")


def ended(process: subprocess.Popen[str], how: signal.Signals) -> int:
    """How it ends after a signal."""
    process.send_signal(how)
    process.communicate(timeout=PATIENCE)
    return process.returncode


def test_a_server_serves_its_books_alone_and_finds_them_again(guilder: CommandLine) -> None:
    demo_file = guilder.folder / "demo.json"
    with a_server(guilder.folder) as (server, url, said):
        assert httpx.get(f"{url}/health/ready", timeout=PATIENCE).status_code == 200
        demo = json.loads(demo_file.read_text())
        assert stat.S_IMODE(demo_file.stat().st_mode) == 0o600
        assert demo["password"] in said

        books = spoken_to(guilder, demo)

        with a_process(guilder.folder, "serve", "--port", "0") as second:
            out, err = second.communicate(timeout=PATIENCE)
        assert (second.returncode, out) == (1, "")
        assert err.startswith(f"guilder: Another Guilder works on {guilder.folder}")
        assert ended(server, signal.SIGTERM) == 0

    with a_server(guilder.folder) as (server, url, said):
        assert demo["password"] not in said
        key = {"APCA-API-KEY-ID": demo["api_key_id"], "APCA-API-SECRET-KEY": demo["api_secret"]}
        [found] = httpx.get(f"{url}/v1/portfolios", headers=key, timeout=PATIENCE).json()
        assert found == books
        assert ended(server, signal.SIGINT) == 0
    assert guilder.tells("verify")["ok"] is True


def spoken_to(guilder: CommandLine, demo: dict[str, str]) -> Any:
    """Commands beside a server: they ask it, or work on the data directory; what the portfolio then is."""
    assert guilder.tells("quote", "AAPL")["symbol"] == "AAPL"
    order = guilder.tells("order", "place", "buy", "2", "AAPL")
    assert (order["status"], order["portfolio_id"]) == ("filled", demo["portfolio_id"])
    assert guilder.tells("verify")["ok"] is True
    guilder.user("ada@example.com")
    assert guilder.tells("api-key", "create", "ada@example.com", "--name", "bot")["secret"]
    assert guilder.tells("portfolio", "list", "--as", "ada@example.com") == []
    return guilder.tells("portfolio", "show")


def test_ctrl_c_ends_a_command_with_130(guilder: CommandLine) -> None:
    guilder.user()
    directory = DataDirectory(guilder.folder)
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        directory.held(),
        directory.announced(f"http://127.0.0.1:{silent.getsockname()[1]}"),
        a_process(guilder.folder, "portfolio", "list", "--json") as command,
    ):
        silent.settimeout(PATIENCE)
        connection, _ = silent.accept()
        with connection:
            command.send_signal(signal.SIGINT)
            out, err = command.communicate(timeout=PATIENCE)

    assert (command.returncode, out, err) == (130, "", "")


def test_a_port_that_is_taken_is_refused_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        command = [sys.executable, "-m", "guilder", "serve", "--port", str(port)]
        environment = {**os.environ, "GUILDER_DATA_DIR": str(tmp_path)}

        ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)

    assert ran.returncode == 1
    assert ran.stderr.startswith(f"guilder: Cannot listen on 127.0.0.1:{port}")
    assert len(ran.stderr.splitlines()) == 1


def test_a_fill_profile_that_does_not_exist_ends_the_start_in_one_line(tmp_path: Path) -> None:
    environment = {**os.environ, "GUILDER_DATA_DIR": str(tmp_path), "GUILDER_FILL_PROFILE": "dreamy"}
    command = [sys.executable, "-m", "guilder", "serve", "--port", "0"]

    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)

    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == "guilder: 'dreamy' is no fill profile; there are: ideal, realistic, thin\n"


def test_a_replay_without_data_at_its_start_is_refused_in_one_line_and_leaves_no_market(
    guilder: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUILDER_MARKET_MODE", "replay")
    monkeypatch.setenv("GUILDER_REPLAY_START", "2050-01-01")
    with a_process(guilder.folder, "serve", "--port", "0") as process:
        out, err = process.communicate(timeout=PATIENCE)

    assert (process.returncode, out, len(err.splitlines())) == (1, "", 1)
    assert err.startswith(
        "guilder: A replay cannot begin at 2050-01-01T00:00:00+00:00 (replay_start): the data go from "
    )
    [problem] = json.loads(guilder.run("config", "check", "--json").out)["problems"]
    assert f"guilder: {problem}\n" == err

    monkeypatch.setenv("GUILDER_REPLAY_START", "2008-10-01")
    guilder.user()
    assert guilder.tells("clock", "--as", "ada@example.com")["now"] == "2008-10-01T00:00:00Z"


def test_in_a_folder_that_others_can_read_the_files_are_for_their_owner_only(guilder: CommandLine) -> None:
    guilder.folder.mkdir(mode=0o755)
    umask = os.umask(0o022)
    try:
        guilder.user()
        made_by_a_command = modes_in(guilder.folder)
        with a_server(guilder.folder) as (server, _, _):
            made_by_a_server = modes_in(guilder.folder)
            assert ended(server, signal.SIGTERM) == 0
        left_to_others = os.umask(0o022)
    finally:
        os.umask(umask)

    assert {"guilder.db"} <= made_by_a_command.keys() < made_by_a_server.keys()
    assert set({**made_by_a_command, **made_by_a_server}.values()) == {0o600}
    assert (stat.S_IMODE(guilder.folder.stat().st_mode), left_to_others) == (0o755, 0o022)


def modes_in(folder: Path) -> dict[str, int]:
    """The files below a folder, and who may do what with each."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): stat.S_IMODE(path.stat().st_mode) for path in files}
