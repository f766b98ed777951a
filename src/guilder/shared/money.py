"""Money and prices: exact, signed, never a binary fraction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal
from typing import Any, Final

from guilder.shared.currency import Currency
from guilder.shared.errors import InvalidError
from guilder.shared.quantity import Quantity, parse_decimal

LARGEST_AMOUNT: Final = Decimal("900_000_000_000_000")
"""Nine hundred trillion: what fits a 64-bit integer in ten-thousandths, with room to add."""
_SMALLEST_AMOUNT: Final = -LARGEST_AMOUNT
_NOTHING: Final = Decimal(0)

PRICE_DECIMALS: Final = 9
_FINEST_PRICE: Final = Decimal(1).scaleb(-PRICE_DECIMALS)


class CurrencyMismatchError(InvalidError):
    """Amounts of different currencies were mixed; convert first, at a stated rate."""

    code = "currency_mismatch"


class InvalidAmountError(InvalidError):
    """An amount of money is a finite decimal number of its currency's minor units."""

    code = "invalid_amount"
    field = "amount"


class AmountTooLargeError(InvalidError):
    """The amount is larger than the books can carry."""

    code = "amount_too_large"


class InvalidPriceError(InvalidError):
    """A price is a positive decimal number with at most nine decimals."""

    code = "invalid_price"


@dataclass(frozen=True, slots=True, init=False)
class Money:
    """An exact, signed amount of one currency. Only `rounded` rounds, once, where it is booked.

    Raises:
        InvalidAmountError: the amount is not a finite `Decimal`.
    """

    amount: Decimal
    currency: Currency

    def __init__(self, amount: Decimal, currency: Currency) -> None:
        if type(amount) is not Decimal or not amount.is_finite():
            raise InvalidAmountError(f"{amount!r} is not a finite Decimal")
        _set_amount(self, amount)
        _set_currency(self, currency)

    @classmethod
    def zero(cls, currency: Currency) -> Money:
        return _money(_NOTHING, currency)

    @classmethod
    def parse(cls, text: str, currency: Currency) -> Money:
        """What somebody typed: `"190.50"`. It must fit the currency's minor units exactly.

        Raises:
            InvalidAmountError: not a number, or finer than the currency's smallest unit.
            AmountTooLargeError: beyond what the books carry.
        """
        try:
            amount = parse_decimal(text)
        except ValueError as problem:
            raise InvalidAmountError(str(problem)) from problem
        money = cls(amount, currency)
        if money.rounded().amount != amount:
            raise InvalidAmountError(f"{currency.code} has {currency.minor_unit} decimals; {text[:40]} has more")
        return money.rounded()

    def __add__(self, other: Money) -> Money:
        if other.currency is not self.currency:
            self._same_currency(other)
        return _money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        if other.currency is not self.currency:
            self._same_currency(other)
        return _money(self.amount - other.amount, self.currency)

    def __neg__(self) -> Money:
        return _money(-self.amount, self.currency)

    def __abs__(self) -> Money:
        return _money(abs(self.amount), self.currency)

    def __mul__(self, factor: Decimal | int) -> Money:
        return Money(self.amount * factor, self.currency)

    __rmul__ = __mul__

    def __truediv__(self, divisor: Decimal | int) -> Money:
        return Money(self.amount / divisor, self.currency)

    def __lt__(self, other: Money) -> bool:
        if other.currency is not self.currency:
            self._same_currency(other)
        return self.amount < other.amount

    def __le__(self, other: Money) -> bool:
        if other.currency is not self.currency:
            self._same_currency(other)
        return self.amount <= other.amount

    def __gt__(self, other: Money) -> bool:
        if other.currency is not self.currency:
            self._same_currency(other)
        return self.amount > other.amount

    def __ge__(self, other: Money) -> bool:
        if other.currency is not self.currency:
            self._same_currency(other)
        return self.amount >= other.amount

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency.code}"

    def ratio_to(self, whole: Money) -> Decimal | None:
        """This amount as a share of `whole`, a plain ratio; None when there is no whole."""
        self._same_currency(whole)
        return self.amount / whole.amount if whole.amount else None

    def rounded(self) -> Money:
        """To the currency's minor unit, half-even.

        Raises:
            AmountTooLargeError: beyond what the books carry.
        """
        return _rounded(self.amount, self.currency)

    def portion(self, part: Decimal, whole: Decimal) -> Money:
        """What falls to `part` when the amount is spread evenly over `whole`; rounded, and raises, as `rounded`."""
        return _rounded(self.amount * part / whole, self.currency)

    def carried(self) -> Money:
        """The same amount, if the books can carry it. Raises `AmountTooLargeError`."""
        if not _SMALLEST_AMOUNT <= self.amount <= LARGEST_AMOUNT:
            raise _too_large(self.amount, self.currency)
        return self

    def allocate(self, weights: Sequence[Decimal | int]) -> list[Money]:
        """Split a booked amount by weight so that no cent is lost: what is left over goes, a smallest unit each,
        to the parts that lost most by rounding down (the earlier first).

        Raises:
            InvalidAmountError: a weight is negative, or all are zero, or the amount is finer than its currency.
        """
        total = sum((Decimal(weight) for weight in weights), Decimal(0))
        if total <= 0 or any(weight < 0 for weight in weights):
            raise InvalidAmountError("An amount is split by weights of zero or more, one of them above zero")
        smallest = self.currency.smallest
        units = self.amount / smallest
        if units != units.to_integral_value():
            raise InvalidAmountError(f"{self} is finer than the smallest unit, {smallest}; round it first")

        exact = [units * Decimal(weight) / total for weight in weights]
        whole = [share.to_integral_value(ROUND_DOWN) for share in exact]
        left = int(units - sum(whole, Decimal(0)))
        by_loss = sorted(range(len(exact)), key=lambda i: -abs(exact[i] - whole[i]))
        step = 1 if left > 0 else -1
        for i in by_loss[: abs(left)]:
            whole[i] += step
        return [Money((share * smallest).quantize(smallest), self.currency) for share in whole]

    def _same_currency(self, other: Money) -> None:
        if other.currency != self.currency:
            raise CurrencyMismatchError(f"{self} and {other}")


# A replay makes millions of these, so their fields are set without the detour of frozen dataclasses; and sums and
# differences of checked amounts need no check.
_fields: Final[dict[str, Any]] = dict(vars(Money))
_set_amount: Final = _fields["amount"].__set__
_set_currency: Final = _fields["currency"].__set__
_new: Final = object.__new__


def _money(amount: Decimal, currency: Currency) -> Money:
    made = _new(Money)
    _set_amount(made, amount)
    _set_currency(made, currency)
    return made


def _rounded(amount: Decimal, currency: Currency) -> Money:
    if not _SMALLEST_AMOUNT <= amount <= LARGEST_AMOUNT:
        raise _too_large(amount, currency)
    return _money(amount.quantize(currency.smallest, ROUND_HALF_EVEN), currency)


def _too_large(amount: Decimal, currency: Currency) -> AmountTooLargeError:
    return AmountTooLargeError(f"{amount:.6g} {currency.code} is more than the books carry")


def total(amounts: Iterable[Money], currency: Currency) -> Money:
    """The sum of amounts of one currency; zero when there are none."""
    result = Money.zero(currency)
    for amount in amounts:
        result += amount
    return result


@dataclass(frozen=True, slots=True, init=False)
class Price:
    """What one share costs: positive, exact, with at most nine decimals.

    Raises:
        InvalidPriceError: zero, negative, not finite, too fine or too large.
    """

    amount: Decimal
    currency: Currency

    def __init__(self, amount: Decimal, currency: Currency) -> None:
        if type(amount) is not Decimal or not amount.is_finite() or not _NOTHING < amount <= LARGEST_AMOUNT:
            raise InvalidPriceError(f"{amount} is not a positive decimal number that the books can carry")
        if amount != amount.quantize(_FINEST_PRICE):
            raise InvalidPriceError(f"{amount} has more than {PRICE_DECIMALS} decimals")
        _set_price_amount(self, amount)
        _set_price_currency(self, currency)

    @classmethod
    def parse(cls, text: str, currency: Currency) -> Price:
        """What somebody typed: `"190.50"`. Raises `InvalidPriceError`."""
        try:
            return cls(parse_decimal(text), currency)
        except ValueError as problem:
            raise InvalidPriceError(str(problem)) from problem

    @classmethod
    def of_steps(cls, count: Decimal | int, step: Decimal, currency: Currency) -> Price:
        """`count` whole steps, where a step is itself a price: so only its size is left to be checked.

        Raises:
            InvalidPriceError: less than one step, or too large.
        """
        amount = step * count
        if not _NOTHING < amount <= LARGEST_AMOUNT:
            raise InvalidPriceError(f"{amount} is not a positive decimal number that the books can carry")
        made = _new(Price)
        _set_price_amount(made, amount)
        _set_price_currency(made, currency)
        return made

    @classmethod
    def average(cls, value: Money, quantity: Quantity) -> Price:
        """The price per share of `quantity` shares worth `value`, to nine decimals, half-even.

        Raises:
            InvalidPriceError: as for any price.
        """
        return cls.of_steps(1, (value.amount / quantity.value).quantize(_FINEST_PRICE).normalize(), value.currency)

    def __mul__(self, quantity: Quantity) -> Money:
        """The exact value of `quantity` shares at this price; not yet rounded."""
        return _money(self.amount * quantity.value, self.currency)

    def value_of(self, quantity: Quantity) -> Money:
        """What `quantity` shares are worth at this price; rounded, and raises, as `Money.rounded`."""
        return _rounded(self.amount * quantity.value, self.currency)

    def __lt__(self, other: Price) -> bool:
        return self._amount_of(other) > self.amount

    def __le__(self, other: Price) -> bool:
        return self._amount_of(other) >= self.amount

    def __gt__(self, other: Price) -> bool:
        return self._amount_of(other) < self.amount

    def __ge__(self, other: Price) -> bool:
        return self._amount_of(other) <= self.amount

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency.code}"

    def _amount_of(self, other: Price) -> Decimal:
        if other.currency is not self.currency and other.currency != self.currency:
            raise CurrencyMismatchError(f"{self} and {other}")
        return other.amount


_price_fields: Final[dict[str, Any]] = dict(vars(Price))
_set_price_amount: Final = _price_fields["amount"].__set__
_set_price_currency: Final = _price_fields["currency"].__set__


__all__ = [
    "AmountTooLargeError",
    "CurrencyMismatchError",
    "InvalidAmountError",
    "InvalidPriceError",
    "Money",
    "Price",
    "total",
]
