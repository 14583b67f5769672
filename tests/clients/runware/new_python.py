"""The errands of the new Python client, PyPI's runware-sdk: python new_python.py ERRAND URL KEY, by socket or by HTTP.

Each task names its taskType and its model by AIR: what is left out, the client looks up on a host of Runware's.
"""

from __future__ import annotations

import asyncio
import base64
import sys
from typing import Any

import guard  # noqa: F401  # before the client
from errands import PIXEL, file, refusal, run, timed
from runware import Runware

IMAGE = {"taskType": "imageInference", "model": "runware:101@1", "positivePrompt": "a red tram", "width": 512,
         "height": 512}  # fmt: skip
VIDEO = {"taskType": "videoInference", "model": "klingai:6@1", "positivePrompt": "a red tram", "duration": 5}
TEXT = {"taskType": "textInference", "model": "openai:gpt@5-mini",
        "messages": [{"role": "user", "content": "Say tram."}]}  # fmt: skip
DATA = "data:image/png;base64," + base64.b64encode(PIXEL).decode()
POLLED = 1.5  # it asks after a second, and again after half a one


async def client(url: str, key: str) -> Runware:
    by = {"transport": "websocket", "ws_base_url": url} if url.startswith("ws") else {"transport": "rest"}
    held = Runware(api_key=key, http_base_url=url.replace("ws", "http", 1), **by)
    await timed("connect", held.connect())
    return held


async def connect(url: str, key: str) -> dict[str, Any]:
    return {"connected": (await client(url, key)).is_connected}


async def image(url: str, key: str) -> dict[str, Any]:
    held = await client(url, key)
    made = await timed("run", held.run({**IMAGE, "seed": 7, "deliveryMethod": "sync"}))
    return {"images": len(made), "seed": made[0]["seed"], "file": file(made[0]["imageURL"])}


async def image_async(url: str, key: str) -> dict[str, Any]:
    made = await timed("run", (await client(url, key)).run({**IMAGE, "seed": 7}), POLLED)
    return {"images": len(made), "seed": made[0]["seed"], "file": file(made[0]["imageURL"])}


async def images(url: str, key: str) -> dict[str, Any]:
    made = await timed("run", (await client(url, key)).run({**IMAGE, "seed": 7, "numberResults": 3}), POLLED)
    return {"images": len({one["imageUUID"] for one in made}), "seeds": [one["seed"] for one in made]}


async def video(url: str, key: str) -> dict[str, Any]:
    made = await timed("run", (await client(url, key)).run(VIDEO), POLLED)
    return {"videos": len(made), "file": file(made[0]["videoURL"])}


async def audio(url: str, key: str) -> dict[str, Any]:
    order = {"taskType": "audioInference", "model": "runware:ace-step@v1.5-turbo", "positivePrompt": "a tram bell",
             "duration": 10}  # fmt: skip
    made = await timed("run", (await client(url, key)).run(order), POLLED)
    return {"sounds": len(made), "file": file(made[0]["audioURL"])}


async def text(url: str, key: str) -> dict[str, Any]:
    made = await timed("run", (await client(url, key)).run(TEXT), POLLED)
    return {"said": bool(made[0]["text"]), "finish": made[0]["finishReason"]}


async def text_stream(url: str, key: str) -> dict[str, Any]:
    stream = await (await client(url, key)).stream(TEXT)
    said = "".join([piece async for piece in stream.text_stream])
    told = await timed("result", stream.result())
    return {"said": bool(said), "whole": told.text == said, "finish": told.finish_reason}


async def seeded(held: Runware, uuid: str) -> dict[str, Any]:
    order = {**IMAGE, "inputs": {"seedImage": uuid}, "strength": 0.5, "deliveryMethod": "sync"}
    return {"uploaded": bool(uuid), "images": len(await timed("run", held.run(order)))}


async def upload(url: str, key: str) -> dict[str, Any]:
    held = await client(url, key)
    sent = await timed("image_upload", held.image_upload({"image": DATA}))
    return await seeded(held, sent[0]["imageUUID"])


async def media(url: str, key: str) -> dict[str, Any]:
    held = await client(url, key)
    sent = await timed("media_storage", held.media_storage({"operation": "upload", "media": DATA}))
    return await seeded(held, sent[0]["mediaUUID"])


async def worked(url: str, key: str, order: dict[str, Any]) -> dict[str, Any]:
    """What becomes of a picture that was made before."""
    held = await client(url, key)
    made = await held.run({**IMAGE, "deliveryMethod": "sync"})
    return dict((await timed("run", held.run({**order, "inputs": {"image": made[0]["imageUUID"]}}), POLLED))[0])


async def upscale(url: str, key: str) -> dict[str, Any]:
    made = await worked(url, key, {"taskType": "upscale", "model": "runware:501@1", "upscaleFactor": 2})
    return {"images": 1, "file": file(made["imageURL"])}


async def background(url: str, key: str) -> dict[str, Any]:
    made = await worked(url, key, {"taskType": "removeBackground", "model": "runware:109@1", "outputFormat": "PNG"})
    return {"images": 1, "file": file(made["imageURL"])}


async def caption(url: str, key: str) -> dict[str, Any]:
    return {"said": bool((await worked(url, key, {"taskType": "caption", "model": "runware:150@2"}))["text"])}


async def controlnet(url: str, key: str) -> dict[str, Any]:
    order = {"taskType": "controlNetPreprocess", "model": "runware:controlnet-preprocess@canny", "outputFormat": "PNG"}
    made = await worked(url, key, order)
    return {"guide": bool(made["guideImageUUID"]), "file": file(made["guideImageURL"])}


async def vectorize(url: str, key: str) -> dict[str, Any]:
    made = await worked(url, key, {"taskType": "vectorize", "model": "recraft:1@1"})
    return {"images": 1, "file": file(made["imageURL"])}


async def masking(url: str, key: str) -> dict[str, Any]:
    made = await worked(url, key, {"taskType": "imageMasking", "model": "runware:35@1", "outputFormat": "PNG"})
    box = {"x_min", "y_min", "x_max", "y_max"}
    return {"found": {*made["detections"][0]} == box, "file": file(made["maskImageURL"])}


async def enhance(url: str, key: str) -> dict[str, Any]:
    order = {"taskType": "promptEnhance", "prompt": "a red tram", "promptMaxLength": 64, "promptVersions": 1}
    made = await timed("run", (await client(url, key)).run(order), POLLED)
    return {"versions": len(made)}


async def search(url: str, key: str) -> dict[str, Any]:
    told = await timed("model_search", (await client(url, key)).model_search({"search": "flux"}))
    found = told[0]["results"]
    return {"found": 0 < len(found) <= told[0]["totalResults"], "air": ":" in found[0]["air"]}


async def three_d(url: str, key: str) -> dict[str, Any]:
    order = {"taskType": "3dInference", "model": "meshy:meshy@6", "positivePrompt": "a red tram"}
    made = await timed("run", (await client(url, key)).run(order), POLLED)
    return {"files": len(made[0]["outputs"]["files"]), "file": file(made[0]["outputs"]["files"][0]["url"])}


async def details(url: str, key: str) -> dict[str, Any]:
    held = await client(url, key)
    made = (await held.run({**IMAGE, "deliveryMethod": "sync"}))[0]
    told = (await timed("get_task_details", held.get_task_details({"taskUUID": made["taskUUID"]})))[0]
    return {"request": told["request"][0]["positivePrompt"],
            "response": told["response"]["data"][0]["imageUUID"] == made["imageUUID"]}  # fmt: skip


async def account(url: str, key: str) -> dict[str, Any]:
    held = await client(url, key)
    told = await timed("account_management", held.account_management({"operation": "getDetails"}))
    return {"balance": told[0]["balance"] is not None}


async def bad_key(url: str, key: str) -> dict[str, Any]:
    async def tried() -> Any:
        return await (await client(url, "wrong" + key)).run({**IMAGE, "deliveryMethod": "sync"})

    return {"refused": await refusal(timed("run", tried()))}


async def failed(url: str, key: str) -> dict[str, Any]:
    held = await client(url, key)
    return {"refused": await refusal(timed("run", held.run({**IMAGE, "deliveryMethod": "sync"})))}


async def failed_later(url: str, key: str) -> dict[str, Any]:
    return {"refused": await refusal(timed("run", (await client(url, key)).run(VIDEO), POLLED))}


async def unknown_model(url: str, key: str) -> dict[str, Any]:
    held = await client(url, key)
    return {"refused": await refusal(timed("run", held.run({**IMAGE, "model": "nobody:1@1"})))}


async def dropped(url: str, key: str) -> dict[str, Any]:
    held = await client(url, key)
    made = await timed("run", held.run({**IMAGE, "seed": 7}), POLLED + 2.5)
    return {"images": len(made), "seed": made[0]["seed"]}


async def dropped_later(url: str, key: str) -> dict[str, Any]:
    made = await timed("run", (await client(url, key)).run(VIDEO), POLLED + 2.5)
    return {"videos": len(made), "file": file(made[0]["videoURL"])}


if __name__ == "__main__":
    run({name: one for name, one in vars(sys.modules[__name__]).items() if asyncio.iscoroutinefunction(one)})
