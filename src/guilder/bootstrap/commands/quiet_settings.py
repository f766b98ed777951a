"""Settings of commands that answer one question: their logs are for those who ask for them."""

from __future__ import annotations

import sys

from guilder.bootstrap.data_directory import DataDirectory
from guilder.core.load_settings import load_settings, unknown_variables
from guilder.core.logging import configure_logging
from guilder.core.settings import DEFAULT, Settings


def quiet_settings() -> Settings:
    """The settings; only errors are logged, unless somebody chose a level. Raises `SettingsError`."""
    settings = load_settings()
    warn_of_unknown_variables()
    is_chosen = settings.source_of("log_level") != DEFAULT
    configure_logging(settings.log_level if is_chosen else "error", settings.log_format)
    return settings


def warn_of_unknown_variables() -> None:
    """Name on standard error what looks like a setting, and chooses nothing."""
    for warning in unknown_variables():
        sys.stderr.write(f"guilder: {warning}\n")


def settings_of_books() -> Settings:
    """The same, for a command that works on the data directory: it is there, for its owner only."""
    settings = quiet_settings()
    DataDirectory(settings.data_dir)
    return settings
