"""`guilder trading …`: the kill switch of the whole house, over the API."""

from typing import Any

import typer

from guilder.bootstrap.acting_as import Wish
from guilder.bootstrap.client import LONG_ANSWER_SECONDS, Client
from guilder.bootstrap.commands.asking import ask
from guilder.bootstrap.commands.options import ActingAs, AsJson, CancelOrders, Reason
from guilder.bootstrap.commands.showing import facts, show

app = typer.Typer()
trading = typer.Typer(help="The kill switch of the whole house.", no_args_is_help=True)
app.add_typer(trading, name="trading")


@trading.command()
def halt(
    reason: Reason, cancel_orders: CancelOrders = False, acting_as: ActingAs = None, as_json: AsJson = False
) -> None:
    """Accept no order any more, in the whole house; cancels go through."""
    body = {"reason": reason, "cancel_orders": cancel_orders}

    async def stop(client: Client) -> Any:
        return await client.post("/v1/trading/halt", body, seconds=LONG_ANSWER_SECONDS)

    told = ask(stop, Wish(acting_as, needs_admin=True))
    show(told, facts(told), as_json=as_json)


@trading.command()
def resume(acting_as: ActingAs = None, as_json: AsJson = False) -> None:
    """Accept orders again, but for portfolios that are halted by themselves."""
    told = ask(lambda client: client.post("/v1/trading/resume", {}), Wish(acting_as, needs_admin=True))
    show(told, facts(told), as_json=as_json)


@trading.command()
def status(acting_as: ActingAs = None, as_json: AsJson = False) -> None:
    """Whether the house accepts orders, and if not, why and since when."""
    told = ask(lambda client: client.get("/v1/trading"), Wish(acting_as))
    show(told, facts(told), as_json=as_json)
