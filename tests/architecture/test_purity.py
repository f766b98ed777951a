"""What the domain may not do, the shared kernel may not do, and nobody may hide."""

from __future__ import annotations

from tests.architecture import rules
from tests.architecture.house import modules

HOUSE = modules()

BEHIND_A_PORT = {
    "core/system_clock.py": "the adapter of Clock",
    "core/random_ids.py": "the adapters of IdSource and SecretSource",
}

LAST_RESORTS = {
    "core/request_log.py": "the edge of the process: whatever happens, the request is answered and logged",
    "core/container/closing.py": "every clean-up runs, whatever the one before it raised; then all of it is raised",
    "core/delivery.py": "whatever a subscriber does, the relay lives on and delivers again",
    "core/answer_lookup.py": "whatever befalls a question of many, each of them hears it",
    "core/committer.py": "whatever a unit does to its batch, the others are written",
}


def test_the_house_is_read_at_all() -> None:
    assert any(module.is_domain for module in HOUSE)
    assert any(module.is_shared for module in HOUSE)
    assert any(module.is_published for module in HOUSE)


def test_a_domain_imports_only_the_standard_library_shared_and_published() -> None:
    assert rules.impure_imports(HOUSE) == []


def test_a_domain_never_waits_and_never_asks_the_machine() -> None:
    assert rules.machinery(HOUSE) == []


def test_no_float_comes_near_money_or_shares() -> None:
    assert rules.floats(HOUSE) == []


def test_time_ids_and_chance_come_from_their_ports() -> None:
    assert rules.hidden_inputs(HOUSE, BEHIND_A_PORT) == []


def test_only_infrastructure_talks_to_the_database() -> None:
    assert rules.database_talk(HOUSE) == []


def test_nobody_swallows_what_he_does_not_know() -> None:
    assert rules.broad_catches(HOUSE, LAST_RESORTS) == []


def test_no_import_is_hidden_from_the_contracts() -> None:
    assert rules.hidden_cycles(HOUSE) == []


def test_every_file_is_called_by_what_it_holds() -> None:
    assert rules.shapeless_names(HOUSE) == []


def test_every_exception_from_a_rule_is_still_needed() -> None:
    needless = []
    for place in BEHIND_A_PORT:
        if not any(line.startswith(f"{place}:") for line in rules.hidden_inputs(HOUSE, {})):
            needless.append(place)
    for place in LAST_RESORTS:
        if not any(line.startswith(f"{place}:") for line in rules.broad_catches(HOUSE, {})):
            needless.append(place)

    assert needless == []
