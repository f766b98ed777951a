"""The rule that every engine trades, and what it says when it is done."""

from __future__ import annotations

import json
from typing import Final

FAST: Final = 20
SLOW: Final = 50
SHARES: Final = 10
CASH: Final = 10_000_000
"""Hold `SHARES` of a symbol while the mean of its last `FAST` closes stands above that of its last `SLOW`, else none.

Decided after each close, from the 50th on; traded by market orders.
"""


def report(*, bars: int, orders: int, seconds: float) -> None:
    """What an engine prints, on a line of its own: bars seen, orders filled, and the time its event loop took."""
    print(json.dumps({"bars": bars, "orders": orders, "seconds": round(seconds, 4)}))
