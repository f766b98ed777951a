"""How a fill is told: as a message inside Guilder, and as a mail."""

from __future__ import annotations

from typing import Final

from guilder.notification.domain.mail import Mail
from guilder.notification.domain.text import one_line
from guilder.published.trading import OrderFilled, Side
from guilder.published.user import Contact

_DONE: Final = {Side.BUY: "Bought", Side.SELL: "Sold"}
_LONGEST_NAME: Final = 100


def fill_message(fill: OrderFilled) -> str:
    """One line: `Bought 4 AAPL at 190.5 USD; 6 still open`."""
    return f"{_headline(fill)}; {_rest(fill)}"


def fill_mail(fill: OrderFilled, contact: Contact) -> Mail:
    """The mail about one fill, to the order's owner. Raises `InvalidMailError` when his address is none."""
    name = one_line(contact.name, _LONGEST_NAME)
    amount = fill.price.value_of(fill.quantity)
    body = (
        f"Hello {name},\n\n"
        f"{_headline(fill)} per share, {amount} in all; {_rest(fill)}.\n\n"
        f"At         {fill.at:%Y-%m-%d %H:%M:%S} UTC\n"
        f"Order      {fill.order_id}\n"
        f"Execution  {fill.execution_id}\n"
        f"Portfolio  {fill.portfolio_id}\n\n"
        "You get this mail because you asked for mails about fills.\n"
    )
    return Mail(contact.email, _headline(fill), body)


def _headline(fill: OrderFilled) -> str:
    return f"{_DONE[fill.side]} {fill.quantity} {fill.symbol} at {fill.price}"


def _rest(fill: OrderFilled) -> str:
    return f"{fill.leaves_quantity} still open" if fill.leaves_quantity else "the order is complete"
