"""`guilder verify`: are the books right?"""

import asyncio
from dataclasses import asdict

import typer
from rich.console import Console

from guilder.bootstrap.commands.options import AsJson
from guilder.bootstrap.commands.quiet_settings import settings_of_books
from guilder.bootstrap.commands.showing import a_table, show
from guilder.bootstrap.house import House
from guilder.bootstrap.verify import Check
from guilder.bootstrap.verify import verify as look_at_all

app = typer.Typer()


@app.command()
def verify(as_json: AsJson = False) -> None:
    """Prove that the books are right; the exit code is 0 only when all of it holds. Works beside a server."""
    with Console(stderr=True).status("Adding up the books"):
        checks = [asdict(check) for check in asyncio.run(_checks())]
    ok = all(check["ok"] for check in checks)
    table = a_table({"name": "what", "ok": "holds", "detail": "looked at"}, checks)
    show({"ok": ok, "checks": checks}, table, "All books are right." if ok else "THE BOOKS ARE WRONG.", as_json=as_json)
    raise typer.Exit(0 if ok else 1)


async def _checks() -> list[Check]:
    async with House(settings_of_books(), core=False) as guest:
        return await look_at_all(guest)
