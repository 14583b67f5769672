"""A long app with the command line and its own five seconds, whose sleeps are waits on the stand-in's clock."""

from __future__ import annotations

import json
import os
import time

import guard
import rh_cli
from understudy import stand_in

RUNS = 300  # seconds of the story

with stand_in("runninghub", clock="auto", fast_forward=True) as runninghub:
    runninghub.script(queued=0, running=RUNS)
    rh_cli.point(runninghub.url, every=5)
    begun = time.perf_counter()
    told = rh_cli.changed(runninghub.api_key)
    seconds = time.perf_counter() - begun
    looks = len(runninghub.requests(on="result"))
    seen = {"status": told["status"], "seconds": seconds, "story": runninghub.clock.now, "looks": looks}
print(json.dumps({"seen": seen, "outside": guard.TRIED}), flush=True)
os._exit(0)
