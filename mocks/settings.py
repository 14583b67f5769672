"""All that can be set, in one table: by flag, by environment variable, or in understudy.toml / [tool.understudy]."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from ..contracts.document import PROVIDERS, read
from .engine.clock import Clock
from .web.dialect import Terms


class BadSetting(ValueError):
    """A setting that cannot be: the message says what was expected, what came and what to do."""


def _setting(default: Any, says: str, **more: Any) -> Any:
    return field(default=default, metadata={"says": says, **more})


@dataclass(frozen=True)
class Settings:
    """What the house is told. A setting's environment variable is UNDERSTUDY_ and its name in capitals."""

    host: str = _setting("127.0.0.1", "The address to listen on; anything wider than loopback is warned of.")
    port: int = _setting(8383, "The port to listen on; 0 takes a free one.", least=0, most=65535)
    clock: str = _setting("", "How time goes: real, xN (as x10), manual or auto. serve: x10, elsewhere: auto.")
    seed: str = _setting("0", "What ids, keys and made-up values are derived from.")
    strict: bool = _setting(False, "Fail on doubtful findings too.")
    keys: str = _setting("", "The API keys to accept, with commas between; without, they are derived from the seed.")
    any_key: bool = _setting(False, "Accept any key; each key gets a session of its own.")
    unknown_models: str = _setting("refuse", "What to do with a model that we do not know.", words=("refuse", "accept"))
    public_url: str = _setting(
        "", "The address that answers name instead of the one that was asked, as behind a proxy."
    )
    quiet: bool = _setting(False, "No banner, no line a request.")
    log_format: str = _setting("text", "How a request is told of in the log.", words=("text", "json"))
    images: str = _setting("labelled", "Pictures with their prompt on them, or plain ones, which take no time.",
                           words=("labelled", "plain"))  # fmt: skip
    media_ttl: float = _setting(-1.0, "Seconds for which a file can be fetched; -1: as the provider says.", least=-1)
    slots: int = _setting(
        -1, "Orders of one account that run at once; 0: any number; -1: as the provider says.", least=-1
    )
    max_body: int = _setting(64 * 2**20, "The largest request body, in bytes.", least=1)
    max_tasks: int = _setting(100_000, "Tasks that a session remembers; the oldest that are over go first.", least=1)
    max_exchanges: int = _setting(10_000, "Exchanges that a session's journal keeps.", least=1)
    max_media: int = _setting(256 * 2**20, "Bytes of made files that a session keeps for the next fetch.", least=0)
    epoch: str = _setting("", 'Where virtual time begins: nothing for 2026-01-01, or "now".', words=("", "now"))
    readings: Mapping[str, Mapping[str, str]] = field(
        default_factory=dict, metadata={"says": "Per provider: readings."}
    )

    def terms(self, provider: str) -> Terms:
        """What is agreed with one provider beside its contract."""
        life = next(iter(read(provider, "lifecycle").values()))
        ttl = life["media_ttl"]["seconds"] if self.media_ttl < 0 else self.media_ttl
        slots = life["slots"]["count"] if self.slots < 0 else self.slots or None
        return Terms(self.unknown_models, ttl, slots, self.max_body, self.public_url.rstrip("/"))

    def but(self, **changes: Any) -> Settings:
        """The same settings with some changed; readings of a provider are told by their bare names."""
        own = {f.name: f for f in fields(self)}
        plain = {name: checked(own[name], value) for name, value in changes.items() if name in own}
        readings = {provider: dict(chosen) for provider, chosen in self.readings.items()}
        for name, value in changes.items():
            if name not in own:
                homes = [p for p in PROVIDERS if any(row["name"] == name for row in read(p, "readings"))]
                if not homes:
                    raise _unknown(name)
                for provider in homes:
                    readings.setdefault(provider, {})[name] = _word(provider, name, value)
        return replace(self, **{**plain, "readings": readings}) if changes else self

    def as_dict(self) -> dict[str, Any]:
        """For JSON; keys are masked."""
        said = asdict(self)
        return {**said, "keys": "***" if self.keys else ""}


def checked(row: Any, value: Any) -> Any:
    """A value of the right type and within bounds, or a BadSetting."""
    name, kind = row.name, type(row.default if row.default is not MISSING else {})
    if kind is dict:
        return value
    try:
        value = _bool(value) if kind is bool else kind(value)
    except (TypeError, ValueError):
        raise BadSetting(f"expected {name} to be a {kind.__name__}; came {value!r}; {row.metadata['says']}") from None
    words, least, most = (row.metadata.get(key) for key in ("words", "least", "most"))
    if words is not None and value not in words:
        raise BadSetting(
            f"expected {name} to be one of {', '.join(map(repr, words))}; came {value!r}; {row.metadata['says']}"
        )
    if (least is not None and value < least) or (most is not None and value > most):
        span = f"from {least} to {most}" if most is not None else f"{least} or more"
        raise BadSetting(f"expected {name} to be {span}; came {value}; {row.metadata['says']}")
    if name == "clock" and value:
        try:
            Clock(value)
        except ValueError as wrong:
            raise BadSetting(str(wrong)) from None
    return value


def _bool(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).lower()
    if word in ("1", "true", "yes", "on"):
        return True
    if word in ("0", "false", "no", "off", ""):
        return False
    raise ValueError(value)


def _word(provider: str, name: str, value: Any) -> str:
    row = next(row for row in read(provider, "readings") if row["name"] == name)
    word = str(value).lower() if isinstance(value, bool) else str(value)
    words = [row["default"], *row["choices"]]
    if word not in words:
        raise BadSetting(f"expected {name} to be one of {', '.join(words)}; came {value!r}; {row['question']}")
    return word


def _unknown(name: str) -> BadSetting:
    known = [f.name for f in fields(Settings)] + [row["name"] for p in PROVIDERS for row in read(p, "readings")]
    near = get_close_matches(name, known, 1)
    return BadSetting(f"expected a setting that is known; came {name!r}; "
                      + (f"did you mean {near[0]}?" if near else "see docs/settings.md"))  # fmt: skip


def configured(folder: Path | None = None, env: Mapping[str, str] | None = None) -> Settings:
    """The settings of a folder's files, then of the environment."""
    found = from_file(folder or Path.cwd())
    env = os.environ if env is None else env
    changes: dict[str, Any] = {}
    for row in fields(Settings):
        if row.name != "readings" and (value := env.get(f"UNDERSTUDY_{row.name.upper()}")) is not None:
            changes[row.name] = value
    for provider in PROVIDERS:
        for reading in read(provider, "readings"):
            if (value := env.get(f"UNDERSTUDY_{provider.upper()}_{reading['name'].upper()}")) is not None:
                changes[reading["name"]] = value
    return found.but(**changes)


def from_file(folder: Path) -> Settings:
    """Those of the nearest understudy.toml, or of the nearest pyproject.toml that has [tool.understudy]."""
    for place in (folder, *folder.parents):
        for name, pick in FILES.items():
            path = place / name
            if not path.is_file():
                continue
            try:
                table = pick(tomllib.loads(path.read_text(encoding="utf-8")))
            except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
                raise BadSetting(f"expected {path} to be TOML; came {wrong}; correct the file") from None
            if table is not None:
                return _told(table, path)
    return Settings()


FILES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "understudy.toml": lambda table: table,
    "pyproject.toml": lambda table: table.get("tool", {}).get("understudy"),
}


def _told(table: Any, path: Path) -> Settings:
    flat: dict[str, Any] = {}
    for name, value in table.items():
        flat.update(value if name in PROVIDERS and isinstance(value, dict) else {name.replace("-", "_"): value})
    try:
        return Settings().but(**flat)
    except BadSetting as wrong:
        raise BadSetting(f"{wrong} (in {path})") from None
