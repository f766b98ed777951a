"""One account to begin with, on an empty data directory: random secrets, told once and kept in `demo.json`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final

from sqlalchemy import select

from guilder.bootstrap.data_directory import DataDirectory
from guilder.bootstrap.house import House
from guilder.core.caller import Caller
from guilder.core.database import Database
from guilder.core.ids import SecretSource
from guilder.financial.application.portfolio_service import PortfolioService
from guilder.shared.currency import USD
from guilder.shared.money import Money
from guilder.user.application.api_key_service import ApiKeyService
from guilder.user.application.user_create import UserCreate
from guilder.user.application.user_service import UserService
from guilder.user.infrastructure.tables import users

DEMO_FILE: Final = "demo.json"
DEMO_EMAIL: Final = "demo@guilder.example"
DEMO_CASH: Final = "100000"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """What somebody needs to begin."""

    email: str
    password: str
    api_key_id: str
    api_secret: str
    portfolio_id: str

    def told(self, url: str) -> str:
        """The account in words, shown once."""
        return (
            "A demo account was made, with 100,000 USD of play money (shown once, kept in demo.json):\n"
            f"  sign in     {self.email}  {self.password}\n"
            f"  API key     {self.api_key_id}  {self.api_secret}\n"
            f"  portfolio   {self.portfolio_id}\n"
            f"  look around {url}/docs\n"
        )


async def ensure_demo_account(house: House, directory: DataDirectory) -> DemoAccount | None:
    """Make the demo account where nobody has an account yet; None where somebody has."""
    if not await _is_empty(house):
        return None
    password = house.container.get(SecretSource).new()
    async with house.system_scope() as scope:
        keys = await scope.aget(ApiKeyService)
        user = await (await scope.aget(UserService)).create_user(
            UserCreate(DEMO_EMAIL, "Demo", password), is_active=True
        )
        key = await keys.create_api_key_for(user.id, "demo")
    async with house.scope(Caller(user.id)) as scope:
        portfolios = await scope.aget(PortfolioService)
        portfolio = await portfolios.open_portfolio("Demo", USD)
        await portfolios.deposit(portfolio.id, Money.parse(DEMO_CASH, USD))
    account = DemoAccount(DEMO_EMAIL, password, str(key.key.id), key.secret, str(portfolio.id))
    directory.write_private(DEMO_FILE, asdict(account))
    return account


async def _is_empty(house: House) -> bool:
    database = house.container.get(Database)
    return await database.fetch_one(select(users.c.id).limit(1)) is None
