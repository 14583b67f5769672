"""Training jobs: both meanings of STOPPED, progress, files as far as the run has come, resuming and editing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from understudy.contracts.contract import contract
from understudy.mocks.stand_in import StandIn
from understudy.tests.mocks.errands import send, submit, world
from understudy.tests.runcomfy import trainer
from understudy.tests.runcomfy.trainer import CONFIG, JOBS, is_golden, job, made, ready, refused, steps, submitted

HOUSE = contract("runcomfy")
LONGER = CONFIG.replace("steps: 1000", "steps: 2000")


@pytest.fixture
def handle() -> Iterator[StandIn]:
    with world() as handle:
        yield handle


def said(handle: StandIn, path: str, what: str = "status") -> httpx.Response:
    return send(handle, "GET", f"{path}/{what}")


def resumed(handle: StandIn, path: str) -> httpx.Response:
    return send(handle, "POST", path + "/resume", {})


def names(handle: StandIn, path: str) -> tuple[list[str], list[str]]:
    told = said(handle, path, "result").json()["artifacts"]
    return [row["name"] for row in told["checkpoints"]], [row["name"] for row in told["samples"]]


def test_a_job_runs_to_its_last_step(handle: StandIn) -> None:
    ready(handle)
    is_golden("job", handle, send(handle, "POST", JOBS, job()))
    path = f"{JOBS}/{handle.tasks.one().id}"
    is_golden("status_queued", handle, said(handle, path))
    handle.clock.advance(30 + 7200 * 0.3)
    is_golden("status_running", handle, said(handle, path))
    handle.clock.advance(7200 * 0.7)
    is_golden("status_finished", handle, said(handle, path))
    is_golden("result_finished", handle, said(handle, path, "result"))
    assert not [f for e in handle.session.journal for f in e.findings]


def test_a_job_is_stopped_before_its_last_step_and_taken_up_from_its_checkpoint(handle: StandIn) -> None:
    ready(handle)
    handle.script(queued=10, running=1000, pauses=0.4)
    path = submitted(handle)
    handle.clock.advance(409)
    assert steps(handle, path) == ("RUNNING", 399)
    handle.clock.advance(1)
    is_golden("status_paused", handle, said(handle, path))
    is_golden("result_paused", handle, said(handle, path, "result"))
    is_golden("job", handle, resumed(handle, path))
    assert steps(handle, path) == ("IN_QUEUE", 250)
    handle.clock.advance(10)
    assert steps(handle, path) == ("RUNNING", 250)
    handle.clock.advance(750)
    is_golden("status_finished", handle, said(handle, path))
    is_golden("result_finished", handle, said(handle, path, "result"))


def test_without_a_checkpoint_it_begins_anew(handle: StandIn) -> None:
    ready(handle)
    handle.script(queued=0, running=100, pauses=0.2)
    path = submitted(handle)
    handle.clock.advance(100)
    assert steps(handle, path) == ("STOPPED", 200)
    resumed(handle, path)
    assert steps(handle, path) == ("RUNNING", 0)


def test_a_poll_loop_sees_each_stage_once() -> None:
    with world(clock="auto") as handle:
        trainer.form(handle, made(handle), {"file": ("a.jpg", b"1")})
        handle.clock.settle()
        dataset = handle.session.own(next(iter(handle.session.accounts.values())), "dataset")[0].id
        for _ in range(2):
            send(handle, "GET", f"{trainer.DATASETS}/{dataset}/status")
        handle.script(pauses=True)
        path = submitted(handle)
        assert [steps(handle, path) for _ in range(4)] == [("IN_QUEUE", 0), ("RUNNING", 0), *[("STOPPED", 500)] * 2]
        resumed(handle, path)
        assert [steps(handle, path) for _ in range(3)] == [("IN_QUEUE", 500), ("RUNNING", 500), ("STOPPED", 1000)]


def test_files_are_there_as_far_as_the_run_has_come_and_open(handle: StandIn) -> None:
    ready(handle)
    handle.script(queued=0, running=1000)
    path = submitted(handle)
    seen = []
    for _ in range(5):
        seen.append(names(handle, path))
        told = said(handle, path, "result").json()["artifacts"]
        with httpx.Client(transport=handle.transport) as client:
            for row in (*told["checkpoints"], *told["samples"], *filter(None, [told.get("config")])):
                assert client.get(row["path"]).status_code == 200
        handle.clock.advance(250)
    assert [(len(checkpoints), len(samples)) for checkpoints, samples in seen] == [
        (0, 0),
        (1, 0),
        (2, 2),
        (3, 2),
        (4, 4),
    ]
    with httpx.Client(transport=handle.transport) as client:
        address = told["checkpoints"][0]["path"].replace("-1.safetensors", "-9.safetensors")
        assert client.get(address).status_code == 404


def test_what_is_to_come_does_not_open(handle: StandIn) -> None:
    ready(handle)
    path = submitted(handle)
    name = path.rpartition("/")[2]
    with httpx.Client(transport=handle.transport, base_url="http://understudy") as client:
        assert client.get(f"/media/{name}-1.safetensors").status_code == 404


def test_one_that_fails_says_why_and_keeps_what_it_made(handle: StandIn) -> None:
    ready(handle)
    handle.script(queued=1, running=10, fails="out of memory")
    path = submitted(handle)
    handle.clock.advance(11)
    is_golden("status_failed", handle, said(handle, path))
    told = said(handle, path, "result").json()
    assert (told["status"], told["error"]) == ("FAILED", {"message": "out of memory", "code": "TRAINING_ERROR"})
    assert names(handle, path)[0] == [f"tram_{step:09d}.safetensors" for step in (250, 500, 750)]
    assert resumed(handle, path).json()["status"] == "IN_QUEUE"
    assert steps(handle, path) == ("IN_QUEUE", 750)


@pytest.mark.parametrize("moment", [0, 29, 31, 3000])
def test_what_queues_or_runs_is_cancelled_and_can_be_resumed(handle: StandIn, moment: float) -> None:
    ready(handle)
    path = submitted(handle)
    handle.clock.advance(moment)
    before = steps(handle, path)[1]
    assert send(handle, "POST", path + "/cancel").json()["status"] == "CANCELED"
    handle.clock.advance(9000)
    assert steps(handle, path) == ("CANCELED", before)
    refused(send(handle, "POST", path + "/cancel"), 409, 40951)
    assert resumed(handle, path).json()["status"] == "IN_QUEUE"
    handle.clock.advance(9000)
    assert steps(handle, path) == ("STOPPED", 1000)


def test_only_what_is_over_is_resumed_or_edited(handle: StandIn) -> None:
    ready(handle)
    path = submitted(handle)
    for moment in (0, 100):
        handle.clock.advance(moment)
        refused(resumed(handle, path), 409, 40951)
        refused(send(handle, "POST", path + "/edit", trainer.edited(CONFIG)), 409, 40951)
    handle.clock.advance(9000)
    refused(resumed(handle, path), 409, 40951)


def test_a_finished_job_goes_on_once_it_has_more_steps(handle: StandIn) -> None:
    ready(handle)
    handle.script(queued=0, running=100)
    path = submitted(handle)
    handle.clock.advance(100)
    before = said(handle, path, "result").json()["artifacts"]
    assert send(handle, "POST", path + "/edit", trainer.edited(LONGER)).json()["status"] == "STOPPED"
    assert said(handle, path).json()["progress"] == {"percent": 50, "current_step": 1000, "total_steps": 2000}
    after = said(handle, path, "result").json()["artifacts"]
    assert [row["path"] for row in after["samples"]] == [row["path"] for row in before["samples"]]
    assert after["checkpoints"][-1]["name"] == "tram_before.safetensors"
    resumed(handle, path)
    handle.clock.advance(50)
    assert steps(handle, path) == ("RUNNING", 1500)
    handle.clock.advance(50)
    assert steps(handle, path) == ("STOPPED", 2000)
    assert names(handle, path)[0][-2:] == ["tram_000001750.safetensors", "tram.safetensors"]


def test_a_job_that_goes_on_and_on_has_a_name_for_each_of_its_files(handle: StandIn) -> None:
    ready(handle)
    path = submitted(handle)
    for total in (2000, 4000, 1000, 3000, 3000):
        handle.clock.advance(30000)
        send(handle, "POST", path + "/edit", trainer.edited(CONFIG.replace("steps: 1000", f"steps: {total}")))
        resumed(handle, path)
        told = [name for listed in names(handle, path) for name in listed]
        assert len(set(told)) == len(told), told


@pytest.mark.parametrize("new", [3, 4, 7, 14])
def test_a_job_that_was_stopped_and_edited_ends_with_its_last_checkpoint(handle: StandIn, new: int) -> None:
    ready(handle)
    seven = CONFIG.replace("steps: 1000", "steps: 7").replace("save_every: 250", "save_every: 3")
    handle.script(pauses=0.538)
    path = f"{JOBS}/{send(handle, 'POST', JOBS, job(seven)).json()['id']}"
    handle.clock.advance(9000)
    before = names(handle, path)[0]
    send(handle, "POST", path + "/edit", trainer.edited(seven.replace("steps: 7", f"steps: {new}")))
    assert steps(handle, path) == ("STOPPED", min(3, new - 1))
    assert names(handle, path)[0] == before, "what was made is still there"
    assert resumed(handle, path).status_code == 200
    handle.clock.advance(30000)
    assert steps(handle, path) == ("STOPPED", new)
    assert names(handle, path)[0][-1] == "tram.safetensors"


@pytest.mark.parametrize(
    ("outputs", "many"), [(3, (3, 0)), ("lora", (1, 0)), ("image", (0, 1)), (["lora", "image"], (1, 1))]
)
def test_what_a_script_puts_in_place_of_its_files_opens(handle: StandIn, outputs: Any, many: tuple[int, int]) -> None:
    ready(handle)
    handle.script(outputs=outputs)
    path = submitted(handle)
    handle.clock.advance(9000)
    told = said(handle, path, "result").json()["artifacts"]
    assert (len(told["checkpoints"]), len(told["samples"])) == many
    assert told["config"]["name"] == "config.yaml"
    for row in (*told["checkpoints"], *told["samples"], told["config"]):
        assert send(handle, "GET", row["path"].partition("/runcomfy")[2]).status_code == 200


def test_an_edit_keeps_the_name_and_is_judged(handle: StandIn) -> None:
    ready(handle)
    path = submitted(handle)
    send(handle, "POST", path + "/cancel")
    first = ["config", "process", 0]
    places: list[tuple[str, list[Any]]] = [
        (CONFIG.replace("name: tram\n", "name: bus\n"), ["config", "name"]),
        (CONFIG.replace("steps: 1000", "steps: 0"), [*first, "train", "steps"]),
        (CONFIG.replace("trams", "gone"), [*first, "datasets", 0, "folder_path"]),
    ]
    for text, place in places:
        answer = send(handle, "POST", path + "/edit", trainer.edited(text))
        refused(answer, 422, 42251)
        assert [row["loc"] for row in answer.json()["detail"]] == [["body", "config_file", *place]]
    assert said(handle, path).json()["progress"]["total_steps"] == 1000


def test_another_account_and_another_kind_of_order_are_not_there(handle: StandIn) -> None:
    ready(handle)
    path, other = submitted(handle), handle.another_key()
    image = submit(handle).json()["request_id"]
    asked: list[tuple[str, str, Any]] = [("GET", "/status", None), ("GET", "/result", None), ("POST", "/cancel", None)]
    asked += [("POST", "/resume", {}), ("POST", "/edit", trainer.edited(CONFIG))]
    for method, what, body in asked:
        refused(send(handle, method, path + what, body, other), 404, 40451)
        refused(send(handle, method, f"{JOBS}/{image}{what}", body), 404, 40451)
        refused(send(handle, method, f"{JOBS}/nobody{what}", body), 404, 40451)
        refused(send(handle, method, path + what, body, "0" * 32), 401, 401001)
    assert steps(handle, path) == ("IN_QUEUE", 0)


@pytest.mark.parametrize(
    "change",
    [{"gpu_type": "TURING_16"}, {"gpu_type": None}, {"gpu_count": 2}, {"gpu_count": 8, "gpu_type": "HOPPER_141"},
     {"config_file_format": "json"}, {"config_file": ""}, {"config_file": {}}, {"gpu_id": 1}],
    ids=str,
)  # fmt: skip
def test_a_body_is_judged(handle: StandIn, change: dict[str, Any]) -> None:
    ready(handle)
    body = {key: value for key, value in job(**change).items() if value is not None}
    refused(send(handle, "POST", JOBS, body), 422, 42251)


def test_eight_gpus_of_the_one_kind_are_taken(handle: StandIn) -> None:
    ready(handle)
    assert send(handle, "POST", JOBS, job(gpu_count=8, gpu_id="#1")).status_code == 200


@pytest.mark.parametrize(("reading", "status"), [("refuse", 422), ("fail", 200), ("accept", 200)])
def test_a_data_set_that_is_not_there(reading: str, status: int) -> None:
    with world(readings={"runcomfy": {"missing_dataset": reading}}) as handle:
        made(handle)
        answer = send(handle, "POST", JOBS, job())
        assert answer.status_code == status
        if reading == "refuse":
            is_golden("error_missing", handle, answer, 422)
            assert all(finding.severity == "note" for e in handle.session.journal for finding in e.findings)
            return
        handle.clock.advance(9000)
        assert steps(handle, f"{JOBS}/{answer.json()['id']}")[0] == {"fail": "FAILED", "accept": "STOPPED"}[reading]


def test_no_money_no_job(handle: StandIn) -> None:
    ready(handle)
    handle.script(pauses=True)
    path = submitted(handle)
    handle.clock.advance(9000)
    handle.ledger.set(0)
    refused(send(handle, "POST", JOBS, job()), 403, 10001)
    refused(resumed(handle, path), 403, 10001)
    assert steps(handle, path)[0] == "STOPPED"


def test_a_pause_is_for_jobs_alone(handle: StandIn) -> None:
    handle.script(pauses=0.4)
    image = submit(handle).json()["request_id"]
    ready(handle)
    path = submitted(handle)
    handle.clock.advance(9000)
    assert send(handle, "GET", f"/v1/requests/{image}/status").json()["status"] == "completed"
    assert steps(handle, path) == ("STOPPED", 400)
    with pytest.raises(ValueError, match="expected pauses for an order that can be stopped"):
        handle.script(pauses=0.4, operation="submit")


def test_the_life_that_was_told_is_a_legal_one(handle: StandIn) -> None:
    ready(handle)
    handle.script(pauses=True)
    path = submitted(handle)
    for _ in range(2):
        for moment in (0, 100, 9000):
            handle.clock.advance(moment)
            said(handle, path)
            said(handle, path, "result")
        resumed(handle, path)
    told = list(handle.session.journal.of(task=path.rpartition("/")[2]))
    assert HOUSE.check_life(told) == []
    without = [exchange for exchange in told if exchange.operation != "resume_job"]
    assert [finding.rule for finding in HOUSE.check_life(without)] == ["illegal-transition"]
