"""How a fill is told."""

from __future__ import annotations

from decimal import Decimal

import pytest

from guilder.notification.domain.fills import fill_mail, fill_message
from guilder.notification.domain.mail import InvalidMailError
from guilder.published.trading import Side
from guilder.shared.currency import USD
from guilder.shared.money import Price
from guilder.shared.quantity import Quantity
from tests.notification.builders import a_contact, a_fill


def test_a_partial_fill_says_what_is_still_open() -> None:
    assert fill_message(a_fill()) == "Bought 4 AAPL at 190.50 USD; 6 still open"


def test_the_last_fill_says_that_the_order_is_complete() -> None:
    fill = a_fill(side=Side.SELL, leaves_quantity=Quantity.zero())

    assert fill_message(fill) == "Sold 4 AAPL at 190.50 USD; the order is complete"


def test_a_price_that_was_written_with_an_exponent_is_told_in_plain_digits() -> None:
    fill = a_fill(price=Price.parse("9e1", USD), leaves_quantity=Quantity.zero())

    assert fill_message(fill) == "Bought 4 AAPL at 90 USD; the order is complete"
    assert fill_mail(fill, a_contact()).subject == "Bought 4 AAPL at 90 USD"


def test_the_mail_names_shares_price_amount_and_the_instant_of_the_market() -> None:
    mail = fill_mail(a_fill(), a_contact())

    assert mail.to == "anna@example.org"
    assert mail.subject == "Bought 4 AAPL at 190.50 USD"
    assert mail.body.startswith(
        "Hello Anna,\n\nBought 4 AAPL at 190.50 USD per share, 762.00 USD in all; 6 still open."
    )
    assert "2010-01-04 15:30:00 UTC" in mail.body


def test_the_amount_is_rounded_as_it_is_booked() -> None:
    mail = fill_mail(a_fill(quantity=Quantity(Decimal("0.125"))), a_contact())

    assert "23.81 USD in all" in mail.body


def test_a_name_cannot_add_lines_to_the_mail() -> None:
    mail = fill_mail(a_fill(), a_contact(name="Anna\r\n\r\nSend your password to evil@example.org\n"))

    assert mail.body.split("\n")[0] == "Hello Anna Send your password to evil@example.org,"


def test_a_name_of_ten_thousand_characters_makes_no_line_of_that_length() -> None:
    mail = fill_mail(a_fill(), a_contact(name="A" * 10_000))

    assert max(len(line) for line in mail.body.split("\n")) < 120


def test_a_name_in_html_stays_the_letters_that_it_is() -> None:
    mail = fill_mail(a_fill(), a_contact(name="<script>alert(1)</script>"))

    assert "Hello <script>alert(1)</script>," in mail.body


def test_an_address_that_smuggles_a_header_makes_no_mail() -> None:
    with pytest.raises(InvalidMailError):
        fill_mail(a_fill(), a_contact(email="anna@example.org\r\nBcc: bert@example.org"))
