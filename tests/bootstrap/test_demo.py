"""The demonstration: real prices, the same services, the same figures for the same seed."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from guilder.bootstrap.demo import Demo
from guilder.bootstrap.demo_report import as_document


async def test_two_runs_with_one_seed_come_to_the_same_figures(tmp_path: Path) -> None:
    documents = []
    for name in ("first", "second"):
        demo = Demo(tmp_path / name, seed=3, on_progress=lambda _done: None, end=datetime(2008, 6, 1, tzinfo=UTC))
        documents.append(as_document(await demo.run(), run={}))

    assert documents[0] == documents[1]
    assert documents[0]["orders"]["placed"] > 20


def test_the_whole_demonstration_trades_in_every_way_and_proves_its_books(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "guilder", "demo", "--seed", "7", "--json", "--keep", str(tmp_path / "books")]

    ran = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)

    told = json.loads(ran.stdout)
    orders = told["orders"]
    assert orders["placed"] >= 200
    for kind in ("filled", "partially_filled", "canceled", "expired", "rejected"):
        assert orders[kind] > 0, kind
    ended = ("filled", "canceled", "expired", "rejected", "open")
    assert orders["placed"] == sum(orders[kind] for kind in ended)
    assert told["ledger"]["proof"] is True
    assert set(told["ledger"]["imbalance"].values()) == {"0"}
    assert [example["order_type"] for example in told["explained"]] == ["market", "limit", "stop", "stop_limit"]
    assert all(len(example["first"]["steps"]) >= 4 for example in told["explained"])
    metrics = {name: Decimal(told["metrics"][name]) for name in ("total_value", "cash", "total_cost", "total_pnl")}
    assert metrics["total_value"] == metrics["cash"] + metrics["total_cost"] + metrics["total_pnl"]
    assert metrics["total_value"] == 100_000 + Decimal(told["metrics"]["realized_pnl"]) + metrics["total_pnl"]
    assert (tmp_path / "books" / "guilder.db").exists()
