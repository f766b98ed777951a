"""What a container tells about itself: its faults, its graph, and the code that it runs."""

from __future__ import annotations

from guilder.core.container.bindings import Binding, Kind, Lifetime
from guilder.core.container.checks import Checks
from guilder.core.container.conformance import misfits
from guilder.core.container.wiring import Wiring


def findings(wiring: Wiring) -> list[str]:
    """Everything that is wrong with the bindings, each fault once."""
    dependencies = wiring.dependencies
    needed = {part for binding in wiring.registry for part in dependencies.needs(binding)}
    roots = sorted(wiring.registry, key=lambda binding: binding in needed)
    found = Checks(dependencies).findings(roots)
    for binding in wiring.registry:
        found += [f"{binding}: {misfit}" for misfit in misfits(binding)]
    return found


def drawn(wiring: Wiring) -> str:
    """The bindings as a Mermaid flowchart: an arrow points from what is built to what it needs."""
    lines = ["flowchart LR"]
    order = list(wiring.dependencies.order(wiring.registry))
    for binding in order:
        label = str(binding).replace('"', "'")
        lines.append(f'    {wiring.name(binding)}["{label}"]:::{binding.lifetime.value}')
    for binding in order:
        needed = dict.fromkeys(wiring.dependencies.needs(binding))
        lines += [f"    {wiring.name(binding)} --> {wiring.name(part)}" for part in needed]
    lines += [
        "    classDef singleton stroke-width:3px",
        "    classDef scoped stroke-width:1px",
        "    classDef transient stroke-dasharray:4",
    ]
    return "\n".join(lines) + "\n"


def printed(wiring: Wiring, binding: Binding) -> str:
    """The code that runs when it is asked for: what its singletons are built by, once before, and then itself."""
    if binding.kind is Kind.VALUE:
        return f"# {binding} is a value: {binding.value!r}\n"
    facts = wiring.plans.facts(binding)
    kind = "aget" if facts.awaits or facts.finds_awaited else "get"
    if binding.lifetime is Lifetime.SINGLETON:
        kind = "make"
    before = [("make", it) for it in wiring.plans.singletons(binding) if it.kind is not Kind.VALUE]
    parts = [function.source for function in wiring.writer.write([*reversed(before)])]
    if parts:
        parts = ["# once, before the first call\n", *parts, "# each time\n"]
    return "\n".join([*parts, *(function.source for function in wiring.writer.write([(kind, binding)]))])
