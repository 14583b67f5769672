"""What the nodes of a workflow are to have kept, as far as their classes are known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...finding import shown
from ...graph import Workflow, effective, outputs, upstream, value
from ...nodes import Kept, facts, kept, reads
from .reference import Known

SEVERAL = ("image", "audio")  # of the others a node keeps one, however many frames it has
SCALES = ("scale", "crop", "resize", "stitch", "pad")  # in the name of a class: its pictures have another size
MOST = 64  # files of an order; what is made beyond them nobody says


def runs(order: Known) -> Workflow:
    """The workflow that an order runs."""
    workflow: Workflow = getattr(order.form, "workflow", {})
    return effective(workflow, order.inputs if isinstance(order.inputs, dict) else {})


def size(order: Known) -> tuple[int, int] | None:
    """The size of an order's pictures, where one node says it and none on the way changes it."""
    workflow = runs(order)
    found = {_size(workflow, name) for name in outputs(workflow)} if workflow else set()
    return found.pop() if len(found) == 1 else None


def kept_by(workflow: Workflow, came: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Where something else was told than what a node keeps, what was expected, and what came."""
    last = outputs(workflow)
    for name in came:
        if name not in last:
            yield name, "a node that ends the workflow: " + ", ".join(last), name
    known = facts()["outputs"]["values"]
    for name in last:
        row = kept(workflow[name]["class_type"])
        if workflow[name]["class_type"] not in known or row.kind == "text":
            continue
        node = came.get(name)
        files = node.get(row.under) if isinstance(node, dict) else None
        if not isinstance(files, list):
            yield f"{name}/{row.under}", "what the node keeps", shown(node, 120)
            continue
        many = _count(workflow, name, row)
        if many <= MOST and len(files) != many:
            yield f"{name}/{row.under}", f"{many}", f"{len(files)}"
        for at, file in enumerate(files):
            yield from _named(workflow[name]["inputs"], row, file, f"{name}/{row.under}/{at}")
        names = [file.get("filename") for file in files if isinstance(file, dict)]
        if len(set(map(str, names))) < len(names):
            yield f"{name}/{row.under}", "files of different names", shown(names, 120)


def _named(inputs: Mapping[str, Any], row: Kept, file: Any, place: str) -> Iterator[tuple[str, str, str]]:
    """Each file is called and lies as the node says."""
    if not isinstance(file, dict) or not all(
        isinstance(file.get(key), str) for key in ("url", "filename", "subfolder")
    ):
        return
    said = inputs.get("filename_prefix")
    *folders, prefix = (said if isinstance(said, str) and said else row.prefix).replace("\\", "/").split("/")
    folder = "/".join(part for part in folders if part)
    ending = "." + file["url"].partition("?")[0].rpartition("/")[2].rpartition(".")[2]
    # What stands between percent signs is filled in by whoever runs it.
    if "%" not in prefix and not file["filename"].startswith(prefix):
        yield f"{place}/filename", f"{prefix}...", shown(file["filename"])
    if len(ending) < 6 and not file["filename"].endswith(ending):
        yield f"{place}/filename", f"...{ending}, as the address has it", shown(file["filename"])
    if "%" not in folder and file["subfolder"] != folder:
        yield f"{place}/subfolder", shown(folder), shown(file["subfolder"])
    if row.lies == "output" and inputs.get("save_output") is not False and file.get("type") != row.lies:
        yield f"{place}/type", row.lies, shown(file.get("type"))


def _count(workflow: Workflow, name: str, row: Kept) -> int:
    if row.kind not in SEVERAL:
        return 1
    for each in upstream(workflow, name, reads("stream")):
        for key in reads("count"):
            said = value(workflow, each, key)
            if isinstance(said, (int, float)) and not isinstance(said, bool):
                return int(max(said, 1))
    return 1


def _size(workflow: Workflow, name: str) -> tuple[int, int] | None:
    if kept(workflow[name]["class_type"]).kind != "image":
        return None
    for each in upstream(workflow, name, reads("stream")):
        if any(word in workflow[each]["class_type"].lower() for word in SCALES):
            return None
        sides = [value(workflow, each, key) for key in ("width", "height")]
        if all(type(side) is int and 0 < side <= 4096 for side in sides):
            return sides[0], sides[1]
    return None
