"""Models over HTTP: the catalogue, and what a session adds to its own."""

from __future__ import annotations

from understudy.tests.control.planes import plane


def test_the_catalogue_is_searched_and_paged() -> None:
    with plane() as asked:
        every = asked.ask("GET", "/catalogue/runcomfy")
        assert every["total"] == len(every["models"]) == 152
        found = asked.ask("GET", "/catalogue/runcomfy?search=Z-IMAGE&limit=1&offset=1")
        assert (found["total"], len(found["models"])) == (2, 1)
        assert "prompt" in found["models"][0]["schema"]["properties"]


def test_a_model_is_added_for_one_session_until_it_is_reset() -> None:
    with plane() as asked:
        one, other = asked.opened(), asked.opened()
        schema = {
            "type": "object",
            "required": ["prompt"],
            "properties": {"prompt": {"type": "string", "maxLength": 4}},
        }
        row = {"id": "maker/new/text-to-video", "schema": schema, "provider": "runcomfy"}
        told = one.ask("POST", "/models", row, 201)
        assert (told["kind"], told["complete"], told["schema"]) == ("video", True, schema)
        path = "/v1/models/maker/new/text-to-video"
        assert [one.send("POST", path, {"prompt": prompt}).status_code for prompt in ("tram", "trams")] == [200, 422]
        assert other.send("POST", path, {"prompt": "tram"}).status_code == 400
        assert asked.ask("GET", "/catalogue/runcomfy?search=maker/new")["total"] == 0
        one.ask("POST", "/reset")
        assert one.send("POST", path, {"prompt": "tram"}).status_code == 400
