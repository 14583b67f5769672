"""What the toy's accounts have beside their orders: the seam for props holds for a provider nobody has heard of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from understudy.contracts.exchange import MASK
from understudy.contracts.schema import Judge
from understudy.mocks.app import App, fresh_name
from understudy.mocks.control.promise import promise
from understudy.mocks.engine.session import Session
from understudy.mocks.server import Server
from understudy.mocks.settings import Settings
from understudy.mocks.stand_in import StandIn
from understudy.mocks.transport import InProcess
from understudy.mocks.web.guard import CONTROL
from understudy.tests.toy.toy import Toy


class House:
    """A house that plays the toy alone, asked without a socket."""

    def __init__(self, **told: Any) -> None:
        self.server = Server(App(Settings(clock="manual"), dialects={"toy": Toy}, **told))
        self.client = httpx.Client(transport=InProcess(self.server), base_url="http://understudy")

    def handle(self, seed: str = "0") -> StandIn:
        app, loop = self.server.app, self.server.loop
        session = self.server.call(lambda: app.open(fresh_name(), Settings(seed=seed, clock="manual"), loop=loop))
        return StandIn(self.server, session, "toy", dict(app.keys(session))["toy"])

    def ask(self, method: str, path: str, key: str = "", body: Any = None) -> httpx.Response:
        return self.client.request(method, path, json=body, headers={"X-Api-Key": key} if key else {})


@pytest.fixture
def house() -> Iterator[House]:
    made = House()
    yield made
    made.server.stop()


def names(said: httpx.Response) -> list[str]:
    return [shelf["name"] for shelf in said.json()["shelves"]]


def test_an_account_has_from_the_beginning_what_its_provider_furnishes(house: House) -> None:
    toy = house.handle()
    assert [(prop.kind, prop.name, prop.said["wide"], prop.made) for prop in toy.props()] == [("shelf", "first", 1, 0)]
    assert names(house.ask("GET", f"/~{toy.name}/toy/shelves", toy.api_key)) == ["first"]


def test_what_a_handle_adds_a_client_finds(house: House) -> None:
    toy = house.handle()
    toy.clock.advance(5)
    shelf = toy.add_prop("shelf", name="tools", wide=3)
    told = house.ask("GET", f"/~{toy.name}/toy/shelves/{shelf.id}", toy.api_key)
    assert told.json() == {"id": shelf.id, "name": "tools", "wide": 3}
    assert toy.prop("tools") == toy.prop(shelf.id) == shelf
    assert (shelf.made, toy.add_prop("shelf").name) == (5, "shelf 3")
    assert toy.add_prop("shelf", kind="oak").said["kind"] == "oak", "a provider may have a word of that name"


def test_what_a_client_makes_a_handle_finds(house: House) -> None:
    toy = house.handle()
    made = house.ask("POST", f"/~{toy.name}/toy/shelves", toy.api_key, {"name": "books", "wide": 2}).json()
    assert toy.prop("books").id == made["id"]
    refused = house.ask("POST", f"/~{toy.name}/toy/shelves", toy.api_key, {"name": "books", "wide": 0})
    assert refused.status_code == 422, "a body of a fixed form is held against it"
    assert len(toy.props("shelf")) == 2
    assert toy.props("ladder") == []


def test_what_is_another_accounts_is_foreign(house: House) -> None:
    toy = house.handle()
    other = toy.another_key()
    shelf = toy.add_prop("shelf", name="mine")
    base = f"/~{toy.name}/toy/shelves"
    assert house.ask("GET", f"{base}/{shelf.id}", other).status_code == 404
    assert names(house.ask("GET", base, other)) == ["first"]
    assert house.ask("GET", f"{base}/{shelf.id}", toy.api_key).status_code == 200


def test_a_reset_leaves_what_there_was_at_the_beginning(house: House) -> None:
    toy = house.handle()
    before = toy.props()
    added = toy.add_prop("shelf", name="more")
    toy.reset()
    assert [prop.id for prop in toy.props()] == [prop.id for prop in before]
    assert toy.add_prop("shelf", name="again").id == added.id, "nothing has happened, so the next one is the same"


def test_equal_seeds_give_equal_ids_and_others_give_others(house: House) -> None:
    ids = [{house.handle(seed).add_prop("shelf").id, house.handle(seed).prop("first").id} for seed in "112"]
    assert ids[0] == ids[1]
    assert not ids[0] & ids[2]
    assert all(len(each) == 2 for each in ids)


def test_what_cannot_be_found_or_made_is_told_in_three_parts(house: House) -> None:
    toy = house.handle()
    toy.add_prop("shelf", name="tools")
    toy.add_prop("shelf", name="twin")
    toy.add_prop("shelf", name="twin")
    with pytest.raises(ValueError, match=r"expected the id or the name of a prop; came 'tool'; did you mean tools\?"):
        toy.prop("tool")
    with pytest.raises(ValueError, match=r"came 'xyz'; there are: shelf first [0-9a-f-]{36}, shelf tools "):
        toy.prop("xyz")
    with pytest.raises(ValueError, match="expected one prop; came 'twin', the name of 2; say an id: shelf twin "):
        toy.prop("twin")
    with pytest.raises(ValueError, match="came 'ladder'; say shelf"):
        toy.add_prop("ladder")


# -- the same over HTTP


def test_the_control_plane_tells_and_adds_what_a_handle_does(house: House) -> None:
    toy = house.handle()
    base = f"{CONTROL}/sessions/{toy.name}/props"
    added = house.ask("POST", base, body={"kind": "shelf", "said": {"name": "tools", "wide": 3}})
    assert added.status_code == 201
    assert added.json() == {"id": toy.prop("tools").id, "kind": "shelf", "name": "tools", "provider": "toy",
                            "account": "account-1", "said": {"name": "tools", "wide": 3}, "made": 0.0,
                            "changed": 0.0}  # fmt: skip
    every = house.ask("GET", base).json()
    assert [prop["name"] for prop in every["props"]] == ["first", "tools"]
    assert Judge(promise().whole("props")).differences(every) == []
    assert house.ask("GET", f"{base}/tools").json() == added.json() == house.ask("GET", f"{base}/{added.json()['id']}"
                                                                               ).json()  # fmt: skip
    assert house.ask("POST", base, body={"kind": "shelf"}).json()["name"] == "shelf 3"


def test_the_control_plane_knows_accounts_apart_by_key(house: House) -> None:
    toy = house.handle()
    other, base = toy.another_key(), f"{CONTROL}/sessions/{toy.name}/props"
    made = house.ask("POST", base, body={"kind": "shelf", "said": {"name": "theirs"}, "key": other}).json()
    assert made["account"] == "account-2"
    assert {prop.name for prop in toy.props()} == {"first"}
    told = {query: [prop["name"] for prop in house.ask("GET", base + query).json()["props"]]
            for query in ("", f"?key={other}", "?kind=shelf&provider=toy", "?kind=ladder")}  # fmt: skip
    assert told == {"": ["first", "first", "theirs"], f"?key={other}": ["first", "theirs"],
                    "?kind=shelf&provider=toy": ["first", "first", "theirs"], "?kind=ladder": []}  # fmt: skip
    assert house.ask("GET", f"{base}/first").status_code == 404, "two accounts have one of that name"
    assert house.ask("GET", f"{base}/first?key={toy.api_key}").json()["id"] == toy.prop("first").id


@pytest.mark.parametrize(("method", "path", "body", "status", "words"), [
    ("POST", "", {"kind": "ladder"}, 422, "came 'ladder'; say shelf"),
    ("POST", "", {"said": {}}, 422, "expected /kind of new prop to be there"),
    ("POST", "", {"kind": "shelf", "name": "x"}, 422, 'to have kind, said, provider, key; came "name"'),
    ("POST", "", {"kind": "shelf", "said": {"schema": {"$ref": "file:///etc/passwd"}}}, 422, "leads elsewhere"),
    ("POST", "", {"kind": "shelf", "key": MASK}, 404, "expected a key of this session; came another"),
    ("POST", "", {"kind": "shelf", "provider": "nobody"}, 404, "expected a provider of this session"),
    ("GET", "/frist", None, 404, "came 'frist'; did you mean first?"),
    ("GET", "?key=none", None, 404, "expected a key of this session; came another"),
])  # fmt: skip
def test_over_http_too_a_no_has_three_parts(
    house: House, method: str, path: str, body: Any, status: int, words: str
) -> None:
    said = house.ask(method, f"{CONTROL}/sessions/{house.handle().name}/props{path}", body=body)
    assert (said.status_code, words in said.json()["detail"]) == (status, True), said.text


# -- a session is found by what is in it


@pytest.fixture
def two_of_a_kind(house: House) -> tuple[StandIn, StandIn]:
    return house.handle("7"), house.handle("7")


def test_a_session_is_found_by_the_id_of_a_prop_in_the_path(house: House) -> None:
    one, other = house.handle("1"), house.handle("2")
    for toy in (one, other):
        shelf = toy.prop("first").id
        assert house.ask("GET", f"/toy/shelves/{shelf}", toy.api_key).json()["id"] == shelf
    foreign = house.ask("GET", f"/toy/shelves/{one.prop('first').id}", other.api_key)
    assert foreign.status_code == 401, "the id leads to its own session, where the other one's key opens nothing"


def test_of_sessions_of_one_seed_the_askers_own_is_found(two_of_a_kind: tuple[StandIn, StandIn], house: House) -> None:
    one, other = two_of_a_kind
    shelf = one.prop("first").id
    assert shelf == other.prop("first").id
    assert one.api_key != other.api_key
    for toy in (one, other):
        house.ask("GET", f"/toy/shelves/{shelf}", toy.api_key)
    assert [session_asked(toy.session) for toy in (one, other)] == [1, 1]


def session_asked(session: Session) -> int:
    return len(session.journal.of("shelf"))
