"""Coverage as text: of each group how much was reached, as a bar, and what was not, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..checks.reaching.covered import Covered, Missing

WIDE = 30  # of a bar
MOST = 3  # missing rows of a group that are told unless all are asked for
FULL, EMPTY = "#", "."


def lines(told: Mapping[str, Any], most: int | None = MOST) -> Iterator[str]:
    """What a dict of Coverage tells; `most` missing rows a group, or all."""
    covered = Covered.of(told)
    yield f"{covered.provider}: {_of(*covered.counts())}"
    missing: dict[str, list[Missing]] = {}
    for each in covered.missing():
        missing.setdefault(each.group, []).append(each)
    for group in told["groups"]:
        reached, of = covered.counts(group)
        if of:
            yield f"  {group:<11}  {bar(reached, of)}  {_of(reached, of)}"
            yield from _not_reached(missing.get(group, []), most)
    if covered.beside:
        beside = ", ".join(f"{name} ({times})" for name, times in sorted(covered.beside.items()))
        yield f"  answered, and documented nowhere: {beside}"
    if covered.left_out:
        yield f"  {covered.left_out} exchanges were no longer kept, and are not counted: raise max_exchanges"


def bar(reached: int, of: int) -> str:
    """How much was reached. It is full when all was, and not before; what was reached at all shows."""
    long = reached * WIDE // of if of else WIDE
    long = max(long, 1) if reached else 0
    return FULL * long + EMPTY * (WIDE - long)


def _not_reached(missing: list[Missing], most: int | None) -> Iterator[str]:
    shown = missing if most is None else missing[:most]
    for each in shown:
        says = f" ({each.says})" if each.says else ""
        yield f"    not {each.name}{says}" + (f": {each.why}" if each.why else "")
    if len(missing) > len(shown):
        yield f"    and {len(missing) - len(shown)} more: --all tells them"


def _of(reached: int, of: int) -> str:
    share = 100 * reached / of if of else 100.0
    return f"{reached} of {of}, {share:.1f} %"
