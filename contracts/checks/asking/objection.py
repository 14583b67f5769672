"""What a generator objects to, in house words: its failures by their names, the rule of ours that each breaks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ...contract import Contract
from ...exchange import Exchange
from ...finding import WEIGHT, Finding, shown

Came = Callable[[Any, Exchange], str]


def objection(contract: Contract, failure: Any, said: Exchange, template: str) -> Finding:
    """The finding that stands for a failure about an exchange; `template` is the path of the document's operation."""
    name = type(failure).__name__
    finding, came = OBJECTIONS.get(name, OTHERWISE)
    operation = contract.match(template)[0].get(str(failure.operation).partition(" ")[0])
    source = finding.source
    if source == "documented" and operation is not None and name not in ALWAYS:
        value = template.removeprefix(operation.path.partition("{")[0])
        model = operation.body or contract.catalogue.models.get(value)
        source = model.source if model is not None and name in OF_INPUT else operation.source
    return replace(
        finding, severity=WEIGHT[source], source=source, where=finding.where or _pointer(failure),
        came=came(failure, said), operation=operation.id if operation is not None else "", kind=name,
    )  # fmt: skip


def _pointer(failure: Any) -> str:
    path = getattr(failure, "instance_path", None) or ()
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def _status(_failure: Any, said: Exchange) -> str:
    return str(said.status) if said.status else f"no answer: {said.answer_body.decode('utf-8', 'replace')}"


def _type(_failure: Any, said: Exchange) -> str:
    return next((value.decode("latin-1") for name, value in said.answer_headers if name == b"content-type"), "none")


def _against(failure: Any, said: Exchange) -> str:
    """The status, and what was wrong with the request: the last part of what the generator says."""
    wrong = str(failure.message).partition("Invalid component: ")[2].strip().replace("\n", " ")
    return f"{said.status}, though {wrong}" if wrong else str(said.status)


def _value(failure: Any, said: Exchange) -> str:
    return shown(getattr(failure, "instance", said.answer_body.decode("utf-8", "replace")))


def _auth(failure: Any, said: Exchange) -> str:
    key = {"no_auth": "no key", "invalid_auth": "a wrong key"}.get(str(failure.scenario), "a made-up key")
    return f"{said.status} with {key}"


def _method(failure: Any, said: Exchange) -> str:
    lacking = " without Allow" if failure.failure_reason == "missing_allow_header" else ""
    return f"{said.status}{lacking} to {failure.method}"


def _title(failure: Any, said: Exchange) -> str:
    return f"{said.status}: {failure.title}"


LABEL = Finding("wrong-header", "broken", "content-type", "a Content-Type that the documents name for this answer", "",
                "say Content-Type: application/json, and send JSON")  # fmt: skip
SHAPE = Finding("answer-shape", "broken", "", "what the schema of this answer promises", "",
                "the answer is not what the documents promise")  # fmt: skip
UNREAD = Finding("unreadable-answer", "broken", "", "a body that is what its Content-Type says", "",
                 "look at what the server sends; a client's parser stops here")  # fmt: skip
ERROR = Finding("wrong-error", "broken", "", "an answer below 500, whatever is sent", "",
                "look into the server's log; refuse what cannot be taken with an error of the table")  # fmt: skip
TAKEN = Finding("not-refused", "broken", "", "a refusal of what the documents forbid", "",
                "refuse it as the error table says")  # fmt: skip
OBJECTIONS: dict[str, tuple[Finding, Came]] = {
    "ServerError": (ERROR, _status),
    "ContentTypeServerError": (ERROR, _status),
    "UndefinedStatusCode": (Finding(
        "undocumented-status", "broken", "", "a status that the documents name for this operation", "",
        "compare with the error table, which explain lists"), _status),
    "JsonSchemaError": (SHAPE, _value),
    "DiscriminatorMismatch": (SHAPE, _value),
    "MalformedJson": (UNREAD, _value),
    "ContentDeserializationError": (UNREAD, _value),
    "MissingContentType": (LABEL, _type),
    "MalformedMediaType": (LABEL, _type),
    "UndefinedContentType": (LABEL, _type),
    "MissingHeaders": (Finding(
        "wrong-header", "broken", "", "every header that the documents promise of this answer", "",
        "send the headers that are missing"), lambda failure, _: "without " + ", ".join(failure.missing_headers)),
    "AcceptedNegativeData": (TAKEN, _against),
    "RejectedPositiveData": (Finding(
        "wrongly-refused", "broken", "", "a request taken that the documents allow", "",
        "take it, or say in the documents why not"), _status),
    "MissingHeaderNotRejected": (TAKEN, lambda failure, said: f"{said.status} without {failure.header_name}"),
    "IgnoredAuth": (Finding(
        "not-refused", "broken", "", "a refusal of whoever has no valid key", "",
        "look at the key before anything is answered"), _auth),
    "ObjectLevelAuthorizationViolation": (Finding(
        "not-refused", "broken", "", "a refusal of another account's order", "",
        "look at whose order it is"), _status),
    "UnsupportedMethodResponse": (Finding(
        "wrong-error", "note", "", "405 and Allow for a method that the documents do not name", "",
        "refuse the method, and name in Allow those that are taken", source="inferred"), _method),
    "AllowHeaderMismatch": (Finding(
        "wrong-header", "note", "allow", "the methods that the documents name for this path", "",
        "name these and no others", source="inferred"), lambda failure, _: failure.allow_header),
    "UseAfterFree": (Finding(
        "not-refused", "broken", "", "404 for what was deleted", "",
        "do not answer for what is gone"), _status),
    "EnsureResourceAvailability": (Finding(
        "wrongly-refused", "broken", "", "an answer for what was just made", "",
        "answer for it as soon as its id was told"), _status),
}  # fmt: skip
# A check that a newer generator brings, or a user's own.
OTHERWISE: tuple[Finding, Came] = (Finding(
    "generator-objects", "doubtful", "", "an answer to which the generator has nothing to object", "",
    "look up its check of this name", source="observed"), _title)  # fmt: skip
OF_INPUT = ("AcceptedNegativeData", "RejectedPositiveData")
ALWAYS = (
    "ServerError",
    "ContentTypeServerError",
    "IgnoredAuth",
    "ObjectLevelAuthorizationViolation",
)  # no document need say it
