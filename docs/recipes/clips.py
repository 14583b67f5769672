"""Makes the prepared clip of mocks/engine/media/stock: a second of a tone as Opus, the one format not written here.

    pip install av
    python docs/recipes/clips.py mocks/engine/media/stock

Nothing in it is taken from elsewhere: the sound is computed. The same release of PyAV makes the same bytes again. A
clip has to stay below 20 kB and to have its comments on one page; its packets last 20 ms each.
"""

from __future__ import annotations

import math
import sys
from array import array
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

TONE = 440
SAMPLES = 48_000
LARGEST = 20_000


def sound(path: Path, rate: int) -> None:
    """Encodes a second of the tone, faded in and out, at so many bits a second."""
    with av.open(str(path), "w", options={"fflags": "+bitexact"}) as box:
        stream: Any = box.add_stream("libopus", rate=SAMPLES, options={"flags": "+bitexact"})
        stream.layout, stream.bit_rate = "mono", rate
        wave = [math.sin(2 * math.pi * TONE * at / SAMPLES) for at in range(SAMPLES)]
        loud = [min(1.0, 20 * at / SAMPLES, 20 * (SAMPLES - at) / SAMPLES) * 9000 for at in range(SAMPLES)]
        frame = av.AudioFrame(format="s16", layout="mono", samples=SAMPLES)
        frame.planes[0].update(array("h", [round(a * b) for a, b in zip(wave, loud, strict=True)]).tobytes())
        frame.sample_rate, frame.pts, frame.time_base = SAMPLES, 0, Fraction(1, SAMPLES)
        fit: Any = av.AudioResampler(stream.format, "mono", SAMPLES, frame_size=stream.frame_size or 4096)
        for part in [*fit.resample(frame), *fit.resample(None)]:
            box.mux(stream.encode(part))
        box.mux(stream.encode(None))


def main() -> None:
    """Makes the clip in the folder that was named."""
    path = Path(sys.argv[1]) / "clip.ogg"
    sound(path, 32_000)
    size = path.stat().st_size
    print(f"{path.name}: {size} bytes")
    if size > LARGEST:
        raise SystemExit(f"expected at most {LARGEST} bytes; {path.name} has {size}; lower its rate and run again")


if __name__ == "__main__":
    main()
