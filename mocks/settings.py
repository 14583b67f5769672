"""All that can be set, in one table: by flag, by environment variable, or in understudy.toml / [tool.understudy]."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

from ..contracts.contract import contract
from ..contracts.document import PROVIDERS, read
from ..contracts.models_file import read as read_models
from ..contracts.models_file import versions
from .engine.clock import Clock
from .scenario import Scenario
from .web.dialect import Terms
from .web.egress import Entry


class BadSetting(ValueError):
    """A setting that cannot be: the message says what was expected, what came and what to do."""


def _setting(default: Any, says: str, flag_of: str = "", **more: Any) -> Any:
    """A field; `flag_of` names the verbs of the terminal that take it as a flag."""
    return field(default=default, metadata={"says": says, "flag_of": tuple(flag_of.split()), **more})


@dataclass(frozen=True)
class Settings:
    """What the house is told. A setting's environment variable is UNDERSTUDY_ and its name in capitals."""

    host: str = _setting(
        "127.0.0.1", "The address to listen on; anything wider than loopback is warned of.", "serve env doctor"
    )
    port: int = _setting(8383, "The port to listen on; 0 takes a free one.", "serve env doctor", least=0, most=65535)
    clock: str = _setting(
        "", "How time goes: real, xN (as x10), manual or auto. serve: x10, elsewhere: auto.", "serve run"
    )
    seed: str = _setting("0", "What ids, keys and made-up values are derived from.", "serve run env")
    scenario: str = _setting("", "What happens: a scenario's path, or a ready one's name.", "serve run")
    strict: bool = _setting(False, "Fail on doubtful findings too.", "serve run")
    keys: str = _setting(
        "", "The API keys to accept, with commas between; without, they are derived from the seed.", "serve env",
        listed=True, secret=True,
    )  # fmt: skip
    admin_token: str = _setting(
        "", "What the control plane asks for; without, made up where serve listens wide.", "serve", secret=True
    )
    any_key: bool = _setting(False, "Accept any key; each key gets a session of its own.", "serve")
    unknown_models: str = _setting("refuse", "What to do with a model that we do not know.", "serve run",
                                   words=("refuse", "accept"))  # fmt: skip
    models: str = _setting(
        "", "Files of models that add to the catalogue or replace in it, with commas between.", "serve run catalogue",
        listed=True,
    )  # fmt: skip
    public_url: str = _setting(
        "", "The address that answers name instead of the one that was asked, as behind a proxy.", "serve env"
    )
    allow_host: str = _setting(
        "", "Hosts besides this machine that may be asked (NAME, NAME:PORT, *.DOMAIN), with commas between.",
        "serve run", listed=True,
    )  # fmt: skip
    quiet: bool = _setting(False, "No banner, no line a request.", "serve")
    log_format: str = _setting("text", "How a request is told of in the log.", "serve", words=("text", "json"))
    print_config: bool = _setting(False, "Print the settings in force and who said each, and end.", "serve")
    json: bool = _setting(False, "Print one line of JSON on stdout when ready, instead of the banner.", "serve")
    images: str = _setting("labelled", "Pictures with their prompt on them, or plain ones, which take no time.",
                           words=("labelled", "plain"))  # fmt: skip
    media_ttl: float = _setting(-1.0, "Seconds for which a file can be fetched; -1: as the provider says.", least=-1)
    slots: int = _setting(-1, "Orders of an account that run at once; 0: any number; -1: the provider's.", least=-1)
    max_body: int = _setting(64 * 2**20, "The largest request body, in bytes.", least=1)
    max_tasks: int = _setting(100_000, "Tasks that a session remembers; the oldest that are over go first.", least=1)
    max_exchanges: int = _setting(10_000, "Exchanges that a session's journal keeps.", least=1)
    max_media: int = _setting(256 * 2**20, "Bytes of made files that a session keeps, and of uploads.", least=0)
    epoch: str = _setting("", 'Where virtual time begins: nothing for 2026-01-01, or "now".', words=("", "now"))
    fast_forward: bool = _setting(
        False, "Of handles: the client's sleeps become waits on the virtual clock (docs/testing.md)."
    )
    readings: Mapping[str, Mapping[str, str]] = field(
        default_factory=dict, metadata={"says": "Per provider: readings."}
    )

    def terms(self, provider: str) -> Terms:
        """What is agreed with one provider beside its contract."""
        life = contract(provider).life
        ttl = life.media_ttl if self.media_ttl < 0 else self.media_ttl
        slots = life.slots if self.slots < 0 else self.slots or None
        return Terms(self.unknown_models, ttl, slots, self.max_body, self.public_url.rstrip("/"))

    def but(self, **changes: Any) -> Settings:
        """The same settings with some changed; readings of a provider are told by their bare names."""
        own = {f.name: f for f in fields(self) if f.name != "readings"}
        plain = {name: checked(own[name], value) for name, value in changes.items() if name in own}
        readings = {provider: dict(chosen) for provider, chosen in self.readings.items()}
        for provider, name, word in _chosen({name: value for name, value in changes.items() if name not in own}):
            readings.setdefault(provider, {})[name] = word
        return replace(self, **{**plain, "readings": readings}) if changes else self

    def as_dict(self) -> dict[str, Any]:
        """For JSON; what is secret is masked."""
        return asdict(self) | {row.name: "***" for row in fields(self)
                               if row.metadata.get("secret") and getattr(self, row.name)}  # fmt: skip


class Told(NamedTuple):
    """The settings in force, and who said each that is not a default; a reading is called provider.name."""

    settings: Settings
    origin: dict[str, str]


# What only a house with an address of its own can be told.
OF_A_HOUSE = {"host", "port", "keys", "admin_token", "any_key", "quiet", "log_format", "print_config", "json"}


def for_a_handle(changes: dict[str, Any]) -> dict[str, Any]:
    """The same changes, if a handle can have them: it has a key of its own, and shares the address of its process."""
    for name in changes:
        if name in OF_A_HOUSE:
            raise BadSetting(f"expected a setting that a handle can have; came {name}; it is for serve; take it out")
    return changes


KINDS = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}
CURES = {bool: "write one of the two", int: "write digits, as 8", float: "write digits, as 2.5", str: "write text"}


def checked(row: Any, value: Any, called: str = "") -> Any:
    """A value of the right type and within bounds, or a BadSetting that calls it as who said it did."""
    name, kind, called = row.name, type(row.default), called or row.name
    try:
        value = _bool(value) if kind is bool else _list(value) if row.metadata.get("listed") else _typed(kind, value)
    except (TypeError, ValueError, OverflowError):
        came = "something else" if row.metadata.get("secret") else repr(value)
        raise BadSetting(f"expected {called} to be {KINDS[kind]}; came {came}; {CURES[kind]}") from None
    words, least, most = (row.metadata.get(key) for key in ("words", "least", "most"))
    if words is not None and value not in words:
        near = get_close_matches(value, words, 1)
        cure = f"did you mean {near[0]}?" if near and near[0] else "take one of those"
        raise BadSetting(f"expected {called} to be one of {', '.join(map(repr, words))}; came {value!r}; {cure}")
    if (least is not None and value < least) or (most is not None and value > most):
        span = f"from {least} to {most}" if most is not None else f"{least} or more"
        raise BadSetting(f"expected {called} to be {span}; came {value}; name one that is")
    return _formed(name, value)


def _formed(name: str, value: Any) -> Any:
    """Refuses a word that no table of words can tell from a good one; a file's name becomes one that holds anywhere."""
    if name == "host" and not value:
        raise BadSetting("expected host to be an address; came nothing, which means all; say 127.0.0.1, or 0.0.0.0")
    if name == "public_url" and value and not value.startswith(("http://", "https://")):
        raise BadSetting(f"expected public_url to begin with http:// or https://; came {value!r}; say http://{value}")
    try:
        if name == "allow_host" and value:
            _ = [Entry.of(host) for host in value.split(",")]
        if name == "models":
            _ = [read_models(version) for version in versions(value)]
        value = Scenario.read(value).name if name == "scenario" and value else value
    except ValueError as wrong:
        raise BadSetting(str(wrong)) from None
    if name == "clock" and value:
        try:
            Clock(value)
        except ValueError as wrong:
            raise BadSetting(f"{wrong}; say x10 for ten times as fast") from None
    return value


def _list(value: Any) -> Any:
    """Words with commas between, from one text or from several."""
    parts = [value] if isinstance(value, str) else value
    if not isinstance(parts, (list, tuple)) or not all(isinstance(part, str) for part in parts):
        _no(value)
    return ",".join(word.strip() for word in ",".join(parts).split(",") if word.strip())


def _typed(kind: type, value: Any) -> Any:
    """Reads a word as what it stands for; nothing is rounded, and no list becomes text by accident."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Path)):
        _no(value)
    made = str(value) if isinstance(value, Path) else kind(value)
    if made != made or (kind is int and isinstance(value, float) and made != value):
        _no(value)
    return made


def _no(value: Any) -> Any:
    raise ValueError(value)


def _bool(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).lower()
    if word in ("1", "true", "yes", "on"):
        return True
    if word in ("0", "false", "no", "off", ""):
        return False
    raise ValueError(value)


def _chosen(changes: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The readings that are asked for: of one provider in a table under `readings`, of all by the bare name."""
    for name, value in changes.items():
        if name != "readings":
            homes = [p for p in PROVIDERS if any(row["name"] == name for row in read(p, "readings"))]
            if not homes:
                raise _unknown(name)
            yield from ((provider, name, _word(provider, name, value)) for provider in homes)
            continue
        for provider, table in value.items() if isinstance(value, Mapping) else [("", value)]:
            if provider not in PROVIDERS or not isinstance(table, Mapping):
                raise BadSetting(f"expected a table of readings for {' or '.join(PROVIDERS)}; came {provider!r} = "
                                 f"{table!r}; see docs/defaults.md")  # fmt: skip
            for reading, word in table.items():
                yield provider, reading, _word(provider, reading, word)


def _word(provider: str, name: str, value: Any) -> str:
    row = next((row for row in read(provider, "readings") if row["name"] == name), None)
    if row is None:
        raise _unknown(name, provider)
    word = str(value).lower() if isinstance(value, bool) else str(value)
    words = [row["default"], *row["choices"]]
    if word not in words:
        raise BadSetting(f"expected {name} to be one of {', '.join(words)}; came {value!r}; {row['question']}")
    return word


def _unknown(name: str, provider: str = "") -> BadSetting:
    plain = [f.name for f in fields(Settings) if f.name != "readings"]
    readings = [row["name"] for p in PROVIDERS if provider in ("", p) for row in read(p, "readings")]
    if provider and name in plain:
        return BadSetting(f"expected a reading of {provider}; came {name!r}, which is for all providers; write it "
                          f"above the table of {provider}")  # fmt: skip
    near = get_close_matches(name, readings if provider else [*plain, *PROVIDERS, *OF_VERBS, *readings], 1)
    what, page = (f"reading of {provider}", "defaults") if provider else ("setting", "settings")
    cure = f"did you mean {near[0]}?" if near else f"see docs/{page}.md"
    return BadSetting(f"expected a {what} that is known; came {name!r}; {cure}")


def variable(name: str, provider: str = "") -> str:
    """The environment variable of a setting, or of a provider's reading."""
    return "_".join(("UNDERSTUDY", *filter(None, (provider.upper(), name.upper()))))


def configured(folder: Path | None = None, env: Mapping[str, str] | None = None) -> Settings:
    """The settings of a folder's files, then of the environment."""
    return told(folder, env).settings


def told(
    folder: Path | None = None, env: Mapping[str, str] | None = None, flags: Mapping[str, Any] | None = None
) -> Told:
    """The settings of a folder's files, over them the environment's, over them the flags'."""
    file = file_of(folder or Path.cwd())
    settings = _but(Settings(), _flat(*file), f"in {file[0]}") if file else Settings()
    origin = dict.fromkeys(_names(_flat(*file)), f"file {file[0]}") if file else {}
    env = os.environ if env is None else env  # a variable that is set to nothing says nothing
    said: dict[str, tuple[dict[str, Any], str]] = {}
    for row in fields(Settings):
        if row.name != "readings" and (value := env.get(variable(row.name))):
            said[variable(row.name)] = {row.name: value}, row.name
    for provider in PROVIDERS:
        for name in (row["name"] for row in read(provider, "readings")):
            if value := env.get(variable(name, provider)):
                said[variable(name, provider)] = {"readings": {provider: {name: value}}}, f"{provider}.{name}"
    for word, (change, name) in said.items():
        settings = _but(settings, change, f"environment variable {word}")
        origin[name] = f"environment {word}"
    for name, value in (flags or {}).items():
        settings = _but(settings, {name: value}, f"flag --{name.replace('_', '-')}")
        origin[name] = f"flag --{name.replace('_', '-')}"
    return Told(settings, origin)


def _but(settings: Settings, changes: Mapping[str, Any], whence: str) -> Settings:
    try:
        return settings.but(**changes)
    except BadSetting as wrong:
        raise BadSetting(f"{wrong} ({whence})") from None


def from_file(folder: Path) -> Settings:
    """Those of the nearest understudy.toml, or of the nearest pyproject.toml that has [tool.understudy]."""
    file = file_of(folder)
    return _but(Settings(), _flat(*file), f"in {file[0]}") if file else Settings()


FILES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "understudy.toml": lambda table: table,
    "pyproject.toml": lambda table: table.get("tool", {}).get("understudy"),
}

OF_VERBS = frozenset({"check"})  # tables of a verb's own


def file_of(folder: Path) -> tuple[Path, dict[str, Any]] | None:
    """The file that settings are read from, and what stands in it."""
    for place in (folder, *folder.parents):
        for name, pick in FILES.items():
            path = place / name
            if not path.is_file():
                continue
            try:
                table = pick(tomllib.loads(path.read_text(encoding="utf-8")))
            except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as wrong:
                raise BadSetting(f"expected {path} to be TOML; came {wrong}; correct the file") from None
            if isinstance(table, dict):
                return path, table
            if table is not None:
                raise BadSetting(f"expected [tool.understudy] of {path} to be a table; came {table!r}; correct it")
    return None


def _flat(path: Path, table: Mapping[str, Any]) -> dict[str, Any]:
    """What a file says as keywords: a dash counts as an underscore, a provider's table holds its readings, and other
    files are named as seen from its folder."""
    flat: dict[str, Any] = {}
    readings: dict[str, Any] = {}
    for name, value in table.items():
        if name in OF_VERBS:
            continue
        if name in PROVIDERS:
            snake = {key.replace("-", "_"): word for key, word in value.items()} if isinstance(value, dict) else value
            readings[name] = snake
        elif name == "models" and isinstance(value, (str, list)):
            flat[name] = [str(path.parent / each.strip()) if isinstance(each, str) and each.strip() else each
                          for each in (value.split(",") if isinstance(value, str) else value)]  # fmt: skip
        elif name == "scenario" and isinstance(value, str) and (path.parent / value).is_file():
            flat[name] = str(path.parent / value)
        else:
            flat[name.replace("-", "_")] = value
    return {**flat, "readings": readings} if readings else flat


def _names(flat: Mapping[str, Any]) -> Iterator[str]:
    """What a file told, by the names under which an origin is kept."""
    own = {f.name for f in fields(Settings)}
    for name in flat:
        if name == "readings":
            yield from (f"{provider}.{reading}" for provider, table in flat[name].items() for reading in table)
        elif name in own:
            yield name
        else:
            yield from (f"{provider}.{name}" for provider in PROVIDERS)
