"""A long video with the old Python client, whose sleeps are waits on the stand-in's clock: both live in one process."""

from __future__ import annotations

import asyncio
import json
import os
import time

import guard
from runware import IVideoInference, Runware
from understudy import stand_in

RUNS = 300  # seconds of the story


async def video(url: str, key: str) -> int:
    held = Runware(api_key=key, url=url)
    await held.connect()
    told = await held.videoInference(IVideoInference(model="klingai:6@1", positivePrompt="a red tram", duration=5))
    return len(await held.getResponse(told.taskUUID))


with stand_in("runware", clock="auto", fast_forward=True) as runware:
    runware.script(queued=0, running=RUNS)
    begun = time.perf_counter()
    videos = asyncio.run(video(runware.ws_url, runware.api_key))
    seconds = time.perf_counter() - begun
    asked = [task["taskType"] for frame in runware.requests() for task in frame.request_json]
    seen = {"videos": videos, "seconds": seconds, "story": runware.clock.now, "asked": asked}
print(json.dumps({"seen": seen, "outside": guard.TRIED}), flush=True)
os._exit(0)  # the client's own tasks are not waited for
