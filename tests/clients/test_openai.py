"""OpenAI's own client, unmodified, gets on with Runware's chat completions."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from understudy import stand_in
from understudy.tests.clients.environments import ERRANDS, NotMade, python

pytestmark = pytest.mark.more
SEEN: dict[str, Any] = {
    "whole": {"id": True, "finish": "length", "said": True, "tokens": 5, "sum": True},
    "stream": {"whole": True, "usage": True, "finish": "stop", "role": "assistant"},
    "gathered": {"said": True},
    "parsed": {"keys": ["count", "word"], "count": True},
    "refused": {"status": 400, "param": "model", "code": "invalidModel", "type": "invalid_request_error"},
    "bad_key": {"status": 401, "code": "invalidApiKey"},
    "broken_off": {"seen": True, "message": True},
}


@pytest.fixture(scope="session")
def home() -> Path:
    """The interpreter that has the client."""
    try:
        return python("openai_chat")
    except NotMade as no:
        pytest.fail(str(no))


@pytest.mark.parametrize("errand", SEEN)
def test_openais_client_does_its_errand(home: Path, errand: str) -> None:
    with stand_in("runware") as runware:
        runware.allowed |= {"unknown-model"}
        if errand == "broken_off":
            runware.script(fails=True)
        env = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")}
        command = [str(home), "openai_chat.py", errand, f"{runware.url}/v1", runware.api_key]
        done = subprocess.run(command, cwd=ERRANDS, env=env, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout) == SEEN[errand]
