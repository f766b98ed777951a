"""Writes the wiring as Python: for each thing that is asked for, functions that call the constructors.

    get_x(kept)         builds x in a scope, taking its turn: straight down when nothing was built before
    keep_x(kept)        builds x within a turn, or finds it in the scope
    async aget_x(kept)  awaits what has to be awaited, then builds x
    make_x(kept)        builds the singleton x; its clean-up goes to the container's `kept`

Singletons stand in the functions as plain names: they are built before a function runs for the first time.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from typing import NamedTuple

from guilder.core.container.bindings import Binding, Lifetime
from guilder.core.container.bodies import Awaiting, Nested, Straight, found
from guilder.core.container.names import Names
from guilder.core.container.plans import Plans

_GET = """\
def get_{x}(kept):
    try:
        fresh = kept[TURN].pop()
    except IndexError:
        if wait_for_turn(kept):
            return keep_{x}(kept)
        fresh = False
    try:
        if fresh:
{straight}
        else:
            {x} = keep_{x}(kept)
    finally:
        kept[TURN].append(False)
        if waiting:
            wake_others(kept)
    return {x}
"""
_KEEP = """\
def keep_{x}(kept):
    {x} = kept[{place}]
    if {x} is missing:
{lines}
    return {x}
"""
_AGET = """\
async def aget_{x}(kept):
    claim, scope = [], kept[SCOPE]
    while {claims}.setdefault(scope, claim) is not claim:
        await wait_for_task({claims}, scope, {thing!r})
    try:
        {x} = kept[{place}]
        if {x} is missing:
{lines}
        return {x}
    finally:
        del {claims}[scope]
        if claim:
            wake(claim)
"""


class Function(NamedTuple):
    """One generated function and the others that it calls."""

    name: str
    source: str
    calls: dict[str, Binding]


class Writer:
    """Writes the functions for one set of bindings, each once."""

    def __init__(self, plans: Plans, names: Names) -> None:
        self._plans = plans
        self._names = names
        self._written: dict[str, Function] = {}
        self._kinds: dict[str, Callable[[Binding], Function]] = {
            "get": self._get,
            "keep": self._keep,
            "aget": self._aget,
            "make": self._make,
        }

    def write(self, wanted: Iterable[tuple[str, Binding]], known: Container[str] = ()) -> list[Function]:
        """The functions wanted (`get`, `aget`, `keep`, `make` of a binding) and all that they call, callers first.

        Those that are `known`, by name, are left out.
        """
        functions: dict[str, Function] = {}
        pending = list(wanted)
        while pending:
            kind, binding = pending.pop()
            name = f"{kind}_{self._names.of(binding)}"
            if name not in functions and name not in known:
                function = functions[name] = self._function(name, kind, binding)
                pending.extend((name.partition("_")[0], called) for name, called in function.calls.items())
        return list(functions.values())

    def _function(self, name: str, kind: str, binding: Binding) -> Function:
        if name not in self._written:
            self._written[name] = self._kinds[kind](binding)
        return self._written[name]

    def _get(self, binding: Binding) -> Function:
        x = self._names.of(binding)
        keep = {f"keep_{x}": binding}
        if self._plans.is_found(binding):
            return _function(f"get_{x}", [*found(binding, self._names), f"return {x}"], {})
        straight = self._plans.goes_straight(binding)
        if not self._plans.facts(binding).scoped:
            if not straight:
                return _function(f"get_{x}", [f"return keep_{x}(kept)"], keep)
            return self._plain(f"get_{x}", binding, Straight(self._plans, self._names))
        if not straight:
            return _function(f"get_{x}", [f"return in_turn(kept, keep_{x})"], keep)
        body = Straight(self._plans, self._names)
        if binding.lifetime is Lifetime.SCOPED:
            body.keep(binding)
        else:
            body.lines.append(f"{x} = {body.product(binding)}")
        return Function(f"get_{x}", _GET.format(x=x, straight=_block(body.lines, 3)), keep)

    def _keep(self, binding: Binding) -> Function:
        x = self._names.of(binding)
        if self._plans.is_found(binding):
            return _function(f"keep_{x}", [*found(binding, self._names), f"return {x}"], {})
        body = Nested(self._plans, self._names)
        if binding.lifetime is Lifetime.TRANSIENT:
            return self._plain(f"keep_{x}", binding, body)
        body.keep(binding)
        return Function(
            f"keep_{x}", _KEEP.format(x=x, place=self._names.place(binding), lines=_block(body.lines, 2)), body.calls
        )

    def _aget(self, binding: Binding) -> Function:
        x = self._names.of(binding)
        if not self._plans.facts(binding).awaits:
            calls = {f"aget_{self._names.of(part)}": part for part in self._plans.awaited(binding)}
            lines = [*(f"await {name}(kept)" for name in calls), f"return get_{x}(kept)"]
            return _function(f"aget_{x}", lines, {**calls, f"get_{x}": binding}, "async ")
        body = Awaiting(self._plans, self._names)
        if binding.lifetime is Lifetime.TRANSIENT:
            return self._plain(f"aget_{x}", binding, body, "async ")
        body.keep(binding)
        source = _AGET.format(
            x=x,
            place=self._names.place(binding),
            claims=self._names.constant(f"{x}_claims", {}),
            thing=str(binding),
            lines=_block(body.lines, 3),
        )
        return Function(f"aget_{x}", source, body.calls)

    def _make(self, binding: Binding) -> Function:
        name = f"make_{self._names.of(binding)}"
        if self._plans.facts(binding).awaits:
            return self._plain(name, binding, Awaiting(self._plans, self._names), "async ")
        manner = Straight if self._plans.goes_straight(binding) else Nested
        return self._plain(name, binding, manner(self._plans, self._names))

    def _plain(self, name: str, binding: Binding, body: Nested, prefix: str = "") -> Function:
        lines = [f"return {body.product(binding)}"]
        return _function(name, body.lines + lines, body.calls, prefix)


def _function(name: str, lines: list[str], calls: dict[str, Binding], prefix: str = "") -> Function:
    return Function(name, f"{prefix}def {name}(kept):\n{_block(lines, 1)}\n", calls)


def _block(lines: list[str], depth: int) -> str:
    return "\n".join("    " * depth + line for line in lines)
