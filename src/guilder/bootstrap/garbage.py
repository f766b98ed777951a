"""When Python looks for objects that hold each other: seldom, and never at what stays."""

from __future__ import annotations

import gc
from typing import Final

OBJECTS_BETWEEN_COLLECTIONS: Final = 50_000
"""Python's own 700 look for garbage several times in each request, where there is hardly any."""


def leave_alone_what_stays() -> None:
    """Modules, routes and prices live as long as the process: no collection need ever look at them again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS, 20, 20)
