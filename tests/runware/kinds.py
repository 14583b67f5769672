"""The smallest task of each type that makes something, and what its file is."""

from __future__ import annotations

from typing import Any, NamedTuple

PICTURE = "https://example.com/input.png"
FILM = "https://example.com/input.mp4"


class Kind(NamedTuple):
    """A type of task, under one of its names: what is said in it, the key of its result's file, and the file."""

    name: str
    said: dict[str, Any]
    prefix: str = ""
    form: str = ""
    type: str = ""  # the name of today, where this one is an elder one

    @property
    def word(self) -> str:
        """The name of today."""
        return self.type or self.name

    def task(self, number: int, **more: Any) -> dict[str, Any]:
        """A task of this kind."""
        name = f"{number:08x}-0000-4000-8000-000000000000"
        return {"taskType": self.name, "taskUUID": name, **self.said, **more}


SAID = [{"role": "user", "content": "What is the capital of France?"}]
KINDS = (
    Kind("imageInference", {"model": "runware:z-image@turbo", "positivePrompt": "a tram", "width": 256, "height": 128},
         "image", "jpeg"),
    Kind("videoInference", {"model": "alibaba:happyhorse@1.0", "positivePrompt": "a tram", "duration": 2}, "video",
         "mp4"),
    Kind("audioInference", {"model": "runware:ace-step@v1.5-turbo", "positivePrompt": "a song"}, "audio", "mp3"),
    Kind("textInference", {"model": "minimax:m2.7@0", "messages": SAID}),
    Kind("3dInference", {"model": "hyper3d:rodin@gen-2", "inputs": {"images": [PICTURE]}}, "outputs", "glb"),
    Kind("caption", {"model": "runware:150@2", "inputs": {"image": PICTURE}}),
    Kind("caption", {"model": "runware:153@1", "inputs": {"image": PICTURE}}),
    Kind("imageCaption", {"inputImage": PICTURE}, type="caption"),
    Kind("upscale", {"model": "runware:500@1", "inputs": {"image": PICTURE}}, "image", "jpeg"),
    Kind("upscale", {"model": "bria:50@1", "inputs": {"video": FILM}}, "video", "mp4"),
    Kind("imageUpscale", {"inputImage": PICTURE, "upscaleFactor": 2}, "image", "jpeg", "upscale"),
    Kind("removeBackground", {"model": "bria:2@1", "inputs": {"image": PICTURE}}, "image", "png"),
    Kind("removeBackground", {"model": "bria:51@1", "inputs": {"video": FILM}}, "video", "webm"),
    Kind("imageBackgroundRemoval", {"inputImage": PICTURE}, "image", "png", "removeBackground"),
    Kind("controlNetPreprocess", {"model": "runware:controlnet-preprocess@canny", "inputs": {"image": PICTURE}},
         "guideImage", "jpeg"),
    Kind("imageControlNetPreProcess", {"inputImage": PICTURE, "preProcessorType": "depth"}, "guideImage", "jpeg",
         "controlNetPreprocess"),
    Kind("imageMasking", {"model": "runware:35@1", "inputs": {"image": PICTURE}}, "maskImage", "jpeg"),
    Kind("promptEnhance", {"prompt": "a red tram", "promptMaxLength": 40, "promptVersions": 3}),
    Kind("vectorize", {"model": "recraft:1@1", "inputs": {"image": PICTURE}}, "image", "svg"),
    Kind("training", {"model": "runware:z-image@style-lora-training", "inputs": {"images": [PICTURE]},
                      "importModel": {"name": "mine"}}, "outputs", "safetensors"),
    Kind("tools", {"model": "runware:ffmpeg@0", "inputs": {"video": FILM}}, "outputs", "mp4"),
    Kind("photoMaker", {"inputImages": [PICTURE], "positivePrompt": "somebody on a tram", "width": 256, "height": 256},
         "image", "jpeg"),
)  # fmt: skip
