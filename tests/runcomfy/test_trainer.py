"""Training jobs: both meanings of STOPPED, progress, files as far as the run has come, resuming and editing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from understudy.contracts import config as configs
from understudy.contracts.contract import contract
from understudy.mocks.engine.timeline import State
from understudy.mocks.runcomfy.trainer.config import checkpoint, edited, files
from understudy.mocks.stand_in import StandIn
from understudy.tests.mocks.errands import send, submit, world
from understudy.tests.promises import Promises
from understudy.tests.runcomfy import trainer
from understudy.tests.runcomfy.trainer import CONFIG, JOBS, is_golden, job, made, ready, steps, submitted
from understudy.tests.world import Ask, States, World

HOUSE = contract("runcomfy")
SUBMIT = HOUSE.operations["submit_job"]
LIFE = HOUSE.lives["training"]
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


def refused(answer: httpx.Response, status: int, code: int) -> None:
    assert (answer.status_code, answer.json()["error_code"]) == (status, code), answer.text


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


def test_an_edit_keeps_the_name_and_is_judged(handle: StandIn) -> None:
    ready(handle)
    path = submitted(handle)
    send(handle, "POST", path + "/cancel")
    for text, place in [(CONFIG.replace("name: tram\n", "name: bus\n"), ["config", "name"]),
                        (CONFIG.replace("steps: 1000", "steps: 0"), ["config", "process", 0, "train", "steps"]),
                        (CONFIG.replace("trams", "gone"), ["config", "process", 0, "datasets", 0, "folder_path"])]:  # fmt: skip
        answer = send(handle, "POST", path + "/edit", trainer.edited(text))
        refused(answer, 422, 42251)
        assert [row["loc"] for row in answer.json()["detail"]] == [["body", "config_file", *place]]
    assert said(handle, path).json()["progress"]["total_steps"] == 1000


def test_another_account_and_another_kind_of_order_are_not_there(handle: StandIn) -> None:
    ready(handle)
    path, other = submitted(handle), handle.another_key()
    image = submit(handle).json()["request_id"]
    asked: list[tuple[str, str, Any]] = [("GET", "/status", None), ("GET", "/result", None), ("POST", "/cancel", None),
                                         ("POST", "/resume", {}), ("POST", "/edit", trainer.edited(CONFIG))]  # fmt: skip
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


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("/app/ai-toolkit/output", "/tmp", "/config/process/0/training_folder"),
        ("      training_folder: /app/ai-toolkit/output\n", "", "/config/process/0/training_folder"),
        ("/app/ai-toolkit/datasets/trams", "/data/trams", "/config/process/0/datasets/0/folder_path"),
        ("/app/ai-toolkit/datasets/trams", "/app/ai-toolkit/datasets/../x", "/config/process/0/datasets/0/folder_path"),
        ("steps: 1000", "steps: -1", "/config/process/0/train/steps"),
        ("steps: 1000", "steps: many", "/config/process/0/train/steps"),
        ("steps: 1000", "steps: 1000001", "/config/process/0/train/steps"),
        ("save_every: 250", "save_every: 0", "/config/process/0/save/save_every"),
        ("name: tram\n", "name: 3\n", "/config/name"),
        (CONFIG, "job: extension", "/config"),
        (CONFIG, "- a\n- b", ""),
        (CONFIG, "{", ""),
    ],
)
def test_a_configuration_is_judged_with_its_places(handle: StandIn, old: str, new: str, place: str) -> None:
    ready(handle)
    answer = send(handle, "POST", JOBS, job(CONFIG.replace(old, new)))
    refused(answer, 422, 42251)
    want = ["body", "config_file", *(int(step) if step.isdecimal() else step for step in place.split("/")[1:])]
    assert [row["loc"] for row in answer.json()["detail"]] == [want]


def test_data_sets_may_be_one_table(handle: StandIn) -> None:
    ready(handle)
    one = CONFIG.replace("        - folder_path", "        folder_path")
    assert send(handle, "POST", JOBS, job(one)).status_code == 200


BOMB = "a: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1]\n" + "".join(
    f"b{at}: &a{at + 1} [{', '.join([f'*a{at}'] * 9)}]\n" for at in range(12)
)
HOSTILE = [BOMB, "[" * 200_000, "{a: " * 200_000, "a: &a [*a]", "&a {b: *a}", "- " * 100_000, "x" * 300_000, "\x00", "",
           "a: !!python/object/apply:os.system [ls]", "a: " + "9" * 5000, "a: 1\n---\nb: 2", "? {a: 1}\n: 1", "\ud800",
           "a: *nobody", "%YAML 9.9\n---\na: 1", "a: .nan", "a: .inf", "a: 2020-13-45", "a: !!binary =", "<<: 1"]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_yaml_is_refused(text: str) -> None:
    config, wrong = configs.check(HOUSE, SUBMIT, text)
    assert config is None
    assert all(finding.reason == "invalid-input" for finding in wrong)
    assert wrong


@given(st.text(max_size=200) | st.text("a: [{}]&*-\n ,!|>'\"?%", max_size=200))
def test_any_text_is_a_configuration_or_is_refused(text: str) -> None:
    config, wrong = configs.check(HOUSE, SUBMIT, text)
    assert (config is None) == bool(wrong)


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


def test_a_client_that_sleeps_between_its_looks_waits_for_nothing() -> None:
    import time

    with world(clock="auto", fast_forward=True) as handle:
        ready_in_auto(handle)
        handle.script(pauses=0.5)
        path, began = submitted(handle), time.monotonic()
        for _ in range(2):
            while steps(handle, path)[0] != "STOPPED":
                time.sleep(60)
            resumed(handle, path)
        assert steps(handle, path) == ("STOPPED", 1000)
        assert time.monotonic() - began < 10


def ready_in_auto(handle: StandIn) -> None:
    dataset = made(handle)
    trainer.form(handle, dataset, {"file": ("a.jpg", b"1")})
    while send(handle, "GET", f"{trainer.DATASETS}/{dataset}/status").json()["status"] != "READY":
        pass


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


# -- the files of a run

runs = st.tuples(st.integers(1, 5000), st.integers(1, 600), st.integers(1, 600), st.integers(0, 5))


def planned(run: tuple[int, int, int, int], most: int = 1000) -> tuple[Any, configs.Config]:
    total, save, sample, prompts = run
    config = configs.Config("tram", total, save, sample, 8, 8, ("x",) * prompts, ())
    return files(config, CONFIG, most), config


@given(run=runs)
def test_files_come_in_order_and_the_last_checkpoint_at_the_end(run: tuple[int, int, int, int]) -> None:
    media, config = planned(run, 100_000)
    shares = [medium.since for medium in media]
    assert shares == sorted(shares)
    assert 0 < shares[0] <= shares[-1] == 1
    names = [medium.name for medium in media]
    assert len(set(names)) == len(names)
    assert names.count("tram.safetensors") == 1
    loras = [round(medium.since * config.steps) for medium in media if medium.kind == "lora"]
    assert loras == [*range(config.save_every, config.steps, config.save_every), config.steps]


def test_there_is_a_most_of_files() -> None:
    media, _ = planned((1_000_000, 1, 1, 3), 1000)
    assert len(media) <= 1001


@given(run=runs, other=runs, reached=st.floats(0, 1))
def test_an_edit_leaves_what_was_made_under_its_name(
    run: tuple[int, int, int, int], other: tuple[int, int, int, int], reached: float
) -> None:
    (old, before), (new, after) = planned(run), planned(other)
    scale = before.steps / after.steps
    media = edited(old, new, reached, scale)
    made = [medium for medium in old[1:] if medium.since <= reached]
    assert [medium.name.replace("_before", "") for medium in media[1 : len(made) + 1]] == [each.name for each in made]
    assert all(medium.since <= min(1, reached * scale + 1e-9) for medium in media[1 : len(made) + 1])
    names = [medium.name for medium in media if medium.kind == "lora" and medium.since > reached * scale]
    assert len(set(names)) == len(names)
    assert 0 <= checkpoint(media, min(1.0, reached * scale)) <= 1


class TestTrainer(Promises):
    """A job lives as every order does."""

    provider = "runcomfy"
    channels = ("status", "result")
    cancellable = frozenset({State.QUEUED, State.RUNNING})

    @property
    def readings(self) -> dict[str, Any]:
        return {"readings": {"runcomfy": {"missing_dataset": "accept"}}}

    def opened(self, way: str, said: dict[str, Any]) -> Any:
        return super().opened(way, {**self.readings, **said})

    def order(self) -> Ask:
        return Ask("POST", JOBS, job(CONFIG.replace("64", "8")))

    def wrong(self) -> list[Ask]:
        nobody = "00000000-0000-4000-a000-000000000000"
        return [Ask("POST", JOBS, job("{")), Ask("GET", f"{JOBS}/{nobody}/status"), Ask("DELETE", JOBS)]

    def taken(self, said: Any) -> str:
        return str(said["id"])

    def question(self, channel: str, name: str) -> Ask:
        return Ask("GET", f"{JOBS}/{name}/{channel}")

    def told(self, channel: str, said: Any) -> States:
        return frozenset(State(state) for state, word in LIFE.words[channel].items() if word == said["status"])

    def cancellation(self, name: str) -> Ask:
        return Ask("POST", f"{JOBS}/{name}/cancel")

    def cancel(self, world: World, name: str) -> bool:
        answer = world.send(self.cancellation(name))
        assert answer.status_code in (200, 409)
        return answer.is_success

    def accepted(self, said: Any) -> bool:
        return bool(said.get("status") == "CANCELED")

    def files(self, said: Any) -> list[str]:
        told = said["artifacts"]
        return [row["path"] for row in (*told["checkpoints"], *told["samples"])]
