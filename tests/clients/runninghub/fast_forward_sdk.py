"""A long model with the SDK and its own two seconds, whose sleeps are waits on the stand-in's clock."""

from __future__ import annotations

import json
import os
import time

import guard
import rh_sdk
from understudy import stand_in

RUNS = 120  # seconds of the story

with stand_in("runninghub", clock="auto", fast_forward=True) as runninghub:
    runninghub.script(queued=0, running=RUNS)
    held = rh_sdk.client(runninghub.url, runninghub.api_key)
    begun = time.perf_counter()
    made = held.wait_for_query_v2_completion(held.run_model_api(rh_sdk.MODEL, rh_sdk.PROMPT).task_id)
    seconds = time.perf_counter() - begun
    looks = len(runninghub.requests(on="poll"))
    seen = {"files": len(made.results), "seconds": seconds, "story": runninghub.clock.now, "looks": looks}
print(json.dumps({"seen": seen, "outside": guard.TRIED}), flush=True)
os._exit(0)
