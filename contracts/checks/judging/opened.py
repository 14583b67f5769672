"""Whether a file that a result told of is there, and is what was ordered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from ...exchange import Exchange
from ...finding import WEIGHT, Finding, shown
from ...outcome import Outcome
from ..reading.files import told
from .ended import placed
from .form import header
from .nodes import runs
from .reference import Known
from .world import World, made

TYPES = {
    "png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp", "svg": "image/svg+xml", "mp4": "video/mp4",
    "mov": "video/quicktime", "webm": "video/webm", "wav": "audio/wav", "mp3": "audio/mpeg", "flac": "audio/flac",
    "ogg": "audio/ogg", "glb": "model/gltf-binary", "txt": "text/plain", "json": "application/json",
}  # fmt: skip
ANY_KIND, ANY_SIZE = ("tools",), ("upscale",)  # types of which no document says what kind, or how large
EDGE = 1.0  # seconds around the moment at which a file is gone, in which either is right
SHORT = 0.1  # seconds by which a sound or a film may be longer or shorter


def opened(world: World, said: Exchange, order: Known, index: int) -> Iterator[Finding]:
    """What is wrong with the answer to a fetch."""
    age = world.now - world.reference.span(order).ends
    kept = order.inputs.get("ttl") if isinstance(order.inputs, dict) else None
    kept = kept if world.contract.bundle is not None and type(kept) is int else world.life.media_ttl
    if world.dated and age > kept - EDGE:
        row = world.contract.errors["media-gone"]
        if age > kept + EDGE and said.status != row["status"]:
            yield _finding("dead-link", f"{row['status']}: kept for {kept:g} s", str(said.status),
                       "let files go when their time is over", "expired", row["source"])  # fmt: skip
        return
    if said.status != 200 or not said.answer_body:
        yield _finding("dead-link", "the file", f"{said.status} and {len(said.answer_body)} bytes",
                   "serve every file that a result tells of")  # fmt: skip
        return
    by_node = placed(world.life.tells["files"], order.model).get("form") in ("nodes", "lists")
    untold = by_node or order.told.get("type") in ANY_KIND
    yield from _labelled(said) if untold else _fits(_wanted(world, order), said)
    yield from _same(world, order, index, said)
    if by_node:
        yield from _own(world, order, said)
        yield from _heeded(world, order, index, said)


def _wanted(world: World, order: Known) -> Outcome:
    """What was ordered; how much larger something is made, no document says."""
    want = made(world.contract, order.form, order.inputs)
    return want._replace(width=0, height=0) if order.told.get("type") in ANY_SIZE else want


def _labelled(said: Exchange) -> Iterator[Finding]:
    """Where only a workflow knows what is made: a file, and labelled as what it is."""
    file, label = told(said.answer_body), header(said, "content-type").partition(";")[0]
    if not file.format:
        came = f"{shown(said.answer_body[:24].hex())}, which is none"
        yield _finding("wrong-file", "a file", came, "serve a file that can be read", "format")
    elif label != TYPES.get(file.format, label):
        yield _finding("wrong-file", TYPES[file.format], label or "no type", "label the file as what it is", "label")


def _fits(want: Outcome, said: Exchange) -> Iterator[Finding]:
    file = told(said.answer_body)
    label = header(said, "content-type").partition(";")[0]
    if file.format != want.format:
        came = file.format or f"{shown(said.answer_body[:24].hex())}, which is none"
        yield _finding("wrong-file", f"a {want.format} file", came, "make what was ordered", "format")
    elif label != TYPES.get(want.format, label):
        yield _finding("wrong-file", TYPES[want.format], label or "no type", "label the file as what it is", "label")
    if want.width and file.width and (file.width, file.height) != (want.width, want.height):
        came = f"{file.width} x {file.height}"
        yield _finding("wrong-file", f"{want.width} x {want.height}", came, "make the size that was ordered", "size")
    if want.seconds and file.seconds and abs(file.seconds - want.seconds) > SHORT:
        yield _finding("wrong-file", f"{want.seconds:g} s", f"{file.seconds:g} s", "make the length that was ordered",
                   "length")  # fmt: skip


def _same(world: World, order: Known, index: int, said: Exchange) -> Iterator[Finding]:
    """The same file for the same address, and for the same order and seed; another one for another seed."""
    digest = hashlib.sha256(said.answer_body).hexdigest()
    if world.prints.setdefault(said.url, digest) != digest:
        yield _finding(
            "unstable-answer", "the file that was there before", "another one", "keep files as they are", "file"
        )
    name = world.life.tells.get("seed", "")
    inputs: dict[str, Any] = order.inputs if isinstance(order.inputs, dict) else {}
    if name not in inputs:
        return
    plain = (order.model, index, tuple(sorted((key, str(value)) for key, value in inputs.items()
                                              if key not in (name, *world.contract.catalogue.envelope))))  # fmt: skip
    known, seed = world.seeded.setdefault(plain, {}), str(inputs[name])
    if known.setdefault(seed, digest) != digest:
        yield _finding("wrong-file", f"the same file for the same inputs and {name} {seed}", "another one",
                   "make files from inputs and seed alone", "seed", "inferred")  # fmt: skip
    if any(other == digest for word, other in known.items() if word != seed):
        yield _finding(
            "wrong-file", f"another file for another {name}", "the same one", "heed the seed", "seed", "inferred"
        )


def _own(world: World, order: Known, said: Exchange) -> Iterator[Finding]:
    """Each file of an order is another one; a picture is as large as was said."""
    digest, own = hashlib.sha256(said.answer_body).hexdigest(), world.files.setdefault(order.id, {})
    if any(other == digest for url, other in own.items() if url != said.url):
        yield _finding("wrong-file", "another file than the others of the order", "the same one", "make each by itself",
                       "same", "inferred")  # fmt: skip
    own[said.url] = digest
    file = told(said.answer_body)
    if order.size and file.format == "png" and (file.width, file.height) != order.size:
        yield _finding("wrong-file", f"{order.size[0]} x {order.size[1]}", f"{file.width} x {file.height}",
                       "make the size that was asked for", "size")  # fmt: skip


def _heeded(world: World, order: Known, index: int, said: Exchange) -> Iterator[Finding]:
    """Another workflow makes another file, whether it is changed or sent."""
    if not getattr(order.form, "workflow", None):
        return
    digest, text = hashlib.sha256(said.answer_body).hexdigest(), json.dumps(runs(order), sort_keys=True)
    known = world.seeded.setdefault(("workflow", order.prop, index), {})
    known[text] = digest
    if any(other == digest for word, other in known.items() if word != text):
        yield _finding("wrong-file", "another file for another workflow", "the same one", "run what was sent",
                       "overrides", "inferred")  # fmt: skip


def _finding(rule: str, expected: str, came: str, cure: str, kind: str = "", source: Any = "documented") -> Finding:
    return Finding(rule, WEIGHT[source], "", expected, came, cure, "media", source, "", kind)
