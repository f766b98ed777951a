"""`guilder order …`: trading over the API."""

from typing import Annotated, Any, Final
from uuid import UUID

import typer
from rich.console import RenderableType

from guilder.bootstrap.acting_as import Wish
from guilder.bootstrap.client import Client
from guilder.bootstrap.commands.asking import ask
from guilder.bootstrap.commands.options import ActingAs, AsJson, Cursor, Limit
from guilder.bootstrap.commands.own_portfolio import portfolio_id
from guilder.bootstrap.commands.showing import a_table, facts, rest_of, show
from guilder.published.trading import Side
from guilder.trading.application.ports import OrderFilter
from guilder.trading.domain.order_ticket import OrderType, TimeInForce
from guilder.trading.domain.slicing.slicing_terms import Algorithm

app = typer.Typer()
order = typer.Typer(help="Orders: place, look, cancel, replace.", no_args_is_help=True)
app.add_typer(order, name="order")

OrderId = Annotated[UUID, typer.Argument(metavar="ORDER", help="The order's id.")]
Portfolio = Annotated[str | None, typer.Option(help="The portfolio's id or name; the only one goes without saying.")]
LimitPrice = Annotated[str | None, typer.Option(help="The worst price, per share.")]
StopPrice = Annotated[str | None, typer.Option(help="The price that wakes a stop order.")]

_ORDERS: Final = {
    "id": "id",
    "created_at": "placed",
    "terms": "terms",
    "filled_quantity": ">filled",
    "average_price": ">average",
    "status": "status",
}
_STEPS: Final = {"rule": "rule", "figures": "figures", "unit_price": ">price"}
_EXECUTIONS: Final = {"at": "at", "quantity": ">quantity", "price": ">price", "reason": "why"}


@order.command()
def place(
    side: Annotated[Side, typer.Argument(metavar="buy|sell", help="Which way.")],
    quantity: Annotated[str, typer.Argument(metavar="QUANTITY", help="How many shares, such as 10 or 0.5.")],
    symbol: Annotated[str, typer.Argument(metavar="SYMBOL", help="The stock, such as AAPL.")],
    portfolio: Portfolio = None,
    order_type: Annotated[
        OrderType | None, typer.Option("--type", help="The kind of order; its prices say it, unless told.")
    ] = None,
    limit_price: LimitPrice = None,
    stop_price: StopPrice = None,
    time_in_force: Annotated[TimeInForce, typer.Option(help="How long it is good.")] = TimeInForce.DAY,
    notional: Annotated[bool, typer.Option("--notional", help="QUANTITY is an amount of money, not shares.")] = False,
    client_order_id: Annotated[str | None, typer.Option(help="A name of your own; it is used only once.")] = None,
    algorithm: Annotated[Algorithm | None, typer.Option(help="Work it in slices: twap, vwap.")] = None,
    horizon: Annotated[
        str | None, typer.Option(help="Until the last slice: seconds, or PT30M; until the close unless told.")
    ] = None,
    interval: Annotated[
        str | None, typer.Option(help="Between slices: seconds, or PT5M, which is the default.")
    ] = None,
    acting_as: ActingAs = None,
    as_json: AsJson = False,
) -> None:
    """Buy or sell a stock: `guilder order place buy 10 AAPL --limit-price 190.50`."""
    ticket = {
        "symbol": symbol,
        "side": side.value,
        "order_type": (order_type or _type_by(limit_price, stop_price)).value,
        "notional" if notional else "quantity": quantity,
        "limit_price": limit_price,
        "stop_price": stop_price,
        "time_in_force": time_in_force.value,
        "client_order_id": client_order_id,
        "algorithm": None if algorithm is None else algorithm.value,
        "horizon": _span(horizon),
        "interval": _span(interval),
    }

    async def put(client: Client) -> Any:
        return await client.post("/v1/orders", {"portfolio_id": await portfolio_id(client, portfolio), **ticket})

    _show(ask(put, Wish(acting_as)), as_json=as_json)


@order.command()
def estimate(
    side: Annotated[Side, typer.Argument(metavar="buy|sell", help="Which way.")],
    quantity: Annotated[str, typer.Argument(metavar="QUANTITY", help="How many shares, such as 10 or 0.5.")],
    symbol: Annotated[str, typer.Argument(metavar="SYMBOL", help="The stock, such as AAPL.")],
    portfolio: Portfolio = None,
    limit_price: LimitPrice = None,
    stop_price: StopPrice = None,
    strategy: Annotated[
        str | None, typer.Option(help="By which strategy: market, vwap, twap; the portfolio's own unless told.")
    ] = None,
    acting_as: ActingAs = None,
    as_json: AsJson = False,
) -> None:
    """What an order would cost or bring now, and how that was computed: `guilder order estimate buy 10 AAPL`."""
    ticket = {
        "symbol": symbol,
        "side": side.value,
        "order_type": _type_by(limit_price, stop_price).value,
        "quantity": quantity,
        "limit_price": limit_price,
        "stop_price": stop_price,
        "strategy": strategy,
    }

    async def price(client: Client) -> Any:
        whose = await portfolio_id(client, portfolio)
        return await client.post("/v1/orders/estimate", {"portfolio_id": whose, **ticket})

    estimated = ask(price, Wish(acting_as))
    lines = [{**step, "figures": _figures(step["figures"])} for step in estimated["basis"]["steps"]]
    show(estimated, facts(estimated), a_table(_STEPS, lines), as_json=as_json)


@order.command("list")
def list_orders(
    portfolio: Portfolio = None,
    status: Annotated[OrderFilter, typer.Option(help="Which orders.")] = OrderFilter.ALL,
    symbol: Annotated[str | None, typer.Option(help="Only those for this stock.")] = None,
    parent: Annotated[UUID | None, typer.Option(help="Only the slices of this order.")] = None,
    side: Annotated[Side | None, typer.Option(help="Only buys, or only sells.")] = None,
    after: Annotated[str | None, typer.Option(help="Only those placed after this instant of the market.")] = None,
    until: Annotated[str | None, typer.Option(help="Only those placed before this instant of the market.")] = None,
    client_order_id: Annotated[str | None, typer.Option(help="Only the one that you gave this name.")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
    acting_as: ActingAs = None,
    as_json: AsJson = False,
) -> None:
    """A user's orders, newest first."""

    async def read(client: Client) -> dict[str, Any]:
        whose = None if portfolio is None else await portfolio_id(client, portfolio)
        query = {
            "portfolio_id": whose,
            "status": status.value,
            "symbol": symbol,
            "parent_id": None if parent is None else str(parent),
            "side": None if side is None else side.value,
            "after": after,
            "until": until,
            "client_order_id": client_order_id,
            "cursor": cursor,
        }
        return await client.page("/v1/orders", limit, **query)

    page = ask(read, Wish(acting_as))
    lines = [{**item, "terms": _terms(item)} for item in page["items"]]
    show(
        page,
        *([a_table(_ORDERS, lines)] if lines else []),
        *rest_of(page, "There is no such order."),
        as_json=as_json,
    )


@order.command("show")
def show_order(order_id: OrderId, acting_as: ActingAs = None, as_json: AsJson = False) -> None:
    """One order, and why its executions got their prices and sizes."""
    _show(ask(lambda client: client.get(f"/v1/orders/{order_id}"), Wish(acting_as)), as_json=as_json)


@order.command()
def explain(order_id: OrderId, acting_as: ActingAs = None, as_json: AsJson = False) -> None:
    """Why an order was filled as it was: each price step by step, to be computed again by hand."""
    document = ask(lambda client: client.get(f"/v1/orders/{order_id}/explain"), Wish(acting_as))
    told: list[RenderableType] = [facts(document)]
    if document["sizing"] is not None:
        told.append(f"\n{document['sizing']['step']}")
    for number, execution in enumerate(document["executions"], start=1):
        told.append(f"\nExecution {number}: {execution['quantity']} at {execution['price']}")
        told += [f"  {step}" for step in execution["steps"]]
        bar = execution["session_bar"]
        if bar is not None:
            told.append("  The session, now that it is over: " + ", ".join(f"{name} {bar[name]}" for name in bar))
    show(document, *told, as_json=as_json)


@order.command()
def cancel(order_id: OrderId, acting_as: ActingAs = None, as_json: AsJson = False) -> None:
    """Take what is left of an order off the market."""
    _show(ask(lambda client: client.delete(f"/v1/orders/{order_id}"), Wish(acting_as)), as_json=as_json)


@order.command()
def replace(
    order_id: OrderId,
    quantity: Annotated[
        str | None, typer.Option(help="How many shares in all, those that were filled included.")
    ] = None,
    notional: Annotated[str | None, typer.Option(help="How much money, until its shares are counted.")] = None,
    limit_price: LimitPrice = None,
    stop_price: StopPrice = None,
    time_in_force: Annotated[TimeInForce | None, typer.Option(help="How long it is good.")] = None,
    acting_as: ActingAs = None,
    as_json: AsJson = False,
) -> None:
    """Let an order with other terms take the place of what is left of this one; it shows the new one."""
    terms = {
        "quantity": quantity,
        "notional": notional,
        "limit_price": limit_price,
        "stop_price": stop_price,
        "time_in_force": None if time_in_force is None else time_in_force.value,
    }
    if all(value is None for value in terms.values()):
        raise typer.BadParameter("give at least one new term, such as --limit-price")
    _show(ask(lambda client: client.patch(f"/v1/orders/{order_id}", terms), Wish(acting_as)), as_json=as_json)


def _span(text: str | None) -> int | str | None:
    """Seconds as a number; anything else as it was typed."""
    return int(text) if text is not None and text.isascii() and text.isdigit() else text


def _type_by(limit_price: str | None, stop_price: str | None) -> OrderType:
    if stop_price is not None:
        return OrderType.STOP if limit_price is None else OrderType.STOP_LIMIT
    return OrderType.MARKET if limit_price is None else OrderType.LIMIT


def _terms(document: dict[str, Any]) -> str:
    """`buy 10 AAPL limit 190.5 day`, or `buy for 1000.00 AAPL market day`; and how it is worked in slices."""
    prices = " at ".join(
        f"{name} {document[f'{name}_price']}" for name in ("stop", "limit") if document[f"{name}_price"] is not None
    )
    kind = prices or document["order_type"]
    slices = document["slices"]
    algorithm = "" if slices is None else f", {slices['algorithm']}"
    size = document["quantity"] or f"for {document['notional']}"
    terms = f"{document['side']} {size} {document['symbol']} {kind} {document['time_in_force']}"
    return terms + algorithm


def _figures(figures: dict[str, Any]) -> str:
    """`bid 213.3, ask 213.32`."""
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in figures.items())


def _show(document: dict[str, Any], *, as_json: bool) -> None:
    fills = document["executions"]
    tables: list[RenderableType] = [facts(document)]
    if fills:
        tables.append(a_table(_EXECUTIONS, fills))
    show(document, *tables, as_json=as_json)
