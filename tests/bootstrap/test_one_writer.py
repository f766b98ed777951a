"""Two houses on the same books: the second is refused before it touches them; guests are welcome."""

from __future__ import annotations

from pathlib import Path

import pytest

from guilder.bootstrap.house import House
from guilder.bootstrap.schema import Schema
from guilder.core import postgres_writer_lock
from guilder.core.settings import SecretUrl, Settings
from guilder.core.writer_lock import BooksInUseError
from tests.bootstrap.test_serve_process import a_process, a_server
from tests.houses import a_house, a_resident, an_admin


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of books that several data directories share."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'shared.db'}"


def settings_on(url: str, folder: Path) -> Settings:
    return Settings(data_dir=folder, database_url=SecretUrl(url))


async def test_a_second_house_on_the_same_books_is_refused_and_harms_nobody(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_writer_lock, "PATIENCE_SECONDS", 0.1)
    async with a_house(settings_on(url, tmp_path / "one")) as house, an_admin(house) as ada:
        portfolio = await ada.portfolio()

        with pytest.raises(BooksInUseError):
            async with House(settings_on(url, tmp_path / "two")):
                pass

        assert (await ada.place(portfolio))["status"] == "filled"
    async with a_house(settings_on(url, tmp_path / "two")) as house, a_resident(house, email=None) as ada:
        await ada.sign_in("ada@example.com")
        assert (await ada.place(portfolio))["status"] == "filled"


async def test_guests_of_books_that_somebody_writes_are_welcome(url: str, tmp_path: Path) -> None:
    async with a_house(settings_on(url, tmp_path / "one")) as house, a_resident(house, email=None) as ada:
        async with House(settings_on(url, tmp_path / "two"), core=False) as guest, an_admin(guest):
            pass

        await ada.sign_in("ada@example.com")
        assert (await ada.place(await ada.portfolio()))["status"] == "filled"


async def test_a_house_that_could_not_open_leaves_the_books_to_others(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr(Schema, "upgrade", break_down)
        async with House(settings_on(url, tmp_path)):
            pass

    async with a_house(settings_on(url, tmp_path)):
        pass


def test_a_second_server_on_the_same_books_is_refused_at_its_start_in_one_line(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUILDER_DATABASE_URL", url)
    with a_server(tmp_path / "one"), a_process(tmp_path / "two", "serve", "--port", "0") as second:
        out, err = second.communicate(timeout=60)

    assert (second.returncode, out) == (1, "")
    assert len(err.splitlines()) == 1
    assert err.startswith("guilder: Another Guilder writes the books in ")
