"""What was filled of an order: its executions, and their sums."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from guilder.shared.currency import Currency
from guilder.shared.errors import GuilderError
from guilder.shared.money import Money, Price, total
from guilder.shared.quantity import Quantity
from guilder.trading.domain.execution import Execution
from guilder.trading.domain.order_ticket import OrderTicket


class OverfillError(GuilderError):
    """A fill is larger than what is left of the order: a mistake of the venue."""

    code = "overfill"


class PriceOutsideLimitError(GuilderError):
    """A fill is worse than the order's limit: a mistake of the venue."""

    code = "price_outside_limit"


class Fills:
    """Every fill so far, in order; `quantity` is how many shares they are together."""

    __slots__ = ("_executions", "quantity")

    def __init__(self, executions: Iterable[Execution] = ()) -> None:
        self._executions = list(executions)
        self.quantity = Quantity.zero()
        for execution in self._executions:
            self.quantity += execution.quantity

    @property
    def executions(self) -> Sequence[Execution]:
        return tuple(self._executions)

    def value(self, currency: Currency) -> Money:
        """What they are worth at their prices, exact; `currency` is that of nothing, too."""
        return total((execution.value for execution in self._executions), currency)

    def average_price(self, currency: Currency) -> Price | None:
        """The mean price per share, weighted by shares; None before the first."""
        return Price.average(self.value(currency), self.quantity) if self._executions else None

    def unknown(self, executions: Iterable[Execution]) -> Iterator[Execution]:
        """Those of them that are not among these yet."""
        known = {execution.id for execution in self._executions}
        return (execution for execution in executions if execution.id not in known)

    def take(self, execution: Execution, ticket: OrderTicket, leaves: Quantity) -> None:
        """One more, for a ticket of which so many shares are left.

        Raises:
            OverfillError: it is larger than what is left, or not above zero.
            PriceOutsideLimitError: a buy above, or a sell below, the limit price.
        """
        if not Quantity.zero() < execution.quantity <= leaves:
            raise OverfillError(f"{execution.quantity} offered, {leaves} left")
        if not ticket.allows(execution.price):
            raise PriceOutsideLimitError(f"{execution.price} against a limit of {ticket.limit_price}")

        self._executions.append(execution)
        self.quantity += execution.quantity
