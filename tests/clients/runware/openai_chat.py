"""The errands of OpenAI's own Python client: python openai_chat.py ERRAND BASE_URL KEY."""

from __future__ import annotations

import json
import sys
from typing import Any

import guard  # noqa: F401  # before the client
import openai

MODEL = "minimax:m2.7@0"
SAID: Any = [{"role": "system", "content": "Be short."}, {"role": "user", "content": "Say tram."}]


def whole(client: openai.OpenAI) -> dict[str, Any]:
    said = client.chat.completions.create(model=MODEL, messages=SAID, max_completion_tokens=5)
    told, usage = said.choices[0], said.usage
    assert usage is not None
    return {"id": said.id.startswith("chatcmpl-"), "finish": told.finish_reason, "said": bool(told.message.content),
            "tokens": usage.completion_tokens, "sum": usage.total_tokens == usage.prompt_tokens + 5}  # fmt: skip


def stream(client: openai.OpenAI) -> dict[str, Any]:
    once = client.chat.completions.create(model=MODEL, messages=SAID)
    pieces = list(client.chat.completions.create(model=MODEL, messages=SAID, stream=True,
                                                 stream_options={"include_usage": True}))  # fmt: skip
    text = "".join(piece.choices[0].delta.content or "" for piece in pieces if piece.choices)
    return {"whole": text == once.choices[0].message.content, "usage": pieces[-1].usage == once.usage,
            "finish": pieces[-2].choices[0].finish_reason, "role": pieces[0].choices[0].delta.role}  # fmt: skip


def gathered(client: openai.OpenAI) -> dict[str, Any]:
    with client.chat.completions.stream(model=MODEL, messages=SAID) as coming:
        for _ in coming:
            pass
        return {"said": bool(coming.get_final_completion().choices[0].message.content)}


def parsed(client: openai.OpenAI) -> dict[str, Any]:
    schema: Any = {"type": "json_schema", "json_schema": {"name": "answer", "schema": {
        "type": "object", "properties": {"word": {"type": "string"}, "count": {"type": "integer"}}}}}  # fmt: skip
    said = client.chat.completions.create(model=MODEL, messages=SAID, response_format=schema)
    told = json.loads(said.choices[0].message.content or "")
    return {"keys": sorted(told), "count": isinstance(told["count"], int)}


def refused(client: openai.OpenAI) -> dict[str, Any]:
    try:
        client.chat.completions.create(model="no:model@1", messages=SAID)
    except openai.BadRequestError as no:
        return {"status": no.status_code, "param": no.param, "code": no.code, "type": no.type}
    return {}


def bad_key(client: openai.OpenAI) -> dict[str, Any]:
    try:
        client.with_options(api_key="nobody").chat.completions.create(model=MODEL, messages=SAID)
    except openai.AuthenticationError as no:
        return {"status": no.status_code, "code": no.code}
    return {}


def broken_off(client: openai.OpenAI) -> dict[str, Any]:
    seen = 0
    try:
        for _ in client.chat.completions.create(model=MODEL, messages=SAID, stream=True):
            seen += 1
    except openai.APIError as no:
        return {"seen": seen > 1, "message": bool(no.message)}
    return {}


ERRANDS = {each.__name__: each for each in (whole, stream, gathered, parsed, refused, bad_key, broken_off)}

if __name__ == "__main__":
    errand, url, key = sys.argv[1:]
    print(json.dumps(ERRANDS[errand](openai.OpenAI(base_url=url, api_key=key, max_retries=0))))
