"""The mutants of what is handed out: links, files, seeds and costs."""

from __future__ import annotations

from collections.abc import Callable
from struct import pack
from typing import Any
from zlib import crc32

from ...exchange import Exchange
from ..subject import Ask
from .bending import bodied, changed, edited, found, headed, inputs, put, queried, sending, told
from .mutant import Stage, Table, addresses

WARES = Table()
NOWHERE = "https://elsewhere.example"
HEADS = (b"GIF89a\x08\x00\x08\x00\x00\x00\x00", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x08\x00\x00\x00\x08")
UNPAID, TWICE, PLAYED = "a user paid for nothing", "a client shows a picture twice", "a client plays a picture"
SAME, SUM = "a user who asks for another gets the same", "a client's sum is wrong"
Files = Callable[[Stage, str, Any], dict[str, Any]]  # a key of the output, and its value: what stands there instead


# -- links


def _linked(name: str, why: str, change: Callable[[Stage, str], str]) -> None:
    @WARES.behaves(name, "link", why, "links")
    def bend(stage: Stage, ask: Ask) -> Exchange:
        said = stage.send(ask)
        for pointer in stage.tells["links"]:
            said = edited(said, pointer, changed(lambda link: change(stage, str(link))))
        return said


_linked("links lead to another host", "a client sends its key to somebody else",
        lambda stage, link: link.replace(stage.subject.base, NOWHERE))  # fmt: skip
_linked("links are paths without their host", "a client that follows them asks nobody",
        lambda stage, link: link.removeprefix(stage.subject.base))  # fmt: skip
_linked("links lead to nothing", "a client that follows them finds nothing", lambda stage, link: f"{link}x")
_linked("links end with a slash", "a client that follows them is refused", lambda stage, link: f"{link}/")


@WARES.behaves("links are those of another operation", "link", "a client that follows them asks another thing", "links",
               "several links")  # fmt: skip
def _crossed(stage: Stage, ask: Ask) -> Exchange:
    said = stage.send(ask)
    links = {pointer: link for pointer in stage.tells["links"] if (link := found(said.json, pointer)) is not None}
    for pointer, link in zip(links, [*list(links.values())[1:], *list(links.values())[:1]], strict=True):
        said = edited(said, pointer, put(link))
    return said


@WARES.behaves("links are those of the first order", "link", "a client that follows them sees another order", "links")
def _pinned(stage: Stage, ask: Ask) -> Exchange:
    said = stage.send(ask)
    for pointer in stage.tells["links"]:
        said = edited(said, pointer, changed(lambda link, pointer=pointer: stage.memory.setdefault(pointer, link)))  # type: ignore[misc]
    return said


# -- what a result tells of files


def _output(name: str, why: str, change: Files, *needs: str) -> None:
    @WARES.looks(name, "files", why, "files", "flat files", *needs)
    def look(stage: Stage, said: Exchange) -> Exchange:
        output = found(said.json, stage.key("files", said))
        if not isinstance(output, dict) or any(isinstance(value, dict) for value in output.values()):
            return said
        made: dict[str, Any] = {}
        for key, value in output.items():
            made |= change(stage, key, value)
        return edited(said, stage.key("files", said), put(made))


def _spelled(stage: Stage, key: str, several: bool, other: bool = False) -> str:
    """The key of one file or of several, of the kind that a key speaks of, or of another kind."""
    row = stage.forms
    kinds = [*dict.fromkeys(model.kind for model in stage.contract.catalogue.models.values()), "video"]
    forms = {row[form].format(kind=kind): kind for kind in kinds for form in ("one", "several")}
    kind = forms.get(key, key)
    kind = next((each for each in kinds if each != kind), kind) if other else kind
    return str(row["several" if several else "one"].format(kind=kind))


def _fewer_or_more(by: int) -> Files:
    def change(stage: Stage, key: str, value: Any) -> dict[str, Any]:
        files = addresses(value)
        files = [*files, files[-1]] if by > 0 else files[:by]
        return {_spelled(stage, key, len(files) > 1): files[0] if len(files) == 1 else files} if files else {}

    return change


def _each(change: Callable[[Stage, str], str]) -> Files:
    return lambda stage, key, value: {key: [change(stage, url) for url in value] if isinstance(value, list)
                                      else change(stage, str(value))}  # fmt: skip


def _several(change: Callable[[Stage, list[Any]], Any]) -> Files:
    return lambda stage, key, value: {key: change(stage, value) if isinstance(value, list) else value}


_output("a result has a file more than was ordered", TWICE, _fewer_or_more(1))
_output("a result has a file less than was ordered", "a user paid for more", _fewer_or_more(-1))
_output("a result tells of no file", UNPAID, lambda stage, key, value: {})
_output("a single file is told as several", "a client that reads the one finds none",
        lambda stage, key, value: {_spelled(stage, key, True): addresses(value)})  # fmt: skip
_output("of several files the first alone is told", "a client loses what was made",
        lambda stage, key, value: {_spelled(stage, key, False): addresses(value)[0]}, "several")  # fmt: skip
_output("several files are told as one text", "a client fetches an address that is none",
        _several(lambda stage, files: ",".join(files)), "several")  # fmt: skip
_output("several files change places from look to look", "a client mixes up what it has",
        _several(lambda stage, files: files[:: -1 if stage.count("looks") % 2 else 1]), "several")  # fmt: skip
_output("several files have one address", TWICE, _several(lambda stage, files: files[:1] * len(files)), "several")
_output("a file's kind is told as another", PLAYED,
        lambda stage, key, value: {_spelled(stage, key, isinstance(value, list), other=True): value})  # fmt: skip
_output("a file's address is a path without its host", "a client fetches it from nobody",
        _each(lambda stage, url: url.removeprefix(stage.subject.base)))  # fmt: skip
_output("a file's address is on a host that nobody knows", "a client fetches it from somebody else",
        _each(lambda stage, url: url.replace(stage.subject.base, NOWHERE)))  # fmt: skip
_output("a file's address changes with each look", "a client fetches it again and again",
        _each(lambda stage, url: f"{url}?look={stage.count('looks')}"))  # fmt: skip
_output("a file's address leads to nothing", UNPAID, _each(lambda stage, url: f"{url}x"))


# -- the files themselves


def _opened(name: str, why: str, change: Callable[[Stage, Exchange], Exchange]) -> None:
    @WARES.behaves(name, "files", why, "files")
    def bend(stage: Stage, ask: Ask) -> Exchange:
        said = stage.send(ask)
        return change(stage, said) if said.path in stage.files and said.status == 200 else said


def _labelled(name: str, why: str, label: str) -> None:
    _opened(name, why, lambda stage, said: headed(said, "content-type", label))


def _cut(name: str, why: str, cut: Callable[[bytes], bytes]) -> None:
    _opened(name, why, lambda stage, said: bodied(said, cut(said.answer_body)))


def _recast(body: bytes) -> bytes:
    head = next(each for each in HEADS if not body.startswith(each[:4]))
    return head + body[len(head) :]


def _resized(body: bytes) -> bytes:
    """Only where the bytes say it plainly: in the head of a PNG."""
    if body[12:16] != b"IHDR":
        return body
    head = body[12:16] + pack(">I", int.from_bytes(body[16:20]) + 8) + body[20:29]
    return body[:12] + head + pack(">I", crc32(head)) + body[33:]


_cut("a file is cut in half", "a user sees half a picture", lambda body: body[: len(body) // 2])
_cut("a file lacks its last byte", "a strict reader refuses it", lambda body: body[:-1])
_cut("a file is empty", "a user sees nothing", lambda body: b"")
_cut("a file is of another format", "a client's decoder stops", _recast)
_cut("a file is of another size", "a layout breaks", _resized)
_cut("a file is noise behind its head", "a client's decoder stops", lambda body: body[:64] + bytes(len(body) - 64))
_labelled("a file is labelled as bytes", "a browser stores it and does not show it", "application/octet-stream")
_labelled("a file is labelled as another kind", PLAYED, "font/woff")
_labelled("a file bears no label", "a client does not know what it has", "")
_opened("a file is not there", UNPAID, lambda stage, said: bodied(said._replace(status=404), b"not found"))
_opened("a file is refused", "nobody who has no key sees it",
        lambda stage, said: bodied(said._replace(status=403), b"denied"))  # fmt: skip
_opened("a file is a page that says that it is not there", "a client stores a page as a picture",
        lambda stage, said: bodied(headed(said, "content-type", "text/html"), b"<html>not found</html>"))  # fmt: skip
_opened("every file is the first one that was fetched", "every user sees one picture",
        lambda stage, said: bodied(said, stage.memory.setdefault("first", said.answer_body)))  # fmt: skip
_opened("a file changes from fetch to fetch", "a cache holds another file than the server",
        lambda stage, said: bodied(said, said.answer_body + b" " * stage.count(said.path)))  # fmt: skip


# -- seeds


def _seeded(name: str, why: str, seed: Callable[[Stage, int], int]) -> None:
    @WARES.behaves(name, "files", why, "seed")
    def bend(stage: Stage, ask: Ask) -> Exchange:
        model, body, key = stage.orders_from(ask), inputs(ask), stage.tells["seed"]
        seeded = model is not None and isinstance(body, dict) and type(body.get(key)) is int and model.judge.good(body)
        return stage.send(sending(ask, {**body, key: seed(stage, body[key])}) if seeded else ask)


_seeded("every seed makes the same file", SAME, lambda stage, seed: 1)
_seeded("a seed makes another file each time", "a user cannot make it again", lambda stage, seed: len(stage.orders) + 1)
_seeded("an even seed makes the file of the one behind it", SAME, lambda stage, seed: seed | 1)


# -- costs


def _priced(name: str, why: str, cost: Callable[[Stage, Any], Any]) -> None:
    @WARES.looks(name, "money", why, "cost")
    def look(stage: Stage, said: Exchange) -> Exchange:
        return edited(said, stage.key("cost", said), changed(lambda usual: cost(stage, usual)))


_priced("a cost is negative", SUM, lambda stage, cost: -1.0)
_priced("a cost is higher than the price", "a user is charged too much", lambda stage, cost: cost + 1.0)
_priced("a cost grows with each look", SUM, lambda stage, cost: float(cost) + stage.count("looks"))
_priced("a cost is no number", "a client's sum is none", lambda stage, cost: float("nan"))


@WARES.looks("a cost is told before the end", "money", "a client counts what may never be charged", "cost", "flat")
def _early(stage: Stage, said: Exchange) -> Exchange:
    name, _, word = stage.tells["cost"]["query"].partition("=")
    key = stage.key("cost", said)
    if not key or queried(stage.asked).get(name) != word or found(said.json, key) is not None:
        return said
    return told(said, {**said.json, key[1:]: 1.0})


@WARES.looks("a failed order has its price", "money", "a user pays for nothing", "cost", "error", "flat")
def _charged(stage: Stage, said: Exchange) -> Exchange:
    failed = found(said.json, stage.key("error", said)) is not None
    return edited(said, stage.key("cost", said), put(1.0)) if failed else said
