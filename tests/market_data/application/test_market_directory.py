"""Opening markets, finding them, and ending them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from guilder.core.caller import NOBODY, NotAllowedError, NotSignedInError
from guilder.core.pages import PageRequest
from guilder.market_data.application.market_directory import (
    MOST_MARKETS,
    HouseMarketError,
    MarketTakenError,
    NewMarket,
    TooManyMarketsError,
)
from guilder.market_data.application.market_tapes import NoPriceProviderError
from guilder.market_data.domain.market import InvalidSpeedError, MarketState
from guilder.market_data.domain.market_name import InvalidMarketIdError
from guilder.published.market_data import MarketEndedError, MarketMode, MarketNotFoundError
from guilder.shared.errors import ValidationError
from guilder.shared.ids import MAIN_MARKET, MarketId
from tests.market_data.application.desks import ADA, ADMIN, EVE, Desk
from tests.market_data.builders import at

CLASS = MarketId("class")
A_REPLAY = NewMarket(MarketMode.REPLAY, "class")


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_a_replay_begins_paused_at_the_first_open_unless_told_otherwise(desk: Desk) -> None:
    opened = await desk.directory().open_market(A_REPLAY)

    assert opened.terms.id == "class"
    assert (opened.now, opened.standing.state, opened.standing.speed) == (
        at("2010-01-04T14:30"),
        MarketState.PAUSED,
        Decimal(1),
    )
    assert opened.is_own
    assert opened.anchor is None


async def test_start_seed_and_speed_are_chosen(desk: Desk) -> None:
    wanted = replace(A_REPLAY, start=at("2010-01-06T15:00"), seed=7, speed=Decimal("60"))

    opened = await desk.directory().open_market(wanted)

    assert (opened.now, opened.terms.seed, opened.standing.speed) == (at("2010-01-06T15:00"), 7, Decimal(60))


async def test_a_market_without_a_name_gets_one(desk: Desk) -> None:
    opened = await desk.directory().open_market(NewMarket(MarketMode.REPLAY))

    assert opened.terms.id == "00000000-0001-7000-8000-000000000000"


async def test_a_sandbox_of_ones_own_begins_today(desk: Desk) -> None:
    opened = await desk.directory().open_market(NewMarket(MarketMode.SANDBOX, "mine", seed=3))

    assert opened.anchor == desk.wall.now().date()
    assert (opened.now, opened.standing.state) == (desk.wall.now(), MarketState.RUNNING)


@pytest.mark.parametrize(
    ("wanted", "refusal", "says"),
    [
        (replace(A_REPLAY, id="Class"), InvalidMarketIdError, "small letters"),
        (replace(A_REPLAY, speed=Decimal(0)), InvalidSpeedError, "speed"),
        (replace(A_REPLAY, seed=-1), ValidationError, "seed"),
        (replace(A_REPLAY, seed=2**63), ValidationError, "seed"),
        (replace(A_REPLAY, start=at("2010-01-03T23:59")), ValidationError, "start: the data go from 2010-01-04T00:00"),
        (replace(A_REPLAY, start=at("2010-01-08T21:01")), ValidationError, "start"),
        (NewMarket(MarketMode.SANDBOX, start=at("2010-01-04")), ValidationError, "start: only a replay has one"),
        (NewMarket(MarketMode.SANDBOX, speed=Decimal(2)), ValidationError, "speed: only a replay has one"),
        (NewMarket(MarketMode.LIVE), NoPriceProviderError, "provider"),
        (replace(A_REPLAY, id="main"), MarketTakenError, "name"),
    ],
)
async def test_what_cannot_be_opened_is_refused(
    desk: Desk, wanted: NewMarket, refusal: type[Exception], says: str
) -> None:
    with pytest.raises(refusal, match=says):
        await desk.directory().open_market(wanted)

    assert desk.board.saved == []


async def test_who_is_not_signed_in_opens_and_sees_nothing(desk: Desk) -> None:
    directory = desk.directory(NOBODY)

    with pytest.raises(NotSignedInError):
        await directory.open_market(A_REPLAY)
    with pytest.raises(NotSignedInError):
        await directory.get_market(MAIN_MARKET)
    with pytest.raises(NotSignedInError):
        await directory.list_markets(PageRequest())
    with pytest.raises(NotSignedInError):
        await directory.end_market(CLASS)


async def test_a_name_is_taken_once_for_everybody_and_for_ever(desk: Desk) -> None:
    await desk.directory(ADA).open_market(A_REPLAY)
    await desk.directory(ADA).end_market(CLASS)

    for caller in (ADA, EVE):
        with pytest.raises(MarketTakenError):
            await desk.directory(caller).open_market(A_REPLAY)


async def test_twenty_are_open_at_once_and_who_ends_one_may_open_another(desk: Desk) -> None:
    directory = desk.directory()
    for number in range(MOST_MARKETS):
        await directory.open_market(NewMarket(MarketMode.REPLAY, f"m{number}"))

    with pytest.raises(TooManyMarketsError):
        await directory.open_market(A_REPLAY)
    await desk.directory(EVE).open_market(NewMarket(MarketMode.REPLAY, "of-somebody-else"))
    await directory.end_market(MarketId("m0"))

    assert (await directory.open_market(A_REPLAY)).is_own


async def test_everybody_sees_all_markets_and_which_are_his(desk: Desk) -> None:
    await desk.directory(ADA).open_market(A_REPLAY)
    await desk.directory(EVE).open_market(NewMarket(MarketMode.REPLAY, "zoo"))

    page = await desk.directory(ADA).list_markets(PageRequest())
    own = await desk.directory(ADA).list_markets(PageRequest(), only_own=True)

    assert [(view.terms.id, view.is_own) for view in page.items] == [("class", True), ("main", False), ("zoo", False)]
    assert [view.terms.id for view in own.items] == ["class"]
    assert (await desk.directory(EVE).get_market(CLASS)).terms.id == "class"
    with pytest.raises(MarketNotFoundError):
        await desk.directory().get_market(MarketId("nowhere"))


async def test_pages_of_markets_follow_each_other(desk: Desk) -> None:
    directory = desk.directory()
    for name in "abcde":
        await directory.open_market(NewMarket(MarketMode.REPLAY, name))

    seen, cursor = [], None
    while True:
        page = await directory.list_markets(PageRequest(2, cursor))
        seen += [view.terms.id for view in page.items]
        cursor = page.next
        if cursor is None:
            break

    assert seen == ["a", "b", "c", "d", "e", "main"]


async def test_an_ended_market_stands_still_for_ever(desk: Desk) -> None:
    await desk.directory().open_market(NewMarket(MarketMode.SANDBOX, "mine"))
    stood = desk.wall.advance(2 * (at("2010-01-05") - at("2010-01-04")))

    ended = await desk.directory().end_market(MarketId("mine"))
    desk.wall.advance(at("2010-01-05") - at("2010-01-04"))

    assert (ended.now, ended.standing.state) == (stood, MarketState.ENDED)
    assert (await desk.directory().get_market(MarketId("mine"))).now == stood
    with pytest.raises(MarketEndedError):
        await desk.directory().end_market(MarketId("mine"))


async def test_only_its_owner_and_admins_end_a_market(desk: Desk) -> None:
    await desk.directory(ADA).open_market(A_REPLAY)

    with pytest.raises(NotAllowedError):
        await desk.directory(EVE).end_market(CLASS)

    ended = await desk.directory(ADMIN).end_market(CLASS)
    assert (ended.standing.state, ended.is_own) == (MarketState.ENDED, False)


async def test_the_market_of_the_house_is_never_ended(desk: Desk) -> None:
    with pytest.raises(HouseMarketError):
        await desk.directory(ADMIN).end_market(MAIN_MARKET)


async def test_what_was_opened_and_ended_is_noted(desk: Desk) -> None:
    await desk.directory().open_market(A_REPLAY)
    await desk.directory().end_market(CLASS)

    assert [(noted.user_id, noted.action, noted.details["market"]) for noted in desk.audit.logged] == [
        (ADA.user_id, "market_opened", "class"),
        (ADA.user_id, "market_ended", "class"),
    ]
