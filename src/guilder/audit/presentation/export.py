"""Documents on their way into a file: one a line, keys sorted, no blanks, so that the same are the same bytes."""

import json
import sys
from collections.abc import AsyncIterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn


async def write_documents(documents: AsyncIterable[dict[str, Any]], file: TextIO, name: str, *, as_json: bool) -> int:
    """Write documents as they are read, or all of them as one that holds them under `name`; how many there were."""
    count = 0
    columns = (SpinnerColumn(), TextColumn(f"{{task.completed}} {name}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(name, total=None)
        if as_json:
            file.write(f'{{"{name}":[')
        async for document in documents:
            line = json.dumps(document, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
            file.write(f"{',' if count else ''}{line}" if as_json else f"{line}\n")
            count += 1
            progress.update(task, advance=1)
        if as_json:
            file.write("]}\n")
    return count


@contextmanager
def export_file(output: Path | None) -> Iterator[TextIO]:
    """Where to write; None is standard output. A file is whole or not there: it gets its name at the end."""
    if output is None:
        yield sys.stdout
        return
    unfinished = output.with_name(f".{output.name}.part")
    try:
        with unfinished.open("w", encoding="utf-8", newline="\n") as file:
            yield file
        unfinished.replace(output)
    finally:
        unfinished.unlink(missing_ok=True)
