"""Who may read the log of events, and how one goes through it."""

from __future__ import annotations

import pytest

from guilder.audit.application.event_log_service import EventLogService
from guilder.core.caller import NOBODY, SYSTEM, Caller, NotAllowedError, NotSignedInError
from guilder.core.pages import InvalidCursorError, PageRequest, write_cursor
from guilder.testing import FakeEventLog
from tests.audit.builders import ADMIN, AUDITOR, CUSTOMER, an_event

LOG = FakeEventLog([an_event(position) for position in (1, 2, 5, 6)])


async def test_an_admin_goes_through_the_log_page_by_page() -> None:
    service = EventLogService(LOG, ADMIN)

    first = await service.list_events(PageRequest(3))
    second = await service.list_events(PageRequest(3, first.next))

    assert [event.position for event in first.items] == [1, 2, 5]
    assert [event.position for event in second.items] == [6]
    assert second.next is None


@pytest.mark.parametrize("caller", [CUSTOMER, AUDITOR])
async def test_nobody_but_an_admin_reads_what_all_users_do(caller: Caller) -> None:
    with pytest.raises(NotAllowedError):
        await EventLogService(LOG, caller).list_events(PageRequest())


async def test_a_stranger_must_sign_in_first() -> None:
    with pytest.raises(NotSignedInError):
        await EventLogService(LOG, NOBODY).list_events(PageRequest())


async def test_the_whole_log_is_longer_than_a_page() -> None:
    long = FakeEventLog([an_event(position) for position in range(1, 1_202)])

    positions = [event.position async for event in EventLogService(long, SYSTEM).all_events()]

    assert positions == list(range(1, 1_202))


@pytest.mark.parametrize("cursor", ["nonsense", write_cursor("audit", 3), write_cursor("events", -1)])
async def test_a_cursor_of_something_else_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidCursorError):
        await EventLogService(LOG, ADMIN).list_events(PageRequest(3, cursor))
