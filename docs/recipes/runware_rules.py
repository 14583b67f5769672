"""The rules between fields of Runware's tasks, and the older spellings of its parameters, for runware_data.py."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]
SDK = {"source": "observed", "where": "PyPI runware-sdk 1.8.0, bundle 20261012233936"}
ELDER_SDK = {"source": "observed", "where": "PyPI runware 0.5.24, types.py"}
DOCS = {"source": "documented", "where": "runware.ai/docs/en, as of 2025-10-27"}
GUESS = {"source": "inferred", "where": "no page and no SDK says so"}
OLDER = {"source": "observed", "where": "GitHub Runware/runware-typescript 1.6.8, bundle 20260722152433"}
PAGE = {"source": "documented", "where": "page of runware:z-image@turbo"}
PAIRED = {"source": "inferred", "where": "the page says alternative; that both are refused is the least surprising"}
LIVE = {"source": "observed", "where": "official SDKs require both; a live server said missingDimensionParameters"}
EITHER = {"source": "inferred", "where": "pages of 2025 have the flat name, SDKs of 2026 the nested one; one will do"}
ALONE = {"source": "inferred", "where": "clients of 2025 send the flat form without a model"}

# Flat names that became `inputs.*` or were spelled otherwise: what each is called now.
FLAT = {
    "imageInference": {"seedImage": "inputs.seedImage", "maskImage": "inputs.maskImage",
                       "referenceImages": "inputs.referenceImages", "checkNSFW": "safety.checkContent",
                       "usePromptWeighting": "promptWeighting", "puLID": "pulid"},
    "videoInference": {"frameImages": "inputs.frameImages", "referenceImages": "inputs.referenceImages",
                       "referenceVideos": "inputs.referenceVideos", "inputAudios": "inputs.audio"},
    "caption": {"inputImage": "inputs.image"},
    "upscale": {"inputImage": "inputs.image"},
    "removeBackground": {"inputImage": "inputs.image"},
    "controlNetPreprocess": {"inputImage": "inputs.image", "preProcessorType": "model"},
    "imageMasking": {"inputImage": "inputs.image", "confidence": "settings.confidence",
                     "maxDetections": "settings.maxDetections", "maskPadding": "settings.maskPadding",
                     "maskBlur": "settings.maskBlur"},
    "vectorize": {"inputImage": "inputs.image"},
    "modelUpload": {"defaultGuidanceScale": "defaultCFG"},
}  # fmt: skip
LEGACY_TASKS = ("caption", "upscale", "removeBackground", "controlNetPreprocess")
VIDEO_TOO = ("caption", "upscale", "removeBackground")
# (form, name): required by the schema, but a rule between fields says so; (form, "old", name): an older spelling.
MOVED: dict[tuple[str, ...], Any] = {
    **{(form, name): True for form in (*LEGACY_TASKS, "imageMasking")
       for name in ("inputs", "inputs.image", "inputs.video")},
    **{(form, "model"): True for form in LEGACY_TASKS},
    **{(form, "old", old): {"x-alias": new} for form, names in FLAT.items() for old, new in names.items()},
}  # fmt: skip


def one_of(*fields: str, **source: str) -> Row:
    return {"kind": "one-of", "fields": list(fields), **source}


def _media(form: str) -> Row:
    video = ("/inputs/video",) if form in VIDEO_TOO else ()
    return one_of("/inputs/image", *video, *_flat(form), **EITHER)


def _flat(form: str) -> tuple[str, ...]:
    """Where clients of 2025 put the picture; the elder Python SDK sends several to be described."""
    return ("/inputImage", "/inputImages") if form == "caption" else ("/inputImage",)


FORMS_BETWEEN = {
    form: [_media(form), *([one_of("/model", *_flat(form), **ALONE)] if form in LEGACY_TASKS else [])]
    for form in (*LEGACY_TASKS, "imageMasking")
}

ACCELERATED, CONTROLLED = "/acceleratorOptions/", "/controlNet/*/"
BETWEEN = [
    *({"kind": "below", "fields": [f"{at}{low}{tail}", f"{at}{high}{tail}"], **PAGE}
      for at, low, high in ((ACCELERATED, "cacheStartStep", "cacheEndStep"), (CONTROLLED, "startStep", "endStep"))
      for tail in ("", "Percentage")),
    {"kind": "at-most", "fields": [f"{ACCELERATED}cacheEndStep", "/steps"], **PAGE},
    {"kind": "at-most", "fields": [f"{CONTROLLED}endStep", "/steps"], **PAGE},
    *({"kind": "alternatives", "fields": [f"{at}{name}", f"{at}{name}Percentage"], **PAIRED}
      for at, names in ((ACCELERATED, ("cacheStartStep", "cacheEndStep")), (CONTROLLED, ("startStep", "endStep")))
      for name in names),
    {"kind": "dimensions", "fields": ["/width", "/height"], "unless": ["/inputs/seedImage", "/seedImage"], **LIVE},
    {"kind": "outpaint", "fields": [f"/outpaint/{side}" for side in ("left", "right", "top", "bottom")],
     "needs": ["/inputs/seedImage", "/seedImage"], "sides": ["/width", "/height"], "source": "inferred",
     "where": "the page: the final size is the original plus the extensions; no seed image, no original"},
]  # fmt: skip

UNLESS = {
    "imageInference": ("referenceImages", "seedImage", "image", "images"),
    "videoInference": ("referenceImages", "frameImages", "seedImage", "image", "video", "referenceVideos"),
    "upscale": (),
}


def dimensions(form: str) -> Row:
    """Both sides, unless a file is given whose size is known."""
    flat = FLAT.get(form, {})
    unless = [f"/{at}{name}" for name in UNLESS[form] for at in ("", "inputs/") if at or name in flat]
    return {"kind": "dimensions", "fields": ["/width", "/height"], "unless": unless, **LIVE}


def inputs_or(form: str, schema: Row) -> Row | None:
    """`inputs`, or one of the flat names that it replaced; none where a form has no flat names."""
    if form in FORMS_BETWEEN:
        return _media(form)
    flat = [old for old, new in FLAT.get(form, {}).items() if new.startswith("inputs.")]
    if not flat:
        return None
    assert all(name in schema["properties"] for name in flat), form
    return one_of("/inputs", *(f"/{name}" for name in flat), **EITHER)
