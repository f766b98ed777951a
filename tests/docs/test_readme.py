"""What README.md shows works as it is pasted."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.markdown import ROOT, blocks_of
from tests.docs.serving import SECONDS, at_home

README = ROOT / "README.md"


@pytest.fixture
def server_url(tmp_path: Path) -> Iterator[str]:
    """The address of `guilder serve`, a process of its own on an empty data directory."""
    environment = {**os.environ, "GUILDER_DATA_DIR": str(tmp_path / "guilder")}
    command = [sys.executable, "-m", "guilder", "serve", "--port", "0"]
    with (
        (tmp_path / "log").open("w") as log,
        subprocess.Popen(
            command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
        ) as server,
    ):
        assert server.stdout is not None
        try:
            said = iter(server.stdout.readline, "")
            found = next((match for line in said if (match := re.match(r"Guilder is ready at (\S+)", line))), None)
            assert found, (tmp_path / "log").read_text()
            yield found[1]
        finally:
            server.terminate()
    assert server.returncode == 0


def test_the_first_trade_works_as_pasted(server_url: str, tmp_path: Path) -> None:
    [block] = [block for block in blocks_of(README) if block.info == "sh"]
    lines = at_home(block.code, server_url, tmp_path / "guilder")

    pasted = subprocess.run(["sh", "-eu"], input=lines, capture_output=True, text=True, timeout=SECONDS, check=True)

    *_, metrics, transactions, positions = (json.loads(line) for line in pasted.stdout.splitlines())
    [position] = positions
    assert (position["symbol"], position["quantity"], len(position["lots"])) == ("AAPL", "3", 1)
    assert metrics["total_cost"] == position["cost_basis"]
    assert [item["kind"] for item in transactions["items"]] == ["deposit", "trade"]


def test_the_first_trade_speaks_of_the_defaults() -> None:
    [block] = [block for block in blocks_of(README) if block.info == "sh"]

    assert block.code.startswith("GUILDER=http://127.0.0.1:8000\nMAILS=~/.local/share/guilder/mail\n")


def test_the_readme_is_that_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert project["readme"] == README.name
