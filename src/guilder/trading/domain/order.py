"""The order: a ticket that was accepted, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from guilder.shared.currency import Currency
from guilder.shared.events import Aggregate
from guilder.shared.ids import MarketId, OrderId, UserId
from guilder.shared.money import Money, Price
from guilder.shared.quantity import Quantity
from guilder.trading.domain import order_facts
from guilder.trading.domain.execution import Execution
from guilder.trading.domain.fills import Fills
from guilder.trading.domain.order_status import OPEN_STATUSES, OrderNotOpenError, OrderStatus
from guilder.trading.domain.order_ticket import OrderTicket
from guilder.trading.domain.sizing import OrderSizedError, Sizing
from guilder.trading.domain.slicing.slice_plan import SlicePlan


class Order(Aggregate):
    """One order from acceptance to its end. Quantity = filled + leaves, always.

    Of an order for an amount of money `quantity` is only expected, by the last price, until it is sized.

    One that is worked in slices has a `plan`; the orders of its slices, its children, name it by `parent_id`. Their
    fills are its fills, and what it reserved pays for them.
    """

    __slots__ = (
        "_fills",
        "_new_executions",
        "created_at",
        "currency",
        "fill_profile",
        "id",
        "market",
        "owner",
        "parent_id",
        "plan",
        "quantity",
        "reason",
        "replaced_by",
        "replaces",
        "sizing",
        "status",
        "ticket",
        "triggered_at",
        "updated_at",
    )

    def __init__(
        self,
        id: OrderId,
        ticket: OrderTicket,
        *,
        owner: UserId,
        market: MarketId,
        currency: Currency,
        fill_profile: str,
        created_at: datetime,
        quantity: Quantity | None = None,
        sizing: Sizing | None = None,
        updated_at: datetime | None = None,
        status: OrderStatus = OrderStatus.NEW,
        reason: str | None = None,
        triggered_at: datetime | None = None,
        replaces: OrderId | None = None,
        replaced_by: OrderId | None = None,
        parent_id: OrderId | None = None,
        plan: SlicePlan | None = None,
        executions: Sequence[Execution] = (),
        version: int = 0,
    ) -> None:
        super().__init__(version=version)
        self.id = id
        self.ticket = ticket
        self.owner = owner
        self.market = market
        self.currency = currency
        self.fill_profile = fill_profile
        self.quantity = ticket.quantity if quantity is None else quantity
        self.sizing = sizing
        self.created_at = created_at
        self.updated_at = updated_at or created_at
        self.status = status
        self.reason = reason
        self.triggered_at = triggered_at
        self.replaces = replaces
        self.replaced_by = replaced_by
        self.parent_id = parent_id
        self.plan = plan
        self._fills = Fills(executions)
        self._new_executions: list[Execution] = []

    @classmethod
    def place(
        cls,
        id: OrderId,
        ticket: OrderTicket,
        *,
        owner: UserId,
        market: MarketId,
        currency: Currency,
        fill_profile: str,
        at: datetime,
        quantity: Quantity | None = None,
        replaces: OrderId | None = None,
        triggered_at: datetime | None = None,
        parent_id: OrderId | None = None,
        plan: SlicePlan | None = None,
    ) -> Order:
        """Accept a ticket; one that replaces a triggered stop order may be triggered already.

        `quantity` is what a ticket for an amount of money is expected to be; others know theirs.
        """
        order = cls(
            id,
            ticket,
            owner=owner,
            market=market,
            currency=currency,
            fill_profile=fill_profile,
            created_at=at,
            quantity=quantity,
            replaces=replaces,
            triggered_at=triggered_at,
            parent_id=parent_id,
            plan=plan,
        )
        order.record(order_facts.placed(order, order.quantity, at))
        return order

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATUSES

    @property
    def holder(self) -> OrderId:
        """The order whose reservation pays for this one's fills."""
        return self.parent_id or self.id

    @property
    def has_run_out(self) -> bool:
        """Whether it is open, though nothing more can come of its slices."""
        return self.is_open and self.plan is not None and self.plan.is_exhausted

    @property
    def executions(self) -> Sequence[Execution]:
        """Every fill so far, in order."""
        return self._fills.executions

    @property
    def filled_quantity(self) -> Quantity:
        return self._fills.quantity

    @property
    def filled_value(self) -> Money:
        """What all fills so far are worth at their prices, exact."""
        return self._fills.value(self.currency)

    @property
    def average_price(self) -> Price | None:
        """The mean price per share of all fills, weighted by shares; None before the first."""
        return self._fills.average_price(self.currency)

    @property
    def leaves_quantity(self) -> Quantity:
        """What may still be filled: nothing once the order is over."""
        return self.quantity - self._fills.quantity if self.is_open else Quantity.zero()

    @property
    def is_working(self) -> bool:
        """Whether it can be filled as it stands: a stop order only once it was triggered."""
        return self.is_open and (self.triggered_at is not None or not self.ticket.order_type.has_stop)

    @property
    def is_sized(self) -> bool:
        """Whether it is known how many shares it is for."""
        return self.ticket.notional is None or self.sizing is not None

    def size(self, quantity: Quantity, sizing: Sizing) -> None:
        """From now on it is for so many shares, which its amount of money is at a quote.

        Raises:
            OrderNotOpenError: it is over.
            OrderSizedError: it is for a number of shares already.
        """
        self.check_open()
        if self.is_sized:
            raise OrderSizedError(f"Order {self.id} is for {self.quantity} shares")
        self.quantity = quantity
        self.sizing = sizing
        self.updated_at = sizing.at
        self.record()

    def trigger(self, *, at: datetime) -> None:
        """The stop price was reached: from now on it is a market or limit order. Raises `OrderNotOpenError`."""
        self.check_open()
        if self.triggered_at is None and self.ticket.order_type.has_stop:
            self.triggered_at = self.updated_at = at
            self.record()

    def fill(self, execution: Execution) -> None:
        """Take in one execution: its shares, price per share, instant, and why it got them.

        Raises:
            OrderNotOpenError: it was filled, canceled, rejected, replaced or expired before.
            OverfillError: the execution is larger than `leaves_quantity`, or not above zero.
            PriceOutsideLimitError: a buy above, or a sell below, the limit price.
        """
        self._take(execution)
        self._new_executions.append(execution)
        self.record(order_facts.filled(self, execution, self.leaves_quantity))

    def place_slice(self, child: OrderId) -> None:
        """The next slice is an order now. Raises `OrderNotOpenError`."""
        self.check_open()
        assert self.plan is not None
        self.plan = self.plan.with_placed(child)
        self.record()

    def follow(self, child: Order) -> None:
        """Take in what became of the order of a slice: its new fills, which its own events told of, and its end.

        Raises as `fill`.
        """
        assert self.plan is not None
        for execution in self._fills.unknown(child.executions):
            self._take(execution)
        if not child.is_open:
            self.plan = self.plan.without(child.id)
        self.record()

    def _take(self, execution: Execution) -> None:
        self.check_open()
        self._fills.take(execution, self.ticket, self.leaves_quantity)
        done = self._fills.quantity == self.quantity
        self.status = OrderStatus.FILLED if done else OrderStatus.PARTIALLY_FILLED
        self.updated_at = execution.at

    def cancel(self, *, at: datetime, reason: str | None = None) -> None:
        """Take what is left off the market; fills stay. `reason` is for others than the owner.

        Raises:
            OrderNotOpenError: it is too late.
        """
        self._end(OrderStatus.CANCELED, at, reason)
        self.record(order_facts.canceled(self, reason, at))

    def reject(self, *, at: datetime, reason: str) -> None:
        """It was accepted, but cannot be worked. Raises `OrderNotOpenError`."""
        self._end(OrderStatus.REJECTED, at, reason)
        self.record(order_facts.rejected(self, reason, at))

    def expire(self, *, at: datetime) -> None:
        """Its session is over. Raises `OrderNotOpenError`."""
        self._end(OrderStatus.EXPIRED, at, None)
        self.record(order_facts.expired(self, at))

    def replace_by(self, order_id: OrderId, *, at: datetime) -> None:
        """Another order takes the place of what is left. Raises `OrderNotOpenError`."""
        self._end(OrderStatus.REPLACED, at, None)
        self.replaced_by = order_id
        self.record(order_facts.replaced(self, order_id, at))

    def release_executions(self) -> list[Execution]:
        """Hand over the executions that were not saved yet, once."""
        new, self._new_executions = self._new_executions, []
        return new

    def _end(self, status: OrderStatus, at: datetime, reason: str | None) -> None:
        self.check_open()
        self.status = status
        self.reason = reason
        self.updated_at = at

    def check_open(self) -> None:
        """Raises `OrderNotOpenError` when nothing can be done with it any more."""
        if not self.is_open:
            raise OrderNotOpenError(f"Order {self.id} is {self.status}")
