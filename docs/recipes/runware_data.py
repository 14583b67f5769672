"""Makes contracts/runware/tasks.json and models.json from two tables of facts and the page of z-image turbo.

    python docs/recipes/runware_data.py TASKS.json MODELS.json PAGE.txt contracts/runware

TASKS has the parameters of each task type, MODELS those of each model, both as the official SDKs publish them. PAGE is
the published page of runware:z-image@turbo: its 67 rows are read from its text, and the table of that model must say
the same. The digests of the inputs stand in the files that are made.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

from runware_rules import BETWEEN, DOCS, ELDER_SDK, FORMS_BETWEEN, GUESS, MOVED, OLDER, SDK, dimensions, inputs_or

Row = dict[str, Any]
PAGE_MODEL = "runware:z-image@turbo"
WORDS = {"min": "minimum", "max": "maximum"}
KEPT = ("minLength", "maxLength", "minItems", "maxItems", "default")
UUID4 = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-4[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$"
ADDRESS = r"^[hH][tT][tT][pP][sS]?://[^\s/]"
MOST_SEED = 2**63 - 1  # printed as 9223372036854776000, which is this number read as a double
ENUMS = {"@scheduler75": "scheduler75", "@e1": "fileFormat12", "@e2": "scheduler12", "@e3": "weightType13",
         "@e4": "photoMakerStyle11"}  # fmt: skip
MEDIA = {
    "image": "image images inputImage inputImages seedImage maskImage guideImage guideImages referenceImages "
    "inputMasks",
    "video": "video videos inputVideo inputVideos referenceVideos",
    "audio": "audio audios inputAudio inputAudios referenceAudios",
    "any": "media",
}
MEDIA_OF = {name: kind for kind, names in MEDIA.items() for name in names.split()}
NESTED = "nested(bundle 20260722)"
# Names of the schema of 2026 that a client need not send, because a live server or an official client does without.
LAX = {"promptEnhance": "model", "ping": "ping"}
# Results without an id of their own, of which a task may have several: the SDK of 2026 tells them apart by a number.
NUMBERED = ("textInference", "promptEnhance", "3dInference")
# What official clients send besides, whatever the tables say.
SENT: Row = {
    "training": {"deliveryMethod": {"type": "string", "enum": ["async"], "default": "async"} | SDK},
    "caption": {"inputImages": {"type": "array", "items": {"type": "string", "x-media": "image"}} | ELDER_SDK},
}
# Of a list of words: those of the elder documents that are still understood, and what another SDK sends instead.
ELDER_WORDS = {("modelSearch", "category"): ["controlnet"], ("modelSearch", "visibility"): ["all"],
               ("modelSearch", "source"): ["featured"], ("modelUpload", "category"): ["controlnet"],
               ("modelUpload", "type"): ["refiner"]}  # fmt: skip
# What a type alone does not say: the words of a list, and addresses of files.
MORE = {("accountManagement", "groupBy"): {"items": {"type": "string", "enum": ["date", "model", "apiKey"]}},
        ("modelUpload", "downloadURL"): {"format": "file_uri"}}  # fmt: skip
OPEN = ("authentication", "ping")  # nobody says that these refuse what they do not know
OWN = ("photoMaker",)  # has legacy rows alone: they are its table
KINDS = {"imageInference": "image", "videoInference": "video", "audioInference": "audio", "3dInference": "3d",
         "textInference": "text", "caption": "text", "promptEnhance": "text", "training": "lora",
         "tools": "video"}  # fmt: skip
# Makers whose models live servers were seen to take with unknown keys, since the maker judges them.
LENIENT = ("google:gemini", "luma:", "sourceful:")
PAGE_TYPES = {"float": "number", "array of objects": "array<object>"}
PAGE_ROW = re.compile(
    r"^(string|integer|float|boolean|object|array of objects)( required)?(?: (UUID v4|URI))?(?: value: (\S+))?"
    r"(?: min items: (\d+))?(?: min: (\S+))?(?: max: (\S+))?(?: step: (\S+))?(?: default: (\S+))? -$"
)


def field(row: Row, lists: dict[str, Any]) -> Row:
    """One row as a JSON schema."""
    kinds = row["type"].split("|")
    inner = re.fullmatch(r"array<(\w+)>", row["type"])
    schema: Row = {} if row["type"] == "any" else {"type": kinds[0] if len(kinds) == 1 else kinds}
    if inner:
        schema = {"type": "array", "items": {} if inner[1] == "any" else {"type": inner[1]}}
    place = schema["items"] if inner else schema
    words = row.get("enum")
    if isinstance(words, str):
        place["x-enum"] = ENUMS[words]
        assert words[1:] in lists
    elif words and "object" in kinds:  # the list is of the words, not of the objects
        del schema["type"]
        schema["anyOf"] = [{"enum": words}, {"type": "object"}]
    elif words:
        place["enum"] = words
    if "const" in row:
        schema["const"] = row["const"]
    for name in ("min", "max", "step", *KEPT):
        if row.get(name) is not None:
            schema.update(bound(row, name))
    form = row.get("format")
    if form:
        schema |= {"format": form, "pattern": UUID4 if form == "uuid4" else ADDRESS}
    media = MEDIA_OF.get(re.split(r"\.|\[\]", row["name"])[-1])
    if media and row["type"] in ("any", "string", "array<string>", "array<any>"):
        place["x-media"] = media
    return schema


def bound(row: Row, name: str) -> Row:
    value = row[name]
    if name == "max" and row["name"] == "seed":
        value = MOST_SEED
    if name != "step":
        return {WORDS.get(name, name): value}
    low = Fraction(str(row.get("min", 0)))
    assert low % Fraction(str(value)) == 0, row  # else the values would be no multiples
    return {"multipleOf": value} if row["type"] == "integer" else {"x-step": value}


def nest(schema: Row, rows: list[Row], lists: dict[str, Any], add: bool = False, mark: Row | None = None) -> None:
    """Lays rows into an object's schema; with `add` they only bring names that are not there, and require nothing."""
    for row in rows:
        *way, last = row["name"].replace("[]", ".[]").split(".")
        node, fresh = schema, False
        for step in way:
            if step == "[]":
                node = node.setdefault("items", {"type": "object"})
                continue
            parent = node.setdefault("properties", {})
            fresh = step not in parent
            node = parent.setdefault(step, {"type": "object", **(mark or {})} if fresh else {})
        known = node.setdefault("properties", {})
        if add and last in known:
            continue
        known[last] = field(row, lists) | (mark or {}) | said(row)
        if row["required"] and not add and not MOVED.get((schema["title"], row["name"])):
            node.setdefault("required", []).append(last)


def said(row: Row) -> Row:
    """Where a single row is from, if not from where its table is."""
    src = row.get("src", "")
    if src.startswith("guess"):
        return GUESS
    if "1.8.0 only" in src:
        return SDK
    return OLDER if src.startswith("sdk-ts") else {}


def form(name: str, row: Row, lists: dict[str, Any]) -> Row:
    """A task as it is sent."""
    whole = name in OWN
    names = [name, *row.get("legacyTaskTypeAliases", [])]
    schema: Row = {"type": "object", "title": name}
    if names[1:]:
        schema["x-also"] = names[1:]
    schema |= {"required": [], "properties": {}}
    rows = [r | {"enum": names} if r["name"] == "taskType" else r for r in row["params"]]
    rows = [r | {"required": False} if r["name"] == LAX.get(name) else r for r in rows]
    nest(schema, row["legacyParams"] if whole else rows, lists)
    schema["properties"] |= SENT.get(name, {})
    if whole:  # the elder SDKs know a seed, and that in JavaScript sends one each time
        schema["properties"]["seed"] = {"type": "integer", "minimum": 1, "maximum": MOST_SEED} | ELDER_SDK
    if name == "ping":  # runware-cli sends one
        schema["properties"]["taskUUID"] = {"type": "string"}
    if not whole:
        for old in row.get("legacyParams", []):
            nest(schema, [old], lists, True, {"x-legacy": True, **MOVED.get((name, "old", old["name"]), {}), **DOCS})
    for (task, field_name), words in ELDER_WORDS.items():
        if task == name:
            schema["properties"][field_name]["enum"] += words
    for (task, field_name), more in MORE.items():
        if task == name:
            schema["properties"][field_name] |= more
    if not any(r["name"] == "model" for r in row["params"]) and name not in OPEN:
        schema["additionalProperties"] = False
    if name in FORMS_BETWEEN:
        schema["between"] = FORMS_BETWEEN[name]
    return schema | (DOCS if whole else SDK)


def result(name: str, row: Row, lists: dict[str, Any], models: list[Row]) -> Row:
    """An item of an answer, its keys in the order in which they are told: `cost` is the last."""
    order = {"taskType": -1, "cost": 1}
    rows = sorted(row["result"], key=lambda r: order.get(r["name"], 0))
    lists_of = [model["result"] for model in models if model["taskType"] == name]
    sure = [r | {"required": r["required"] and all(in_all(r["name"], each) for each in lists_of)} for r in rows]
    sure = [r | {"enum": None} if r["name"] == "taskType" else r for r in sure]
    schema: Row = {"type": "object", "title": f"{name} result", "required": [], "properties": {}}
    nest(schema, sure, lists)
    if name in NUMBERED:
        told = schema["properties"]
        first = {key: told.pop(key) for key in ("taskType", "taskUUID")}
        schema["properties"] = {**first, "resultIndex": {"type": "integer", "minimum": 0} | SDK, **told}
    if "reasoningContent" in schema["properties"]:
        schema["properties"]["reasoningContent"] = {"type": "array", "items": {"type": "string"}} | ELDER_SDK
    for node in walk(schema):
        node.pop("x-media", None)
    if name == "modelSearch":
        found = schema["properties"]["results"]["items"]["properties"]
        found["category"]["enum"] += ELDER_WORDS[name, "category"]
        found["tags"] = {"type": "array", "items": {"type": "string"}} | ELDER_SDK  # it breaks where there are none
    return schema | SDK


def in_all(name: str, told: list[str]) -> bool:
    return name in ("taskType", "taskUUID") or "." in name or f"{name}!" in told


def walk(schema: Row) -> Any:
    yield schema
    for each in [*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])]:
        yield from walk(each)


def page_rows(text: str) -> list[Row]:
    """The rows of a published page: a name, and on the next line its type and bounds."""
    lines, rows, arrays = text.splitlines(), [], set()
    for name, line in pairwise(lines):
        found = PAGE_ROW.match(line)
        if not found:
            continue
        kind, required, form, value, items, low, high, step, default = found.groups()
        parent, _, doubled = name.partition("»")
        if kind == "array of objects":
            arrays.add(name)
        child = doubled[: len(doubled) // 2]
        assert child * 2 == doubled, name
        path = f"{parent}{'[]' if parent in arrays else ''}.{child}" if child else name
        row: Row = {"name": path, "type": PAGE_TYPES.get(kind, kind), "required": bool(required)}
        text_bounds = {"min": "minLength", "max": "maxLength"} if kind == "string" else {}
        told = {"min": low, "max": high, "step": step, "minItems": items}
        row |= {text_bounds.get(key, key): json.loads(number) for key, number in told.items() if number}
        if value:
            row["const"] = value
        if form:
            row["format"] = {"UUID v4": "uuid4", "URI": "uri"}[form]
        if default:
            row["default"] = default if kind == "string" else json.loads(default)
        rows.append(row)
    return rows


def page_model(table: list[Row], text: str, lists: dict[str, Any]) -> Row:
    """The schema of the model whose page we have: the page's rows, the words of its lists from the table."""
    rows, known = page_rows(text), {row["name"]: row for row in table}
    assert len(rows) == 67, len(rows)
    for row in rows:
        same = {key: value for key, value in known[row["name"]].items() if key != "enum"}
        if row["name"] == "seed":
            row["max"] = MOST_SEED
        assert same == row, (same, row)
        row |= {key: known[row["name"]][key] for key in ("enum",) if key in known[row["name"]]}
    extra = [row for name, row in known.items() if name not in {r["name"] for r in rows} | {"inputs"}]
    extra.append({"name": "ultralytics.inpaintSize", "type": "number", "required": False, "src": "sdk-ts-1.6.8"})
    schema: Row = {"type": "object", "title": PAGE_MODEL}
    nest(schema, rows + extra, lists)
    schema["properties"]["lora"]["items"]["properties"]["transformer"] |= {
        "source": "inferred", "where": "the page describes three values and names none of them"}  # fmt: skip
    for node in walk(schema):
        if "properties" in node:
            node["additionalProperties"] = False
    return schema | {"between": BETWEEN}


def shape(params: Row, name: str, nested: list[Row], lists: dict[str, Any], form: Row, closed: bool = True) -> Row:
    """The parameters of a model, of which the types alone are known; if `closed`, it refuses any other."""
    rows = []
    for key, told in params.items():
        kind, words = (told, None) if isinstance(told, str) else told
        rows.append({"name": key, "type": kind.rstrip("!"), "required": kind.endswith("!"), "enum": words})
    schema: Row = {"title": name, "properties": {}}
    nest(schema, rows, lists)
    nest(schema, nested, lists)
    del schema["title"]
    inputs = schema["properties"].get("inputs")
    if inputs is not None and "properties" not in inputs:
        inputs["x-part"] = "inputs"
    needed = schema.pop("required", [])
    between = []
    if {"width", "height"} & set(needed):
        between.append(dimensions(name))
    if "inputs" in needed and (row := inputs_or(name, form)):
        between.append(row)
        needed.remove("inputs")
    needed = [each for each in needed if each not in ("width", "height")]
    made = {"required": needed, "properties": schema["properties"]}
    return made | ({"additionalProperties": False} if closed else {}) | ({"between": between} if between else {})


def models(facts: Row, text: str, forms: Row, answers: Row) -> Row:
    lists = facts["enums"]
    shapes: dict[str, str] = {}
    kept: Row = {}

    def named(made: Row, task: str) -> str:
        key = json.dumps(made, sort_keys=True)
        if key not in shapes:
            shapes[key] = f"{task}-{sum(name.startswith(task + '-') for name in kept) + 1}"
            kept[shapes[key]] = made
        return shapes[key]

    rows = []
    for model in facts["models"]:
        air, task = model["air"], model["taskType"]
        told = [word.rstrip("!") for word in model["result"]]
        video = "videoUUID" in told
        row: Row = {"id": air, "slug": model["slug"], "form": task}
        row["kind"] = KINDS.get(task, "video" if video else "image")
        row["complete"] = air == PAGE_MODEL
        if air == PAGE_MODEL:
            row["schema"] = page_model(facts["constraints"][air]["params"], text, lists)
            row |= {"source": "documented", "where": f"page of {air}"}
        else:
            closed = bool(model["params"]) and not air.startswith(LENIENT)
            row["shape"] = named(shape(model["params"], task, [], lists, forms[task], closed), task)
            row |= SDK
        names = ["taskType", "taskUUID", *(word for word in told if word != "cost"), "cost"]
        if set(names) != set(answers[task]["properties"]) - {"resultIndex"}:
            row["result"] = names
        rows.append(row)
    kinds = {}
    for name, row in facts["architectures"].items():
        task = row["taskType"]
        kinds[name] = {"form": task, "shape": named(shape(row["params"], task, row[NESTED], lists, forms[task]), task)}
        kinds[name] |= OLDER
    return {"shapes": kept, "models": rows, "architectures": kinds}


def write(folder: Path, name: str, digests: Row, made: Row) -> None:
    whole = {"made_by": "docs/recipes/runware_data.py", "sha256": digests, **made}
    text = json.dumps(whole, ensure_ascii=False, indent=1) + "\n"
    (folder / name).write_text(text, encoding="utf-8")


def main(tasks: str, table: str, page: str, folder: str) -> None:
    files = {"tasks": Path(tasks), "models": Path(table), "page": Path(page)}
    digests = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}
    facts = {name: json.loads(files[name].read_bytes()) for name in ("tasks", "models")}
    lists = facts["models"]["enums"]
    forms = {name: form(name, row, lists) for name, row in facts["tasks"]["tasks"].items()}
    rows = facts["models"]["models"]
    answers = {name: result(name, row, lists, rows) for name, row in facts["tasks"]["tasks"].items()}
    enums = {ENUMS["@" + name]: words for name, words in lists.items()}
    inputs = {name: {"x-media": kind} for name, kind in MEDIA_OF.items() if kind != "any"}
    inputs["frameImages"] = {"items": {"properties": {name: {"x-media": "image"} for name in ("image", "inputImage")}}}
    parts = {"inputs": inputs}
    made = {"enums": enums, "parts": parts, "forms": forms, "results": answers}
    write(Path(folder), "tasks.json", digests, made)
    text = files["page"].read_text(encoding="utf-8")
    write(Path(folder), "models.json", digests, models(facts["models"], text, forms, answers))


if __name__ == "__main__":
    main(*sys.argv[1:])
