"""Fake ids and secrets keep what real ones promise, and are the same in every run."""

from __future__ import annotations

import re
from uuid import UUID

import pytest

from guilder.core.ids import IdSource, SecretSource
from guilder.core.random_ids import RandomSecrets, TimeOrderedIds
from guilder.testing import FixedSecrets, SequentialIds


@pytest.fixture(params=[SequentialIds, TimeOrderedIds])
def ids(request: pytest.FixtureRequest) -> IdSource:
    source: IdSource = request.param()
    return source


@pytest.fixture(params=[FixedSecrets, RandomSecrets])
def secrets(request: pytest.FixtureRequest) -> SecretSource:
    source: SecretSource = request.param()
    return source


def test_ids_grow_byte_by_byte(ids: IdSource) -> None:
    made = [ids.new() for _ in range(2_000)]

    assert made == sorted(made)
    assert [each.bytes for each in made] == sorted({each.bytes for each in made})


def test_ids_are_of_version_7(ids: IdSource) -> None:
    made = ids.new()

    assert (made.version, made.variant) == (7, "specified in RFC 4122")


def test_secrets_are_long_safe_in_urls_and_never_the_same(secrets: SecretSource) -> None:
    made = [secrets.new() for _ in range(50)]

    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43,}", secret) for secret in made)
    assert len(set(made)) == 50


def test_sequential_ids_can_be_told_beforehand() -> None:
    ids = SequentialIds()

    assert ids.new() == UUID("00000000-0001-7000-8000-000000000000")
    assert ids.new() == UUID("00000000-0002-7000-8000-000000000000")
    assert SequentialIds(0x1000).new() == UUID("00000000-1000-7000-8000-000000000000")


def test_secrets_that_were_handed_in_come_first() -> None:
    secrets = FixedSecrets("open sesame", "shazam")

    assert [secrets.new(), secrets.new()] == ["open sesame", "shazam"]
    assert secrets.new() == "secret-1".ljust(43, "_")
