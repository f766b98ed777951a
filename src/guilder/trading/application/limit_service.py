"""The limits of a portfolio's orders, as its owner or an admin sets them."""

from __future__ import annotations

from decimal import Decimal

from guilder.core.caller import Caller
from guilder.core.unit_of_work import CoreUnitOfWork
from guilder.published.audit import AuditLogger
from guilder.published.financial import Accounts
from guilder.shared.ids import PortfolioId
from guilder.shared.money import Money
from guilder.shared.quantity import Quantity
from guilder.trading.application.account_access import require_control_of
from guilder.trading.application.ports import ControlRepository
from guilder.trading.domain.trading_limits import TradingLimits


class LimitService:
    """Shows and sets limits; orders that are open already are not measured by them."""

    def __init__(
        self,
        work: CoreUnitOfWork,
        controls: ControlRepository,
        accounts: Accounts,
        audit: AuditLogger,
        caller: Caller,
    ) -> None:
        self._work = work
        self._controls = controls
        self._accounts = accounts
        self._audit = audit
        self._caller = caller

    async def limits(self, portfolio_id: PortfolioId) -> TradingLimits:
        """What is in force. Raises `NotSignedInError`, `PortfolioNotFoundError`."""
        await require_control_of(portfolio_id, self._caller, self._accounts)
        return (await self._controls.get(portfolio_id)).controls.limits

    async def set_limits(
        self,
        portfolio_id: PortfolioId,
        *,
        max_order_quantity: Quantity | None,
        max_order_value: Decimal | None,
        max_open_orders: int | None,
    ) -> TradingLimits:
        """Set all of them anew; None is no limit. The value is in the currency of the portfolio.

        Raises:
            NotSignedInError, PortfolioNotFoundError: as they say.
            ValidationError: a limit makes no sense.
        """
        account = await require_control_of(portfolio_id, self._caller, self._accounts)
        value = None if max_order_value is None else Money(max_order_value, account.base_currency)
        limits = TradingLimits(max_order_quantity, value, max_open_orders)
        async with self._work:
            control = await self._controls.get(portfolio_id)
            control.limit(limits)
            if control.is_changed:
                self._controls.save(control)
            told = {"portfolio_id": str(portfolio_id), **_words(limits)}
            await self._audit.log_action(account.owner, "trading_limits_set", told)
        return control.controls.limits


def _words(limits: TradingLimits) -> dict[str, str]:
    return {
        name: "none" if limit is None else str(limit)
        for name, limit in (
            ("max_order_quantity", limits.max_order_quantity),
            ("max_order_value", limits.max_order_value),
            ("max_open_orders", limits.max_open_orders),
        )
    }
