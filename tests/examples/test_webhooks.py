"""The built-in receiver; docs/webhooks.md shows it."""

import httpx


def test_the_receiver_keeps_what_comes(runcomfy):
    runcomfy.webhooks.answer(status=500)
    address = runcomfy.webhooks.url + "/jobs/7"  # anything may be appended
    answers = [httpx.post(address, json={"state": "done"}).status_code for _ in range(2)]
    assert answers == [500, 200]
    first, again = runcomfy.webhooks.wait(2)  # or: await runcomfy.webhooks.await_(2)
    assert first.json == again.json == {"state": "done"}
    assert first.path.endswith("/jobs/7")


def test_a_deployment_tells_how_it_goes(runcomfy):
    path = f"/prod/v2/deployments/{runcomfy.prop('text-to-image').id}/inference"
    query = {"webhook": runcomfy.webhooks.url, "webhook_intermediate_status": "true"}
    changes = {"6": {"inputs": {"text": "a blue tram"}}}
    job = runcomfy.client().post(path, params=query, json={"overrides": changes}).json()
    news = [each.json for each in runcomfy.webhooks.wait(3)]
    assert [each["status"] for each in news] == ["in_queue", "in_progress", "succeeded"]
    assert {each["request_id"] for each in news} == {job["request_id"]}
    assert runcomfy.client().get(news[-1]["outputs"]["9"]["images"][0]["url"]).content.startswith(b"\x89PNG")
