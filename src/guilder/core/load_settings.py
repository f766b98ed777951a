"""Reads the settings: the environment before `.env`, that before `guilder.toml`, that before the defaults."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from dotenv import dotenv_values
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from guilder.core.settings import PREFIX, Settings, SettingsError, variable_of

FILE: Final = "guilder.toml"
ENVIRONMENT: Final = "environment"
DOTENV: Final = ".env"

Choices = Mapping[str, Any]
"""What one source says, by field name."""


def load_settings(
    environment: Mapping[str, str] | None = None, folder: Path | None = None, **overrides: Any
) -> Settings:
    """The settings that hold for a process in `folder` (the working directory) with this `environment`.

    `guilder.toml` is looked for in that folder, then in the data directory. `overrides`, the options of the
    command line, win over all; those that are None count as not given.

    Raises:
        SettingsError: a value is not accepted, a file cannot be read or names something that is no setting.
    """
    environment = os.environ if environment is None else environment
    folder = Path.cwd() if folder is None else folder
    sources: list[tuple[str, Choices]] = [
        ("command line", {field: value for field, value in overrides.items() if value is not None}),
        (ENVIRONMENT, _variables(environment)),
        (DOTENV, _variables(_dotenv(folder / DOTENV))),
        (str(folder / FILE), _toml(folder / FILE)),
    ]
    data_dir = _settings(sources, only="data_dir").data_dir
    if data_dir != folder.absolute():
        beside_the_books = _toml(data_dir / FILE)
        sources.append((str(data_dir / FILE), {k: v for k, v in beside_the_books.items() if k != "data_dir"}))
    return _settings(sources)


def unknown_variables(environment: Mapping[str, str] | None = None, folder: Path | None = None) -> list[str]:
    """What to tell of variables that are named like settings and are none, in the environment and in `.env`.

    They are no errors, as they are in `guilder.toml`, which is Guilder's alone: others may name a variable so, too.

    Raises:
        SettingsError: `.env` cannot be read.
    """
    known = {variable_of(field) for field in Settings.model_fields}
    dotenv = _dotenv((Path.cwd() if folder is None else folder) / DOTENV)
    sources = ((ENVIRONMENT, os.environ if environment is None else environment), (DOTENV, dotenv))
    return [
        f"{name} ({origin}) is not a setting of Guilder{_meant(name)}"
        for origin, variables in sources
        for name in sorted(variables)
        if variables[name] and name.upper().startswith(PREFIX) and name not in known
    ]


def _meant(name: str) -> str:
    """The setting whose name comes near, if there is one."""
    near = get_close_matches(name.upper().removeprefix(PREFIX).lower(), Settings.model_fields, n=1)
    return f"; did you mean {variable_of(near[0])}?" if near else ""


def _settings(sources: list[tuple[str, Choices]], only: str | None = None) -> Settings:
    chosen: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for origin, choices in sources:
        for field, value in choices.items():
            if field not in chosen and only in {None, field}:
                chosen[field], origins[field] = value, origin
    try:
        return Settings(**chosen).chosen_in(origins)
    except ValidationError as problem:
        raise SettingsError(list(_problems(problem, origins))) from None


def _problems(problem: ValidationError, origins: Mapping[str, str]) -> Iterator[str]:
    for error in problem.errors(include_url=False):
        field = str(error["loc"][0])
        if field in origins:
            yield f"{variable_of(field)} ({origins[field]}): {_explained(field, error)}"


def _explained(field: str, error: ErrorDetails) -> str:
    message = error["msg"].removeprefix("Value error, ")
    is_secret = field.endswith(("_url", "_key", "_secret"))
    return message if is_secret else f"{str(error['input'])[:80]!r} is not accepted: {message}"


def _variables(environment: Mapping[str, str | None]) -> Choices:
    """What is set to nothing counts as not set."""
    variables = {field: environment.get(variable_of(field)) for field in Settings.model_fields}
    return {field: value for field, value in variables.items() if value}


def _dotenv(path: Path) -> Mapping[str, str | None]:
    if not path.is_file():
        return {}
    try:
        return dotenv_values(path, interpolate=False)
    except (OSError, ValueError) as problem:
        raise SettingsError([f"{path} cannot be read: {problem}"]) from problem


def _toml(path: Path) -> Choices:
    """Keys are names of settings in small letters (`port = 8000`), or the names of the variables."""
    if not path.is_file():
        return {}
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise SettingsError([f"{path} cannot be read: {problem}"]) from problem
    choices = {name.lower().removeprefix(PREFIX.lower()): value for name, value in told.items()}
    unknown = sorted(choices.keys() - Settings.model_fields.keys())
    if unknown:
        raise SettingsError([f"{path}: {name} is not a setting of Guilder" for name in unknown])
    return choices
