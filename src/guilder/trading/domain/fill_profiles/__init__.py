"""The fill profiles of the house: each file here is one, and its `PROFILE` is found by itself."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from guilder.published.trading import UnknownFillProfileError
from guilder.trading.domain.fill_profile import FillProfile


def _found() -> dict[str, FillProfile]:
    names = sorted(module.name for module in iter_modules(__path__))
    profiles: list[FillProfile] = [import_module(f"{__name__}.{name}").PROFILE for name in names]
    return {profile.name: profile for profile in profiles}


FILL_PROFILES: Final = _found()


def fill_profile(name: str) -> FillProfile:
    """The profile of that name. Raises `UnknownFillProfileError`."""
    try:
        return FILL_PROFILES[name]
    except KeyError:
        known = ", ".join(FILL_PROFILES)
        raise UnknownFillProfileError(f"{name[:40]!r} is no fill profile; there are: {known}") from None
