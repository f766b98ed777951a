"""Settings: what may be chosen, where, and which choice holds."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from guilder.core.load_settings import load_settings, unknown_variables
from guilder.core.settings import RateLimit, Settings, SettingsError, describe, variable_of

API = {
    "GUILDER_DATABASE_URL",
    "GUILDER_DATA_DIR",
    "GUILDER_SMTP_URL",
    "GUILDER_MARKET_MODE",
    "GUILDER_REPLAY_START",
    "GUILDER_FILL_PROFILE",
    "GUILDER_NATS_URL",
    "FINANCIAL_MODELING_PREP_API_KEY",
    "STRIPE_API_KEY",
    "GUILDER_STRIPE_WEBHOOK_SECRET",
    "GUILDER_FMP_URL",
    "GUILDER_STRIPE_URL",
    "GUILDER_RATE_LIMIT",
}


class Home:
    """A working directory and a data directory, with what stands in their files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "work"
        self.data = folder / "data"
        self.folder.mkdir()
        self.data.mkdir()
        self.environment = {"GUILDER_DATA_DIR": str(self.data)}

    def load(self, **environment: str) -> Settings:
        return load_settings({**self.environment, **environment}, self.folder)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_every_setting_of_the_api_has_its_name() -> None:
    assert {variable_of(field) for field in Settings.model_fields} >= API


def test_settings_made_without_arguments_are_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUILDER_PORT", "1234")

    settings = Settings()

    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert (settings.market_mode, settings.fill_profile) == ("sandbox", "ideal")
    assert settings.smtp_url is None
    assert settings.rate_limit is None
    assert settings.data_dir == Path("~/.local/share/guilder").expanduser()


def test_without_a_database_the_books_are_a_file_in_the_data_directory(home: Home) -> None:
    assert home.load().database_url.get_secret_value() == f"sqlite:///{home.data}/guilder.db"


def test_the_environment_of_the_process_is_read_when_no_other_is_given(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GUILDER_PORT", "1234")
    monkeypatch.chdir(tmp_path)

    assert load_settings().port == 1234


def test_the_environment_wins_over_dotenv_over_the_near_file_over_the_one_of_the_books(home: Home) -> None:
    (home.data / "guilder.toml").write_text('host = "books"\nport = 1\nlog_level = "error"\nfill_profile = "one"')
    (home.folder / "guilder.toml").write_text('host = "near"\nport = 2\nlog_level = "warning"')
    (home.folder / ".env").write_text("GUILDER_HOST=dotenv\nGUILDER_PORT=3\n")

    settings = home.load(GUILDER_HOST="environment")

    assert settings.host == "environment"
    assert settings.port == 3
    assert settings.log_level == "warning"
    assert settings.fill_profile == "one"


def test_options_of_the_command_line_win_over_all(home: Home) -> None:
    settings = load_settings({"GUILDER_PORT": "1", "GUILDER_HOST": "here"}, home.folder, port=2, host=None)

    assert (settings.port, settings.host) == (2, "here")
    assert settings.source_of("port") == "command line"


def test_a_file_may_name_the_data_directory_whose_file_is_then_read(home: Home) -> None:
    (home.folder / "guilder.toml").write_text(f'data_dir = "{home.data}"')
    (home.data / "guilder.toml").write_text('port = 9\ndata_dir = "/elsewhere"')

    settings = load_settings({}, home.folder)

    assert settings.data_dir == home.data
    assert settings.port == 9


def test_a_file_may_use_the_names_of_the_variables(home: Home) -> None:
    (home.folder / "guilder.toml").write_text('GUILDER_PORT = 9\nSTRIPE_API_KEY = "sk_test_1"')

    settings = home.load()

    assert settings.port == 9
    assert settings.stripe_api_key is not None
    assert settings.stripe_api_key.get_secret_value() == "sk_test_1"


def test_dotenv_is_read_exactly_and_what_is_not_ours_is_passed_over(home: Home) -> None:
    (home.folder / ".env").write_text("OTHER=1\nGUILDER_STRIPE_WEBHOOK_SECRET=a$HOME{x}\n")

    secret = home.load().stripe_webhook_secret

    assert secret is not None
    assert secret.get_secret_value() == "a$HOME{x}"


def test_a_variable_set_to_nothing_counts_as_not_set(home: Home) -> None:
    assert home.load(GUILDER_SMTP_URL="", GUILDER_PORT="").port == 8000


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2010-01-04", datetime(2010, 1, 4, tzinfo=UTC)),
        ("2010-01-04T14:30:00Z", datetime(2010, 1, 4, 14, 30, tzinfo=UTC)),
        ("2010-01-04T09:30:00-05:00", datetime(2010, 1, 4, 14, 30, tzinfo=UTC)),
    ],
)
def test_a_replay_starts_at_a_date_or_an_instant(home: Home, text: str, instant: datetime) -> None:
    assert home.load(GUILDER_REPLAY_START=text).replay_start == instant


def test_a_date_needs_no_quotes_in_toml(home: Home) -> None:
    (home.folder / "guilder.toml").write_text("replay_start = 2010-01-04")

    assert home.load().replay_start == datetime(2010, 1, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "limit"),
    [("200", RateLimit(200, 60)), ("200/minute", RateLimit(200, 60)), ("5 / second", RateLimit(5, 1))],
)
def test_a_rate_limit_is_a_number_of_requests_in_a_time(home: Home, text: str, limit: RateLimit) -> None:
    assert home.load(GUILDER_RATE_LIMIT=text).rate_limit == limit


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("GUILDER_MARKET_MODE", "casino", "'sandbox', 'replay' or 'live'"),
        ("GUILDER_PORT", "99999", "65535"),
        ("GUILDER_PORT", "many", "'many'"),
        ("GUILDER_DATABASE_URL", "mysql://localhost/books", "sqlite://… or postgresql://…"),
        ("GUILDER_DATABASE_URL", "sqlite://", "name a file"),
        ("GUILDER_SMTP_URL", "smtp://", "names no host"),
        ("GUILDER_FMP_URL", "ftp://localhost", "http://… or https://…"),
        ("GUILDER_REPLAY_START", "yesterday", "write 2010-01-04"),
        ("GUILDER_REPLAY_START", "2010-01-04T14:30:00", "time zone"),
        ("GUILDER_RATE_LIMIT", "0/minute", "write 200/minute"),
        ("GUILDER_FILL_PROFILE", "not one word", "not one word"),
        ("GUILDER_LOG_LEVEL", "loud", "'debug', 'info', 'warning' or 'error'"),
        ("GUILDER_MAIL_FROM", "nobody", "'nobody'"),
        ("GUILDER_MAX_BODY_BYTES", "1", "1024"),
    ],
)
def test_a_wrong_value_names_its_variable_and_says_what_is_accepted(
    home: Home, variable: str, value: str, told: str
) -> None:
    with pytest.raises(SettingsError) as refusal:
        home.load(**{variable: value})

    (problem,) = refusal.value.problems
    assert problem.startswith(f"{variable} (environment): ")
    assert told in problem


def test_all_wrong_values_are_told_at_once(home: Home) -> None:
    (home.folder / "guilder.toml").write_text("port = 0.5")

    with pytest.raises(SettingsError) as refusal:
        home.load(GUILDER_MARKET_MODE="casino")

    assert [problem.split(":")[0] for problem in refusal.value.problems] == [
        "GUILDER_MARKET_MODE (environment)",
        f"GUILDER_PORT ({home.folder}/guilder.toml)",
    ]


@pytest.mark.parametrize("text", ["databse_url = 1", "port = ", "[server]\nport = 1"])
def test_a_file_with_something_that_is_no_setting_is_refused(home: Home, text: str) -> None:
    (home.folder / "guilder.toml").write_text(text)

    with pytest.raises(SettingsError, match=r"guilder\.toml"):
        home.load()


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("GUILDER_REPLAY_STRAT", "; did you mean GUILDER_REPLAY_START?"),
        ("GUILDER_STRIPE_API_KEY", "; did you mean STRIPE_API_KEY?"),
        ("guilder_port", "; did you mean GUILDER_PORT?"),
        ("GUILDER_WEATHER", ""),
    ],
)
def test_a_variable_that_looks_like_a_setting_and_is_none_is_named_with_the_nearest(
    home: Home, name: str, meant: str
) -> None:
    (home.folder / ".env").write_text(f"OTHER=1\n{name}=1\nGUILDER_HOST=here\n")
    variables = {**home.environment, name: "1", "OTHER": "1", "GUILDER_PORTS": ""}

    assert unknown_variables(variables, home.folder) == [
        f"{name} (environment) is not a setting of Guilder{meant}",
        f"{name} (.env) is not a setting of Guilder{meant}",
    ]


def test_no_secret_shows_in_an_error(home: Home) -> None:
    with pytest.raises(SettingsError) as refusal:
        home.load(GUILDER_DATABASE_URL="mysql://clerk:hunter2@localhost/books")

    assert "hunter2" not in str(refusal.value)


def test_no_secret_shows_itself(home: Home) -> None:
    settings = home.load(
        GUILDER_DATABASE_URL="postgresql://clerk:hunter2@localhost/books?password=hunter2",
        GUILDER_SMTP_URL="smtp://clerk:hunt/er2@localhost:25",
        GUILDER_NATS_URL="nats://hunter2@localhost",
        STRIPE_API_KEY="hunter2",
        FINANCIAL_MODELING_PREP_API_KEY="hunter2",
        GUILDER_STRIPE_WEBHOOK_SECRET="hunter2",
    )

    shown = f"{settings!r} {settings} {describe(settings)} {settings.model_dump_json()}"

    assert "hunter2" not in shown
    assert "er2" not in shown


def test_described_settings_say_what_holds_and_where_it_was_chosen(home: Home) -> None:
    (home.folder / ".env").write_text("GUILDER_LOG_LEVEL=debug")
    (home.folder / "guilder.toml").write_text('replay_start = "2010-01-04"')

    shown = {
        name: (value, source)
        for name, value, source in describe(
            home.load(GUILDER_DATABASE_URL="postgresql://clerk:hunter2@localhost/books", GUILDER_RATE_LIMIT="9")
        )
    }

    assert shown["GUILDER_DATABASE_URL"] == ("postgresql://clerk:**********@localhost/books", "environment")
    assert shown["GUILDER_LOG_LEVEL"] == ("debug", ".env")
    assert shown["GUILDER_REPLAY_START"] == ("2010-01-04T00:00:00Z", f"{home.folder}/guilder.toml")
    assert shown["GUILDER_RATE_LIMIT"] == ("9/minute", "environment")
    assert shown["GUILDER_PORT"] == ("8000", "default")
    assert shown["STRIPE_API_KEY"] == ("", "default")


def test_settings_never_change() -> None:
    with pytest.raises(ValidationError):
        Settings().port = 1
