"""An account's money: what is held for orders under way, what was spent, and what nobody knows the price of."""

from __future__ import annotations

from collections import Counter
from math import inf

UNIT = 10**9  # money is counted in whole billionths: sums of prices are exact, and come out as they are written


class UnknownPrice(AssertionError):
    """Money was compared although some orders have no known price."""


class Spent(float):
    """Money spent; while some orders are unpriced, comparing it says so instead of answering wrongly."""

    unpriced: dict[str, int]

    def __new__(cls, value: float, unpriced: dict[str, int]) -> Spent:
        """A sum, and what it leaves out."""
        made = super().__new__(cls, value)
        made.unpriced = unpriced
        return made

    def _known(self) -> float:
        if self.unpriced:
            names = ", ".join(f"{name} ({count})" for name, count in sorted(self.unpriced.items()))
            raise UnknownPrice(f"expected every order to have a price; came orders of unknown price: {names}; "
                               f"say script(cost=...) for them, or look at ledger.unpriced")  # fmt: skip
        return float(self)

    def __eq__(self, other: object) -> bool:
        return self._known() == other

    def __ne__(self, other: object) -> bool:
        return self._known() != other

    def __lt__(self, other: float) -> bool:
        return self._known() < other

    def __le__(self, other: float) -> bool:
        return self._known() <= other

    def __gt__(self, other: float) -> bool:
        return self._known() > other

    def __ge__(self, other: float) -> bool:
        return self._known() >= other

    def __bool__(self) -> bool:
        return self._known() != 0

    # What is made of it knows as little: round(spent, 2) == 0.5 must not pass for an order that nobody can price.

    def __add__(self, other: float) -> Spent:
        return self._with(float(self) + float(other), other)

    __radd__ = __add__

    def __sub__(self, other: float) -> Spent:
        return self._with(float(self) - float(other), other)

    def __rsub__(self, other: float) -> Spent:
        return self._with(float(other) - float(self), other)

    def __round__(self, digits: int | None = None) -> Spent:  # type: ignore[override]
        return self._with(round(float(self), digits or 0))

    def _with(self, value: float, other: float = 0.0) -> Spent:
        more = other.unpriced if isinstance(other, Spent) else {}
        return Spent(value, dict(Counter(self.unpriced) + Counter(more)))

    __hash__ = float.__hash__


class Ledger:
    """The book of one account."""

    def __init__(self, balance: float = 1_000_000.0) -> None:
        self.unpriced: Counter[str] = Counter()
        self.unit = ""  # what is counted, where it is not dollars
        self.without_quota = "no-money"  # the reason once the quota is used up; a provider may have one of its own
        self._paid_in = _counted(balance)
        self._charged = 0
        self._set_aside = 0
        self._held: dict[str, int] = {}
        self._quota: int | None = None

    @property
    def held(self) -> float:
        """What is set aside for orders under way."""
        return self._set_aside / UNIT

    @property
    def charged(self) -> float:
        """What was charged."""
        return self._charged / UNIT

    @property
    def balance(self) -> float:
        """What may still be spent."""
        return (self._paid_in - self._charged - self._set_aside) / UNIT

    @property
    def spent(self) -> Spent:
        """What was charged, of the orders whose price is known."""
        return Spent(self.charged, dict(self.unpriced))

    def set(self, balance: float) -> None:
        """Makes the balance so much from now on."""
        if not isinstance(balance, (int, float)) or isinstance(balance, bool) or not 0 <= balance < inf:
            raise ValueError(f"expected a balance of 0 or more; came {balance!r}; say set(0) for an empty account")
        self._paid_in = _counted(balance) + self._charged + self._set_aside

    def allow(self, orders: int | None) -> None:
        """Lets the account place so many more orders; None is any number."""
        if orders is not None and (not isinstance(orders, int) or isinstance(orders, bool) or orders < 0):
            raise ValueError(f"expected a number of orders, or None for any; came {orders!r}; say allow(0) for none")
        self._quota = orders

    @property
    def quota(self) -> int | None:
        """How many more orders the account may place; None is any number."""
        return self._quota

    def take(self) -> None:
        """Counts one order that was placed. One that fails or is cancelled later was placed all the same."""
        if self._quota:
            self._quota -= 1

    def objection(self, cost: float | None) -> str:
        """The reason for which an order cannot be taken, or nothing."""
        if self._quota == 0:
            return self.without_quota
        return "" if self.affords(cost) else "no-money"

    def affords(self, cost: float | None) -> bool:
        """Whether an order may be taken; an empty account takes none, not even one without a price."""
        balance = self._paid_in - self._charged - self._set_aside
        return balance > 0 and (cost is None or balance >= _counted(cost))

    def hold(self, task: str, cost: float | None, model: str) -> None:
        """Sets money aside for an order, or notes that nobody knows what it costs."""
        if cost is None:
            self.unpriced[model] += 1
        else:
            self._held[task] = money = _counted(cost)
            self._set_aside += money

    def charge(self, task: str, due: float | None = None) -> None:
        """The order is paid for: what was held is spent, or as much as is due."""
        money = self._held.pop(task, 0)
        self._set_aside -= money
        self._charged += money if due is None else _counted(due)

    def bill(self, task: str, share: float, cost: float | None, model: str) -> None:
        """The order is ended early: its share is spent of what was held. A share of an unknown price is unknown, and
        stays so when the order is released."""
        if cost is None:
            self.unpriced[model] += share > 0
            return
        money = self._held.pop(task, 0)
        self._set_aside -= money
        self._charged += round(money * share)

    def release(self, task: str, cost: float | None, model: str) -> None:
        """The order failed or was cancelled: what was held is free again, and an unknown price is none to know."""
        if cost is not None:
            self._set_aside -= self._held.pop(task, 0)
        elif self.unpriced[model] > 1:
            self.unpriced[model] -= 1
        else:
            del self.unpriced[model]


def _counted(money: float) -> int:
    return round(money * UNIT)
