"""Data sets: what each operation does with them. Of a file, its name, size and digest are kept, never its bytes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from math import inf
from typing import Any, NamedTuple

from ...engine.luck import digest
from ...engine.prop import Prop
from ...engine.refusal import Refusal
from ...engine.session import Account, Session
from ...engine.task import Order
from ...engine.timeline import State
from ...engine.upload import Upload
from ...web.dialect import Answer, Dialect, Route
from ...web.form import file_of
from ...web.turn import Turn
from ...web.uploads import PREFIX
from ..own import prop_of
from . import wire

KIND = "dataset"
HEADERS = {"Content-Type": "application/octet-stream"}


class Kept(NamedTuple):
    """What is kept of a file: when it came, when it is looked through, and what is wrong with it then, if anything."""

    size: int
    digest: str
    ready: float = 0.0
    error: str = ""

    def good(self, now: float) -> bool:
        """Whether nothing is known to be wrong with it."""
        return not self.error or now < self.ready


class Files(NamedTuple):
    """The files of a data set by name, and the sizes of those that were announced and did not come yet."""

    here: Mapping[str, Kept] = {}
    announced: Mapping[str, int] = {}

    @property
    def ready(self) -> float:
        """When all that is here has been looked through."""
        return max((file.ready for file in self.here.values()), default=0.0)

    def state(self, now: float) -> str:
        """How it stands, in the words of the table `words`; a pure function of the moment."""
        if not self.here and not self.announced:
            return "empty"
        if self.announced or now < self.ready:
            return "under_way"
        return "bad" if self.error else "good"

    @property
    def error(self) -> str:
        """What is wrong with the first file that is no good."""
        return next((file.error for file in self.here.values() if file.error), "")

    def until(self, now: float) -> float | None:
        """The next moment at which it stands otherwise."""
        return self.ready if self.here and not self.announced and now < self.ready < inf else None


def rules(dialect: Dialect) -> dict[str, Any]:
    """What the contract says of data sets."""
    row: dict[str, Any] = dialect.contract.apis["trainer"].facts.openapi["props"][KIND]
    return row


def ready(session: Session, account: Account, now: float) -> set[str]:
    """The names of an account's data sets that can be trained on."""
    return {prop.name for prop in session.own(account, KIND) if prop.more.state(now) == "good"}


def add(turn: Turn) -> Answer:
    """Makes an empty data set."""
    session, name = turn.session, turn.inputs.get("name", "")
    taken = {prop.name for prop in session.own(turn.account, KIND)}
    if name in taken:
        raise Refusal("name-taken")
    prop = session.add_prop(turn.account, KIND, name, {})
    while not name or name in taken:
        name = f"{rules(turn.dialect)['name']}{digest(prop.id, name)[:12]}"
    session.props[prop.id] = prop = prop._replace(name=name, said={"name": name}, more=Files())
    return Answer(200, _told(turn, prop))


def show_all(turn: Turn) -> Answer:
    """Lists them, the oldest first."""
    listed = [_told(turn, prop) for prop in turn.session.own(turn.account, KIND)]
    key = rules(turn.dialect)["entries"]
    return Answer(200, {key: listed} if key else listed)


def show(turn: Turn) -> Answer:
    """Tells how far one is."""
    prop = _own(turn)
    turn.await_((KIND, prop.id, prop.more.ready), lambda: prop.more.until(turn.now))
    files = [wire.file(name, kept.size) for name, kept in prop.more.here.items() if kept.good(turn.now)]
    return Answer(200, {**_told(turn, prop), "files": files})


def drop(turn: Turn) -> Answer:
    """Deletes one, and with it the addresses at which files for it would be taken."""
    del turn.session.props[_own(turn).id]
    return Answer(200, {})


def upload(turn: Turn) -> Answer:
    """Takes a file that is sent as a form."""
    prop = _own(turn)
    file = file_of(turn.operation, turn.headers, turn.body)
    _arrived(turn.session, turn.dialect, prop.id, file.name, file.size, file.digest)
    return Answer(200, wire.file(file.name, file.size))


def announce(turn: Turn) -> Answer:
    """Gives an address away for each file that is announced; without a key, it is to be guessed by nobody."""
    session, prop, row = turn.session, _own(turn), rules(turn.dialect)
    sizes: dict[str, int] = turn.inputs["filenameToByteSize"]
    said = {}
    for name, size in sizes.items():
        session.made += 1
        number = digest(session.seed, "upload", session.made, prop.id)
        session.uploads[number] = Upload(name, prop.account.provider, turn.operation.id, size,
                                         session.clock.age + row["expires"],
                                         partial(_put, session, turn.dialect, prop.id, name))  # fmt: skip
        said[name] = {"upload_url": f"{turn.base}{PREFIX}{number}", "method": "PUT", "headers": HEADERS}
    files = prop.more._replace(announced={**prop.more.announced, **sizes})
    session.props[prop.id] = prop.but(turn.now, more=files)
    return Answer(200, {"uploads": said})


def _put(session: Session, dialect: Dialect, number: str, name: str, size: int, digest: str) -> None:
    """A file came to an address that was given away; if its data set is gone by then, the address is too."""
    if number not in session.props:
        raise Refusal("bad-upload", said="its data set was deleted")
    _arrived(session, dialect, number, name, size, digest)


def _arrived(session: Session, dialect: Dialect, number: str, name: str, size: int, digest: str) -> None:
    """A file is here; it is looked through for a while, with the end that a script for uploads has for it."""
    now, prop = session.clock.now, session.props[number]
    row = rules(dialect)
    order = Order(prop.account.provider, "upload_dataset", "", b"{}", ())
    # Only one that names the upload: who scripts the next order means a job.
    script = next((each for each in session.wishes.scripts if each.operation == order.operation and each.meets(order)),
                  None)  # fmt: skip
    ready, error = now + row["processing"], ""
    if script is not None:
        script.struck += 1
        if script.refuses:
            raise Refusal(script.refuses, said="scripted")
        course = script.course((0.0, row["processing"]), session.seed, session.made)
        ready = round(now + course.queued + course.running, 6)
        if course.ending is State.FAILED:
            error = dialect.contract.apis["trainer"].failure(course.error or "dataset-failed")[0]
    files: Files = prop.more
    left = {each: bytes_ for each, bytes_ in files.announced.items() if each != name}
    here = {**files.here, name: Kept(size, digest, ready, error)}
    session.props[number] = prop.but(now, more=Files(here, left))
    if ready < inf:
        session.awaited = max(session.awaited, ready)


def _told(turn: Turn, prop: Prop) -> dict[str, Any]:
    words, stamp = rules(turn.dialect)["words"], turn.session.clock.stamp
    state = prop.more.state(turn.now)
    changed = max(prop.changed, prop.more.ready) if state in ("good", "bad") else prop.changed
    said = {"id": prop.id, "name": prop.name, "status": words[state], "created_at": stamp(prop.made),
            "updated_at": stamp(changed)}  # fmt: skip
    return {**said, "error": prop.more.error} if state == "bad" else said


def _own(turn: Turn) -> Prop:
    """The data set that the path names, if its id is one, it is there, and it is the asker's own."""
    if reason := turn.operation.misnamed(turn.way.path):
        raise Refusal(reason)
    return prop_of(turn, KIND, turn.session.props.get(turn.named["dataset_id"]))


ROUTES: dict[str, Route] = {
    "add_dataset": add,
    "list_datasets": show_all,
    "get_dataset": show,
    "drop_dataset": drop,
    "upload_dataset": upload,
    "get_upload_endpoint": announce,
}
