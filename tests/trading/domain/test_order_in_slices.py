"""An order whose slices are orders of their own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from guilder.shared.ids import OrderId
from guilder.trading.domain.fills import OverfillError
from guilder.trading.domain.order import Order
from guilder.trading.domain.order_status import OrderNotOpenError, OrderStatus
from guilder.trading.domain.slicing.slice_plan import SlicePlan
from guilder.trading.domain.slicing.slice_schedule import Slice
from guilder.trading.domain.slicing.slicing_terms import Algorithm, SlicingTerms
from tests.builders import OPENS_AT, a_ticket, an_execution, new_id, order_for, shares


def a_parent(quantity: str = "10") -> Order:
    """Of one slice."""
    parent = order_for(replace(a_ticket(quantity, client_order_id="mine"), slicing=SlicingTerms(Algorithm.TWAP)))
    parent.plan = SlicePlan((Slice(OPENS_AT, shares(quantity)),))
    parent.release_events()
    return parent


def a_child(parent: Order, quantity: str = "10") -> Order:
    child = order_for(parent.ticket.for_slice(shares(quantity)), at=OPENS_AT)
    child.parent_id = parent.id
    parent.place_slice(child.id)
    return child


def test_a_slice_has_the_terms_of_its_order_but_not_its_name() -> None:
    ticket = a_child(a_parent()).ticket

    assert (ticket.client_order_id, ticket.slicing, ticket.quantity) == (None, None, shares("10"))


def test_the_fills_of_a_slice_count_once_and_are_told_once() -> None:
    parent = a_parent()
    child = a_child(parent)
    child.fill(an_execution("4", "100"))

    parent.follow(child)
    parent.follow(child)

    assert (parent.status, parent.filled_quantity) == (OrderStatus.PARTIALLY_FILLED, shares("4"))
    assert parent.release_executions() == []
    assert parent.release_events() == []


def test_it_has_run_out_once_every_slice_is_placed_and_over() -> None:
    parent = a_parent()
    assert not parent.has_run_out
    child = a_child(parent)
    assert not parent.has_run_out

    child.cancel(at=OPENS_AT)
    parent.follow(child)

    assert parent.has_run_out


def test_its_slices_cannot_fill_more_than_it() -> None:
    parent = a_parent()
    child = a_child(parent, "11")
    child.fill(an_execution("11", "100"))

    with pytest.raises(OverfillError):
        parent.follow(child)


def test_no_slice_of_an_order_that_is_over_is_placed() -> None:
    parent = a_parent()
    parent.cancel(at=OPENS_AT)

    with pytest.raises(OrderNotOpenError):
        parent.place_slice(OrderId(new_id()))
