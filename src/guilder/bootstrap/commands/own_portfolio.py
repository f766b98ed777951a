"""Which portfolio somebody means."""

from __future__ import annotations

from uuid import UUID

from guilder.bootstrap.client import Client
from guilder.shared.errors import InvalidError


class WhichPortfolioError(InvalidError):
    """It is not clear which portfolio is meant; give its id or its name."""

    code = "which_portfolio"


async def portfolio_id(client: Client, named: str | None) -> str:
    """The id of the portfolio with this id or name; the only one when nothing is named.

    Raises:
        WhichPortfolioError: there is none, or there are several.
    """
    if named is not None and _is_id(named):
        return named
    portfolios = await client.get("/v1/portfolios")
    fitting = [portfolio["id"] for portfolio in portfolios if named in (None, portfolio["name"])]
    if len(fitting) == 1:
        return str(fitting[0])
    if not portfolios:
        raise WhichPortfolioError(f"{client.asker} has no portfolio; open one: guilder portfolio open NAME")
    known = ", ".join(f"{portfolio['name']} ({portfolio['id']})" for portfolio in portfolios)
    if named is None or fitting:
        raise WhichPortfolioError(f"{client.asker} has several portfolios; say which, best by its id: {known}")
    raise WhichPortfolioError(f"{client.asker} has no portfolio called {named[:100]!r}, but: {known}")


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
