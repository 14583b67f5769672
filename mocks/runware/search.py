"""Looking for models: those of the catalogue and those that accounts brought, in one list, always in the same order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from ...contracts.catalogue import Model
from ...contracts.contract import Contract
from ...contracts.document import architectures
from ..engine.prop import Prop
from ..web.dialect import Answer, Route
from ..web.turn import Turn
from . import newcomers, wire
from .results import answer

Entry = dict[str, Any]

LIMIT = 20
OFFICIAL = "featured"  # the word of an answer; a request may say `official` as well
SEARCHED = ("air", "name", "version", "shortDescription", "comment", "architecture")


def search(turn: Turn) -> Answer:
    """The models that a task asks for, a page of them."""
    said, contract = turn.inputs, turn.dialect.contract
    brought = newcomers.there(turn.session, turn.account)
    every = [*_listed(contract), *(_entry(contract, prop, prop.account is turn.account) for prop in brought)]
    wanted = [each for each in every if _meets(each, said)]
    ordered = sorted_by(wanted, said.get("sort") or "_score", str(said.get("search", "")).lower())
    at = int(said.get("offset", 0))  # 3.0 is a whole number, too
    page = [{key: value for key, value in each.items() if key in _keys(contract)}
            for each in ordered[at : at + int(said.get("limit", LIMIT))]]  # fmt: skip
    return answer(turn, results=page, totalResults=len(wanted))


def _keys(contract: Contract) -> Mapping[str, Any]:
    known: Mapping[str, Any] = wire.keys(contract, "modelSearch")["results"]["items"]["properties"]
    return known


def _listed(contract: Contract) -> Iterator[Entry]:
    """The catalogue's, in its order."""
    names, strangers = wire.titles(contract), contract.facts.openapi["search"]["strangers"]
    kinds = sorted(architectures(contract.provider), key=len, reverse=True)
    for model in contract.catalogue.models.values():
        name = names.get(model.id, model.id)
        maker = model.id.partition(":")[0]
        yield {
            "air": model.id, "name": name, "version": model.id.partition("@")[2], "category": "checkpoint",
            "architecture": next((kind for kind in kinds if f"-{kind}-" in f"-{name}-"), None),
            "capabilities": _capabilities(contract, model), "source": "community" if maker in strangers else OFFICIAL,
            "tags": [], "heroImage": None, "private": False, "isFavorite": False, "provider": maker, "own": False,
            "made": 0.0,
        }  # fmt: skip


def _capabilities(contract: Contract, model: Model) -> list[str]:
    """What a model can do, told from the type of its tasks and from what it takes."""
    rules = contract.facts.openapi["search"]
    seeing = rules["seeing"].get(model.form, []) if any(name in model.known for name in rules["pictures"]) else []
    return [*rules["able"].get(model.form, [f"op:{model.form}"] if model.form else []), *seeing]


def _entry(contract: Contract, prop: Prop, own: bool) -> Entry:
    said, form = prop.said, prop.more.form
    told = {key: said[key] for key in ("shortDescription", "comment", "type", "conditioning", "positiveTriggerWords",
                                       "negativeTriggerWords") if isinstance(said.get(key), str)}  # fmt: skip
    tags = said.get("tags") or []
    return {
        "air": prop.name, "name": said["name"], "version": said["version"], "category": said["category"],
        "architecture": said["architecture"], "capabilities": _capabilities(contract, form) if form is not None else [],
        "source": "community", "heroImage": said.get("heroImageURL"), "private": newcomers.private(prop),
        "isFavorite": False, "provider": prop.name.partition(":")[0], **told,
        "tags": tags, "own": own, "made": prop.made,
    }  # fmt: skip


def _meets(entry: Entry, said: Mapping[str, Any]) -> bool:
    """Whether a model is one of those that are looked for; each thing that is said has to be true of it."""
    return all(rule(entry, said[key]) for key, rule in RULES.items() if said.get(key) is not None)


def _speaks(entry: Entry, text: str) -> bool:
    whole = " ".join([*(str(entry.get(key) or "") for key in SEARCHED), *entry["tags"]]).lower()
    return all(word in whole for word in text.lower().split())


def _seen_by(entry: Entry, word: str) -> bool:
    shown = {"public": not entry["private"], "private": entry["private"], "owned": entry["own"], "all": True}
    return bool(shown.get(word, entry["isFavorite"]))


RULES: dict[str, Callable[[Entry, Any], bool]] = {
    "search": _speaks,
    "source": lambda entry, word: entry["source"] == (OFFICIAL if word == "official" else word),
    "category": lambda entry, word: entry["category"] == word,
    "architecture": lambda entry, word: newcomers.plain(entry["architecture"] or "") == newcomers.plain(word),
    "capabilities": lambda entry, words: set(words) <= set(entry["capabilities"]),
    "visibility": _seen_by,
    "tags": lambda entry, words: set(words) <= set(entry["tags"]),
    "type": lambda entry, word: entry.get("type") == word,
    "conditioning": lambda entry, word: entry.get("conditioning") == word,
}


def sorted_by(entries: Iterable[Entry], word: str, text: str = "") -> list[Entry]:
    """The entries in the order that a word asks for; nobody counts how popular one is, so that order is theirs."""
    back, name = word.startswith("-"), word.lstrip("-")
    if name == "_score":
        return sorted(entries, key=lambda entry: _rank(entry, text))
    if name == "name":
        return sorted(entries, key=lambda entry: str(entry["name"]).lower(), reverse=back)
    if name == "popularity":
        return list(entries)[:: -1 if back else 1]
    return sorted(entries, key=lambda entry: entry["made"], reverse=back)


def _rank(entry: Entry, text: str) -> int:
    """How near a model is to what was looked for: first the one that is called so, then those that begin so."""
    names = (str(entry["air"]).lower(), str(entry["name"]).lower())
    return 0 if text in names else 1 if any(name.startswith(text) for name in names) else 2


ROUTES: dict[str, Route] = {"modelSearch": search}
