"""The errands of the old Python client, PyPI's runware: python old_python.py ERRAND WS_URL KEY."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Any

import guard  # noqa: F401  # before the client
from errands import PIXEL, file, refusal, run, timed
from runware import (
    I3dInference,
    IAudioInference,
    IImageBackgroundRemoval,
    IImageCaption,
    IImageInference,
    IImageUpscale,
    IInputs,
    IModelSearch,
    IPhotoMaker,
    IPromptEnhance,
    ITextInference,
    ITextInferenceMessage,
    IVectorize,
    IVideoInference,
    Runware,
)

IMAGE = {"model": "runware:101@1", "positivePrompt": "a red tram", "width": 512, "height": 512}
SAY = [ITextInferenceMessage(role="user", content="Say tram.")]


async def client(url: str, key: str) -> Runware:
    held = Runware(api_key=key, url=url)
    await timed("connect", held.connect())
    return held


async def connect(url: str, key: str) -> dict[str, Any]:
    held = await client(url, key)
    await asyncio.sleep(0.2)  # its first ping is answered
    return {"connected": held.connected()}


async def image(url: str, key: str) -> dict[str, Any]:
    made = await timed("imageInference", (await client(url, key)).imageInference(IImageInference(**IMAGE, seed=7)))
    return {"images": len(made), "seed": made[0].seed, "file": file(made[0].imageURL)}


async def image_async(url: str, key: str) -> dict[str, Any]:
    held = await client(url, key)
    told = await timed("imageInference", held.imageInference(IImageInference(**IMAGE, seed=7, deliveryMethod="async")))
    made = await timed("getResponse", held.getResponse(told.taskUUID), 1)
    return {"images": len(made), "seed": made[0].seed, "file": file(made[0].imageURL)}


async def images(url: str, key: str) -> dict[str, Any]:
    order = IImageInference(**IMAGE, seed=7, numberResults=3)
    made = await timed("imageInference", (await client(url, key)).imageInference(order))
    return {"images": len({one.imageUUID for one in made}), "seeds": [one.seed for one in made]}


async def video(url: str, key: str) -> dict[str, Any]:
    held = await client(url, key)
    order = IVideoInference(model="klingai:6@1", positivePrompt="a red tram", duration=5)
    told = await timed("videoInference", held.videoInference(order))
    made = await timed("getResponse", held.getResponse(told.taskUUID), 3)
    return {"videos": len(made), "file": file(made[0].videoURL)}


async def audio(url: str, key: str) -> dict[str, Any]:
    order = IAudioInference(model="runware:ace-step@v1.5-turbo", positivePrompt="a tram bell", duration=10)
    made = await timed("audioInference", (await client(url, key)).audioInference(order))
    return {"sounds": len(made), "file": file(made[0].audioURL)}


async def text(url: str, key: str) -> dict[str, Any]:
    order = ITextInference(model="openai:gpt@5-mini", messages=SAY)
    made = await timed("textInference", (await client(url, key)).textInference(order))
    return {"said": bool(made[0].text), "finish": made[0].finishReason}


async def text_stream(url: str, key: str) -> dict[str, Any]:
    held = Runware(api_key=key, url=url)  # a stream needs no socket
    order = ITextInference(model="openai:gpt@5-mini", messages=SAY, deliveryMethod="stream")
    pieces = [piece async for piece in await timed("textInference", held.textInference(order))]
    said = "".join(piece for piece in pieces if isinstance(piece, str))
    return {"said": bool(said), "whole": pieces[-1].text == said, "finish": pieces[-1].finishReason}


async def text_stream_refused(url: str, key: str) -> dict[str, Any]:
    held = Runware(api_key=key, url=url)

    async def all_of_it() -> list[Any]:
        order = ITextInference(model="openai:gpt@5-mini", messages=SAY, deliveryMethod="stream")
        return [piece async for piece in await held.textInference(order)]

    return {"refused": await refusal(timed("textInference", all_of_it()))}


async def upload(url: str, key: str) -> dict[str, Any]:
    held = await client(url, key)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pixel.png"
        path.write_bytes(PIXEL)
        sent = await timed("uploadImage", held.uploadImage(str(path)))
    order = IImageInference(**IMAGE, seedImage=sent.imageUUID, strength=0.5)
    made = await timed("imageInference", held.imageInference(order))
    return {"uploaded": bool(sent.imageUUID), "images": len(made)}


async def media(url: str, key: str) -> dict[str, Any]:
    held = await client(url, key)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pixel.png"
        path.write_bytes(PIXEL)
        sent = await timed("uploadMedia", held.uploadMedia(str(path)))
    order = IImageInference(**IMAGE, seedImage=sent.mediaUUID, strength=0.5)
    made = await timed("imageInference", held.imageInference(order))
    return {"uploaded": bool(sent.mediaUUID), "images": len(made)}


async def made_before(held: Runware) -> str:
    """The UUID of a picture to work on."""
    return str((await held.imageInference(IImageInference(**IMAGE)))[0].imageUUID)


async def upscale(url: str, key: str) -> dict[str, Any]:
    held = await client(url, key)
    order = IImageUpscale(inputImage=await made_before(held), upscaleFactor=2, model="runware:501@1")
    made = await timed("imageUpscale", held.imageUpscale(order))
    return {"images": len(made), "file": file(made[0].imageURL)}


async def background(url: str, key: str) -> dict[str, Any]:
    held = await client(url, key)
    order = IImageBackgroundRemoval(inputImage=await made_before(held), model="runware:109@1", outputFormat="PNG")
    made = await timed("imageBackgroundRemoval", held.imageBackgroundRemoval(order))
    return {"images": len(made), "file": file(made[0].imageURL)}


async def caption(url: str, key: str) -> dict[str, Any]:
    held = await client(url, key)
    order = IImageCaption(inputImage=await made_before(held), model="runware:150@2")
    return {"said": bool((await timed("imageCaption", held.imageCaption(order))).text)}


async def enhance(url: str, key: str) -> dict[str, Any]:
    order = IPromptEnhance(prompt="a red tram", promptMaxLength=64, promptVersions=2)
    made = await timed("promptEnhance", (await client(url, key)).promptEnhance(order))
    return {"versions": len(made)}


async def search(url: str, key: str) -> dict[str, Any]:
    found = await timed("modelSearch", (await client(url, key)).modelSearch(IModelSearch(search="flux")))
    return {"found": 0 < len(found.results) <= found.totalResults, "air": ":" in found.results[0].air}


async def photo_maker(url: str, key: str) -> dict[str, Any]:
    held = await client(url, key)
    pictures = [await made_before(held)]
    order = IPhotoMaker(model="civitai:101055@128078", positivePrompt="img of a driver", width=512, height=512,
                        numberResults=2, style="No style", strength=20, inputImages=pictures)  # fmt: skip
    made = await timed("photoMaker", held.photoMaker(order))
    return {"images": len(made), "file": file(made[0].imageURL)}


async def vectorize(url: str, key: str) -> dict[str, Any]:
    held = await client(url, key)
    order = IVectorize(model="recraft:1@1", inputs=IInputs(image=await made_before(held)))
    made = await timed("imageVectorize", held.imageVectorize(order), 0.35)
    return {"images": len(made), "file": file(made[0].imageURL)}


async def three_d(url: str, key: str) -> dict[str, Any]:
    order = I3dInference(model="meshy:meshy@6", positivePrompt="a red tram", deliveryMethod="sync")
    made = await timed("inference3d", (await client(url, key)).inference3d(order))
    return {"files": len(made[0].outputs.files), "file": file(made[0].outputs.files[0].url)}


async def bad_key(url: str, key: str) -> dict[str, Any]:
    held = await client(url, "wrong" + key)
    said = await refusal(timed("imageInference", held.imageInference(IImageInference(**IMAGE)), 1.3))
    return {"refused": said}


async def failed(url: str, key: str) -> dict[str, Any]:
    held = await client(url, key)
    return {"refused": await refusal(timed("imageInference", held.imageInference(IImageInference(**IMAGE))))}


async def failed_later(url: str, key: str) -> dict[str, Any]:
    held = await client(url, key)
    order = IVideoInference(model="klingai:6@1", positivePrompt="a red tram", duration=5)
    told = await timed("videoInference", held.videoInference(order))
    return {"refused": await refusal(timed("getResponse", held.getResponse(told.taskUUID), 3))}


async def unknown_model(url: str, key: str) -> dict[str, Any]:
    held = await client(url, key)
    order = IImageInference(**{**IMAGE, "model": "nobody:1@1"})
    return {"refused": await refusal(timed("imageInference", held.imageInference(order)))}


async def dropped(url: str, key: str) -> dict[str, Any]:
    held = await client(url, key)
    made = await timed("imageInference", held.imageInference(IImageInference(**IMAGE, seed=7)), 2)
    return {"images": len(made), "seed": made[0].seed}


async def dropped_later(url: str, key: str) -> dict[str, Any]:
    held = await client(url, key)
    told = await held.videoInference(IVideoInference(model="klingai:6@1", positivePrompt="a red tram", duration=5))
    made = await timed("getResponse", held.getResponse(told.taskUUID), 6)
    return {"videos": len(made), "file": file(made[0].videoURL)}


async def details(url: str, key: str) -> dict[str, Any]:
    held = await client(url, key)
    made = await held.imageInference(IImageInference(**IMAGE))
    told = await timed("getTaskDetails", held.getTaskDetails(made[0].taskUUID))
    return {"request": told.request[0].positivePrompt, "response": told.response[0].imageUUID == made[0].imageUUID}


if __name__ == "__main__":
    run({name: one for name, one in vars(sys.modules[__name__]).items() if asyncio.iscoroutinefunction(one)})
