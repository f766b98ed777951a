"""Fakes stay out of a house that is in earnest."""

from __future__ import annotations

from typing import Final

from guilder.core.container import Container
from guilder.shared.errors import RefusedError

_TESTING: Final = "guilder.testing"


class FakeBoundError(RefusedError):
    """A port is bound to a fake from `guilder.testing`; nobody's money is kept by a fake."""

    code = "fake_bound"


def refuse_fakes(container: Container) -> None:
    """Raises `FakeBoundError`, naming every port that is bound to something from `guilder.testing`."""
    doubles = [
        f"{getattr(interface, '__name__', interface)} -> {_name(implementation)}"
        for interface, implementation in container.implementations()
        if _module(implementation).startswith(_TESTING)
    ]
    if doubles:
        raise FakeBoundError(f"Bound to fakes: {', '.join(doubles)}")


def _module(implementation: object) -> str:
    return str(getattr(implementation, "__module__", None) or type(implementation).__module__)


def _name(implementation: object) -> str:
    return str(getattr(implementation, "__name__", None) or type(implementation).__name__)
