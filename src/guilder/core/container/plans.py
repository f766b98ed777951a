"""Decides how a thing is built: straight down or by nested calls, in a scope or without, awaited or not."""

from __future__ import annotations

from typing import NamedTuple

from guilder.core.container.bindings import Binding, Kind, Lifetime
from guilder.core.container.dependencies import Dependencies

STRAIGHT_AT_MOST = 64  # constructors; what needs more is built by nested calls, lest functions grow without end


class Facts(NamedTuple):
    """What building a thing involves, singletons apart: they are built before."""

    awaits: bool  # it, or a transient that goes into it, has to be awaited
    finds_awaited: bool  # something in it is kept by the scope and has to be awaited
    scoped: bool  # it, or something in it, lives in a scope
    closes: bool  # it, or a transient that goes into it, is yielded and closed later
    is_found: bool  # a function that does not await can only find it in its scope, and not build it
    parts: list[Binding]  # what it is built from, singletons apart


class Plans:
    """What the writer has to know about a binding and all that goes into it."""

    def __init__(self, dependencies: Dependencies) -> None:
        self.dependencies = dependencies
        self._facts: dict[Binding, Facts] = {}
        self._straight: dict[Binding, bool] = {}

    def facts(self, binding: Binding) -> Facts:
        if binding not in self._facts:
            for part in self.dependencies.order([binding], known=self._facts):
                self._facts[part] = self._read(part)
        return self._facts[binding]

    def is_awaited(self, binding: Binding) -> bool:
        """Whether it is kept by the scope and has to be awaited."""
        return binding.lifetime is Lifetime.SCOPED and self.facts(binding).awaits

    def is_found(self, binding: Binding) -> bool:
        """Whether a function that does not await can only find it in its scope, and not build it."""
        return self.facts(binding).is_found

    def awaited(self, binding: Binding) -> list[Binding]:
        """The scoped things in it that have to be awaited, but for those that one of them brings along."""
        found: dict[Binding, None] = {}
        pending, seen = [binding], {binding}
        while pending:
            for part in self.facts(pending.pop()).parts:
                if part not in seen:
                    seen.add(part)
                    if self.is_awaited(part):
                        found[part] = None
                    elif self.facts(part).finds_awaited:
                        pending.append(part)
        return list(found)

    def singletons(self, binding: Binding) -> list[Binding]:
        """All singletons that it rests on, directly or not, each after those that it needs itself."""
        order = self.dependencies.order([binding])
        return [part for part in order if part.lifetime is Lifetime.SINGLETON and part is not binding]

    def goes_straight(self, binding: Binding) -> bool:
        """Whether one function can build it from top to bottom; not if a recipe may ask the scope meanwhile."""
        if binding not in self._straight:
            self._straight[binding] = self._is_straight(binding)
        return self._straight[binding]

    def _is_straight(self, binding: Binding) -> bool:
        pending, kept, count = [self.facts(binding)], {binding}, 0
        while pending:
            if count > STRAIGHT_AT_MOST:
                return False
            for part in pending.pop().parts:
                if part.kind is Kind.SCOPE:
                    return False
                if part not in kept:
                    if part.lifetime is Lifetime.SCOPED:
                        kept.add(part)
                    facts = self._facts[part]
                    if not facts.is_found:
                        if self._straight.get(part) is False:
                            return False
                        pending.append(facts)
            count += 1
        return True

    def _read(self, binding: Binding) -> Facts:
        parts = [it for it in self.dependencies.needs(binding) if it.lifetime is not Lifetime.SINGLETON]
        known = [self._facts[part] for part in parts]
        inside = [self._facts[part] for part in parts if part.lifetime is Lifetime.TRANSIENT]
        is_scoped = binding.lifetime is Lifetime.SCOPED
        awaits = binding.is_async or any(facts.awaits for facts in inside)
        return Facts(
            awaits=awaits,
            finds_awaited=any(facts.finds_awaited for facts in known) or any(map(self.is_awaited, parts)),
            scoped=is_scoped or any(facts.scoped for facts in known),
            closes=binding.closes or any(facts.closes for facts in inside),
            is_found=binding.kind in {Kind.PROVIDED, Kind.SCOPE} or (is_scoped and awaits),
            parts=parts,
        )
