"""What is said where a check needs a package that the base install does not bring."""

from __future__ import annotations


class MissingExtra(ImportError):
    """A package of the extra `contracts` is not here; the message says how it comes."""


def missing(name: str, package: str) -> MissingExtra:
    """The refusal of a name that needs a package."""
    return MissingExtra(f"expected {package}, which understudy.contracts.checks.{name} needs; came no such package; "
                        f"pip install 'understudy[contracts]'", name=package)  # fmt: skip
