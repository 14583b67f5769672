"""An exchange: one request and its answer, as they went over the wire, with the two moments at which it happened."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

Headers = Sequence[tuple[bytes, bytes]]

# Headers and query keys that carry a key; whatever leaves this process shows them masked.
SECRETS = frozenset({"authorization", "x-api-key", "api-key", "apikey", "cookie", "set-cookie", "proxy-authorization"})
MASK = "***"
SECRET_NAME = re.compile(r"(api[_-]?key|key|(access[_-]?)?token|secret|signature)", re.IGNORECASE)
BODY_SECRET = re.compile(rb"""((\\?["'])api[_-]?key\2\s*:\s*\2)(?:(?!\2).)*""", re.IGNORECASE | re.DOTALL)
BODY_SECRETS = re.compile(rb"""(\\?["'])(api[_-]?keys?)\1\s*:\s*[\[{][^\]}]*[\]}]?""", re.IGNORECASE)
QUERY_SECRET = re.compile(rf"([?&]{SECRET_NAME.pattern}=)[^&]*", re.IGNORECASE)


class Exchange(NamedTuple):
    """One request and its answer; `direction` is `in` for what a client sent us, `out` for what we delivered."""

    method: str
    url: str
    request_headers: Headers
    request_body: bytes
    status: int
    answer_headers: Headers
    answer_body: bytes
    provider: str = ""
    operation: str = ""
    channel: str = ""
    task: str = ""
    account: str = ""
    at: float = 0.0
    client_at: float = 0.0
    findings: tuple[Any, ...] = ()
    bent: str = ""
    direction: str = "in"
    wire: Any = None  # what went over the wire, where this is one task of it

    @property
    def path(self) -> str:
        """The path as it was sent, without the query."""
        return self.url.partition("?")[0]

    def header(self, name: str) -> str:
        """A request header's first value, or nothing."""
        wanted = name.lower().encode()
        for key, value in self.request_headers:
            if key == wanted:
                return value.decode("latin-1")
        return ""

    @property
    def request_json(self) -> Any:
        """The request's body as JSON, or None where it is none."""
        return _loads(self.request_body)

    @property
    def json(self) -> Any:
        """The answer's body as JSON, or None where it is none."""
        return _loads(self.answer_body)

    def as_dict(self) -> dict[str, Any]:
        """For JSON: everything, with secrets masked and bodies that are not text in base64."""
        return {
            "provider": self.provider, "operation": self.operation, "channel": self.channel,
            "direction": self.direction, "task": self.task, "account": self.account,
            "at": self.at, "client_at": self.client_at, "bent": self.bent,
            "request": {"method": self.method, "url": QUERY_SECRET.sub(r"\1" + MASK, self.url),
                        "headers": _shown(self.request_headers), "body": _text(self.request_body)},
            "answer": {"status": self.status, "headers": _shown(self.answer_headers),
                       "body": _text(self.answer_body)},
            "findings": [finding.as_dict() for finding in self.findings],
        }  # fmt: skip


def written(value: Any) -> bytes:
    """A value as a body."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def unkeyed(body: bytes) -> bytes:
    """A body without the keys that stand in it, though it may be no JSON."""
    mask = MASK.encode()
    return BODY_SECRETS.sub(rb"\1\2\1:[\1" + mask + rb"\1]", BODY_SECRET.sub(rb"\1" + mask, body))


def _loads(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _text(body: bytes) -> str | dict[str, str]:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode()}


def _shown(headers: Headers) -> list[tuple[str, str]]:
    pairs = [(key.decode("latin-1"), value.decode("latin-1")) for key, value in headers]
    return [(key, MASK if key.lower() in SECRETS else value) for key, value in pairs]
