"""The statements inside generated functions, in three manners: straight down, by nested calls, awaiting."""

from __future__ import annotations

from guilder.core.container.bindings import Binding, Kind, Lifetime
from guilder.core.container.names import Names
from guilder.core.container.plans import Plans


class Nested:
    """Statements that build one thing from what other functions give. The parts are called for, one by one."""

    part = "keep"

    def __init__(self, plans: Plans, names: Names) -> None:
        self.lines: list[str] = []
        self.calls: dict[str, Binding] = {}
        self._plans = plans
        self._names = names

    def product(self, binding: Binding) -> str:
        """The expression that builds it; statements that must run before it are added to `lines`."""
        arguments = [
            (f"{it.keyword}=" if it.keyword else "") + self._argument(it.binding, it.constant)
            for it in self._plans.dependencies.arguments(binding).filled
        ]
        given = ", ".join(arguments)
        if binding.kind is Kind.COLLECTION:
            return f"[{given}]" if binding.recipe is list else f"({given},)"
        call = f"{self._names.recipe(binding)}({given})"
        if binding.closes:
            return self._yielded(binding, call)
        return f"await {call}" if binding.kind is Kind.COROUTINE else call

    def keep(self, binding: Binding) -> None:
        """Build it and put it into the scope."""
        name, product = self._names.of(binding), self.product(binding)
        place = f"kept[{self._names.place(binding)}]"
        self.lines.append(f"{place} = {name} = {product}" if product != name else f"{place} = {name}")

    def _argument(self, binding: Binding | None, constant: object) -> str:
        if binding is not None:
            return self._part(binding)
        return "None" if constant is None else self._names.constant("default", constant)

    def _part(self, binding: Binding) -> str:
        if binding.lifetime is Lifetime.SINGLETON:
            return self._names.of(binding)
        if binding.kind is Kind.SCOPE:
            return "kept[SCOPE]"
        return self._other(binding)

    def _other(self, binding: Binding) -> str:
        name = f"keep_{self._names.of(binding)}"
        self.calls[name] = binding
        return f"{name}(kept)"

    def _yielded(self, binding: Binding, call: str) -> str:
        name = self._names.of(binding)
        if binding.lifetime is Lifetime.TRANSIENT:
            name = self._names.unique(name)
        first = f"next({name}_exit)" if binding.kind is Kind.GENERATOR else f"await {name}_exit.__anext__()"
        ended = "StopIteration" if binding.kind is Kind.GENERATOR else "StopAsyncIteration"
        self.lines += [
            f"{name}_exit = {call}",
            "try:",
            f"    {name} = {first}",
            f"except {ended}:",
            f"    raise ContainerError({f'{binding}: its generator yielded nothing'!r}) from None",
            f"kept[EXITS].append({name}_exit)",
        ]
        return name


class Straight(Nested):
    """Statements that build a thing and all its parts from top to bottom, as one would write them by hand."""

    def __init__(self, plans: Plans, names: Names) -> None:
        super().__init__(plans, names)
        self._there: set[Binding] = set()

    def _other(self, binding: Binding) -> str:
        if binding.lifetime is Lifetime.TRANSIENT:
            return self.product(binding)
        name = self._names.of(binding)
        if binding not in self._there:
            self._there.add(binding)
            if self._plans.is_found(binding):
                self.lines += found(binding, self._names)
            else:
                self.keep(binding)
        return name


class Awaiting(Nested):
    """Statements of a coroutine: parts that have to be awaited are, and the others take a turn each."""

    def _other(self, binding: Binding) -> str:
        facts = self._plans.facts(binding)
        awaits = facts.awaits or facts.finds_awaited
        name = f"{'aget' if awaits else 'get'}_{self._names.of(binding)}"
        self.calls[name] = binding
        return f"await {name}(kept)" if awaits else f"{name}(kept)"


def found(binding: Binding, names: Names) -> list[str]:
    """Statements that read from the scope what cannot be built there and then."""
    if binding.kind is Kind.PROVIDED:
        problem = f"{binding}: not provided in this scope (scope.provide)"
    else:
        problem = f"{binding}: has to be awaited, ask by `await scope.aget(…)`"
    name = names.of(binding)
    return [
        f"{name} = kept[{names.place(binding)}]",
        f"if {name} is missing:",
        f"    raise ContainerError({problem!r})",
    ]
