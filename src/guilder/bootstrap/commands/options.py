"""Options that many commands share."""

from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document, and nothing else.")]
ActingAs = Annotated[
    str | None,
    typer.Option("--as", metavar="EMAIL", help="As whom; the only user, or the demo account, goes without saying."),
]
Reason = Annotated[str, typer.Argument(metavar="REASON", help="Why; whoever is refused reads it.")]
CancelOrders = Annotated[bool, typer.Option("--cancel-orders", help="Cancel the orders that rest, too.")]
Market = Annotated[str | None, typer.Option(help="Which market; `main` unless told.")]
Limit = Annotated[int, typer.Option(min=1, help="At most so many.")]
Cursor = Annotated[str | None, typer.Option(help="Go on where an earlier list ended: its `next`.")]
