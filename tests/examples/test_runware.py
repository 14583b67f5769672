"""A client that orders pictures in one list; docs/runware.md shows it."""

import uuid

import httpx


def make_posters(prompts, base_url, key):
    """The client under test: one request, a task for each prompt; the address of each poster that was made."""
    wanted = {str(uuid.uuid4()): prompt for prompt in prompts}
    picture = {"taskType": "imageInference", "model": "runware:z-image@turbo", "width": 1024, "height": 768}
    tasks = [{**picture, "taskUUID": name, "positivePrompt": prompt} for name, prompt in wanted.items()]
    said = httpx.post(f"{base_url}/v1", json=tasks, headers={"Authorization": f"Bearer {key}"}, timeout=60).json()
    return {wanted[item["taskUUID"]]: item["imageURL"] for item in said.get("data", [])}


def test_makes_both(runware):
    made = make_posters(["a red tram", "a blue tram"], runware.url, runware.api_key)
    assert all(httpx.get(address).content.startswith(b"\xff\xd8") for address in made.values())
    assert len(made) == len(runware.tasks) == 2


def test_one_that_fails_takes_no_other_with_it(runware):
    runware.script(fails="timeoutProvider")  # the first order
    assert list(make_posters(["a red tram", "a blue tram"], runware.url, runware.api_key)) == ["a blue tram"]
