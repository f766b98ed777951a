"""Reading the trail, and proving that it is whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from guilder.audit.application.audit_service import Anchor, AuditService
from guilder.audit.domain.audit_entry import AuditEntry
from guilder.core.audit_chain import GENESIS, Head
from guilder.core.caller import NOBODY, SYSTEM, Caller, NotAllowedError, NotSignedInError
from guilder.core.pages import InvalidCursorError, PageRequest, write_cursor
from guilder.testing import FakeAuditTrail
from tests.audit.builders import ADMIN, AUDITOR, CUSTOMER, NOON, a_note, a_trail


async def read_all(service: AuditService, limit: int) -> list[str]:
    actions: list[str] = []
    cursor: str | None = None
    while True:
        page = await service.list_entries(PageRequest(limit, cursor))
        assert len(page.items) <= limit
        actions += [entry.action for entry in page.items]
        cursor = page.next
        if cursor is None:
            return actions


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 500])
async def test_entries_of_all_chains_come_oldest_first_whatever_the_size_of_pages(limit: int) -> None:
    service = AuditService(a_trail(core=4, rooms=3), AUDITOR)

    actions = await read_all(service, limit)

    assert actions == ["core 0", "rooms 0", "core 1", "rooms 1", "core 2", "rooms 2", "core 3"]


async def test_the_last_page_says_that_it_is_the_last() -> None:
    service = AuditService(a_trail(core=2), AUDITOR)

    assert (await service.list_entries(PageRequest(2))).next is None
    assert (await service.list_entries(PageRequest(1))).next is not None


async def test_an_entry_that_another_writer_saved_late_is_not_passed_over() -> None:
    trail = a_trail(core=3)
    service = AuditService(trail, AUDITOR)
    first = await service.list_entries(PageRequest(2))
    trail.record("rooms", [a_note("late")], NOON)

    rest = await service.list_entries(PageRequest(9, first.next))

    assert [entry.action for entry in rest.items] == ["late", "core 2"]


async def test_a_clock_that_went_back_does_not_change_the_order_within_a_chain() -> None:
    trail = FakeAuditTrail()
    for number in range(4):
        trail.record("core", [a_note(str(number))], NOON - timedelta(seconds=number))

    assert await read_all(AuditService(trail, AUDITOR), 2) == ["0", "1", "2", "3"]


async def test_the_whole_trail_can_be_walked() -> None:
    trail = a_trail(core=700, rooms=501)

    walked = [entry async for entry in AuditService(trail, SYSTEM).all_entries()]

    assert len(walked) == 1201
    assert [entry.recorded_at for entry in walked] == sorted(entry.recorded_at for entry in walked)


@pytest.mark.parametrize(
    "cursor",
    [
        "nonsense",
        write_cursor("orders", "{}"),
        write_cursor("audit", 7),
        write_cursor("audit", "no json"),
        write_cursor("audit", "[" * 500),
        write_cursor("audit", "[1]"),
        write_cursor("audit", '{"core": -1}'),
        write_cursor("audit", '{"core": 99999999999999999999}'),
        write_cursor("audit", '{"core": true}'),
        write_cursor("audit", '{"core": "1"}'),
    ],
)
async def test_a_cursor_that_was_made_up_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidCursorError):
        await AuditService(a_trail(core=1), AUDITOR).list_entries(PageRequest(9, cursor))


@pytest.mark.parametrize(("caller", "refusal"), [(NOBODY, NotSignedInError), (CUSTOMER, NotAllowedError)])
async def test_the_trail_is_for_admins_and_auditors(caller: Caller, refusal: type[Exception]) -> None:
    service = AuditService(a_trail(core=1), caller)

    with pytest.raises(refusal):
        await service.list_entries(PageRequest())
    with pytest.raises(refusal):
        await service.verify_chains()
    with pytest.raises(refusal):
        _ = [entry async for entry in service.all_entries()]


@pytest.mark.parametrize("caller", [ADMIN, AUDITOR, SYSTEM])
async def test_admins_auditors_and_guilder_itself_may_read_it(caller: Caller) -> None:
    assert await read_all(AuditService(a_trail(core=1), caller), 5) == ["core 0"]


async def test_a_whole_trail_is_said_to_be_so_with_the_hash_of_each_head() -> None:
    trail = a_trail(core=1203, rooms=1)

    core, rooms = await AuditService(trail, AUDITOR).verify_chains()

    assert (core.chain, core.entries, core.problem) == ("core", 1203, None)
    assert core.head_hash == trail.heads["core"].hash
    assert (rooms.chain, rooms.entries, rooms.problem) == ("rooms", 1, None)


async def test_an_empty_trail_is_whole() -> None:
    assert await AuditService(FakeAuditTrail(), AUDITOR).verify_chains() == []


Tamper = Callable[[FakeAuditTrail], object]


def edit(trail: FakeAuditTrail) -> None:
    trail.stored["core"][600] = replace(trail.stored["core"][600], actor="system")


def delete(trail: FakeAuditTrail) -> None:
    del trail.stored["core"][600]


def reorder(trail: FakeAuditTrail) -> None:
    core = trail.stored["core"]
    core[600], core[601] = replace(core[601], number=601), replace(core[600], number=602)


def double(trail: FakeAuditTrail) -> None:
    trail.stored["core"].insert(600, trail.stored["core"][600])


def truncate(trail: FakeAuditTrail) -> None:
    del trail.stored["core"][600:]


def append(trail: FakeAuditTrail) -> None:
    trail.stored["core"].append(replace(trail.stored["core"][-1], number=1204))


def empty(trail: FakeAuditTrail) -> None:
    del trail.stored["core"]


def forget_the_head(trail: FakeAuditTrail) -> None:
    del trail.heads["core"]


def move_the_head_back(trail: FakeAuditTrail) -> None:
    trail.heads["core"] = Head(600, trail.stored["core"][599].hash)


def change_the_head(trail: FakeAuditTrail) -> None:
    trail.heads["core"] = trail.heads["core"]._replace(hash=GENESIS)


def make_the_head_nonsense(trail: FakeAuditTrail) -> None:
    trail.heads["core"] = Head(-1, b"")


@pytest.mark.parametrize(
    "tamper",
    [
        edit,
        delete,
        reorder,
        double,
        truncate,
        append,
        empty,
        forget_the_head,
        move_the_head_back,
        change_the_head,
        make_the_head_nonsense,
    ],
)
async def test_tampering_is_noticed_in_its_chain_and_in_no_other(tamper: Tamper) -> None:
    trail = a_trail(core=1203, rooms=3)
    tamper(trail)

    core, rooms = await AuditService(trail, AUDITOR).verify_chains()

    assert core.problem is not None
    assert rooms.problem is None


async def test_an_entry_noted_elsewhere_that_still_stands_is_no_problem() -> None:
    trail = a_trail(core=9)
    anchor = Anchor("core", 4, trail.stored["core"][3].hash)

    (core,) = await AuditService(trail, AUDITOR).verify_chains([anchor])

    assert core.problem is None


async def test_a_chain_that_was_forged_anew_from_the_start_is_noticed_by_an_anchor() -> None:
    anchor = Anchor("core", 4, a_trail(core=9).stored["core"][3].hash)
    forged = FakeAuditTrail()
    for number in range(9):
        forged.record("core", [a_note(f"forged {number}")], NOON)

    assert [found.problem for found in await AuditService(forged, AUDITOR).verify_chains()] == [None]
    (core,) = await AuditService(forged, AUDITOR).verify_chains([anchor])
    assert core.problem == "entry 4 is not the one that was noted elsewhere"


async def test_an_anchor_beyond_the_end_shows_that_a_chain_was_cut_off_with_its_head() -> None:
    trail = a_trail(core=9)
    cut = FakeAuditTrail()
    for number in range(3):
        cut.record("core", [a_note(f"core {number}")], NOON + timedelta(seconds=2 * number))

    (core,) = await AuditService(cut, AUDITOR).verify_chains([Anchor("core", 9, trail.heads["core"].hash)])

    assert core.problem == "entry 9 was noted elsewhere, but the chain does not go so far"


async def test_an_anchor_of_a_chain_that_is_gone_altogether_is_missed() -> None:
    (core,) = await AuditService(FakeAuditTrail(), AUDITOR).verify_chains([Anchor("core", 9, GENESIS)])

    assert core.chain == "core"
    assert core.problem is not None


async def test_two_anchors_of_one_entry_must_agree() -> None:
    trail = a_trail(core=2)
    right, wrong = trail.stored["core"][0].hash, GENESIS

    for first, second in ((right, wrong), (wrong, right)):
        anchors = [Anchor("core", 1, first), Anchor("core", 1, second)]
        (core,) = await AuditService(trail, AUDITOR).verify_chains(anchors)
        assert core.problem is not None


class GrowingTrail(FakeAuditTrail):
    """A trail to which somebody writes whenever it is looked at."""

    async def entries(self, chain: str, *, after: int, limit: int) -> Sequence[AuditEntry]:
        self.record(chain, [a_note("meanwhile")], NOON)
        return await super().entries(chain, after=after, limit=limit)

    async def last_number(self, chain: str) -> int:
        last = await super().last_number(chain)
        self.record(chain, [a_note("meanwhile")], NOON)
        return last


async def test_a_chain_that_grows_while_it_is_looked_at_is_no_problem() -> None:
    trail = GrowingTrail()
    trail.record("core", [a_note() for _ in range(1_200)], NOON)

    (core,) = await AuditService(trail, AUDITOR).verify_chains()

    assert (core.entries, core.problem) == (1_200, None)
