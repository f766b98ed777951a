"""Gives everything that generated code mentions a name that a reader recognises."""

from __future__ import annotations

import keyword
import re
from threading import RLock
from typing import Any

from guilder.core.container.bindings import Binding, Kind
from guilder.core.container.waiting import SCOPE

_TAKEN = {
    *keyword.kwlist,
    *keyword.softkwlist,
    *("kept", "scope", "fresh", "claim"),
    *("IndexError", "StopIteration", "StopAsyncIteration", "next"),
    *("end", "flowchart", "graph", "subgraph", "style", "click"),  # words of Mermaid
}
_FUNCTIONS = ("get_", "keep_", "aget_", "make_")


class Names:
    """The names used in one wiring, and `space`, the globals of its functions."""

    def __init__(self, helpers: dict[str, Any]) -> None:
        self.space = dict(helpers)
        self._taken = {*_TAKEN, *helpers}
        self._bindings: dict[Binding, str] = {}
        self._recipes: dict[Binding, str] = {}
        self._places: dict[Binding, str] = {}
        self._guard = RLock()

    def of(self, binding: Binding) -> str:
        """`order_repository`: a singleton's global, anything's local variable."""
        if binding.kind is Kind.SCOPE:
            return "scope"
        name = self._bindings.get(binding)
        if name is None:
            with self._guard:
                name = self._bindings.get(binding) or self.unique(_snake(str(binding)))
                self._bindings[binding] = name
        return name

    def place(self, binding: Binding) -> str:
        """`ORDER_REPOSITORY`: the number of a scoped thing's place in its scope's `kept`."""
        if binding.kind is Kind.SCOPE:
            return "SCOPE"
        name = self._places.get(binding)
        if name is None:
            name = self._places[binding] = self.constant(self.of(binding).upper(), SCOPE + 1 + len(self._places))
        return name

    def recipe(self, binding: Binding) -> str:
        """`SqlOrderRepository`: what is called to build it."""
        name = self._recipes.get(binding)
        if name is None:
            own = getattr(binding.recipe, "__name__", "")
            name = self.constant(own if own.isidentifier() else f"build_{self.of(binding)}", binding.recipe)
            self._recipes[binding] = name
        return name

    def constant(self, wish: str, value: Any) -> str:
        """A global of this value, named as wished or nearly so."""
        name = self.unique(wish)
        self.space[name] = value
        return name

    def unique(self, wish: str) -> str:
        """The wish, with a mark behind it if it looks like a name of the writer's own, or a number if it is taken."""
        if wish.startswith(_FUNCTIONS) or wish.endswith("_exit"):
            wish += "_"
        name, number = wish, 2
        while name in self._taken:
            name, number = f"{wish}_{number}", number + 1
        self._taken.add(name)
        return name


def _snake(text: str) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|\W+", "_", text)
    name = words.strip("_").lower()
    return name if name.isidentifier() else f"it_{name}"
