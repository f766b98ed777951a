"""Looks for what could never work: a gap, a circle, a singleton that holds what ends before it does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from guilder.core.container.bindings import Binding, Lifetime
from guilder.core.container.dependencies import Dependencies

Chain = tuple[Binding, ...]


class Checks:
    """Walks the bindings and tells each finding once, with the chain by which it was reached."""

    def __init__(self, dependencies: Dependencies, sound: Iterable[Binding] = ()) -> None:
        self._dependencies = dependencies
        self._seen = set(sound)

    def findings(self, roots: Iterable[Binding]) -> list[str]:
        """What is wrong with these bindings and all that they need."""
        found: list[str] = []
        for root in roots:
            found.extend(self._walk(root))
        return found

    def _walk(self, root: Binding) -> Iterator[str]:
        chain: list[Binding] = []
        following: list[Iterator[Binding]] = [iter((root,))]
        while following:
            binding = next(following[-1], None)
            if binding is None:
                following.pop()
                if chain:
                    chain.pop()
            elif binding in chain:
                circle = (*chain[chain.index(binding) :], binding)
                yield f"{told(circle)}: each needs the next, in a circle"
            elif binding not in self._seen:
                self._seen.add(binding)
                chain.append(binding)
                following.append(self._dependencies.needs(binding))
                for problem in self._dependencies.arguments(binding).problems:
                    yield f"{told(chain)} -> {problem}"
                if binding.lifetime is Lifetime.SINGLETON:
                    yield from self._captives(binding)

    def _captives(self, singleton: Binding) -> Iterator[str]:
        """What it would hold beyond its end: by itself, or by the transients that go into it."""
        chains: list[Chain] = [(singleton,)]
        seen: set[Binding] = set()
        while chains:
            chain = chains.pop()
            for needed in self._dependencies.needs(chain[-1]):
                if needed in seen:
                    continue
                seen.add(needed)
                if needed.lifetime is Lifetime.SCOPED:
                    yield f"{told((*chain, needed))}: a singleton would hold what ends with its scope"
                elif needed.lifetime is Lifetime.TRANSIENT:
                    chains.append((*chain, needed))


def told(chain: Iterable[Binding]) -> str:
    """`PlaceOrder -> OrderRepository -> AsyncSession`."""
    return " -> ".join(str(binding) for binding in chain)
