"""Tells what the demonstration did: tables for people, one document for machines."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from pydantic import TypeAdapter
from rich.console import Console
from rich.table import Table

from guilder.bootstrap.demo import DemoResult
from guilder.core.wire import decimal_text, instant_text, money_text
from guilder.financial.presentation.schemas import MetricsResponse, PositionResponse
from guilder.trading.domain.explanation_words import steps_of
from guilder.trading.domain.order import Order

BUSIEST = 8
_POSITIONS: Final = TypeAdapter(list[PositionResponse])


def as_document(result: DemoResult, run: dict[str, Any]) -> dict[str, Any]:
    """The figures; everything that may differ between two runs with one seed stands under `run`."""
    return {
        "seed": result.seed,
        "orders": result.order_counts(),
        "positions": _POSITIONS.dump_python(list(map(PositionResponse.from_domain, result.positions)), mode="json"),
        "metrics": MetricsResponse.from_domain(result.metrics).model_dump(mode="json"),
        "ledger": {
            "transactions": result.transactions,
            "postings": len(result.postings),
            "imbalance": {name: decimal_text(amount) for name, amount in sorted(result.imbalance().items())},
            "proof": result.is_proven(),
        },
        "explained": [_explained(order) for order in result.examples()],
        "run": run,
    }


def _explained(order: Order) -> dict[str, Any]:
    """The terms of an order, and its first execution step by step."""
    first = order.executions[0]
    return {
        "order_type": order.ticket.order_type.value,
        "terms": _terms(order),
        "executions": len(order.executions),
        "first": {"at": instant_text(first.at), "quantity": str(first.quantity), "steps": steps_of(first)},
    }


def print_tables(result: DemoResult, console: Console) -> None:
    """Orders, positions with lots, metrics, busy and explained orders, and the proof of the ledger."""
    console.print(_orders(result))
    console.print(_positions(result))
    console.print(_metrics(result))
    console.print(_busiest(result))
    console.print(_examples(result))
    console.print(_ledger(result))


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number == 0 else "right")
    return table


def _orders(result: DemoResult) -> Table:
    counts = result.order_counts()
    table = _table("Orders, 2008-2012", *(name.replace("_", " ") for name in counts))
    table.add_row(*(str(count) for count in counts.values()))
    return table


def _positions(result: DemoResult) -> Table:
    table = _table(
        "Positions and their lots", "symbol", "acquired", "quantity", "price", "cost basis", "value", "unrealized"
    )
    for priced in result.positions:
        shown = PositionResponse.from_domain(priced)
        table.add_row(
            f"[bold]{shown.symbol}[/bold]",
            "",
            shown.quantity,
            shown.market_price or "-",
            _grouped(shown.cost_basis),
            _grouped(shown.market_value),
            _grouped(shown.unrealized_pnl),
        )
        for lot in priced.position.lots:
            acquired = f"{lot.acquired_at:%Y-%m-%d}"
            cost = _grouped(money_text(lot.cost_basis))
            table.add_row("  lot", acquired, str(lot.quantity), decimal_text(lot.price.amount), cost, "", "")
    return table


def _metrics(result: DemoResult) -> Table:
    shown = MetricsResponse.from_domain(result.metrics)
    table = _table(f"Portfolio on {result.metrics.as_of:%Y-%m-%d}, in {shown.base_currency}", "figure", "amount")
    for name in ("total_value", "cash", "total_cost", "total_pnl", "realized_pnl"):
        table.add_row(name.replace("_", " "), _grouped(getattr(shown, name)))
    table.add_row("pnl percentage", "-" if shown.pnl_percentage is None else f"{shown.pnl_percentage} %")
    table.add_row("everything priced", "yes" if shown.complete else f"no: {', '.join(shown.unpriced)}")
    return table


def _busiest(result: DemoResult) -> Table:
    table = _table("The busiest orders", "order", "placed", "quantity", "filled", "fills", "average price", "status")
    for order in sorted(result.orders, key=lambda order: -len(order.executions))[:BUSIEST]:
        average = order.average_price
        table.add_row(
            _terms(order),
            f"{order.created_at:%Y-%m-%d}",
            str(order.quantity),
            str(order.filled_quantity),
            str(len(order.executions)),
            "-" if average is None else decimal_text(average.amount.quantize(Decimal("0.0001"))),
            order.status.value,
        )
    return table


def _examples(result: DemoResult) -> Table:
    table = Table(
        title="One order of each type, and why it got its first shares", title_justify="left", show_lines=True
    )
    table.title_style = "bold"
    table.add_column("order")
    table.add_column("step by step", overflow="fold")
    for order in result.examples():
        table.add_row(_terms(order), "\n".join(steps_of(order.executions[0])))
    return table


def _ledger(result: DemoResult) -> Table:
    table = _table("The ledger sums to zero", "commodity", "sum of all postings")
    for commodity, amount in sorted(result.imbalance().items()):
        table.add_row(commodity, decimal_text(amount))
    table.add_row("transactions, postings", f"{result.transactions}, {len(result.postings)}")
    table.add_row("proof", "holds" if result.is_proven() else "[bold red]BROKEN[/bold red]")
    return table


def _terms(order: Order) -> str:
    ticket = order.ticket
    return f"{ticket.side.value} {ticket.symbol} {ticket.order_type.value} {ticket.time_in_force.value}"


def _grouped(amount: str | None) -> str:
    return "-" if amount is None else f"{Decimal(amount):,}"
