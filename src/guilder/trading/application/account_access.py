"""Who may set bounds to a portfolio's trading: its owner, and admins."""

from __future__ import annotations

from guilder.core.caller import Caller, Role
from guilder.published.financial import Account, Accounts, PortfolioNotFoundError
from guilder.shared.ids import PortfolioId


async def require_control_of(portfolio_id: PortfolioId, caller: Caller, accounts: Accounts) -> Account:
    """The account, for its owner and for admins.

    Raises:
        NotSignedInError: nobody is signed in.
        PortfolioNotFoundError: there is none, or it is somebody else's and the caller is no admin.
    """
    if not caller.is_system:
        caller.require_user()
    account = await accounts.account(portfolio_id)
    if not caller.owns(account.owner) and Role.ADMIN not in caller.roles:
        raise PortfolioNotFoundError
    return account
