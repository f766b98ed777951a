"""One set of bindings at work: finds, checks and compiles what is asked for."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from threading import RLock
from typing import Any

from guilder.core.container.bindings import Binding, Kind, Lifetime, Registry
from guilder.core.container.checks import Checks
from guilder.core.container.dependencies import Dependencies
from guilder.core.container.keys import ContainerError, Key, Want
from guilder.core.container.names import Names
from guilder.core.container.plans import Plans
from guilder.core.container.singletons import Singletons
from guilder.core.container.waiting import EXITS, GENERATED, SCOPE, TURN, Kept, Turns, Waits, missing, wake
from guilder.core.container.writer import Writer

Resolve = Callable[[Any], Any]
AsyncResolve = Callable[[Any], Coroutine[Any, Any, Any]]
Table = dict[Any, Resolve]  # by what is asked for: an interface, or (interface, name)
AsyncTable = dict[Any, AsyncResolve]


class Wiring:
    """What is derived from one registry: who needs whom, the functions that build, and tables to find them.

    The four tables hold what was asked for before. `get` and `aget` find the rest, and enter it.
    An override is a wiring with a `parent`, which keeps the singletons that the override does not touch.
    """

    def __init__(
        self,
        registry: Registry,
        built_in: dict[Key, Binding],
        singletons: Singletons,
        parent: Wiring | None = None,
    ) -> None:
        self.container_table: Table = {}
        self.container_async_table: AsyncTable = {}
        self.scope_table: Table = {}
        self.scope_async_table: AsyncTable = {}
        self.registry = registry
        self.built_in = built_in
        self.singletons = singletons
        self._parent = parent
        self.dependencies = Dependencies(registry, built_in)
        self.plans = Plans(self.dependencies)
        self._sound: set[Binding] = set()
        self._guard = RLock()
        self._turns = Turns()
        self._names = Names(self._helpers())
        self.writer = Writer(self.plans, self._names)
        scoped = [it for it in registry if it.lifetime is Lifetime.SCOPED]
        self._places = {it: self._names.place(it) for it in scoped}
        self.blank: Kept = [None] * (SCOPE + 1) + [missing] * len(scoped)  # what a scope begins with
        self._own = set() if parent is None else self._touched(parent)
        given = {it.key for it in registry if it.kind is Kind.PROVIDED}
        self.provided: set[Key] = given if parent is None else given | parent.provided

    def get(self, request: Any, *, scoped: bool) -> Resolve:
        """The function for this request: it takes the scope's `Kept`, or None in the container.

        Raises:
            ContainerError: nothing is bound, the graph has a fault, it lives in a scope, or it must be awaited.
        """
        table = self.scope_table if scoped else self.container_table
        with self._guard:
            if request not in table:
                table[request] = self._resolver(request, table, scoped=scoped)
            return table[request]

    def aget(self, request: Any, *, scoped: bool, awaits: bool = True) -> AsyncResolve:
        """The same for `aget`: the function gives an awaitable. In a scope opened by `with`, `awaits` is false.

        Raises:
            ContainerError: as for `get`; or it must be awaited, and `awaits` is false.
        """
        table = self.scope_async_table if scoped else self.container_async_table
        with self._guard:
            if request not in table or not awaits:
                table[request] = self._async_resolver(request, table, scoped=scoped, awaits=awaits)
            return table[request]

    def _resolver(self, request: Any, table: Table, *, scoped: bool) -> Resolve:
        binding = self.find(request, scoped=scoped)
        if binding is None:
            return _constant(None)
        if binding.lifetime is Lifetime.SINGLETON:
            return self._singleton(binding, table, request, scoped=scoped)
        if binding.lifetime is Lifetime.TRANSIENT and self.plans.facts(binding).awaits:
            raise ContainerError(f"{binding}: has to be awaited, ask by `await …aget(…)`")
        return self._first(binding, self.function("get", binding), table, request)

    def _async_resolver(self, request: Any, table: AsyncTable, *, scoped: bool, awaits: bool) -> AsyncResolve:
        binding = self.find(request, scoped=scoped)
        if binding is None:
            return _aconstant(None)
        if binding.lifetime is Lifetime.SINGLETON:
            return self._asingleton(binding, table, request)
        facts = self.plans.facts(binding)
        if not facts.awaits and not facts.finds_awaited:
            return self._afirst(binding, _awaitable(self.function("get", binding)), table, request)
        if not awaits:
            raise ContainerError(f"{binding}: has to be awaited, open its scope by `async with`")
        return self._afirst(binding, self.function("aget", binding), table, request)

    def function(self, kind: str, binding: Binding) -> Resolve:
        """The compiled function of this kind for this binding."""
        self.compile([(kind, binding)])
        name = f"{kind}_{self._names.of(binding)}"
        function: Resolve = self._names.space[name]
        return function

    def compile(self, wanted: Iterable[tuple[str, Binding]]) -> None:
        """Turn the source of these functions, and of those that they call, into functions, at one go."""
        with self._guard:
            missing = self.writer.write(wanted, known=self._names.space)
            if missing:
                title = missing[0].name.partition("_")[2]
                sources = "\n\n".join(function.source for function in missing)
                code = compile(sources, f"{GENERATED}{title}>", "exec")
                exec(code, self._names.space)  # noqa: S102 - it runs what `Writer` wrote, and nothing else

    def compile_all(self) -> None:
        """Compile whatever can be asked for by its key."""
        wanted: list[tuple[str, Binding]] = []
        for binding in self.registry:
            facts = self.plans.facts(binding)
            awaits = facts.awaits or facts.finds_awaited
            if binding.lifetime is Lifetime.SINGLETON:
                if binding.kind is not Kind.VALUE:
                    wanted.append(("make", binding))
                continue
            if awaits:
                wanted.append(("aget", binding))
            if binding.lifetime is Lifetime.SCOPED or not facts.awaits:
                wanted.append(("get", binding))
        self.compile(reversed(wanted))  # parts first, since what they are told once helps with the others

    def eager(self) -> list[Binding]:
        """The singletons that are to be built at the start, each after what it needs."""
        chosen = [binding for binding in self.registry if binding.eager]
        return [it for it in self.dependencies.order(chosen) if it.lifetime is Lifetime.SINGLETON]

    def name(self, binding: Binding) -> str:
        """What the generated functions call it."""
        return self._names.of(binding)

    def place(self, binding: Binding) -> int:
        """Where a scope keeps it."""
        place: int = self._names.space[self._places[binding]]
        return place

    def build(self, singletons: Iterable[Binding]) -> None:
        """Build the singletons that are not built, in this order, and give the functions their names.

        Raises:
            ContainerError: one of them must be awaited.
        """
        for binding in singletons:
            home = self._home(binding)
            if binding not in home.singletons.built:
                if home.plans.facts(binding).awaits:
                    raise ContainerError(f"{binding}: has to be awaited once, ask by `await …aget(…)`")
                home.singletons.once(binding, home._make(binding))
            self._give_name(binding, home.singletons.built[binding])

    async def abuild(self, singletons: Iterable[Binding]) -> None:
        """The same, with those that must be awaited."""
        for binding in singletons:
            home = self._home(binding)
            if binding not in home.singletons.built and home.plans.facts(binding).awaits:
                await home.singletons.aonce(binding, home._make(binding))
            self.build([binding])

    def find(self, request: Any, *, scoped: bool) -> Binding | None:
        """What answers the request; None if nothing is bound and `X | None` was asked for."""
        interface, name = request if type(request) is tuple else (request, None)
        want = Want.read(interface)
        key = want.key if name is None else Key(want.key.interface, name)
        binding = self.dependencies.find(key)
        if binding is None and not want.optional:
            raise ContainerError(f"{key}: nothing bound")
        if binding is not None:
            self._check(binding, scoped=scoped)
        return binding

    def _check(self, binding: Binding, *, scoped: bool) -> None:
        if binding not in self._sound:
            findings = Checks(self.dependencies, self._sound).findings([binding])
            if findings:
                raise ContainerError("\n".join(findings))
            self._sound.update(self.dependencies.order([binding], known=self._sound))
        if not scoped and binding.lifetime is not Lifetime.SINGLETON:
            facts = self.plans.facts(binding)
            if facts.scoped:
                raise ContainerError(f"{binding}: lives in a scope, ask one: `with container.scope() as scope`")
            if facts.closes:
                raise ContainerError(f"{binding}: has to be closed after use, ask a scope for it")

    def _first(self, binding: Binding, function: Resolve, table: Table, request: Any) -> Resolve:
        """For the first call: build the singletons, then step aside for the function."""

        def first(kept: Any) -> Any:
            self.build(self.plans.singletons(binding))
            table[request] = function
            return function(kept)

        return first

    def _afirst(self, binding: Binding, function: AsyncResolve, table: AsyncTable, request: Any) -> AsyncResolve:
        async def first(kept: Any) -> Any:
            await self.abuild(self.plans.singletons(binding))
            table[request] = function
            return await function(kept)

        return first

    def _singleton(self, binding: Binding, table: Table, request: Any, *, scoped: bool) -> Resolve:
        def first(_: Any) -> Any:
            self.build([*self.plans.singletons(binding), binding])
            instance = self._home(binding).singletons.built[binding]
            table[request] = _constant(instance) if scoped else {None: instance}.__getitem__
            return instance

        return first

    def _asingleton(self, binding: Binding, table: AsyncTable, request: Any) -> AsyncResolve:
        async def first(_: Any) -> Any:
            await self.abuild([*self.plans.singletons(binding), binding])
            instance = self._home(binding).singletons.built[binding]
            table[request] = _aconstant(instance)
            return instance

        return first

    def _make(self, singleton: Binding) -> Resolve:
        if singleton.kind is Kind.VALUE:
            return _constant(singleton.value)
        return self.function("make", singleton)

    def _give_name(self, singleton: Binding, instance: Any) -> None:
        """Let the functions know it: these, and those behind the override up to where it is kept."""
        self._names.space[self._names.of(singleton)] = instance
        if self._parent is not None and singleton not in self._own:
            self._parent._give_name(singleton, instance)

    def _home(self, singleton: Binding) -> Wiring:
        """Where the singleton is kept: here, or behind the override."""
        if self._parent is None or singleton in self._own:
            return self
        return self._parent._home(singleton)

    def _touched(self, parent: Wiring) -> set[Binding]:
        """The replaced bindings, and all that are built from them."""
        touched = set(self.registry) - set(parent.registry)
        for binding in self.dependencies.order(self.registry):
            if not touched.isdisjoint(self.dependencies.needs(binding)):
                touched.add(binding)
        return touched

    def _helpers(self) -> dict[str, Any]:
        """What generated functions call beside the recipes."""
        waits = Waits()
        return {
            "EXITS": EXITS,
            "TURN": TURN,
            "SCOPE": SCOPE,
            "missing": missing,
            "waiting": self._turns.waiting,
            "in_turn": self._turns.build,
            "wait_for_turn": self._turns.wait,
            "wake_others": self._turns.wake,
            "wait_for_task": waits.task,
            "wake": wake,
            "ContainerError": ContainerError,
        }


def _constant(instance: Any) -> Resolve:
    return lambda _: instance


def _aconstant(instance: Any) -> AsyncResolve:
    async def ready(_: Any) -> Any:
        return instance

    return ready


def _awaitable(function: Resolve) -> AsyncResolve:
    async def ready(kept: Any) -> Any:
        return function(kept)

    return ready
