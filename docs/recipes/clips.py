"""Makes the prepared clips of mocks/engine/stock: two seconds of a disc on its way, one second of a tone.

    pip install av pillow
    python docs/recipes/clips.py mocks/engine/stock

Nothing in a clip is taken from elsewhere: pictures are drawn and sounds are computed here. The same release of PyAV
makes the same bytes again. A clip has to stay below 20 kB, an Ogg clip has to have its comments on one page.
"""

from __future__ import annotations

import math
import sys
from array import array
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from PIL import Image, ImageDraw

WIDTH, HEIGHT, FPS, SECONDS = 320, 180, 12, 2
TONE = 440
LARGEST = 20_000
# Name of the clip, encoder, bits a second, and the encoder's options or the samples a second.
FILMS: list[tuple[str, str, int, dict[str, str]]] = [
    ("clip.mp4", "libx264", 0, {"crf": "30", "preset": "veryslow", "threads": "1"}),
    ("clip.mov", "libx264", 0, {"crf": "30", "preset": "veryslow", "threads": "1"}),
    ("clip.webm", "libvpx", 50_000, {"threads": "1"}),
]
SOUNDS: list[tuple[str, str, int, int]] = [
    ("clip.mp3", "libmp3lame", 48_000, 44_100),
    ("clip.flac", "flac", 0, 16_000),
    ("clip.ogg", "libopus", 32_000, 48_000),
]


def pictures() -> Iterator[Image.Image]:
    """The frames of the film: a disc on its arc, a bar that fills below it."""
    frames = FPS * SECONDS
    for number in range(frames):
        image = Image.new("RGB", (WIDTH, HEIGHT), (24, 32, 64))
        pen = ImageDraw.Draw(image)
        share = number / (frames - 1)
        pen.rectangle((0, HEIGHT - 12, int(share * WIDTH), HEIGHT), fill=(90, 120, 220))
        x, y = 40 + share * (WIDTH - 80), 100 - 60 * math.sin(math.pi * share)
        pen.ellipse((x - 24, y - 24, x + 24, y + 24), fill=(255, 190, 70))
        yield image


def quiet(path: Path, *suffixes: str, **more: str) -> dict[str, str]:
    """What keeps chance, dates and tags out of a file; a container takes no option that it does not know."""
    return {"fflags": "+bitexact", **(more if path.suffix in suffixes else {})}


def film(path: Path, encoder: str, rate: int, options: dict[str, str]) -> None:
    """Encodes the frames."""
    with av.open(str(path), "w", options=quiet(path, ".mp4", ".mov", movflags="+faststart")) as box:
        stream: Any = box.add_stream(encoder, rate=FPS, options={**options, "flags": "+bitexact"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        if rate:
            stream.bit_rate = rate
        for image in pictures():
            box.mux(stream.encode(av.VideoFrame.from_image(image)))
        box.mux(stream.encode(None))


def sound(path: Path, encoder: str, rate: int, samples: int) -> None:
    """Encodes a second of the tone, faded in and out."""
    with av.open(str(path), "w", options=quiet(path, ".mp3", id3v2_version="0")) as box:
        stream: Any = box.add_stream(encoder, rate=samples, options={"flags": "+bitexact"})
        stream.layout = "mono"
        if rate:
            stream.bit_rate = rate
        wave = [math.sin(2 * math.pi * TONE * at / samples) for at in range(samples)]
        loud = [min(1.0, 20 * at / samples, 20 * (samples - at) / samples) * 9000 for at in range(samples)]
        frame = av.AudioFrame(format="s16", layout="mono", samples=samples)
        frame.planes[0].update(array("h", [round(a * b) for a, b in zip(wave, loud, strict=True)]).tobytes())
        frame.sample_rate, frame.pts, frame.time_base = samples, 0, Fraction(1, samples)
        fit: Any = av.AudioResampler(stream.format, "mono", samples, frame_size=stream.frame_size or 4096)
        for part in [*fit.resample(frame), *fit.resample(None)]:
            box.mux(stream.encode(part))
        box.mux(stream.encode(None))


def main() -> None:
    """Makes all clips in the folder that was named."""
    folder = Path(sys.argv[1])
    for name, encoder, rate, options in FILMS:
        film(folder / name, encoder, rate, options)
    for name, encoder, rate, samples in SOUNDS:
        sound(folder / name, encoder, rate, samples)
    for path in sorted(folder.glob("clip.*")):
        size = path.stat().st_size
        print(f"{path.name}: {size} bytes")
        if size > LARGEST:
            raise SystemExit(f"expected at most {LARGEST} bytes; {path.name} has {size}; lower its rate and run again")


if __name__ == "__main__":
    main()
