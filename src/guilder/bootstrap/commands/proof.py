"""`guilder verify`: are the books right?"""

import asyncio
from collections.abc import Sequence
from itertools import zip_longest
from typing import Annotated, Any, Final
from uuid import UUID

import typer
from rich.console import Console

from guilder.bootstrap.commands.options import AsJson
from guilder.bootstrap.commands.quiet_settings import settings_of_books
from guilder.bootstrap.commands.showing import a_table, show
from guilder.bootstrap.house import House
from guilder.bootstrap.proof_document import ProofResponse
from guilder.bootstrap.verify import verify as look_at_all
from guilder.bootstrap.verify import verify_portfolio
from guilder.core.database import Database
from guilder.published.proof import Finding
from guilder.shared.ids import PortfolioId

app = typer.Typer()

MOST_SHOWN: Final = 12
"""Figures of one equation that people are shown; those that are off come first."""

_COLUMNS: Final = {
    "name": "promise",
    "ok": "holds",
    "of": "of",
    "left": ">left side",
    "right": ">right side",
    "difference": ">difference",
}


@app.command()
def verify(
    portfolio: Annotated[UUID | None, typer.Option(metavar="ID", help="Only the books of this portfolio.")] = None,
    as_json: AsJson = False,
) -> None:
    """Prove that the books are right; the exit code is 0 only when all of it holds. Works beside a server."""
    with Console(stderr=True).status("Adding up the books"):
        findings = asyncio.run(_findings(None if portfolio is None else PortfolioId(portfolio)))
    proof = ProofResponse.from_findings(findings)
    lines = [line for check in proof.checks for line in _lines(check.model_dump())]
    faults = [fault for finding in findings for fault in finding.faults]
    verdict = "All books are right." if proof.ok else "THE BOOKS ARE WRONG."
    show(proof.model_dump(), a_table(_COLUMNS, lines), *faults, verdict, as_json=as_json)
    raise typer.Exit(0 if proof.ok else 1)


async def _findings(portfolio_id: PortfolioId | None) -> Sequence[Finding]:
    async with House(settings_of_books(), core=False) as guest:
        if portfolio_id is None:
            return await look_at_all(guest)
        return await verify_portfolio(guest.container.get(Database), portfolio_id)


def _lines(check: dict[str, Any]) -> list[dict[str, Any]]:
    """One promise: what its two sides are, and the figures of both beside it."""
    nothing = dict.fromkeys(_COLUMNS, "")
    words = [f"  {check['claim']}", f"  {check['looked_at']}"]
    figures = sorted(check["figures"], key=lambda figure: figure["difference"] == "0")
    if len(figures) > MOST_SHOWN:
        figures[MOST_SHOWN:] = [{"of": f"and {len(figures) - MOST_SHOWN} more"}]
    below = [{**nothing, **(figure or {}), "name": told or ""} for told, figure in zip_longest(words, figures)]
    return [{**nothing, "name": check["name"], "ok": check["ok"]}, *below]
