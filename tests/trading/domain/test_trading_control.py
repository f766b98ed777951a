"""The kill switch and the limits of one scope."""

from __future__ import annotations

import pytest

from guilder.shared.errors import ValidationError
from guilder.trading.domain.trading_control import HOUSE, Halt, TradingControl, TradingHaltedError
from guilder.trading.domain.trading_limits import TradingLimits
from tests.builders import CLOSES_AT, OPENS_AT, OWNER, shares


def a_halt(reason: str = "prices look wrong") -> Halt:
    return Halt(reason, OPENS_AT, OWNER)


def test_what_is_halted_refuses_with_its_reason_until_it_is_resumed() -> None:
    control = TradingControl(HOUSE)
    control.controls.check_not_halted()

    control.halt(a_halt())
    with pytest.raises(TradingHaltedError, match="Trading is halted: prices look wrong"):
        control.controls.check_not_halted()

    control.resume()
    control.controls.check_not_halted()


def test_what_is_halted_already_keeps_its_first_reason_and_instant() -> None:
    control = TradingControl(HOUSE)
    control.halt(a_halt())
    control.release_events()

    control.halt(Halt("another one", CLOSES_AT, None))

    assert control.controls.halt == a_halt()
    assert not control.is_changed


def test_resuming_what_is_not_halted_changes_nothing() -> None:
    control = TradingControl(HOUSE, version=1)

    control.resume()

    assert not control.is_changed


def test_limits_and_halts_leave_each_other_alone() -> None:
    control = TradingControl(HOUSE)
    limits = TradingLimits(max_order_quantity=shares("5"))

    control.halt(a_halt())
    control.limit(limits)
    assert (control.controls.limits, control.controls.halt) == (limits, a_halt())

    control.resume()
    assert (control.controls.limits, control.controls.halt) == (limits, None)


def test_limits_that_stay_the_same_are_no_change() -> None:
    control = TradingControl(HOUSE, version=1)

    control.limit(TradingLimits())

    assert not control.is_changed


@pytest.mark.parametrize("reason", ["", "  ", "x" * 201, "two\nlines"])
def test_a_reason_can_be_read_in_one_line(reason: str) -> None:
    with pytest.raises(ValidationError, match="reason: must have 1 to 200 printable characters"):
        a_halt(reason)
