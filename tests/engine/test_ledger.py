"""Money is exact, follows the orders, and is never compared while some of it is unknown."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from understudy.mocks.engine.ledger import Ledger, Spent, UnknownPrice

prices = st.integers(0, 10**6).map(lambda millionths: millionths / 10**6)


def test_hold_charge_release() -> None:
    def told() -> tuple[float, float, float]:
        return ledger.balance, ledger.held, float(ledger.spent)

    ledger = Ledger(10)
    ledger.hold("a", 3, "cube")
    ledger.hold("b", 4, "cube")
    assert told() == (3, 7, 0)
    ledger.charge("a")
    assert told() == (3, 4, 3)
    ledger.release("b", 4, "cube")
    assert told() == (7, 0, 3)
    for name in ("a", "b", "nobody"):
        ledger.charge(name)
        ledger.release(name, 4, "cube")
    assert told() == (7, 0, 3)


@given(orders=st.lists(st.tuples(prices, st.sampled_from(["charge", "release", "hold"])), max_size=30))
def test_sums_are_exact(orders: list[tuple[float, str]]) -> None:
    ledger, spent, held = Ledger(1000), Decimal(0), Decimal(0)
    for number, (price, _) in enumerate(orders):
        ledger.hold(str(number), price, "cube")
    for number, (price, end) in enumerate(orders):
        if end == "hold":
            held += Decimal(str(price))
            continue
        if end == "charge":
            ledger.charge(str(number))
            spent += Decimal(str(price))
        else:
            ledger.release(str(number), price, "cube")
    assert (ledger.spent, ledger.held, ledger.balance) == (float(spent), float(held), float(1000 - spent - held))


def test_prices_sum_up_as_they_are_written() -> None:
    ledger = Ledger(1)
    for number in range(3):
        ledger.hold(str(number), 0.0013, "cube")
        ledger.charge(str(number))
    assert ledger.spent == 0.0039
    assert ledger.balance == 0.9961


@pytest.mark.parametrize(
    ("balance", "cost", "affords"),
    [(5, 5, True), (5, 5.01, False), (5, None, True), (0, None, False), (0, 0, False), (0.3, 0.3, True)],
)
def test_what_can_be_afforded(balance: float, cost: float | None, affords: bool) -> None:
    ledger = Ledger()
    ledger.hold("under way", 0.1, "cube")
    ledger.set(balance)
    assert ledger.balance == balance
    assert ledger.affords(cost) is affords


COMPARED: list[Any] = [
    lambda spent: spent == 0, lambda spent: spent != 0, lambda spent: spent < 1, lambda spent: spent <= 0,
    lambda spent: spent > 0, lambda spent: spent >= 0, lambda spent: not spent,
    lambda spent: spent == pytest.approx(0), lambda spent: pytest.approx(0) == spent, lambda spent: max(spent, 1.0),
]  # fmt: skip


@pytest.mark.parametrize("compared", COMPARED)
def test_what_is_not_known_is_not_compared(compared: Any) -> None:
    ledger = Ledger()
    compared(ledger.spent)
    ledger.hold("a", None, "cube")
    ledger.hold("b", None, "cube")
    ledger.hold("c", None, "ball")
    with pytest.raises(UnknownPrice, match=r"ball \(1\), cube \(2\).*cost=") as wrong:
        compared(ledger.spent)
    assert isinstance(wrong.value, AssertionError), "a test fails, it does not err"
    assert float(ledger.spent) == 0


def test_an_unpriced_order_that_came_to_nothing_leaves_nothing_unknown() -> None:
    ledger = Ledger()
    for name in ("a", "b"):
        ledger.hold(name, None, "cube")
    ledger.release("a", None, "cube")
    assert ledger.unpriced == {"cube": 1}
    ledger.release("b", None, "cube")
    assert ledger.unpriced == {}
    assert ledger.spent == 0
    ledger.hold("c", None, "cube")
    ledger.charge("c")
    assert ledger.unpriced == {"cube": 1}


def test_spent_is_a_number_of_that_moment() -> None:
    ledger = Ledger()
    before = ledger.spent
    ledger.hold("a", None, "cube")
    assert before == 0
    assert isinstance(before, Spent)
    assert hash(before) == hash(0.0)


def test_a_quota_is_counted_down_and_then_objected_to() -> None:
    ledger = Ledger()
    assert (ledger.quota, ledger.objection(1)) == (None, "")
    ledger.take()
    assert ledger.quota is None, "any number is any number less one"
    ledger.allow(2)
    for left in (1, 0, 0):
        ledger.take()
        assert ledger.quota == left
    assert ledger.objection(1) == ledger.objection(None) == "no-money"
    ledger.without_quota = "no-quota"
    assert ledger.objection(1) == "no-quota"
    assert ledger.balance == 1_000_000, "a quota is no money"
    ledger.allow(None)
    assert (ledger.quota, ledger.objection(1)) == (None, "")


def test_money_is_objected_to_while_the_quota_lasts() -> None:
    ledger = Ledger(1)
    ledger.without_quota = "no-quota"
    ledger.allow(1)
    assert (ledger.objection(2), ledger.objection(1)) == ("no-money", "")


@pytest.mark.parametrize("orders", [-1, 1.5, "2", True])
def test_a_quota_that_cannot_be_is_told(orders: Any) -> None:
    with pytest.raises(ValueError, match=r"expected a number of orders.*say allow\(0\)"):
        Ledger().allow(orders)


@pytest.mark.parametrize("made", [
    lambda spent: round(spent, 2), lambda spent: spent + 1, lambda spent: 1 + spent, lambda spent: spent - 1,
    lambda spent: 1 - spent, lambda spent: sum([spent, spent]), round,
])  # fmt: skip
def test_what_is_made_of_an_unknown_sum_is_unknown(made: Callable[[Spent], float]) -> None:
    ledger = Ledger()
    ledger.hold("a", 0.256, "cheap")
    ledger.charge("a")
    assert made(ledger.spent) == pytest.approx(made(0.256))  # type: ignore[arg-type]
    ledger.hold("b", None, "unknown")
    with pytest.raises(UnknownPrice, match="unknown"):
        assert made(ledger.spent) >= 0


@pytest.mark.parametrize("balance", [-1, "5", None, True, float("nan"), float("inf")])
def test_a_balance_is_a_sum(balance: Any) -> None:
    with pytest.raises(ValueError, match=r"expected a balance of 0 or more; came .*; say set"):
        Ledger().set(balance)
