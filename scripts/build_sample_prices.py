"""Makes the sample prices that ship with Guilder from the public-domain table in the package `bokeh-sampledata`.

Run it by hand, in an environment that also has `bokeh-sampledata` and `exchange_calendars`, and commit what it
writes; each run writes the same bytes:

    python scripts/build_sample_prices.py

`sample_prices.bin` holds sessions and prices, `sample_actions.json` splits and dividends. PROVENANCE.md beside them
says where everything comes from.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import sys
import zlib
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

TARGET = Path(__file__).parent.parent / "src/guilder/market_data/infrastructure/data"

STEPS_A_UNIT = 10_000
"""The table has prices with up to four decimals, since trades are made between the cents."""

SPLITS = [Fraction(new, old) for new in range(1, 21) for old in range(1, 21)]
LARGEST_ORDINARY_STEP = Fraction(13, 10)
"""A larger step of close / adjusted close is a split; MSFT's special dividend of 2004 was a step of 1.11."""

SMALLEST_STEP = Fraction(2, 10_000)
"""A smaller one is noise of the table's own rounding; the smallest dividend in it is a step of 1.0011."""


@dataclass(frozen=True)
class Row:
    """One line of the table; prices in ten-thousandths of a dollar."""

    on: date
    open: int
    high: int
    low: int
    close: int
    volume: int
    adjusted_close: Decimal


def read_table() -> tuple[str, dict[str, list[Row]]]:
    """The table's checksum, and its rows by symbol."""
    packed = files("bokeh_sampledata").joinpath("_data/stocks.csv.gz").read_bytes()
    plain = gzip.decompress(packed)
    table: dict[str, list[Row]] = {}
    for line in csv.DictReader(io.StringIO(plain.decode())):
        prices = [_steps(line[name]) for name in ("Open", "High", "Low", "Close")]
        row = Row(date.fromisoformat(line["Date"]), *prices, int(line["Volume"]), Decimal(line["Adj Close"]))
        _check(line["Ticker"], row)
        table.setdefault(line["Ticker"], []).append(row)
    return hashlib.sha256(plain).hexdigest(), table


def sessions_between(first: date, last: date) -> list[tuple[date, int, int]]:
    """Date, open and close (minutes since 1970, UTC) of every session of the New York Stock Exchange."""
    from exchange_calendars import get_calendar

    schedule = get_calendar("XNYS", start=first.isoformat(), end=last.isoformat()).schedule
    return [
        (day.date(), int(opens.timestamp()) // 60, int(closes.timestamp()) // 60)
        for day, opens, closes in zip(schedule.index, schedule["open"], schedule["close"], strict=True)
    ]


def actions_of(symbol: str, rows: Sequence[Row]) -> Iterable[dict[str, object]]:
    """Splits and dividends inside the table, from the steps of close / adjusted close.

    The table multiplies all earlier closes by close / (close + dividend), with the close of the ex-date. What happened
    after its last row is a constant in all rows and makes no step.
    """
    ratios = [Fraction(row.close) / (Fraction(row.adjusted_close) * STEPS_A_UNIT) for row in rows]
    for (before, after), row in zip(pairwise(ratios), rows[1:], strict=True):
        step = before / after
        if abs(step - 1) < SMALLEST_STEP:
            continue
        if step > LARGEST_ORDINARY_STEP or step < 1 / LARGEST_ORDINARY_STEP:
            ratio = min(SPLITS, key=lambda simple: (abs(simple - step), simple.denominator))
            if abs(ratio - step) > Fraction(1, 1000):
                raise SystemExit(f"{symbol} {row.on}: a step of {float(step):.5f} is no simple split")
            yield {
                "symbol": symbol,
                "kind": "split",
                "ex_on": row.on.isoformat(),
                "new": ratio.numerator,
                "old": ratio.denominator,
            }
        else:
            paid = (step - 1) * row.close
            cents = round(paid / 100)
            if cents <= 0 or abs(paid - cents * 100) > 1:
                raise SystemExit(f"{symbol} {row.on}: a dividend of {float(paid) / STEPS_A_UNIT:.5f} is not in cents")
            yield {
                "symbol": symbol,
                "kind": "dividend",
                "ex_on": row.on.isoformat(),
                "amount": f"{Decimal(cents).scaleb(-2):f}",
            }


def pack(sessions: Sequence[tuple[date, int, int]], table: dict[str, list[Row]]) -> bytes:
    """One line of JSON that names the columns, then each column as differences, 32-bit little-endian; deflated."""
    position = {session[0]: number for number, session in enumerate(sessions)}
    listings = []
    columns: list[list[int]] = [
        [session[0].toordinal() for session in sessions],
        [session[1] for session in sessions],
        [session[2] for session in sessions],
    ]
    for symbol, rows in sorted(table.items()):
        first = position[rows[0].on]
        if [position.get(row.on) for row in rows] != list(range(first, first + len(rows))):
            raise SystemExit(f"{symbol} misses a session; the format holds unbroken series only")
        listings.append({"symbol": symbol, "currency": "USD", "first": first, "count": len(rows)})
        for name in ("open", "high", "low", "close", "volume"):
            columns.append([getattr(row, name) for row in rows])
    header = {"steps_a_unit": STEPS_A_UNIT, "sessions": len(sessions), "listings": listings}
    body = b"".join(_differences(column) for column in columns)
    return zlib.compress(json.dumps(header, separators=(",", ":")).encode() + b"\n" + body, 9)


def _steps(text: str) -> int:
    steps = Decimal(text) * STEPS_A_UNIT
    if steps != int(steps) or steps <= 0:
        raise SystemExit(f"{text} is no price with at most four decimals")
    return int(steps)


def _check(symbol: str, row: Row) -> None:
    if row.high < max(row.open, row.close) or row.low > min(row.open, row.close) or row.volume <= 0:
        raise SystemExit(f"{symbol} {row.on}: not a bar")


def _differences(column: Sequence[int]) -> bytes:
    steps = array("i", [column[0], *(after - before for before, after in pairwise(column))])
    if steps.itemsize != 4:
        raise SystemExit("this machine's integers have another size")
    if sys.byteorder == "big":
        steps.byteswap()
    return steps.tobytes()


def main() -> None:
    checksum, table = read_table()
    days = sorted({row.on for rows in table.values() for row in rows})
    sessions = sessions_between(days[0], days[-1])
    if [session[0] for session in sessions] != days:
        raise SystemExit("The days of the table are not the sessions of the exchange")
    actions = [action for symbol, rows in sorted(table.items()) for action in actions_of(symbol, rows)]

    packed = pack(sessions, table)
    TARGET.mkdir(parents=True, exist_ok=True)
    (TARGET / "sample_prices.bin").write_bytes(packed)
    lines = ",\n".join(f"  {json.dumps(action)}" for action in actions)
    (TARGET / "sample_actions.json").write_text(f"[\n{lines}\n]\n")
    print(
        f"table of {checksum}: {len(sessions)} sessions, {sum(map(len, table.values()))} bars, {len(actions)} actions"
    )
    print(f"sample_prices.bin: {len(packed)} bytes, sha256 {hashlib.sha256(packed).hexdigest()}")


if __name__ == "__main__":
    main()
