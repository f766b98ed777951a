"""`guilder portfolio …`: books over the API."""

from typing import Annotated, Any, Final

import typer

from guilder.bootstrap.acting_as import Wish
from guilder.bootstrap.client import LONG_ANSWER_SECONDS, Client
from guilder.bootstrap.commands.asking import ask
from guilder.bootstrap.commands.options import ActingAs, AsJson, CancelOrders, Cursor, Limit, Reason
from guilder.bootstrap.commands.own_portfolio import portfolio_id
from guilder.bootstrap.commands.showing import a_table, facts, rest_of, show

app = typer.Typer()
portfolio = typer.Typer(help="Portfolios: cash, positions, what they are worth.", no_args_is_help=True)
app.add_typer(portfolio, name="portfolio")

Which = Annotated[
    str | None, typer.Argument(metavar="[PORTFOLIO]", help="Its id or name; the only one goes without saying.")
]
Amount = Annotated[str, typer.Argument(metavar="AMOUNT", help="How much, such as 1000.00.")]
Currency = Annotated[str | None, typer.Option(help="ISO 4217; the portfolio's own unless told.")]

_BOOKS: Final = {"id": "id", "name": "name", "market": "market", "base_currency": "currency"}
_CASH: Final = {"cash": ">cash", "reserved": ">reserved", "realized_pnl": ">realized"}
_POSITIONS: Final = {
    "symbol": "symbol",
    "acquired_at": "acquired",
    "quantity": ">quantity",
    "price": ">price",
    "cost_basis": ">cost",
    "market_price": ">now",
    "market_value": ">value",
    "unrealized_pnl": ">gain",
}
_POSTINGS: Final = {"booked_at": "booked", "kind": "kind", "account": "account", "amount": ">amount", "commodity": "of"}


@portfolio.command("open")
def open_portfolio(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is called.")],
    currency: Annotated[str, typer.Option(help="The currency in which it is kept.")] = "USD",
    market: Annotated[str | None, typer.Option(help="The market in which it trades; `main` unless told.")] = None,
    fill_profile: Annotated[str | None, typer.Option(help="How its orders are filled: ideal, realistic.")] = None,
    pricing_strategy: Annotated[
        str | None, typer.Option(help="How its orders are priced beforehand: market, vwap, twap.")
    ] = None,
    acting_as: ActingAs = None,
    as_json: AsJson = False,
) -> None:
    """Open an empty portfolio."""
    terms = {
        "name": name,
        "base_currency": currency,
        "market": market,
        "fill_profile": fill_profile,
        "pricing_strategy": pricing_strategy,
    }
    opened = ask(lambda client: client.post("/v1/portfolios", terms), Wish(acting_as))
    show(opened, facts(opened), as_json=as_json)


@portfolio.command("list")
def list_portfolios(acting_as: ActingAs = None, as_json: AsJson = False) -> None:
    """All portfolios of a user."""
    found = ask(lambda client: client.get("/v1/portfolios"), Wish(acting_as))
    table = a_table({**_BOOKS, **_CASH}, found)
    show(found, table if found else "There is no portfolio yet: guilder portfolio open NAME", as_json=as_json)


@portfolio.command("show")
def show_portfolio(which: Which = None, acting_as: ActingAs = None, as_json: AsJson = False) -> None:
    """One portfolio and its cash."""
    found = _read("", which, acting_as)
    show(found, facts(found), as_json=as_json)


@portfolio.command()
def deposit(
    amount: Amount,
    which: Which = None,
    currency: Currency = None,
    acting_as: ActingAs = None,
    as_json: AsJson = False,
) -> None:
    """Put play money in."""
    _move_cash("deposits", amount, which, currency, acting_as, as_json=as_json)


@portfolio.command()
def withdraw(
    amount: Amount,
    which: Which = None,
    currency: Currency = None,
    acting_as: ActingAs = None,
    as_json: AsJson = False,
) -> None:
    """Take money out, as far as no open order holds it."""
    _move_cash("withdrawals", amount, which, currency, acting_as, as_json=as_json)


@portfolio.command()
def transfer(
    amount: Amount,
    to: Annotated[str, typer.Argument(metavar="TO", help="The id or name of the portfolio that gets it.")],
    which: Which = None,
    acting_as: ActingAs = None,
    as_json: AsJson = False,
) -> None:
    """Pay money into another portfolio of the same user, market and currency: both change, or none."""

    async def move(client: Client) -> Any:
        terms = {"to": await portfolio_id(client, to), "amount": amount}
        return await client.post(f"/v1/portfolios/{await portfolio_id(client, which)}/transfers", terms)

    booked = ask(move, Wish(acting_as))
    show(booked, facts(booked), _journal([booked]), as_json=as_json)


@portfolio.command()
def positions(which: Which = None, acting_as: ActingAs = None, as_json: AsJson = False) -> None:
    """What it holds, lot by lot, and what that is worth now."""
    found = _read("/positions", which, acting_as)
    lines = []
    for position in found:
        lots = position["lots"]
        one = {"acquired_at": f"{len(lots)} lots" if len(lots) > 1 else lots[0]["acquired_at"]}
        lines.append({**position, **one, "price": position["average_price"]})
        if len(lots) > 1:
            lines += [{**dict.fromkeys(_POSITIONS, ""), **lot, "symbol": "  lot"} for lot in lots]
    show(found, a_table(_POSITIONS, lines) if lines else "It holds no shares.", as_json=as_json)


@portfolio.command()
def metrics(which: Which = None, acting_as: ActingAs = None, as_json: AsJson = False) -> None:
    """What it is worth, what it cost, what it gained."""
    found = _read("/metrics", which, acting_as)
    unpriced = [f"Without a price now: {', '.join(found['unpriced'])}"] if found["unpriced"] else []
    show(found, facts(found), *unpriced, as_json=as_json)


@portfolio.command()
def transactions(
    which: Which = None, limit: Limit = 100, cursor: Cursor = None, acting_as: ActingAs = None, as_json: AsJson = False
) -> None:
    """The journal, oldest first: the postings of each transaction sum to zero."""

    async def read(client: Client) -> dict[str, Any]:
        path = f"/v1/portfolios/{await portfolio_id(client, which)}/transactions"
        return await client.page(path, limit, cursor=cursor)

    page = ask(read, Wish(acting_as))
    tables = [_journal(page["items"])] if page["items"] else []
    show(page, *tables, *rest_of(page, "Nothing was booked yet."), as_json=as_json)


@portfolio.command()
def halt(
    reason: Reason,
    which: Which = None,
    cancel_orders: CancelOrders = False,
    acting_as: ActingAs = None,
    as_json: AsJson = False,
) -> None:
    """Accept no order for a portfolio any more; cancels go through."""
    body = {"reason": reason, "cancel_orders": cancel_orders}

    async def stop(client: Client) -> Any:
        path = f"/v1/portfolios/{await portfolio_id(client, which)}/halt"
        return await client.post(path, body, seconds=LONG_ANSWER_SECONDS)

    told = ask(stop, Wish(acting_as))
    show(told, facts(told), as_json=as_json)


@portfolio.command()
def resume(which: Which = None, acting_as: ActingAs = None, as_json: AsJson = False) -> None:
    """Accept orders for a portfolio again, unless the whole house is halted."""

    async def go_on(client: Client) -> Any:
        return await client.post(f"/v1/portfolios/{await portfolio_id(client, which)}/resume", {})

    told = ask(go_on, Wish(acting_as))
    show(told, facts(told), as_json=as_json)


@portfolio.command()
def limits(
    which: Which = None,
    max_order_quantity: Annotated[
        str | None, typer.Option(help="The most shares of an order; `none` lifts it.")
    ] = None,
    max_order_value: Annotated[str | None, typer.Option(help="The most an order is worth; `none` lifts it.")] = None,
    max_open_orders: Annotated[str | None, typer.Option(help="The most open orders; `none` lifts it.")] = None,
    acting_as: ActingAs = None,
    as_json: AsJson = False,
) -> None:
    """How large a portfolio's orders may be, and how many may be open; with options it sets those, and keeps others."""
    given = {
        "max_order_quantity": max_order_quantity,
        "max_order_value": max_order_value,
        "max_open_orders": max_open_orders,
    }
    changes = {name: _limit(name, text) for name, text in given.items() if text is not None}

    async def look_or_set(client: Client) -> Any:
        path = f"/v1/portfolios/{await portfolio_id(client, which)}/trading-limits"
        standing = await client.get(path)
        return await client.put(path, {**standing, **changes}) if changes else standing

    told = ask(look_or_set, Wish(acting_as))
    show(told, facts(told), as_json=as_json)


def _limit(name: str, text: str) -> str | int | None:
    """What somebody typed as a limit; that of open orders is a count."""
    if text == "none":
        return None
    if name != "max_open_orders":
        return text
    if not text.isdecimal():
        raise typer.BadParameter("--max-open-orders takes a whole number, or none")
    return int(text)


def _read(what: str, which: str | None, email: str | None) -> Any:
    async def read(client: Client) -> Any:
        return await client.get(f"/v1/portfolios/{await portfolio_id(client, which)}{what}")

    return ask(read, Wish(email))


def _move_cash(
    way: str, amount: str, which: str | None, currency: str | None, email: str | None, *, as_json: bool
) -> None:
    async def move(client: Client) -> Any:
        path = f"/v1/portfolios/{await portfolio_id(client, which)}"
        own = currency or (await client.get(path))["base_currency"]
        return await client.post(f"{path}/{way}", {"amount": amount, "currency": own})

    booked = ask(move, Wish(email))
    show(booked, facts(booked), _journal([booked]), as_json=as_json)


def _journal(booked: list[Any]) -> Any:
    lines = []
    for transaction in booked:
        for number, posting in enumerate(transaction["postings"]):
            first = {"booked_at": transaction["booked_at"], "kind": transaction["kind"]}
            lines.append({**posting, **(first if number == 0 else dict.fromkeys(first, ""))})
    return a_table(_POSTINGS, lines)
