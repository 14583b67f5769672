"""The errands of the command line, PyPI's runninghub-cli: python rh_cli.py ERRAND URL KEY.

It hears of no address: the nine constants of rh/client.py are set from outside, and so is its wait of five seconds.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import guard  # noqa: F401  # before the client
from errands import SOON, folder, kind, run, timed
from rh import cli, client

SITE = "https://www.runninghub.cn"
NOBODY = "0" * 32


def point(url: str, every: float = SOON) -> None:
    """Points the client at an address."""
    for name, value in list(vars(client).items()):
        if isinstance(value, str) and value.startswith(SITE):
            setattr(client, name, url + value.removeprefix(SITE))
    client.POLL_INTERVAL = every


def rh(key: str, *words: str) -> Any:
    """What a command prints, and how it ends."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()), timed(" ".join(words[:2])):
        try:
            cli.cli.main([*words, "--api-key", key], prog_name="rh")
        except SystemExit as end:
            code = end.code or 0
    said = json.loads(out.getvalue())
    return {**said, "exit": code} if isinstance(said, dict) else said


def nodes(key: str) -> tuple[str, dict[str, Any]]:
    """The first app of the list that has a text and a picture to change: its id, and those two nodes."""
    for app in rh(key, "app", "list")["records"]:
        found = {node["fieldType"]: node for node in rh(key, "app", "info", app["webappId"])["nodes"]}
        if {"STRING", "IMAGE"} <= {*found}:
            return str(app["webappId"]), found
    raise LookupError("expected an app with a text and a picture; came none")


def place(node: dict[str, Any], value: object) -> str:
    return f"{node['nodeId']}:{node['fieldName']}={value}"


def changed(key: str, *more: str) -> Any:
    """What a run of the first app with another text prints."""
    app, found = nodes(key)
    return rh(key, "app", "run", app, "--node", place(found["STRING"], "a red tram"), *more)


def model(key: str, *more: str) -> Any:
    return rh(key, "model", "run", "rhart-image-n-pro/text-to-image", "--prompt", "a red tram", *more)


def account(url: str, key: str) -> dict[str, Any]:
    told = rh(key, "account", "status")
    return {"coins": isinstance(told["remainCoins"], str), "tasks": told["currentTaskCounts"], "type": told["apiType"]}


def apps(url: str, key: str) -> dict[str, Any]:
    told = rh(key, "app", "list", "--sort", "HOTTEST", "--size", "1")
    one = told["records"][0]
    return {"records": len(told["records"]), "total": int(told["total"]) >= 1, "id": one["webappId"].isdecimal(),
            "named": bool(one["name"])}  # fmt: skip


def app_info(url: str, key: str) -> dict[str, Any]:
    _, found = nodes(key)
    return {"kinds": {*found} >= {"STRING", "IMAGE"}, "id": found["STRING"]["nodeId"].isdecimal()}


def app(url: str, key: str) -> dict[str, Any]:
    with folder() as here:
        told = changed(key, "--output", str(here / "out.png"))
        return {"status": told["status"], "task": len(told["taskId"]), "type": told["outputs"][0]["fileType"],
                "file": kind(Path(told["savedTo"]).read_bytes())}  # fmt: skip


def app_file(url: str, key: str) -> dict[str, Any]:
    with folder() as here:
        name, found = nodes(key)
        told = rh(key, "app", "run", name, "--file", place(found["IMAGE"], here / "pixel.png"), "--instance", "plus")
    return {"status": told["status"], "files": len(told["outputs"])}


def app_batch(url: str, key: str) -> dict[str, Any]:
    with folder() as here:
        name, found = nodes(key)
        rows = [f"{found['STRING']['nodeId']}:{found['STRING']['fieldName']}", "a red tram", "a blue tram"]
        (here / "rows.csv").write_text("\n".join(rows) + "\n")
        told = rh(key, "app", "batch", name, "--input", str(here / "rows.csv"), "--output-dir", str(here / "out"))
        return {"success": told["success"], "failed": told["failed"], "files": len([*(here / "out").iterdir()])}


def model_run(url: str, key: str) -> dict[str, Any]:
    with folder() as here:
        told = model(key, "--output", str(here / "out.png"))
        return {"status": told["status"], "files": len(told["outputs"]), "file": kind((here / "out.png").read_bytes())}


def model_file(url: str, key: str) -> dict[str, Any]:
    with folder() as here:
        told = rh(key, "model", "run", "rhart-image-n-pro/edit", "--prompt", "a red tram", "--image",
                  str(here / "pixel.png"), "--param", "resolution=1k")  # fmt: skip
    return {"status": told["status"], "files": len(told["outputs"])}


def task(url: str, key: str) -> dict[str, Any]:
    done = changed(key)
    with folder() as here:
        told = rh(key, "task", "outputs", done["taskId"], "--output", str(here / "out.png"))
        return {"status": told["status"], "same": told["outputs"] == done["outputs"],
                "file": kind((here / "out.png").read_bytes())}  # fmt: skip


def refused(work: Callable[[str, str], Any]) -> Callable[[str, str], dict[str, Any]]:
    """An errand whose command must not succeed: the word for it, and what it says."""

    def errand(url: str, key: str) -> dict[str, Any]:
        told = work(url, key)
        return {"refused": f"{told.get('error', told.get('status'))}: {told.get('message')}", "exit": told["exit"]}

    return errand


DONE = (account, apps, app_info, app, app_file, app_batch, model_run, model_file, task)
ERRANDS: dict[str, Callable[[str, str], dict[str, Any]]] = {
    **{each.__name__: each for each in DONE},
    "failed": refused(lambda url, key: changed(key)),
    "queued": refused(lambda url, key: changed(key)),
    "queue_full": refused(lambda url, key: changed(key)),
    "no_money": refused(lambda url, key: changed(key)),
    "wrong_node": refused(lambda url, key: rh(key, "app", "run", nodes(key)[0], "--node", "999:text=a red tram")),
    "unknown_app": refused(lambda url, key: rh(key, "app", "info", "1")),
    "unknown_task": refused(lambda url, key: rh(key, "task", "status", "1999999999999999999")),
    "bad_key": refused(lambda url, key: rh(NOBODY, "account", "status")),
    "bad_key_upload": refused(lambda url, key: bad_upload(key)),
    "model_failed": refused(lambda url, key: model(key)),
    "model_no_money": refused(lambda url, key: model(key)),
    "model_bad_key": refused(lambda url, key: model(NOBODY)),
    "model_wrong": refused(lambda url, key: model(key, "--param", "resolution=77k")),
}


def bad_upload(key: str) -> Any:
    """What an upload to a model with somebody else's key prints."""
    with folder() as here:
        return rh(NOBODY, "model", "run", "rhart-image-n-pro/edit", "--prompt", "x", "--image", str(here / "pixel.png"))


if __name__ == "__main__":
    point(sys.argv[2])
    run(ERRANDS)
