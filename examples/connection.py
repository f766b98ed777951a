"""How the examples reach a Guilder that runs on this machine, and with which API key."""

from __future__ import annotations

import json
import os
from pathlib import Path

import httpx

DATA_DIR = Path(os.environ.get("GUILDER_DATA_DIR", "~/.local/share/guilder")).expanduser()


def connect(key_file: Path | None = None) -> httpx.Client:
    """A client that signs its requests.

    The server says in `server.json` of its data directory where it listens. `key_file` holds what
    `guilder api-key create EMAIL --name NAME --json` printed; without it the demo account's key is taken.
    """
    if not (DATA_DIR / "server.json").exists():
        raise SystemExit(
            f"No Guilder works on {DATA_DIR}: start one with `make run`, or set GUILDER_DATA_DIR as it has it"
        )
    server = json.loads((DATA_DIR / "server.json").read_text())
    key = json.loads((key_file or DATA_DIR / "demo.json").read_text())
    headers = {
        "APCA-API-KEY-ID": key.get("key_id") or key["api_key_id"],
        "APCA-API-SECRET-KEY": key.get("secret") or key["api_secret"],
    }
    return httpx.Client(base_url=server["url"], headers=headers, event_hooks={"response": [_insist]})


def _insist(answer: httpx.Response) -> None:
    """A refusal ends the script, with the reason that the server gives."""
    if answer.is_error:
        answer.read()
        raise SystemExit(f"{answer.request.method} {answer.request.url.path}: {answer.text}")
