"""What companies do to their shares: splits and dividends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Split:
    """From `ex_on` on, `new` shares stand where `old` stood: 2 for 1 halves the price."""

    ex_on: date
    new: int
    old: int

    @property
    def price_factor(self) -> Fraction:
        """By what earlier prices are multiplied to compare with those from `ex_on` on."""
        return Fraction(self.old, self.new)


@dataclass(frozen=True, slots=True)
class Dividend:
    """Who held a share before `ex_on` gets `steps` ten-thousandths of the currency's unit for it."""

    ex_on: date
    steps: int

    def price_factor(self, close_on_ex_date: int) -> Fraction:
        """By what earlier prices are multiplied so that the dividend is no loss: close / (close + dividend).

        It takes the ex-date's own close, so it is known only once that session is over. Source: the adjusted closes of
        the sample data, which are made so.
        """
        return Fraction(close_on_ex_date, close_on_ex_date + self.steps)
