"""What a broker and the regulators take for an execution."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from guilder.published.trading import Side
from guilder.shared.money import Money
from guilder.shared.quantity import Quantity


@dataclass(frozen=True, slots=True)
class Fees:
    """What one execution costs beside its price; each in whole minor units."""

    commission: Money
    section_31: Money
    """The fee of the Securities Exchange Act, section 31, on what is sold."""
    trading_activity: Money
    """FINRA's trading activity fee on shares that are sold."""

    @property
    def total(self) -> Money:
        return self.commission + self.section_31 + self.trading_activity


@dataclass(frozen=True, slots=True)
class FeeSchedule:
    """Rates of amounts are plain ratios; the others are in units of the currency.

    The commission is counted over the whole order, so that it does not grow with the number of its executions; the
    fees of the regulators are those of each execution, rounded up to the minor unit.
    """

    commission_per_share: Decimal
    least_commission: Decimal
    """Of an order."""
    most_commission_rate: Decimal
    """Of an order's value."""
    section_31_rate: Decimal
    trading_activity_per_share: Decimal
    most_trading_activity: Decimal
    """Of an execution."""

    def charge(self, side: Side, quantity: Quantity, value: Money, *, before: tuple[Quantity, Money]) -> Fees:
        """For an execution of `quantity` shares worth `value`, of an order that had got `before`: shares and value.

        A sell is never charged more than it brings.
        """
        sold, worth = before
        commission = self.commission(quantity + sold, value + worth) - self.commission(sold, worth)
        nothing = Money.zero(value.currency)
        if side is Side.BUY:
            return Fees(commission, nothing, nothing)
        left = value.rounded()
        section_31 = min(_rounded_up(value * self.section_31_rate), left)
        activity = min(self.trading_activity_per_share * quantity.value, self.most_trading_activity)
        trading_activity = min(_rounded_up(Money(activity, value.currency)), left - section_31)
        return Fees(min(commission, left - section_31 - trading_activity), section_31, trading_activity)

    def commission(self, quantity: Quantity, value: Money) -> Money:
        """For an order that has got so many shares worth `value`; it only grows with them."""
        by_shares = max(self.commission_per_share * quantity.value, self.least_commission)
        most = value.amount * self.most_commission_rate
        return Money(min(by_shares, most), value.currency).rounded()


def _rounded_up(amount: Money) -> Money:
    return Money(amount.amount.quantize(amount.currency.smallest, ROUND_CEILING), amount.currency)
