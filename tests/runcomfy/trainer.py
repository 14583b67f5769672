"""What tests of the Trainer API have alike: a configuration, a data set that is ready, and short errands."""

from __future__ import annotations

import re
from typing import Any

import httpx
from understudy.mocks.stand_in import StandIn
from understudy.tests.mocks.errands import send
from understudy.tests.runcomfy.test_golden import compare, golden

DATASETS = "/prod/v1/trainers/datasets"
JOBS = "/prod/v1/trainers/ai-toolkit/jobs"
CONFIG = """\
job: extension
config:
  name: tram
  process:
    - type: sd_trainer
      training_folder: /app/ai-toolkit/output
      datasets:
        - folder_path: /app/ai-toolkit/datasets/trams
      save: {save_every: 250}
      train: {steps: 1000}
      sample: {sample_every: 500, prompts: [a tram, a red one], width: 64, height: 64}
"""
FORMS = {"uuid": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "hex": "[0-9a-f]{32}"}


def job(text: str = CONFIG, **more: Any) -> dict[str, Any]:
    return {"config_file_format": "yaml", "config_file": text, "gpu_type": "ADA_80_PLUS", **more}


def edited(text: str) -> dict[str, Any]:
    return {"config_file_format": "yaml", "config_file": text}


def is_golden(name: str, handle: StandIn, answer: httpx.Response, status: int = 200) -> None:
    """An answer is the golden body of this name."""
    assert answer.status_code == status, answer.text
    _compare(golden(f"trainer_{name}"), answer.json(), "http://understudy/" + handle.url.split("/", 3)[3])


def _compare(expected: Any, came: Any, base: str) -> None:
    if isinstance(expected, dict):
        assert list(came) == list(expected)
        for key in expected:
            _compare(expected[key], came[key], base)
    elif isinstance(expected, list):
        assert len(came) == len(expected)
        for one, other in zip(expected, came, strict=True):
            _compare(one, other, base)
    elif isinstance(expected, str) and ("{uuid}" in expected or "{hex}" in expected):
        form = re.escape(expected).replace(r"\{base\}", re.escape(base))
        for word, pattern in FORMS.items():
            form = form.replace(r"\{" + word + r"\}", f"(?:{pattern})")
        assert re.fullmatch(form, came), (expected, came)
    else:
        compare(expected, came, {"base": base})


def made(handle: StandIn, name: str = "trams", key: str = "") -> str:
    """An empty data set's id."""
    said: str = send(handle, "POST", DATASETS, {"name": name}, key).json()["id"]
    return said


def form(handle: StandIn, dataset: str, files: Any, key: str = "") -> httpx.Response:
    """Files that are sent as a form."""
    with httpx.Client(transport=handle.transport, base_url="http://understudy") as client:
        headers = {"Authorization": f"Bearer {key or handle.api_key}"}
        return client.post(f"{DATASETS}/{dataset}/upload", files=files, headers=headers)


def put(handle: StandIn, address: str, data: bytes, method: str = "PUT") -> httpx.Response:
    """A file that is put to an address; no key goes with it."""
    with httpx.Client(transport=handle.transport) as client:
        return client.request(method, address, content=data)


def ready(handle: StandIn, name: str = "trams") -> str:
    """A data set that can be trained on, on a clock that only the test moves."""
    dataset = made(handle, name)
    assert form(handle, dataset, {"file": ("a.jpg", b"123")}).status_code == 200
    handle.clock.advance(5)
    return dataset


def submitted(handle: StandIn, text: str = CONFIG) -> str:
    """The path of a job."""
    answer = send(handle, "POST", JOBS, job(text))
    assert answer.status_code == 200, answer.text
    return f"{JOBS}/{answer.json()['id']}"


def steps(handle: StandIn, path: str) -> tuple[str, int]:
    """The word and the step of a job."""
    said = send(handle, "GET", path + "/status").json()
    return said["status"], said["progress"]["current_step"]


def refused(answer: httpx.Response, status: int, code: int) -> None:
    assert (answer.status_code, answer.json()["error_code"]) == (status, code), answer.text
