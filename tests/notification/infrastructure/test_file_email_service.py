"""Mails as files: whole, private, in the order of their sending, readable by a person."""

from __future__ import annotations

import stat
from datetime import timedelta
from pathlib import Path

import pytest

from guilder.notification.infrastructure.file_email_service import FileEmailService
from guilder.published.notification import MailNotSentError
from guilder.testing import FakeClock, SequentialIds


async def test_each_mail_is_a_file_whose_name_sorts_by_time(tmp_path: Path) -> None:
    clock = FakeClock()
    service = FileEmailService(tmp_path / "mail", clock, SequentialIds())

    for number in range(12):
        await service.send_email("anna@example.org", f"Mail {number}", "Hello\n")
        clock.advance(timedelta(seconds=number % 2))

    names = sorted(path.name for path in (tmp_path / "mail").iterdir())
    assert len(names) == 12
    assert names[0] == "20260105T120000.000000Z-00000000-0001-7000-8000-000000000000.eml"
    subjects = [_subject(tmp_path / "mail" / name) for name in names]
    assert subjects == [f"Mail {number}" for number in range(12)]


async def test_a_person_can_read_the_file_as_it_is(tmp_path: Path) -> None:
    service = FileEmailService(tmp_path, FakeClock(), SequentialIds())
    link = "https://guilder.example/activate?token=" + "x" * 200 + "&user=7"

    await service.send_email("anna@example.org", "Hello Zoë", f"Grüezi Zoë\n{link}\n")

    text = _only_file(tmp_path).read_bytes()
    assert b"\r" not in text
    assert f"\nGrüezi Zoë\n{link}\n" in text.decode()


async def test_mails_are_their_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "mail"

    await FileEmailService(folder, FakeClock(), SequentialIds()).send_email("anna@example.org", "Hello", "")

    file = _only_file(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_a_folder_that_cannot_be_written_means_that_the_mail_is_not_sent(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    folder.write_text("a file where the folder should be")
    service = FileEmailService(folder, FakeClock(), SequentialIds())

    with pytest.raises(MailNotSentError):
        await service.send_email("anna@example.org", "Hello", "")


async def test_a_mail_that_could_not_be_finished_leaves_nothing_behind(tmp_path: Path) -> None:
    blocked = "20260105T120000.000000Z-00000000-0001-7000-8000-000000000000.eml"
    (tmp_path / blocked / "in the way").mkdir(parents=True)
    service = FileEmailService(tmp_path, FakeClock(), SequentialIds())

    with pytest.raises(MailNotSentError):
        await service.send_email("anna@example.org", "Hello", "")

    assert _only_file(tmp_path).name == blocked


def _only_file(folder: Path) -> Path:
    (file,) = folder.iterdir()
    return file


def _subject(file: Path) -> str:
    lines = file.read_text().splitlines()
    return next(line.removeprefix("Subject: ") for line in lines if line.startswith("Subject: "))
