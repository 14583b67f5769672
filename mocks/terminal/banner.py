"""What the terminal says of a house: where it is, what to try, what is in force, and what it came to."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from typing import Any, NamedTuple

from ... import __version__
from ...contracts.contract import contract
from ...contracts.document import read
from ...contracts.exchange import MASK
from ..app import DEFAULT, App
from ..engine.luck import uuid
from ..engine.prop import Prop
from ..props import had
from ..report import added, summary, tally
from ..settings import Settings, Told
from ..stand_in import socket_of, variables
from ..web.guard import CONTROL
from ..web.receiver import HOOKS

ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - to tell a wide bind, not to make one


class Example(NamedTuple):
    """A request that a provider takes as it stands."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any

    def curl(self, url: str) -> str:
        """The line that sends it."""
        headers = [word for name, value in self.headers.items() for word in ("-H", _quoted(f"{name}: {value}"))]
        return " ".join(["curl -s", url + self.path, *headers, "-d", _quoted(json.dumps(self.body))])


def _quoted(text: str) -> str:
    """Quoted for a shell; a text that names a variable lets the shell read it."""
    return f'"{text}"' if "$" in text else shlex.quote(text)


def example(provider: str, settings: Settings, key: str) -> Example | None:
    """The plainest order that a provider takes: a picture, asked for in the fewest words."""
    promise = contract(provider, settings.readings.get(provider))
    # Of a provider's APIs the first one's: what the others' orders name, an account has to have.
    orders = [each for each in promise.operations.values() if each.orders and each.model and each.api == promise.api]
    operation = next(iter(orders), None)
    # One that takes an empty body shows nobody how to ask for anything.
    models = [model for model in promise.catalogue.models.values()
              if model.kind == "image" and model.complete and model.example()]  # fmt: skip
    if operation is None or not models:
        return None
    model = min(models, key=lambda model: len(str(model.example())))
    door = promise.facts.openapi["security"]
    headers = {door["name"]: f"{door.get('scheme', '')} {key}".strip(), "Content-Type": "application/json"}
    path = operation.path.replace(f"{{{operation.model}}}", model.id)
    if promise.bundle is None:
        return Example(operation.method, path, headers, model.example())
    route = promise.operations[promise.bundle.route]
    task = promise.bundle.task(operation, path, model.example(), uuid(settings.seed, "example"))
    return Example(route.method, route.path, headers, [task])


class Front(NamedTuple):
    """A house as somebody outside sees it: its own address, and each provider's key."""

    url: str
    settings: Settings
    keys: dict[str, str]
    props: dict[str, list[Prop]]  # what each provider's first account has from the beginning

    @classmethod
    def of(cls, app: App, host: str, port: int) -> Front:
        """The front of a house that listens."""
        session = app.sessions[DEFAULT]
        session.cast.values()
        keys = dict(app.keys(session))
        # Where each key gets a session of its own, what there is in this one is nobody's.
        props = {name: [] if app.settings.any_key else had(session, session.accounts[name, key])
                 for name, key in keys.items()}  # fmt: skip
        return cls(address(host, port), app.settings, keys, props)

    def base(self, provider: str) -> str:
        """The address that a provider's clients are given."""
        return f"{self.settings.public_url.rstrip('/') or self.url}/{provider}"

    def env(self, provider: str) -> dict[str, str]:
        """The variables that point a provider's clients here."""
        return variables(provider, self.base(provider), self.keys[provider])

    def as_dict(self) -> dict[str, Any]:
        """What `serve --json` says when it is ready; keys of somebody's own are shown nowhere."""
        keys = dict.fromkeys(self.keys, MASK) if self.settings.keys else self.keys
        providers = {
            name: {"url": self.base(name), "ws_url": socket_of(self.base(name), read(name, "openapi")), "api_key": key,
                   "env": variables(name, self.base(name), key),
                   "props": [{"kind": prop.kind, "name": prop.name, "id": prop.id} for prop in self.props[name]]}
            for name, key in keys.items()
        }  # fmt: skip
        return {"url": self.url, "control": self.url + CONTROL, "webhooks": self.url + HOOKS, "providers": providers}

    def hint(self, provider: str) -> str:
        """The key to use. One that we made up opens nothing but this house, so it may be told."""
        return "one of --keys" if self.settings.keys else self.keys.get(provider, "")

    def banner(self) -> str:
        """The lines that greet whoever starts `serve`."""
        rows = [("address", self.url)]
        for provider in self.keys:
            rows += [(provider, self.base(provider)), ("key", self._key(provider))]
            rows += [(prop.kind, f"{prop.id}  {prop.name}") for prop in self.props[provider]]
        rows += [("clock", _pace(self.settings.clock)), ("health", f"{self.url}{CONTROL}/health"),
                 ("journal", f"{self.url}{CONTROL}/sessions/{DEFAULT}/journal"),
                 ("webhooks", self.url + HOOKS),
                 *(("promise", f"{self.base(provider)}/openapi.json") for provider in self.keys)]  # fmt: skip
        lines = [f"understudy {__version__}: nothing is uploaded, nothing is charged", "", *columns(rows), ""]
        tries = list(self._tries())
        if tries:
            lines += ["try it", *("  " + line for line in tries), ""]
        return "\n".join([*lines, f'point a client here with  eval "$({self._env()})"  and end with Ctrl-C', ""])

    def _env(self) -> str:
        """The command that tells these very variables; what a flag may have said is said to it too."""
        port, plain = self.url.rpartition(":")[2], Settings()
        words = ["understudy", "env", *([] if port == str(plain.port) else ["--port", port])]
        if self.settings.seed != plain.seed:
            words += ["--seed", self.settings.seed]
        return shlex.join(words + (["--keys", "..."] if self.settings.keys else []))

    def _key(self, provider: str) -> str:
        if self.settings.any_key:
            return "any; each gets a session of its own, whose journal bears its name (see health)"
        return self.hint(provider)

    def _tries(self) -> Iterator[str]:
        for provider, key in self.keys.items():
            named = next((name for name, value in self.env(provider).items() if value == key), "API_KEY")
            order = example(provider, self.settings, f"${named}" if self.settings.keys else key)
            if order is not None:
                yield order.curl(f"{self.url}/{provider}")


def address(host: str, port: int) -> str:
    """The address by which this machine reaches what listens there."""
    host = ANY.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def columns(rows: Iterable[tuple[str, ...]]) -> list[str]:
    """Lines in which what belongs together stands below each other."""
    rows = list(rows)
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]) - 1)] if rows else []
    return ["  " + "  ".join([*map(str.ljust, row, widths), row[-1]]).rstrip() for row in rows]


def _pace(clock: str) -> str:
    if clock.startswith("x"):
        return f"{clock}: what takes a provider a minute takes {60 / float(clock[1:]):.3g} s here"
    said = {"real": "as slow as the provider", "auto": "asking again moves time", "manual": "only the control plane"}
    return f"{clock}: {said[clock]}"


def in_force(told: Told, clock: str) -> Iterator[str]:
    """The settings as a file that could be pasted, with who said each."""
    origin = {"clock": "default of serve", **told.origin}
    settings = told.settings.but(clock=told.settings.clock or clock)
    rows = []
    for row in fields(settings):
        if row.name not in ("readings", "print_config"):
            value = settings.as_dict()[row.name]
            masked = "# " if row.metadata.get("secret") and value else ""
            rows.append((f"{masked}{row.name} = {json.dumps(value)}", "# " + origin.get(row.name, "default")))
    yield from (line[2:] for line in columns(rows))
    for provider, chosen in settings.readings.items():
        yield f"\n[{provider}]"
        rows = [(f"{name} = {json.dumps(word)}", "# " + origin.get(f"{provider}.{name}", "default"))
                for name, word in chosen.items()]  # fmt: skip
        yield from (line[2:] for line in columns(rows))


def totals(app: App) -> dict[str, float]:
    """What a house came to, over all its sessions, and those that ended before it."""
    return {**added(app.past, *map(tally, list(app.sessions.values()))), "strays": app.strays.count}


def line(sums: Mapping[str, float]) -> str:
    """The one line at the end of a house."""
    return summary(sums, sums["strays"])
