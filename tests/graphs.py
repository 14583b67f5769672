"""Workflows by chance, for whatever must hold for all of them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

KEYS = st.sampled_from(["text", "width", "height", "seed", "cfg", "image", "odd/key~", "flag", "filename_prefix",
                        "length", "fps", "batch_size", "scale_by", "seconds", "format", "value"])  # fmt: skip
VALUES = st.integers(0, 2**32) | st.floats(0, 9).filter(lambda x: x != int(x)) | st.text(max_size=5) | st.booleans()
INNER = ("KSampler", "CLIPTextEncode", "PrimitiveInt", "Odd")
LAST = ("SaveImage", "VHS_VideoCombine", "SaveAudio", "ShowText|pysssss", "SaveGLB", "PreviewImage", "MyVideoExport")
LINKS = st.sampled_from(["images", "samples", "latent_image", "positive", "model", "width", "text", "seed"])


@st.composite
def graphs(draw: st.DrawFn, last: tuple[str, ...] = ("SaveImage",)) -> dict[str, Any]:
    """Each node leads to some before it, and the last one keeps something."""
    ids = st.from_regex(r"[1-9][0-9]{0,2}(:[1-9])?", fullmatch=True)
    names = draw(st.lists(ids, min_size=1, max_size=6, unique=True))
    made: dict[str, Any] = {}
    for name in names:
        fields: dict[str, Any] = draw(st.dictionaries(KEYS, VALUES, max_size=4))
        for other in draw(st.lists(st.sampled_from(list(made)), max_size=2)) if made else ():
            fields[draw(LINKS)] = [other, draw(st.integers(0, 3))]
        made[name] = {"class_type": draw(st.sampled_from(INNER)), "inputs": fields}
    made[names[-1]]["class_type"] = draw(st.sampled_from(last))
    return made
