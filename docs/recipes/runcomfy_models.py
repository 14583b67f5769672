"""Makes contracts/runcomfy/models.json from a table of facts and the page of z-image turbo.

    python docs/recipes/runcomfy_models.py TABLE.json PAGE.txt > contracts/runcomfy/models.json

TABLE has one row a model: id, output, params (name, type, required, enum, min, max, ...), source, note, schema_known.
PAGE is the published page of tongyi-mai/z-image/turbo; its input schema is carried over as it stands.
The digests of both inputs stand in the file that is made, so that anybody can tell whether theirs are the same.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

RENAMED = {"min": "minimum", "max": "maximum"}
KEPT = ("minItems", "maxItems", "maxLength")
PAGE_MODEL = "tongyi-mai/z-image/turbo"
# Where the note of a row says that a list or a bound is not whole, the row must not refuse anything for it.
OPEN = {
    "google/nano-banana-2/edit": "aspect_ratio",
    "bytedance/seedream-4-5/edit": None,
    "blackforestlabs/flux-1-kontext/pro/edit": None,
    "blackforestlabs/flux-1-kontext/max/edit": None,
}


def field(row: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": row["type"]}
    if row["type"] == "array":
        schema["items"] = {"type": row["items"]}
    for name in ("format", "enum", "min", "max", *KEPT, "default"):
        if name in row:
            schema[RENAMED.get(name, name)] = row[name]
    if "validations" in row:
        schema["validations"] = [
            {"validation_rule": rule, "validation_value": value} for rule, value in row["validations"].items()
        ]
    return schema


def level(source: str) -> str:
    if source.startswith(("seed", "official")):
        return "documented"
    return "inferred" if "unverified" in source else "observed"


def model(row: dict[str, Any], page: dict[str, Any]) -> dict[str, Any]:
    name = row["id"]
    schema: dict[str, Any] = {"type": "object", "title": "Input"}
    required = [param["name"] for param in row["params"] if param["required"]]
    if required:
        schema["required"] = required
    schema["properties"] = {param["name"]: field(param) for param in row["params"]}
    if name == PAGE_MODEL:
        schema = page
    whole = row["schema_known"] and not row.get("omitted_structured") and name not in OPEN
    loose = OPEN.get(name)
    if loose:
        del schema["properties"][loose]["enum"]
    made = {"id": name, "kind": row["output"], "complete": whole, "schema": schema}
    if row.get("omitted_structured"):
        made["structured"] = row["omitted_structured"]
    made["source"] = level(row["source"])
    made["where"] = "page of " + name if row["source"].startswith("seed") else row["source"].partition(": ")[2]
    if row.get("note"):
        made["note"] = row["note"]
    return made


def main(table: str, text: str) -> None:
    facts = json.loads(Path(table).read_text(encoding="utf-8"))
    written = Path(text).read_text(encoding="utf-8")
    page = json.JSONDecoder().raw_decode(written[written.index("{", written.index("Input schema")) :])[0]
    digests = {
        name: hashlib.sha256(Path(file).read_bytes()).hexdigest()
        for name, file in {"table": table, "page": text}.items()
    }
    models = [model(row, page) for row in facts["models"]]
    json.dump(
        {"provider": "runcomfy", "made_by": "docs/recipes/runcomfy_models.py", "sha256": digests, "models": models},
        sys.stdout,
        ensure_ascii=False,
        indent=1,
    )
    print()


if __name__ == "__main__":
    main(*sys.argv[1:])
