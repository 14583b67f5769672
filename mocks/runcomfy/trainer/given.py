"""A data set that a director gives an account: as if its client had made it and sent its files before."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Any

from ....contracts.contract import Contract
from ....contracts.finding import did_you_mean
from ...engine.luck import digest
from ...engine.prop import Prop, checked
from ...engine.session import Account, Session
from .datasets import KIND, Files, Kept

WORDS = ("name", "files", "status", "error")


def given(contract: Contract, session: Session, account: Account, said: Mapping[str, Any]) -> Prop:
    """What is left out is as usual: a name that is made up, one file, and all of it is ready."""
    row = contract.facts.openapi["props"][KIND]
    checked("data set", said, {}, WORDS)
    files, state = _files(contract, said), _state(row["words"], said)
    if not files and state != "empty":
        raise ValueError(f"expected files of a data set that is {row['words'][state]}; came none; name one, as "
                         f"files={{'a.jpg': 3}}, or say status={row['words']['empty']!r}")  # fmt: skip
    if "name" in said:
        _named(contract, session, account, said["name"])
    prop = session.add_prop(account, KIND, "", {})
    name = said.get("name") or f"{row['name']}{digest(prop.id)[:12]}"
    wrong = str(said.get("error", "")) or contract.failure("dataset-failed")[0] if state == "bad" else ""
    ready = inf if state == "under_way" else session.clock.now
    here = {} if state == "empty" else {file: Kept(size, digest(prop.id, file), ready, wrong)
                                        for file, size in files.items()}  # fmt: skip
    session.props[prop.id] = prop = prop._replace(name=name, said={"name": name}, more=Files(here))
    return prop


def _files(contract: Contract, said: Mapping[str, Any]) -> dict[str, int]:
    """The files by their names; unless told, those of the contract's example."""
    if "files" in said or said.get("status") == contract.facts.openapi["props"][KIND]["words"]["empty"]:
        files = said.get("files", {})
        judge = contract.operations["get_upload_endpoint"].body
        assert judge is not None
        for finding in judge.check({"filenameToByteSize": files}) if files != {} else ():
            place = finding.where.replace("/filenameToByteSize", "files")
            raise ValueError(f"expected {place} to be {finding.expected}; came {finding.came}; name each with its "
                             f"size in bytes, as files={{'a.jpg': 3}}")  # fmt: skip
        return dict(files)
    shown = contract.facts.openapi["operations"]["get_dataset"]["answers"]["200"]["example"]["files"]
    return {file["filename"]: file["size_bytes"] for file in shown}


def _state(words: Mapping[str, str], said: Mapping[str, Any]) -> str:
    asked = said.get("status", words["bad"] if said.get("error") else words["good"])
    for state, word in words.items():
        if word == asked:
            return state
    raise ValueError(f"expected status to be one of {', '.join(words.values())}; came {asked!r}; "
                     + did_you_mean(str(asked), list(words.values()), "leave it out"))  # fmt: skip


def _named(contract: Contract, session: Session, account: Account, name: Any) -> None:
    form = contract.operations["add_dataset"].body
    assert form is not None
    for finding in form.check({"name": name}):
        raise ValueError(f"expected name to be {finding.expected}; came {finding.came}; {finding.cure}")
    if name in {prop.name for prop in session.own(account, KIND)}:
        raise ValueError(f"expected a name that the account has not given yet; came {name!r}; take another one")
