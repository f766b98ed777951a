"""How fine the prices are that people name."""

from __future__ import annotations

import pytest

from guilder.shared.errors import ValidationError
from guilder.trading.domain.price_increment import check_increments
from tests.builders import a_ticket


def fields(refusal: ValidationError) -> list[str]:
    return [problem.field for problem in refusal.problems]


@pytest.mark.parametrize("text", ["1", "1.00", "290.12", "290.120", "0.9999", "0.0001", "0.12340"])
def test_prices_of_a_dollar_and_more_are_in_cents_and_below_in_hundredths_of_a_cent(text: str) -> None:
    """GOLDEN E1.11."""
    check_increments(a_ticket(limit=text))
    check_increments(a_ticket(stop=text))


@pytest.mark.parametrize("text", ["290.123", "1.001", "1.0001", "0.12345", "0.00001", "0.000000001"])
def test_a_price_finer_than_its_increment_is_refused(text: str) -> None:
    """GOLDEN E1.11."""
    with pytest.raises(ValidationError) as of_limit:
        check_increments(a_ticket(limit=text))
    with pytest.raises(ValidationError) as of_stop:
        check_increments(a_ticket(stop=text))

    assert fields(of_limit.value) == ["limit_price"]
    assert fields(of_stop.value) == ["stop_price"]


def test_a_limit_and_a_stop_that_are_too_fine_are_both_named() -> None:
    with pytest.raises(ValidationError, match=r"limit_price: 290\.123 is finer than the increment: 2 decimals") as both:
        check_increments(a_ticket(limit="290.123", stop="0.00001"))

    assert fields(both.value) == ["limit_price", "stop_price"]


def test_an_order_without_prices_of_its_own_has_none_to_be_too_fine() -> None:
    check_increments(a_ticket())
