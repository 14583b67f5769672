"""Scripts, one after the other; docs/scripts.md shows them."""

from understudy import lognormal


def make_poster(runcomfy):
    """The client under test, as short as can be: what the provider says in the end."""
    api = runcomfy.client()
    job = api.post("/v1/models/tongyi-mai/z-image/turbo", json={"prompt": "a red tram"}).json()
    while api.get(job["status_url"]).json()["status"] not in ("completed", "cancelled"):
        pass
    return api.get(job["result_url"]).json()


def test_how_long(runcomfy):
    runcomfy.script(queued=600, running=lognormal(90, 0.5), position=20)
    make_poster(runcomfy)
    assert runcomfy.requests(on="poll")[0].json["queue_position"] == 20
    assert runcomfy.clock.now > 600


def test_how_it_ends(runcomfy):
    runcomfy.script(fails="out of memory")
    runcomfy.script(cancelled=True)
    assert make_poster(runcomfy)["error"] == "out of memory"
    assert make_poster(runcomfy)["status"] == "cancelled"
    assert make_poster(runcomfy)["status"] == "succeeded"


def test_what_comes_out(runcomfy):
    runcomfy.script(outputs=[{"width": 64, "height": 64}, {"flaw": "corrupt"}, {"text": "once upon a time"}])
    output = make_poster(runcomfy)["output"]
    assert len(output["images"]) == 2
    assert runcomfy.client().get(output["text"]).text == "once upon a time"


def test_for_whom(runcomfy):
    runcomfy.script(fails=True, nth=3, model="tongyi-mai/z-image/turbo")
    runcomfy.script(cost=0.25, when=lambda order: "tram" in order.inputs["prompt"], times="always")
    assert [make_poster(runcomfy)["status"] for _ in range(3)] == ["succeeded", "succeeded", "failed"]
    assert runcomfy.ledger.charged == 0.5


def test_beat_by_beat(runcomfy):
    runcomfy.script(manual=True)
    api = runcomfy.client()
    job = api.post("/v1/models/tongyi-mai/z-image/turbo", json={"prompt": "a red tram"}).json()
    assert api.get(job["status_url"]).json()["status"] == "in_queue"
    runcomfy.cue()
    assert api.get(job["status_url"]).json()["status"] == "in_progress"
    runcomfy.cue()
    assert api.get(job["status_url"]).json()["status"] == "completed"


def test_refused(runcomfy):
    runcomfy.refuse_next("InsufficientResources")
    api = runcomfy.client()
    assert api.post("/v1/models/tongyi-mai/z-image/turbo", json={"prompt": "a red tram"}).status_code == 402
