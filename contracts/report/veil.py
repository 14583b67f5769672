"""The veil: what leaves a check bears no key, however it was written down."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from typing import Any
from urllib.parse import quote, quote_plus

from ..checks.case import Case, Checked
from ..checks.move import Move
from ..checks.subject import Ask
from ..exchange import MASK, QUERY_SECRET, SECRETS, Exchange, Headers
from ..finding import Finding

LEAST = 4  # characters; what is shorter is no secret, and would be found in every word


class Veil:
    """Takes keys out of whatever is told; a key that is heard of later is learnt."""

    def __init__(self, *keys: str) -> None:
        self._keys: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self.learn(*keys)

    def learn(self, *keys: str) -> None:
        """Hides these keys, too."""
        fresh = {key for key in keys if len(key) >= LEAST} - self._keys
        if fresh:
            self._keys |= fresh
            words = {word for key in self._keys for word in _written(key) if len(word) >= LEAST}
            longest_first = sorted(words, key=lambda word: (-len(word), word))
            self._pattern = re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE)

    def text(self, text: str) -> str:
        """A text without a key."""
        return self._pattern.sub(MASK, text) if self._pattern is not None else text

    def body(self, data: bytes) -> bytes:
        """The same of a body; what is no text stays byte by byte as it was."""
        return self.text(data.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")

    def url(self, url: str) -> str:
        """The same of an address; a query that is called a key has none either."""
        return self.text(QUERY_SECRET.sub(r"\1" + MASK, url))

    def exchange(self, said: Exchange) -> Exchange:
        """The same of an exchange; headers that hold keys keep their scheme."""
        return said._replace(
            url=self.url(said.url), account=self.text(said.account), task=self.text(said.task), findings=(),
            request_headers=self._headers(said.request_headers), request_body=self.body(said.request_body),
            answer_headers=self._headers(said.answer_headers), answer_body=self.body(said.answer_body),
            wire=None if said.wire is None else self.exchange(said.wire),
        )  # fmt: skip

    def _headers(self, headers: Headers) -> tuple[tuple[bytes, bytes], ...]:
        return tuple((self.body(name), _masked(value) if name.decode("latin-1").lower() in SECRETS
                      else self.body(value)) for name, value in headers)  # fmt: skip

    def checked(self, checked: Checked) -> Checked:
        """All that came of a check, fit to be written down."""
        own = {row.name: self._value(getattr(checked, row.name)) for row in fields(Checked)
               if row.name not in ("cases", "accepted")}  # fmt: skip
        return replace(checked, **own, cases=[*map(self.case, checked.cases)],
                       accepted=[*map(self.case, checked.accepted)])  # fmt: skip

    def case(self, case: Case) -> Case:
        """One case."""
        story = tuple(self.exchange(each) if isinstance(each, Exchange) else self._move(each) for each in case.story)
        words = {name: self._value(value) for name, value in case.finding.as_dict().items()}
        return replace(case, finding=Finding(**words), story=story, base=self.url(case.base))

    def _move(self, move: Move) -> Move:
        ask = move.ask
        if ask is not None:
            headers = tuple(
                (name, MASK if name.lower() in SECRETS else self.text(value)) for name, value in ask.headers
            )
            ask = Ask(ask.method, self.url(ask.path), headers, self.body(ask.body))
        return move._replace(ask=ask, query=self.text(move.query))

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self._value(name): self._value(each) for name, each in value.items()}
        return [self._value(each) for each in value] if isinstance(value, list | tuple) else value


def _masked(value: bytes) -> bytes:
    scheme, blank, rest = value.partition(b" ")
    return scheme + b" " + MASK.encode() if blank and rest.strip() else MASK.encode() if value else value


def _written(key: str) -> Iterator[str]:
    """The ways in which a key may be spelled out."""
    data = key.encode()
    yield from (key, json.dumps(key)[1:-1], quote(key, safe=""), quote_plus(key), data.hex())
    yield "".join(f"%{byte:02x}" for byte in data)
    for before in range(3):
        # Base64 takes three bytes at a time: what stands before the key decides how it is spelled.
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            whole = encode(b"\0" * before + data).decode().rstrip("=")
            cut = len(whole) - 1 if (before + len(data)) % 3 else len(whole)
            yield whole[(before * 8 + 5) // 6 : cut]
