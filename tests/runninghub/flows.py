"""How the tests of workflows and AI apps speak to RunningHub."""

from __future__ import annotations

from typing import Any

from understudy.mocks.stand_in import StandIn

WORKFLOW, REDRAW, FILM = "1904136902449209346", "1910246754753896451", "1913054386702016513"
DRAW, APP = "1937084629516193794", "1937084629516193795"
CREATE, RUN, OUTPUTS = "/task/openapi/create", "/task/openapi/ai-app/run", "/task/openapi/outputs"
NEWER, NEWER_APP = f"/openapi/v2/run/workflow/{WORKFLOW}", f"/openapi/v2/run/ai-app/{DRAW}"
TIPS = '{"result": true, "error": null, "outputs_to_execute": ["9"], "node_errors": {}}'
TEXT = [{"nodeId": "6", "fieldName": "text", "fieldValue": "a blue tram"}]
Json = dict[str, Any]


def said(hub: StandIn, path: str, **body: Any) -> Json:
    answer = hub.client().post(path, json=body)
    assert answer.status_code == 200
    told: Json = answer.json()
    return told


def told(hub: StandIn, path: str, **body: Any) -> Any:
    """The data of a yes."""
    answer = said(hub, path, **body)
    assert answer["code"] == 0, answer
    return answer["data"]


def code(hub: StandIn, path: str, **body: Any) -> int:
    answer = said(hub, path, **body)
    return int(answer["errorCode"] or 0) if "errorCode" in answer else int(answer["code"])


def kind(hub: StandIn, word: str) -> None:
    hub.session.accounts["runninghub", hub.api_key].kind = word


def demo(hub: StandIn, **query: Any) -> Json:
    answer: Json = hub.client().get("/api/webapp/apiCallDemo", params=query).json()
    return answer


def nodes(*rows: tuple[str, str, Any]) -> list[Json]:
    return [{"nodeId": node, "fieldName": field, "fieldValue": value} for node, field, value in rows]
