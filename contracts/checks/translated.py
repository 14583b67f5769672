"""A subject whose wire tells in bodies what plain REST tells in path and status, asked as if it were plain REST."""

from __future__ import annotations

from ..contract import Contract
from ..derived import asked
from ..exchange import Exchange
from .bundled import Bundled
from .subject import Ask, Before, Subject


class Translated(Before):
    """The lens before such a server: a request of the derived promise goes over the wire, and comes back as meant."""

    def __init__(self, contract: Contract, subject: Subject) -> None:
        self._contract = contract
        super().__init__(subject)

    def send(self, ask: Ask) -> Exchange:
        """Asks over the wire."""
        path, body = asked(self._contract, ask.method, ask.path, ask.body)
        headers = ask.headers
        if body and not ask.body and not any(name.lower() == "content-type" for name, _ in headers):
            headers = (*headers, ("Content-Type", "application/json"))
        said = next(iter(self._contract.parts(self._subject.send(Ask(ask.method, path, headers, body)))))
        self._mirror()
        known = self._contract.match(ask.path.partition("?")[0])[0]
        return said if ask.method in known else said._replace(url=ask.path)


def lensed(contract: Contract, subject: Subject) -> Subject:
    """The subject as the operations of a contract are asked."""
    if subject.lens:
        return subject
    if contract.bundle is not None:
        return Bundled(contract, subject)
    return Translated(contract, subject) if contract.wire is not None else subject
