"""Makes contracts/runninghub/models.json and navigation.json from a table of facts and three published pages.

    python docs/recipes/runninghub_data.py MODELS.json PAGE_1.txt PAGE_2.txt PAGE_3.txt contracts/runninghub

MODELS has the parameters of each model, as the official registry and public clients know them. The pages are those of
z-image/turbo and of gpt-image-1.5/text-to-image-official-stable of 2026-03, which have one navigation between them, and
that of gpt-image-2/image-to-image-official-stable of 2026-04, which has another. The digests of the inputs stand in the
files that are made.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any, NamedTuple

Row = dict[str, Any]
OLD, NEW = "2026-03", "2026-04"
ROOT, MODELS, SCHEMAS = "/openapi/v2/", "Standard Model API", "Schemas"
MEGABYTE = 2**20
TYPES = {"STRING": "string", "MODEL": "string", "BOOLEAN": "boolean", "INT": "integer", "FLOAT": "number"}
BOUNDS = {"min": "minimum", "max": "maximum", "step": "x-ui-step", "minLength": "minLength", "maxLength": "maxLength"}
FILES = ("IMAGE", "VIDEO", "AUDIO")
# What the nodes of a workflow take for a word. Of the ratios the first seven are a public client's, the last two are
# inferred; the page of z-image/turbo sends 8 and PNG, and that JPEG goes with it is inferred.
CODES = {
    "aspectRatio": {"1": "1:1", "2": "3:4", "3": "4:3", "4": "9:16", "5": "16:9", "6": "2:3", "7": "3:2", "8": "custom",
                    "9": "auto"},
    "outputFormat": {"PNG": "png", "JPEG": "jpeg"},
}  # fmt: skip
# Of models that the table says to answer in words: those whose names say that they make a file. The others tell what
# they heard or read, write lyrics, or give the id of what was handed in.
SOUNDS = re.compile(r"tts|-to-music|(generate|extend|stem)-(song|bgm)|instrumental-generate")
FILMS = re.compile(r"^(pixverse-v6/extend|vidu/short-play-.*)$")
# The models that the newer navigation has in place of the older one's.
RENAMED = {"rhart-image-g-1.5/edit": "rhart-image-g-1.5/edit-[Deprecated]",
           "rhart-image-g-1.5/text-to-image": "rhart-image-g-1.5/text-to-image-[Deprecated]"}  # fmt: skip
MOVED = re.compile(r"^rhart-video/sparkvideo-2\.0(-fast)?/(image-to-video|multimodal-video|text-to-video)$")
CATALOGUE = "a public catalogue capture of 2026-06-18 and the configuration of a public client"

OPERATIONS = {
    "Check Task Status": "status",
    "Check Task Output": "outputs",
    "Get Webhook Event Details": "webhook_detail",
    "Resend Specific Webhook Event": "webhook_retry",
    "Query generation result (V2)": "query",
    "Start ComfyUI Task 1 - Basic": "create",
    "Start ComfyUI Task 2 - Advanced": "create",
    "Get Workflow JSON": "workflow_json",
    "Cancel ComfyUI Task": "cancel",
    "Start AI App Task": "app_run",
    "Get API call examples for AI application": "app_demo",
    "文件上传(新)": "media_upload",
    "Upload Resource(image\\video\\audio\\Compressed Files)": "upload",
    "Upload Lora": "lora_upload",
    "Get Account Information": "account",
    "Obtain quick create - model library style parameter data": "quick_params",
    "Initiate Quick Create Task": "quick_run",
}
SECTIONS = {
    "Log of Update": "Two navigations",
    "Instructions for Use": "Two APIs",
    "About nodeInfoList": "Workflows and apps",
    "About Enterprise ComfyUI API": "Keys",
    "Native ComfyUI API Integration Guide": "Native ComfyUI",
    "API Error Code Reference": "How it says no",
    "About Quick Create Invocation": "Quick create",
    "Complete integration example": "A whole errand",
    "Complete Integration Example \u2013 Advanced Edition": "A whole errand",
    "Task Progress Display Example": "On a socket",
    "Full Workflow Integration Example": "Workflows and apps",
}


class Leaf(NamedTuple):
    """A page in a navigation: the sections that it stands in, the outermost first, and its title."""

    sections: tuple[str, ...]
    title: str


def leaves(page: str) -> list[Leaf]:
    """The pages of the navigation that a published page begins with: the bullets that have none below them."""
    found = [(len(space) // 2, title) for space, title in re.findall(r"^( *)• (.*)$", page, re.MULTILINE)]
    depths = [depth for depth, _ in found[1:]] + [0]
    above: list[str] = []
    told = []
    for (depth, title), following in zip(found, depths, strict=True):
        del above[depth - 1 :]
        if following <= depth:
            told.append(Leaf(tuple(above), title))
        above.append(title)
    return told


def edition(tree: list[Leaf]) -> Row:
    models = [leaf.title for leaf in tree if leaf.sections[:1] == (MODELS,)]
    schemas = [leaf.title for leaf in tree if leaf.sections[:1] == (SCHEMAS,)]
    pages = [leaf.title for leaf in tree if leaf.sections[:1] not in ((MODELS,), (SCHEMAS,))]
    return {"models": models, "pages": pages, "schemas": schemas}


def page_of(title: str) -> Row:
    """Where a page of the navigation is answered for."""
    return {"operation": OPERATIONS[title]} if title in OPERATIONS else {"section": SECTIONS[title]}


def component(title: str) -> str:
    """The key of a published schema, which takes fewer characters than its title has."""
    return re.sub(r"[^A-Za-z0-9._-]", "", title)


def navigation(trees: dict[str, list[Leaf]]) -> Row:
    editions = {name: edition(tree) for name, tree in trees.items()}
    pages = dict.fromkeys(title for told in editions.values() for title in told["pages"])
    schemas = dict.fromkeys(title for told in editions.values() for title in told["schemas"])
    keys = {title: component(title) for title in schemas}
    assert len(set(keys.values())) == len(keys)
    return {"editions": editions, "pages": {title: page_of(title) for title in pages}, "schemas": keys}


def field(param: Row) -> Row:
    """One parameter as a JSON schema."""
    schema = listed(param) if param["type"] == "LIST" else file(param) if param["type"] in FILES else plain(param)
    if "default" in param:
        schema["default"] = default(param)
    if "omit_sentinel" in param:
        schema["x-omit"] = param["omit_sentinel"]
    if param.get("has_example_default"):
        schema["x-example-default"] = True
    if "alias" in param:
        schema["x-key"] = param["name"]
    return schema


def plain(param: Row) -> Row:
    schema: Row = {"type": TYPES[param["type"]]}
    if param["type"] == "MODEL":
        schema["x-lora"] = True
    schema |= {BOUNDS[name]: param[name] for name in BOUNDS if name in param}
    return {"type": "array", "items": schema, **items(param)} if param.get("multiple") else schema


def listed(param: Row) -> Row:
    """A list of words; a number among them stands as it is compared, as text."""
    word: Row = {"type": "string", "enum": [str(each) for each in param["enum"]]}
    if param.get("wire") == "array":
        return {"type": "array", "items": word, "x-words": True, "x-single": True}
    codes = CODES.get(param.get("alias", ""))
    return {**word, "x-words": True, **({"x-codes": codes} if codes else {})}


def file(param: Row) -> Row:
    form = f"{param['type'].lower()}_uri"
    schema: Row = {"type": "string", "format": form}
    if param.get("multiple"):
        schema = {"type": "array", "items": {"type": "string"}, "format": form, **items(param)}
    schema |= {"maxLength": param["maxLength"]} if "maxLength" in param else {}
    schema |= {"x-accept": param["accept"]} if "accept" in param else {}
    return schema | ({"x-most-bytes": param["maxSizeMB"] * MEGABYTE} if "maxSizeMB" in param else {})


def items(param: Row) -> Row:
    """How many a list of a parameter may have."""
    least = {"minItems": 1} if param["required"] else {}
    return least | ({"maxItems": param["maxItems"]} if "maxItems" in param else {})


def default(param: Row) -> Any:
    """What the web form pre-fills, as the field has it."""
    value = param["default"]
    if param["type"] != "LIST":
        return value
    return [str(value)] if param.get("wire") == "array" else str(value)


def name(param: Row) -> str:
    """The name of a parameter: a node's field goes by the one that it has beside its number."""
    return str(param.get("alias", param["name"]))


def kind(row: Row) -> Row:
    if row["output"] != "string":
        return {"kind": row["output"]}
    told = f"{ident(row['path'])} {row['title']}"
    if FILMS.match(ident(row["path"])):
        return {"kind": "video", "kind_source": "inferred"}
    return {"kind": "audio", "kind_source": "inferred"} if SOUNDS.search(told) else {"kind": "text"}


def ident(path: str) -> str:
    assert path.startswith(ROOT)
    return path.removeprefix(ROOT)


def successor(row: Row) -> Row:
    """The model that stands in the newer navigation where this one stood."""
    now, moved = RENAMED.get(ident(row["path"])), MOVED.match(ident(row["path"]))
    if moved:
        now = f"bytedance/seedance-2.0-global{moved[1] or ''}/{moved[2]}"
    return {"successor": now} if now else {}


def told_by(row: Row) -> Row:
    """Where the parameters of a model are from."""
    source: str = row["source"]
    if row.get("node_keyed"):
        page = f"; page of {row['title']}" if row.get("path_in_seed") else ""
        return {"source": "observed", "where": CATALOGUE + page}
    level, _, where = source.partition(":")
    commit, _, path = where.partition(" ")
    sure = {"official": "documented", "client": "observed"}[level]
    return {"source": sure, "where": f"GitHub {commit}, {path}"}


def whole(row: Row) -> bool:
    """Whether the table of a model has no gaps, as far as anybody knows: those of one client's may have."""
    return row["source"].startswith("official:") or row.get("node_keyed", False)


def model(row: Row, places: dict[str, dict[str, list[str]]]) -> Row:
    title = row["title"]
    editions = [name for name in (OLD, NEW) if title in places[name]]
    assert editions == [name for name, told in ((OLD, "in_nav_old"), (NEW, "in_nav_new")) if row[told]], title
    if editions:
        assert row["family"] in places[editions[-1]][title], title
    made: Row = {"id": ident(row["path"]), "title": title, **kind(row), "family": row["family"]}
    if "family_old" in row:
        assert row["family_old"] in places[OLD][title], title
        made["family_old"] = row["family_old"]
    made |= {"editions": editions, "deprecated": row["deprecated"]}
    if row.get("path_aliases"):
        made["also"] = [ident(path) for path in row["path_aliases"]]
    schema = {
        "type": "object",
        "required": [name(param) for param in row["params"] if param["required"]],
        "properties": {name(param): field(param) for param in row["params"]},
    }
    assert len(schema["properties"]) == len(row["params"]), title
    return made | successor(row) | {"complete": whole(row), "schema": schema} | told_by(row)


def models(rows: list[Row], trees: dict[str, list[Leaf]]) -> Row:
    places: dict[str, dict[str, list[str]]] = {edition: {} for edition in trees}
    for told, tree in trees.items():
        for leaf in tree:
            if leaf.sections[:1] == (MODELS,):
                places[told].setdefault(leaf.title, []).append("/".join(leaf.sections[1:]))
    made = [model(row, places) for row in rows]
    known = {row["id"] for row in made}
    assert {row["successor"] for row in made if "successor" in row} <= known
    assert not {other for row in made for other in row.get("also", ())} & known
    return {"provider": "runninghub", "models": made}


def write(folder: Path, name: str, digests: Row, made: Row) -> None:
    whole = {"made_by": "docs/recipes/runninghub_data.py", "sha256": digests, **made}
    text = json.dumps(whole, ensure_ascii=False, indent=1) + "\n"
    (folder / name).write_text(text, encoding="utf-8")


def main(table: str, first: str, second: str, third: str, folder: str) -> None:
    files = {"models": table, "page_1": first, "page_2": second, "page_3": third}
    data = {name: Path(path).read_bytes() for name, path in files.items()}
    digests = {name: hashlib.sha256(each).hexdigest() for name, each in data.items()}
    one, two, three = (leaves(data[f"page_{number}"].decode()) for number in (1, 2, 3))
    assert one == two  # the two pages of one edition
    trees = {OLD: one, NEW: three}
    write(Path(folder), "models.json", digests, models(json.loads(data["models"])["models"], trees))
    write(Path(folder), "navigation.json", digests, navigation(trees))


if __name__ == "__main__":
    main(*sys.argv[1:])
