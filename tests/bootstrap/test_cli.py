"""`guilder`: what every command has in common, the settings, and as whom a command acts."""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

import guilder as package
from guilder.bootstrap.cli import COMMANDS
from guilder.bootstrap.data_directory import SERVER_FILE, DataDirectory
from tests.bootstrap.command_line import PASSWORD, CommandLine


@pytest.fixture
def guilder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """An empty place."""
    return CommandLine(tmp_path / "books", monkeypatch)


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Books with one active user, Ada, and with Bob, who is not active; made once."""
    folder = tmp_path_factory.mktemp("people") / "books"
    with pytest.MonkeyPatch.context() as patch:
        guilder = CommandLine(folder, patch)
        guilder.user("ada@example.com")
        words = ("user", "create", "bob@example.com", "--name", "Bob", "--password-stdin")
        guilder.tells(*words, typed="a long and dark road")
    return folder


@pytest.fixture
def peopled(people: Path, guilder: CommandLine) -> CommandLine:
    """A copy of them."""
    shutil.copytree(people, guilder.folder)
    return guilder


def test_help_names_every_command(guilder: CommandLine) -> None:
    shown = guilder.shows("--help")

    assert all(f" {name} " in shown for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_there_and_says_what_it_is_for(guilder: CommandLine, name: str) -> None:
    assert f"Usage: guilder {name}" in guilder.shows(name, "--help")


def test_the_version_is_told(guilder: CommandLine) -> None:
    assert guilder.shows("--version") == f"guilder {package.__version__}\n"


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",),
        ("quote",),
        ("quote", "AAPL", "--nonsense"),
        ("bars", "AAPL", "--limit", "0"),
        ("bars", "AAPL", "--adjustment", "nonsense"),
        ("order", "place", "buy", "10"),
        ("order", "show", "nonsense"),
        ("order", "replace", "00000000-0000-0000-0000-000000000000"),
        ("clock", "advance"),
        ("clock", "advance", "--by", "1d", "--sessions", "1"),
    ],
    ids=" ".join,
)
def test_a_mistake_in_the_command_exits_with_two_and_touches_nothing(
    guilder: CommandLine, words: tuple[str, ...]
) -> None:
    ended = guilder.run(*words)

    assert (ended.code, ended.out) == (2, "")
    assert "Usage: guilder" in ended.err
    assert not guilder.folder.exists()


def test_a_setting_that_makes_no_sense_is_one_line_on_standard_error(
    guilder: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUILDER_PORT", "many")
    monkeypatch.setenv("GUILDER_MARKET_MODE", "casino")

    said = guilder.refused("quote", "AAPL", "--json")

    assert "GUILDER_PORT (environment): 'many' is not accepted" in said
    assert "GUILDER_MARKET_MODE" in said


def test_a_data_directory_that_cannot_be_one_is_named(guilder: CommandLine) -> None:
    guilder.folder.write_text("a file")

    assert str(guilder.folder) in guilder.refused("quote", "AAPL")


def test_a_database_that_is_none_is_named(guilder: CommandLine) -> None:
    DataDirectory(guilder.folder)
    (guilder.folder / "guilder.db").write_text("no database, but long enough to look like one" * 100)

    assert "not a database" in guilder.refused("verify", "--json")


def test_the_settings_are_shown_with_where_each_was_chosen_and_secrets_masked(
    guilder: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUILDER_SMTP_URL", "smtp://ada:geheim@mail.example:25")
    monkeypatch.setenv("STRIPE_API_KEY", "sk_geheim")

    told = {setting["name"]: setting for setting in guilder.tells("config", "show")["settings"]}
    shown = guilder.shows("config", "show")

    assert told["GUILDER_PORT"] == {"name": "GUILDER_PORT", "value": "8000", "source": "default"}
    assert told["GUILDER_SMTP_URL"]["source"] == "environment"
    assert "mail.example" in shown
    assert "geheim" not in shown + json.dumps(told)
    assert not guilder.folder.exists()


def test_good_settings_are_found_good(guilder: CommandLine) -> None:
    assert guilder.tells("config", "check") == {"ok": True, "problems": []}
    assert guilder.shows("config", "check") == "The settings are good.\n"


def test_a_misspelt_setting_is_named_beside_the_answer_of_every_command(
    guilder: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUILDER_REPLAY_STRAT", "1")

    checked = guilder.run("config", "check", "--json")
    priced = guilder.run("quote", "AAPL", "--json")

    told = "GUILDER_REPLAY_STRAT (environment) is not a setting of Guilder; did you mean GUILDER_REPLAY_START?"
    warning = f"guilder: {told}\n"
    assert (checked.code, checked.err, json.loads(checked.out)) == (0, warning, {"ok": True, "problems": []})
    assert (priced.code, priced.err, json.loads(priced.out)["symbol"]) == (0, warning, "AAPL")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GUILDER_PORT", "many"),
        ("GUILDER_DATABASE_URL", "mysql://localhost/x"),
        ("GUILDER_FILL_PROFILE", "dreamy"),
        ("GUILDER_PRICING_STRATEGY", "dreamy"),
        ("GUILDER_OFF_HOURS_SURCHARGE_RATE", "1"),
    ],
)
def test_bad_settings_are_told_and_exit_with_one(
    guilder: CommandLine, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    ended = guilder.run("config", "check", "--json")

    assert (ended.code, ended.err) == (1, "")
    told = json.loads(ended.out)
    assert told["ok"] is False
    assert len(told["problems"]) == 1


def test_a_price_can_be_asked_for_before_anybody_has_an_account(guilder: CommandLine) -> None:
    quote = guilder.tells("quote", "aapl")

    assert quote["symbol"] == "AAPL"
    assert quote.keys() == {"symbol", "price", "bid", "ask", "at", "source", "stale"}


def test_the_data_directory_is_its_owners_only(guilder: CommandLine) -> None:
    guilder.tells("verify")

    assert stat.S_IMODE(guilder.folder.stat().st_mode) == 0o700


def test_what_is_somebodys_needs_somebody(guilder: CommandLine) -> None:
    assert "guilder user create EMAIL --name NAME --active" in guilder.refused("portfolio", "list")


def test_the_only_active_user_goes_without_saying(peopled: CommandLine) -> None:
    opened = peopled.tells("portfolio", "open", "Savings")

    of_ada = peopled.tells("portfolio", "list", "--as", "ADA@example.com")
    assert [portfolio["id"] for portfolio in of_ada] == [opened["id"]]


def test_of_several_users_one_must_be_named_unless_there_is_a_demo_account(peopled: CommandLine) -> None:
    peopled.tells("user", "activate", "bob@example.com")
    assert "--as EMAIL" in peopled.refused("portfolio", "list")
    assert peopled.tells("portfolio", "list", "--as", "bob@example.com") == []

    DataDirectory(peopled.folder).write_private("demo.json", {"email": "bob@example.com"})
    peopled.tells("portfolio", "open", "Demo")

    assert len(peopled.tells("portfolio", "list", "--as", "bob@example.com")) == 1


def test_nobody_acts_as_one_who_is_not_there_or_not_active(peopled: CommandLine) -> None:
    assert "carl@example.com" in peopled.refused("portfolio", "list", "--as", "carl@example.com")
    assert "guilder user activate bob@example.com" in peopled.refused("portfolio", "list", "--as", "bob@example.com")


def test_that_somebody_acted_for_a_user_stands_in_the_trail(peopled: CommandLine) -> None:
    peopled.tells("portfolio", "open", "Savings")

    entries = json.loads(peopled.run("audit", "export", "--json").out)["entries"]
    [acted] = [entry for entry in entries if entry["action"] == "signed_in_by_operator"]
    [created, _] = [entry for entry in entries if entry["action"] == "user_created"]
    assert (acted["actor"], acted["subject"]) == ("system", created["subject"])


def test_a_key_made_here_is_told_with_its_secret(peopled: CommandLine) -> None:
    assert peopled.tells("api-key", "create", "ada@example.com", "--name", "bot").keys() == {"key_id", "secret"}


def test_a_server_that_was_killed_is_not_asked(guilder: CommandLine) -> None:
    DataDirectory(guilder.folder)
    (guilder.folder / SERVER_FILE).write_text(json.dumps({"url": "http://127.0.0.1:1", "pid": 1}))

    assert guilder.tells("quote", "AAPL")["symbol"] == "AAPL"


def test_a_server_that_does_not_answer_is_named(peopled: CommandLine) -> None:
    directory = DataDirectory(peopled.folder)

    with directory.held(), directory.announced("http://127.0.0.1:1"):
        said = peopled.refused("portfolio", "open", "Savings")

    assert "http://127.0.0.1:1 does not answer" in said
    assert "look before you ask again" in said


def test_an_answer_that_is_no_problem_document_is_told_by_its_status(peopled: CommandLine) -> None:
    directory = DataDirectory(peopled.folder)

    with a_broken_gateway() as url, directory.held(), directory.announced(url):
        said = peopled.refused("portfolio", "list")

    assert said == "GET /v1/portfolios was answered with 502"


@contextmanager
def a_broken_gateway() -> Iterator[str]:
    """The address of a server that knows nothing but 502."""

    class Gateway(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(502)
            self.end_headers()
            self.wfile.write(b"<html>")

        def log_message(self, format: str, *args: object) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Gateway) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_prices_need_not_be_asked_for_as_somebody(guilder: CommandLine) -> None:
    for email in ("ada@example.com", "eve@example.com"):
        guilder.run("user", "create", email, "--name", "Ada", "--password-stdin", "--active", typed=PASSWORD)

    assert guilder.tells("quote", "AAPL")["symbol"] == "AAPL"
