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
