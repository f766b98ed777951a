"""`guilder config …`: what was chosen, and whether the house can be put together with it."""

import typer

from guilder.bootstrap.commands.options import AsJson
from guilder.bootstrap.commands.quiet_settings import quiet_settings
from guilder.bootstrap.commands.showing import a_table, show
from guilder.bootstrap.container import setup_container
from guilder.bootstrap.no_fakes import refuse_fakes
from guilder.core.container import Container, ContainerError
from guilder.core.settings import SettingsError, describe
from guilder.market_data.application.market_opening import MarketPlan
from guilder.market_data.application.ports import PriceHistory
from guilder.shared.errors import GuilderError
from guilder.trading.application.house_rules import HouseRules

app = typer.Typer()
config = typer.Typer(help="The settings, and where each was chosen.", no_args_is_help=True)
app.add_typer(config, name="config")


@config.command("show")
def show_settings(as_json: AsJson = False) -> None:
    """All settings with where each came from; secrets are masked."""
    settings = [described._asdict() for described in describe(quiet_settings())]
    columns = {"name": "setting", "value": "value", "source": "chosen in"}
    show({"settings": settings}, a_table(columns, settings), as_json=as_json)


@config.command()
def check(as_json: AsJson = False) -> None:
    """Look whether the settings can be used and every part of the house is there; the exit code is 0 only then."""
    problems = _problems()
    document = {"ok": not problems, "problems": problems}
    show(document, *(problems or ["The settings are good."]), as_json=as_json)
    raise typer.Exit(1 if problems else 0)


def _problems() -> list[str]:
    try:
        settings = quiet_settings()
    except SettingsError as problem:
        return list(problem.problems)
    return problems_of(setup_container(settings))


def problems_of(container: Container) -> list[str]:
    """Bindings that do not resolve, fakes, and what was chosen by name and is not there."""
    try:
        container.validate()
        refuse_fakes(container)
        container.get(HouseRules)
        container.get(MarketPlan).check(container.get(PriceHistory).calendar)
    except ContainerError as problem:
        return str(problem).splitlines()
    except GuilderError as problem:
        return [problem.detail]
    return []
