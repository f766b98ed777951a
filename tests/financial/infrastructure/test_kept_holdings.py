"""What was read of a portfolio is kept for as long as its version stands, and within bounds."""

from __future__ import annotations

from guilder.financial.infrastructure.kept_holdings import Holdings, KeptHoldings
from guilder.shared.ids import PortfolioId
from tests.builders import PORTFOLIO, lots_of, new_id


def holdings_at(version: int, *, lots: int = 1) -> Holdings:
    return Holdings(version, lots_of(*[("1", "100")] * lots), ())


def test_what_was_kept_is_known_at_its_version_and_at_no_other() -> None:
    kept, holdings = KeptHoldings(), holdings_at(2)

    kept.keep(PORTFOLIO, holdings)

    assert kept.get(PORTFOLIO, 2) is holdings
    assert kept.get(PORTFOLIO, 1) is None
    assert kept.get(PORTFOLIO, 3) is None


def test_a_later_version_takes_the_place_of_an_earlier_one() -> None:
    kept = KeptHoldings(capacity=6)

    for version in range(1, 10):
        kept.keep(PORTFOLIO, holdings_at(version, lots=3))

    assert kept.get(PORTFOLIO, 8) is None
    assert kept.get(PORTFOLIO, 9) is not None


def test_what_was_not_asked_for_longest_makes_room() -> None:
    kept = KeptHoldings(capacity=6)
    first, second, third = (PortfolioId(new_id()) for _ in range(3))
    kept.keep(first, holdings_at(1, lots=2))
    kept.keep(second, holdings_at(1, lots=2))
    kept.get(first, 1)

    kept.keep(third, holdings_at(1, lots=2))

    assert [kept.get(id, 1) is not None for id in (first, second, third)] == [True, False, True]


def test_what_is_larger_than_all_room_is_not_kept() -> None:
    kept = KeptHoldings(capacity=6)

    kept.keep(PORTFOLIO, holdings_at(1, lots=6))

    assert kept.get(PORTFOLIO, 1) is None
