"""The errands of PyPI's runninghub-sdk: python rh_sdk.py ERRAND URL KEY."""

from __future__ import annotations

import asyncio
import inspect
import sys
from typing import Any

import guard  # noqa: F401  # before the client
from errands import PIXEL, SOON, folder, kind, refusal, run, timed
from runninghub_sdk import RunningHubClient, modify_nodes

MODEL, PROMPT = "rhart-image-n-pro/text-to-image", {"prompt": "a red tram", "resolution": "1k"}
NOBODY, NO_TASK = "0" * 32, "1999999999999999999"


def client(url: str, key: str) -> RunningHubClient:
    return RunningHubClient(api_key=key, base_url=url)


def the_app(held: RunningHubClient) -> tuple[str, dict[str, Any]]:
    """The first app of the list that has a text and a picture to change: its id, and those two nodes."""
    with timed("list_webapps"):
        records = held.list_webapps().records
    for record in records:
        found = {node.field_type: node for node in held.get_ai_app_api_demo(record["id"]).node_info_list}
        if {"STRING", "IMAGE"} <= {*found}:
            return record["id"], found
    raise LookupError("expected an app with a text and a picture; came none")


def placed(node: Any, value: str) -> dict[str, str]:
    return {"nodeId": node.node_id, "fieldName": node.field_name, "fieldValue": value}


def started(held: RunningHubClient) -> Any:
    """A run of the first app with another text, just ordered."""
    name, found = the_app(held)
    node = found["STRING"]
    with timed("run_ai_app"):
        return held.run_ai_app_with_modifier(name, modify_nodes().set(node.node_id, node.field_name, "a red tram"))


def waited(held: RunningHubClient, task: str) -> Any:
    with timed("wait_for_completion"):
        return held.wait_for_completion(task, poll_interval=SOON)


def account(url: str, key: str) -> dict[str, Any]:
    with timed("get_account_status"):
        told = client(url, key).get_account_status()
    return {"coins": told.remain_coins.isdecimal(), "tasks": told.current_task_counts, "type": told.api_type,
            "money": float(told.remain_money or 0) > 0, "currency": told.currency}  # fmt: skip


def queue(url: str, key: str) -> dict[str, Any]:
    told = client(url, key).get_queue_status()
    return {"type": told.api_key_type, "limit": told.concurrent_limit > 0, "now": told.total_current_tasks}


def keys(url: str, key: str) -> dict[str, Any]:
    told = client(url, key).list_api_keys()
    return {"keys": len(told), "enabled": told[0].is_enabled, "masked": told[0].key != key}


def valid(url: str, key: str) -> dict[str, Any]:
    return {"valid": client(url, key).validate_api_key()}


def models(url: str, key: str) -> dict[str, Any]:
    told = client(url, key).list_public_models(resource_type="LORA", size=5)
    return {"page": (told.size, told.current), "counted": len(told.records) <= min(5, told.total)}


def demo(url: str, key: str) -> dict[str, Any]:
    held = client(url, key)
    told = held.get_ai_app_api_demo(the_app(held)[0])
    return {"named": bool(told.webapp_name), "curl": "curl" in told.curl, "nodes": len(told.node_info_list) >= 2}


def app(url: str, key: str) -> dict[str, Any]:
    held, states = client(url, key), []
    order = started(held)
    with folder() as here:
        with timed("wait_for_completion"):
            made = held.wait_for_completion(order.task_id, SOON, on_status_change=lambda now: states.append(now.value))
        files = held.download_outputs(made, here / "out")
        return {"first": order.task_status.value, "states": states, "type": made[0].file_type,
                "node": made[0].node_id.isdecimal(), "file": kind(files[0].read_bytes())}  # fmt: skip


def workflow(url: str, key: str, name: str) -> dict[str, Any]:
    held = client(url, key)
    graph = held.get_workflow_json_parsed(name)
    node, field = next((node, field) for node, said in graph.items() for field, value in said["inputs"].items()
                       if field == "seed" and isinstance(value, int))  # fmt: skip
    with timed("run"):
        order = held.run(name, [{"nodeId": node, "fieldName": field, "fieldValue": 7}])
    with folder() as here:
        made = waited(held, order.task_id)
        files = held.download_task_outputs(order.task_id, here / "out")
        return {"files": len(files) == len(made) >= 1, "file": kind(files[0].read_bytes())}


def model(url: str, key: str) -> dict[str, Any]:
    held = client(url, key)
    with timed("run_model_api"):
        order = held.run_model_api(MODEL, PROMPT)
    with timed("wait_for_query_v2_completion"):
        made = held.wait_for_query_v2_completion(order.task_id, SOON)
    with folder() as here:
        path = held.download_file(made.results[0]["url"], here / "out")
        return {"code": order.error_code, "type": made.results[0]["outputType"], "file": kind(path.read_bytes()),
                "usage": made.usage is not None}  # fmt: skip


def model_file(url: str, key: str) -> dict[str, Any]:
    held = client(url, key)
    sent = held.upload_file(PIXEL, "pixel.png")
    order = held.run_model_api("rhart-image-n-pro/edit", {**PROMPT, "imageUrls": [sent.download_url]})
    made = held.wait_for_query_v2_completion(order.task_id, SOON)
    return {"type": sent.type, "size": sent.size, "files": len(made.results)}


def price(url: str, key: str) -> dict[str, Any]:
    told = client(url, key).preview_model_price(MODEL, PROMPT)
    return {"code": told.error_code, "price": told.estimated_price >= 0, "currency": told.currency}


def upload(url: str, key: str) -> dict[str, Any]:
    held = client(url, key)
    with timed("upload_image"):
        sent = held.upload_image(PIXEL)
    name, found = the_app(held)
    order = held.run_ai_app(name, [placed(found["IMAGE"], sent["fileName"])])
    with folder() as here:
        back = held.download_file(sent["downloadUrl"], here / "back").read_bytes()
    return {"same": back == PIXEL, "again": held.upload_image(PIXEL)["fileName"] == sent["fileName"],
            "files": len(waited(held, order.task_id))}  # fmt: skip


def lora(url: str, key: str) -> dict[str, Any]:
    with timed("upload_lora"):
        name = client(url, key).upload_lora("tram", b"a lora")
    return {"named": name.endswith(".safetensors")}


def cancel(url: str, key: str) -> dict[str, Any]:
    held = client(url, key)
    order = started(held)
    held.cancel(order.task_id)
    return {"refused": refusal(lambda: waited(held, order.task_id))}


def both(url: str, key: str) -> dict[str, Any]:
    """Without a thread of its own: an order and its look."""

    async def errand() -> dict[str, Any]:
        async with client(url, key) as held:
            order = await held.async_run_model_api(MODEL, PROMPT)
            made = await held.async_wait_for_query_v2_completion(order.task_id, SOON)
            told = await held.async_get_account_status()
            return {"files": len(made.results), "type": told.api_type}

    with timed("async"):
        return asyncio.run(errand())


def failed(url: str, key: str) -> dict[str, Any]:
    held = client(url, key)
    order = started(held)
    return {"refused": refusal(lambda: waited(held, order.task_id))}


def model_failed(url: str, key: str) -> dict[str, Any]:
    held = client(url, key)
    order = held.run_model_api(MODEL, PROMPT)
    return {"refused": refusal(lambda: held.wait_for_query_v2_completion(order.task_id, SOON))}


def ordered(url: str, key: str) -> dict[str, Any]:
    held = client(url, key)
    return {"refused": refusal(lambda: started(held))}


def model_ordered(url: str, key: str, name: str = MODEL, resolution: str = "1k") -> dict[str, Any]:
    told = client(url, key).run_model_api(name, {**PROMPT, "resolution": resolution})
    return {"refused": f"[{told.error_code}] {told.error_message}", "task": told.task_id, "status": told.status}


def queue_full(url: str, key: str) -> dict[str, Any]:
    return ordered(url, key)


def no_money(url: str, key: str) -> dict[str, Any]:
    return ordered(url, key)


def model_no_money(url: str, key: str) -> dict[str, Any]:
    return model_ordered(url, key)


def unknown_model(url: str, key: str) -> dict[str, Any]:
    return model_ordered(url, key, "nobody/text-to-image")


def wrong_value(url: str, key: str) -> dict[str, Any]:
    return model_ordered(url, key, resolution="77k")


def model_bad_key(url: str, key: str) -> dict[str, Any]:
    return model_ordered(url, NOBODY)


def unknown_app(url: str, key: str) -> dict[str, Any]:
    node = {"nodeId": "1", "fieldName": "text", "fieldValue": "x"}
    return {"refused": refusal(lambda: client(url, key).run_ai_app("1", [node]))}


def wrong_node(url: str, key: str) -> dict[str, Any]:
    held = client(url, key)
    name, _ = the_app(held)
    node = {"nodeId": "999", "fieldName": "text", "fieldValue": ""}
    return {"refused": refusal(lambda: held.run_ai_app(name, [node]))}


def unknown_task(url: str, key: str) -> dict[str, Any]:
    return {"refused": refusal(lambda: client(url, key).get_outputs(NO_TASK))}


def unknown_task_v2(url: str, key: str) -> dict[str, Any]:
    return {"refused": refusal(lambda: client(url, key).wait_for_query_v2_completion(NO_TASK, SOON))}


def no_webhook(url: str, key: str) -> dict[str, Any]:
    held = client(url, key)
    order = started(held)
    waited(held, order.task_id)
    return {"refused": refusal(lambda: held.get_webhook_detail(order.task_id))}


def bad_key(url: str, key: str) -> dict[str, Any]:
    return {"refused": refusal(lambda: client(url, NOBODY).get_account_status())}


def bad_key_upload(url: str, key: str) -> dict[str, Any]:
    return {"refused": refusal(lambda: client(url, NOBODY).upload_image(PIXEL))}


if __name__ == "__main__":
    here = sys.modules[__name__]
    run({name: one for name, one in vars(here).items() if inspect.isfunction(one) and one.__module__ == __name__})
