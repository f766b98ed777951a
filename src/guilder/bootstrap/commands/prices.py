"""`guilder quote`, `guilder bars`, `guilder clock`: what the market says."""

from typing import Annotated, Any

import typer
from rich.console import Console

from guilder.bootstrap.acting_as import Wish
from guilder.bootstrap.client import LONG_ANSWER_SECONDS, Client
from guilder.bootstrap.commands.asking import ask
from guilder.bootstrap.commands.options import ActingAs, AsJson, Cursor, Limit, Market
from guilder.bootstrap.commands.showing import a_table, facts, rest_of, show
from guilder.published.market_data import Adjustment
from guilder.shared.symbol import StockSymbol

app = typer.Typer()
clock = typer.Typer(help="What time it is in a market.", invoke_without_command=True)
app.add_typer(clock, name="clock")

Symbol = Annotated[str, typer.Argument(metavar="SYMBOL", help="The stock, such as AAPL.")]


@app.command()
def quote(symbol: Symbol, market: Market = None, acting_as: ActingAs = None, as_json: AsJson = False) -> None:
    """What a share costs now."""
    ticker = StockSymbol.parse(symbol)
    found = ask(lambda client: client.get(f"/v1/quotes/{ticker}", market=market), _anybody(acting_as))
    show(found, facts(found), as_json=as_json)


@app.command()
def bars(
    symbol: Symbol,
    start: Annotated[str | None, typer.Option(help="The first day (2010-01-04) or instant.")] = None,
    end: Annotated[str | None, typer.Option(help="The day or instant before which the last bar begins.")] = None,
    adjustment: Annotated[Adjustment, typer.Option(help="For what prices are corrected.")] = Adjustment.RAW,
    limit: Limit = 100,
    cursor: Cursor = None,
    market: Market = None,
    acting_as: ActingAs = None,
    as_json: AsJson = False,
) -> None:
    """What a share cost, session by session, oldest first."""
    ticker = StockSymbol.parse(symbol)
    query = {"start": start, "end": end, "adjustment": adjustment.value, "cursor": cursor, "market": market}
    page = ask(lambda client: client.page(f"/v1/bars/{ticker}", limit, **query), _anybody(acting_as))
    columns = {name: f">{name}" for name in ("open", "high", "low", "close", "volume")}
    days = [{**bar, "at": bar["at"][:10]} for bar in page["items"]]
    table = a_table({"at": "session", **columns}, days)
    show(page, *([table] if days else []), *rest_of(page, f"No session of {ticker} is over there."), as_json=as_json)


@clock.callback()
def show_clock(
    context: typer.Context, market: Market = None, acting_as: ActingAs = None, as_json: AsJson = False
) -> None:
    """What time it is in a market, and when it opens and closes next."""
    if context.invoked_subcommand is None:
        reading = ask(lambda client: client.get("/v1/clock", market=market), _anybody(acting_as))
        show(reading, facts(reading), as_json=as_json)


@clock.command()
def advance(
    by: Annotated[str | None, typer.Option(help="A span of time: 1d is 24 hours; 6h, 30m, 10s.")] = None,
    sessions: Annotated[int | None, typer.Option(help="To the close of the n-th session.")] = None,
    to: Annotated[str | None, typer.Option(help="To a day (2010-02-01) or instant.")] = None,
    market: Market = None,
    acting_as: ActingAs = None,
    as_json: AsJson = False,
) -> None:
    """Let the time of a replay go on, with every order that falls due on the way. As the only admin, or by --as."""
    body = {"by": by, "sessions": sessions, "to": to}
    if sum(value is not None for value in body.values()) != 1:
        raise typer.BadParameter("give one of --by, --sessions, --to")

    async def move(client: Client) -> Any:
        return await client.post("/v1/clock/advance", body, seconds=LONG_ANSWER_SECONDS, market=market)

    with Console(stderr=True).status("The market goes on"):
        reading = ask(move, Wish(acting_as, needs_admin=True))
    show(reading, facts(reading), as_json=as_json)


def _anybody(email: str | None) -> Wish:
    return Wish(email, is_personal=False)
