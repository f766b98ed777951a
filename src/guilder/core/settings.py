"""What the person who runs Guilder may choose, what makes a good value, and where each choice was made."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NamedTuple
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from guilder.core.instants import instant_text, parse_instant
from guilder.core.masking import masked
from guilder.shared.errors import InvalidError

PREFIX: Final = "GUILDER_"
DEFAULT: Final = "default"

_RATE = re.compile(r"([1-9][0-9]{0,8})(?:\s*/\s*(second|minute|hour|day))?", re.ASCII)
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


class SettingsError(InvalidError):
    """A setting has a value that Guilder cannot use."""

    code = "invalid_settings"

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class SecretUrl(SecretStr):
    """An address that may hold a password; it shows itself without it."""

    def __repr__(self) -> str:
        return f"SecretUrl({str(self)!r})"

    def __str__(self) -> str:
        return masked(self.get_secret_value())

    def _display(self) -> str:
        return str(self)


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most so many requests in so many seconds, for each caller."""

    requests: int
    seconds: int

    def __str__(self) -> str:
        for unit, seconds in _SECONDS.items():
            if seconds == self.seconds:
                return f"{self.requests}/{unit}"
        return f"{self.requests}/{self.seconds}s"


def _address(*schemes: str) -> AfterValidator:
    accepted = " or ".join(f"{scheme}://…" for scheme in schemes)

    def check(value: SecretUrl) -> SecretUrl:
        parts = urlsplit(value.get_secret_value())
        if parts.scheme not in schemes:
            raise ValueError(f"write {accepted}")
        if parts.scheme == "sqlite":
            if not parts.path.strip("/"):
                raise ValueError("name a file: sqlite:///books.db, or sqlite:////var/lib/guilder/books.db")
        elif not parts.hostname and parts.scheme != "postgresql":
            raise ValueError(f"it names no host; write {accepted}")
        return value

    return AfterValidator(check)


def _instant(value: Any) -> Any:
    """As text, or as TOML writes dates and instants without quotes."""
    return parse_instant(value.isoformat()) if isinstance(value, date) else parse_instant(str(value))


def _rate_limit(value: Any) -> Any:
    if isinstance(value, RateLimit):
        return value
    match = _RATE.fullmatch(str(value).strip())
    if match is None:
        raise ValueError("write 200/minute (or /second, /hour, /day)")
    return RateLimit(int(match[1]), _SECONDS[match[2] or "minute"])


def _lower(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


def _home(value: Path) -> Path:
    return value.expanduser().absolute()


DatabaseUrl = Annotated[SecretUrl, _address("sqlite", "postgresql")]
MailUrl = Annotated[SecretUrl, _address("smtp", "smtps")]
NatsUrl = Annotated[SecretUrl, _address("nats", "tls")]
HttpUrl = Annotated[SecretUrl, _address("http", "https")]
Folder = Annotated[Path, AfterValidator(_home)]
AnInstant = Annotated[datetime, BeforeValidator(_instant)]
Word = Annotated[str, BeforeValidator(_lower), Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


def _books_of(chosen: Mapping[str, Any]) -> SecretUrl:
    return SecretUrl(f"sqlite:///{chosen['data_dir'] / 'guilder.db'}")


class Settings(BaseSettings):
    """Every setting, with its default. Made without arguments it holds the defaults, whatever the environment
    says; `load_settings` reads what was chosen. Secrets show themselves masked until `get_secret_value()`.
    """

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix=PREFIX, env_ignore_empty=True, validate_default=True
    )

    data_dir: Folder = Path("~/.local/share/guilder")
    """Where books, mail files and bars are kept."""
    database_url: DatabaseUrl = Field(default_factory=_books_of)
    """`sqlite:///…` or `postgresql://…`; SQLite in the data directory when nobody chose."""
    smtp_url: MailUrl | None = None
    """The mail server; without it mails become files in the data directory."""
    mail_from: Annotated[str, Field(min_length=3, max_length=320, pattern=r"^[^\r\n]+@[^\r\n]+$")] = (
        "Guilder <guilder@localhost>"
    )
    """The sender of mails."""
    market_mode: Annotated[Literal["sandbox", "replay", "live"], BeforeValidator(_lower)] = "sandbox"
    """How the first market of an empty house moves: with the days of this world, by hand, or with the exchange."""
    replay_start: AnInstant | None = None
    """Where a replay begins, paused; None: at the first session of the data."""
    fill_profile: Word = "ideal"
    """How orders are filled in portfolios that name no profile of their own: `ideal` or `realistic`."""
    pricing_strategy: Word = "market"
    """How an estimate is made where neither it nor its portfolio names a strategy: `market`, `vwap` or `twap`."""
    off_hours_surcharge_rate: Annotated[Decimal, Field(ge=0, lt=1)] = Decimal(0)
    """What `twap` adds for a buyer, and takes off for a seller, while the market is closed; 0.01 is a hundredth."""
    nats_url: NatsUrl | None = None
    """Where NATS answers; still to come, nothing uses it yet."""
    financial_modeling_prep_api_key: SecretStr | None = None
    """The key for Financial Modeling Prep; still to come, nothing uses it yet."""
    fmp_url: HttpUrl | None = None
    """Another address for that service; still to come."""
    stripe_api_key: SecretStr | None = None
    """The key for Stripe; still to come, nothing uses it yet."""
    stripe_webhook_secret: SecretStr | None = None
    """What Stripe signs its webhooks with; still to come."""
    stripe_url: HttpUrl | None = None
    """Another address for Stripe; still to come."""
    host: Annotated[str, Field(min_length=1, max_length=253)] = "127.0.0.1"
    """The address on which `guilder serve` listens."""
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    """The port on which `guilder serve` listens; 0: any that is free."""
    log_level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_lower)] = "info"
    """Quieter news than this stay out of the log."""
    log_format: Annotated[Literal["auto", "console", "json"], BeforeValidator(_lower)] = "auto"
    """`auto`: for people on a terminal, JSON elsewhere."""
    rate_limit: Annotated[RateLimit, BeforeValidator(_rate_limit)] | None = None
    """Requests that one caller may make, such as 200/minute; None: any number."""
    max_body_bytes: Annotated[int, Field(ge=1024, le=1024**3)] = 1024**2
    """The largest body of a request that is read."""

    _sources: dict[str, str] = PrivateAttr(default_factory=dict)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is handed in: `load_settings` reads the rest, and remembers where it stood."""
        return (init_settings,)

    def chosen_in(self, sources: Mapping[str, str]) -> Settings:
        """The same settings, knowing where each was chosen: field name to words."""
        self._sources.update(sources)
        return self

    def source_of(self, field: str) -> str:
        """Where the value of this field was chosen: `environment`, `.env`, a file's path, or `default`."""
        return self._sources.get(field, DEFAULT)


_OWN_NAMES: Final = {"financial_modeling_prep_api_key", "stripe_api_key"}


def variable_of(field: str) -> str:
    """The name under which a setting is chosen: `GUILDER_PORT`; two keys of other services have their own."""
    return field.upper() if field in _OWN_NAMES else PREFIX + field.upper()


class Described(NamedTuple):
    """One setting, as `guilder config show` prints it."""

    name: str
    value: str
    source: str


def describe(settings: Settings) -> list[Described]:
    """All settings with where each came from; secrets and passwords are masked."""
    return [
        Described(variable_of(field), _shown(getattr(settings, field)), settings.source_of(field))
        for field in Settings.model_fields
    ]


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return instant_text(value) if isinstance(value, datetime) else str(value)
