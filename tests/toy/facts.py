"""The promise of a provider that does not exist: small enough to be written down by hand, whole enough to be kept."""

from __future__ import annotations

from typing import Any

from understudy.contracts.document import Document

SOURCE = {"source": "documented", "where": "here"}
TEXT = {"type": "string"}
WORDS = ("waiting", "working", "done", "broken", "gone")
LATER = ("later", "later", "there", "never", "never")
STATES = ("QUEUED", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED")
STEPS = [("QUEUED", "RUNNING"), ("QUEUED", "CANCELLED"), ("RUNNING", "SUCCEEDED"), ("RUNNING", "FAILED"),
         ("RUNNING", "CANCELLED")]  # fmt: skip
REASONS = {"bad-key": 401, "no-money": 402, "foreign-id": 404, "unknown-id": 404, "unknown-model": 404,
           "unknown-path": 404, "wrong-method": 405, "media-gone": 410, "too-large": 413, "wrong-type": 415,
           "invalid-input": 422, "bad-json": 422, "bad-path": 400, "queue-full": 429}  # fmt: skip


def operation(method: str, path: str, channel: str, schema: str, **more: Any) -> dict[str, Any]:
    inside = {name[1:-1]: {"in": "path", "schema": TEXT, "description": "a name"}
              for name in path.split("/") if name.startswith("{")}  # fmt: skip
    return {
        "method": method, "path": path, "channel": channel, "summary": channel, "lifecycle": "job",
        "parameters": inside, "refusals": list(REASONS), "answers": {"200": {"schema": schema, "description": "yes"}},
        **more, **SOURCE,
    }  # fmt: skip


def schema(*required: str, **fields: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": fields, **SOURCE}


def channel(name: str, words: tuple[str, ...]) -> dict[str, Any]:
    return {"operation": name, "key": "/state", "words": dict(zip(STATES, words, strict=True)), **SOURCE}


def value(values: Any) -> dict[str, Any]:
    return {"values": values, **SOURCE}


FACTS = Document(
    provider="toy",
    openapi={
        "openapi": "3.1.0", "info": {"title": "Toy", "version": "1"}, "servers": [{"url": "https://toy.example"}],
        "hosts": ["toy.example"], "security": {"in": "header", "name": "X-Api-Key", "scheme": "Key", **SOURCE},
        "variables": value({"TOY_URL": "{url}", "TOY_KEY": "{key}"}),
        "operations": {
            "make": operation("POST", "/make/{model}", "submit", "Made", model="model"),
            "look": operation("GET", "/jobs/{job}", "poll", "Look", task="job"),
            "files": operation("GET", "/jobs/{job}/files", "result", "Files", task="job"),
            "hold": operation("GET", "/jobs/{job}/hold", "poll", "Look", task="job"),
            "spell": operation("GET", "/jobs/{job}/spell", "spell", "Look", task="job", streams="Letter"),
            "stop": operation("DELETE", "/jobs/{job}", "cancel", "Stopped", task="job"),
            "put_shelf": operation("POST", "/shelves", "shelves", "Shelf", body="NewShelf"),
            "shelves": operation("GET", "/shelves", "shelves", "Shelves"),
            "shelf": operation("GET", "/shelves/{shelf}", "shelves", "Shelf"),
        },
        "schemas": {
            "Letter": schema("letter", letter={"type": "string", "maxLength": 1}),
            "Made": schema("job", job=TEXT),
            "Look": schema("job", "state", job=TEXT, state={"words": "look"}, place={"type": "integer", "minimum": 1}),
            "Files": schema("job", "state", job=TEXT, state={"words": "files"}, files={"type": "array"}),
            "NewShelf": schema("name", name=TEXT, wide={"type": "integer", "minimum": 1}),
            "Shelf": schema("id", "name", "wide", id=TEXT, name=TEXT, wide={"type": "integer"}),
            "Shelves": schema("shelves", shelves={"type": "array"}),
            "Stopped": schema("stopped", stopped={"type": "boolean"}),
            "Error": schema("no", no=TEXT),
        },
    },
    lifecycle={
        "job": {
            "channels": {"look": channel("look", WORDS), "files": channel("files", LATER)},
            "transitions": [{"from": one, "to": other, **SOURCE} for one, other in STEPS],
            "cancel": {"operation": "stop", "from": ["QUEUED", "RUNNING"], "key": "/stopped",
                       "accepted": "True", "refused": "False", **SOURCE},
            "durations": {"image": {"queued": 1, "running": 4, **SOURCE}},
            "slots": {"count": None, **SOURCE},
            "media_ttl": {"seconds": 3600, **SOURCE},
        }
    },
    errors=[{"reason": reason, "name": reason, "status": status, "text": reason, **SOURCE}
            for reason, status in REASONS.items()] + [{"reason": "task-failed", "name": "x", "text": "x", **SOURCE}],
    media={"sizes": value({}), "sides": value({}), "lengths": value({}),
           "unless_told": value({"image": [8, 8, "png", 5]}),
           "formats": value({"image": {}}), "counts": value(["copies"]), "recommended": value({})},
    prices={"placeholder": SOURCE, "units": SOURCE, "models": [{"id": "cube", "usd": 0.25, **SOURCE}]},
    readings=[],
    models=[{"id": "cube", "kind": "image", "complete": True, **SOURCE, "schema": {
        "type": "object", "required": ["text"], "properties": {
            "text": TEXT, "copies": {"type": "integer"}, "tell": TEXT, "put": TEXT}}}],
)  # fmt: skip
