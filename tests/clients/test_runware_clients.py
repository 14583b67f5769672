"""Runware's own clients, unmodified: each errand ends well, nobody leaves this machine or waits longer than it must."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from understudy import StandIn, stand_in
from understudy.tests.clients.environments import ERRANDS, RUNWARE, NotMade, all_of_them
from understudy.tests.clients.process import told_by

pytestmark = pytest.mark.more

SCRIPTS = {"old_python": "old_python.py", "new_python": "new_python.py", "new_python_rest": "new_python.py",
           "old_js": "old_js.mjs", "ai_sdk": "ai_sdk.mjs"}  # fmt: skip
PICTURE = {"images": 1, "file": "JPG"}
SEEN: dict[str, Any] = {
    "connect": {"connected": True},
    "image": {**PICTURE, "seed": 7},
    "image_async": {**PICTURE, "seed": 7},
    "images": {"images": 3, "seeds": [7, 8, 9]},
    "video": {"videos": 1, "file": "MP4"},
    "audio": {"sounds": 1, "file": "MP3"},
    "text": {"said": True, "finish": "stop"},
    "text_async": {"said": True, "finish": "stop"},
    "text_stream": {"said": True, "whole": True, "finish": "stop"},
    "upload": {"uploaded": True, "images": 1},
    "media": {"uploaded": True, "images": 1},
    "upscale": PICTURE,
    "background": {"images": 1, "file": "PNG"},
    "caption": {"said": True},
    "video_caption": {"said": True},
    "enhance": {"versions": 2},
    "search": {"found": True, "air": True},
    "photo_maker": {"images": 2, "file": "JPG"},
    "controlnet": {"guide": True, "file": "PNG"},
    "vectorize": {"images": 1, "file": "SVG"},
    "masking": {"found": True, "file": "PNG"},
    "three_d": {"files": 1, "file": "GLB"},
    "three_d_async": {"files": 1, "file": "GLB"},
    "details": {"request": "a red tram", "response": True},
    "account": {"balance": True},
    "dropped": {"images": 1, "seed": 7},
    "dropped_later": {"videos": 1, "file": "MP4"},
}
OTHERWISE: dict[tuple[str, str], Any] = {
    ("new_python", "enhance"): {"versions": 1},  # it knows several results of one task by their UUIDs; a text has none
    ("new_python_rest", "enhance"): {"versions": 1},
    ("ai_sdk", "image"): {"images": 1, "file": "PNG"},
    ("ai_sdk", "images"): {"images": 3, "file": "PNG"},
    ("ai_sdk", "image_inline"): {"images": 1, "file": "PNG"},
}
REFUSED = {"bad_key": "Invalid API key", "failed": "out of memory", "failed_later": "out of memory",
           "unknown_model": "model"}  # fmt: skip
BOTH = ("connect image image_async images video audio text upload media upscale background caption enhance search "
        "vectorize three_d details bad_key failed failed_later unknown_model")  # fmt: skip
NEW = f"{BOTH} text_stream controlnet masking account"
WHO = {
    "old_python": f"{BOTH} text_async three_d_async video_caption photo_maker dropped dropped_later",
    "new_python": f"{NEW} dropped dropped_later",
    "new_python_rest": NEW,
    "old_js": f"{BOTH} photo_maker controlnet masking dropped_later",
    "ai_sdk": "image images image_inline bad_key failed unknown_model",
}
BEFORE: dict[str, Callable[[StandIn], object]] = {
    "failed": lambda runware: runware.script(fails="out of memory"),
    "failed_later": lambda runware: runware.script(fails="out of memory"),
    "dropped": lambda runware: runware.fault("reset", on="submit", when="after"),
    "dropped_later": lambda runware: runware.fault("reset", on="poll", when="after"),
}


@pytest.fixture(scope="session")
def homes() -> dict[str, Path]:
    """Every client's environment."""
    try:
        return all_of_them(RUNWARE)
    except NotMade as no:
        pytest.fail(str(no))


@pytest.fixture
def runware() -> Iterator[StandIn]:
    with stand_in("runware") as handle:
        handle.allowed |= {"unknown-model"}
        yield handle


def sent(homes: dict[str, Path], client: str, *args: str) -> dict[str, Any]:
    """What a client tells of the errand that its arguments begin with."""
    script = SCRIPTS[client]
    if script.endswith(".py"):
        return told_by([str(homes[client.removesuffix("_rest")]), script, *args], ERRANDS)
    return told_by(["node", "--import", "./guard.mjs", script, *args], homes["node"])


@pytest.mark.understudy(allow=["unknown-model"])
@pytest.mark.parametrize(("client", "errand"), [(who, what) for who in WHO for what in WHO[who].split()])
def test_a_client_does_its_errand(runware: StandIn, homes: dict[str, Path], client: str, errand: str) -> None:
    if errand in BEFORE:
        BEFORE[errand](runware)
    by_http = client in ("new_python_rest", "ai_sdk")
    told = sent(homes, client, errand, f"{runware.url}/v1" if by_http else runware.ws_url, runware.api_key)
    if errand in REFUSED:
        assert re.search(REFUSED[errand], told["seen"]["refused"])
    else:
        assert told["seen"] == OTHERWISE.get((client, errand), SEEN.get(errand))
    assert told["outside"] == []
    assert [call for call in told["calls"] if call["seconds"] > call["at_least"] + 1] == []


def test_two_minutes_of_video_pass_in_a_moment(homes: dict[str, Path]) -> None:
    told = told_by([str(homes["old_python"]), "fast_forward.py"], ERRANDS)
    seen = told["seen"]
    assert (seen["videos"], told["outside"]) == (1, [])
    assert seen["story"] >= 120
    assert seen["seconds"] < 1
    assert seen["asked"].count("getResponse") >= 120 / 3, "each look was taken"
    assert seen["asked"].count("ping") <= seen["story"] / 5 + 2


def test_the_old_python_client_streams_from_its_one_address(homes: dict[str, Path], alone: None) -> None:
    serve = [sys.executable, "-m", "understudy.cli", "serve", "runware", "--port", "8080", "--json"]
    serve += ["--clock", "auto"]
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if free.connect_ex(("127.0.0.1", 8080)) == 0:
            pytest.fail("expected port 8080 of this machine to be free, since this client streams to no other; "
                        "came one that is taken; end what listens there")  # fmt: skip
    with subprocess.Popen(serve, stdout=subprocess.PIPE, text=True) as served:
        try:
            assert served.stdout is not None
            key = json.loads(served.stdout.readline())["providers"]["runware"]["api_key"]
            for errand in ("text_stream", "image"):
                told = sent(homes, "old_python", errand, "ws://localhost:8080", key)
                assert (told["seen"], told["outside"]) == (SEEN[errand], [])
        finally:
            served.terminate()


def test_the_old_python_clients_stream_leaves_this_machine_by_any_other_address(
    runware: StandIn, homes: dict[str, Path]
) -> None:
    told = sent(homes, "old_python", "text_stream_refused", runware.ws_url, runware.api_key)
    assert told["outside"] == ["api.runware.ai"], "docs/runware.md tells of the one address that it takes"


@pytest.mark.parametrize("leaving", [
    "await fetch('http://192.0.2.1/')",
    "await (await import('node:https')).get('https://192.0.2.1/')",
    "new (await import('ws')).WebSocket('ws://192.0.2.1/').on('error', () => {})",
    "(await import('node:dns')).lookup('192.0.2.1', () => {})",
])  # fmt: skip
def test_the_guard_in_javascript_holds_whoever_leaves(homes: dict[str, Path], leaving: str) -> None:
    code = f"try {{ {leaving} }} catch {{}}; console.log(JSON.stringify({{ outside: globalThis.tried }}));"
    told = told_by(["node", "--import", "./guard.mjs", "--input-type=module", "--eval", code], homes["node"])
    assert told["outside"] == ["192.0.2.1"]


@pytest.mark.parametrize("leaving", [
    "import socket; socket.create_connection(('192.0.2.1', 80), 1)",
    "import urllib.request; urllib.request.urlopen('http://192.0.2.1/', timeout=1)",
    "import asyncio; asyncio.run(asyncio.wait_for(asyncio.open_connection('192.0.2.1', 80), 1))",
    "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
])  # fmt: skip
def test_the_guard_in_python_holds_whoever_leaves(homes: dict[str, Path], leaving: str) -> None:
    code = (
        f"import guard, json\ntry:\n    {leaving}\nexcept OSError:\n    print(json.dumps({{'outside': guard.TRIED}}))"
    )
    assert told_by([str(homes["new_python"]), "-c", code], ERRANDS)["outside"] == ["192.0.2.1"]
