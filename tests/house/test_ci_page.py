"""The page on containers and CI: each of its blocks is what it says, down to images, ports, paths and inputs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from understudy.mocks.app import DEFAULT, derived
from understudy.mocks.control.promise import promise
from understudy.mocks.scenario import ready
from understudy.mocks.settings import Settings, configured
from understudy.mocks.stand_in import variables
from understudy.mocks.web.guard import CONTROL

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
BLOCKS = {title: re.findall(r"```(yaml|console)\n(.*?)```", text, re.DOTALL)
          for title, text in re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE)}  # fmt: skip
KEY = derived(Settings().seed, DEFAULT, "runcomfy")
PORT = Settings().port


def block(title: str) -> Any:
    ((kind, text),) = BLOCKS[title]
    assert kind == "yaml"
    return yaml.safe_load(text)


def leaves(value: Any) -> Iterator[tuple[str, str]]:
    """Each key with each text below it."""
    for name, each in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(each, dict | list):
            yield from leaves(each)
        else:
            yield str(name), str(each)


EVERY = [
    pair for rows in BLOCKS.values() for kind, text in rows if kind == "yaml" for pair in leaves(yaml.safe_load(text))
]


def test_each_part_has_its_block() -> None:
    assert list(BLOCKS) == ["The container", "GitHub: the Action", "GitHub: a service container", "GitLab: a service",
                            "Compose"]  # fmt: skip
    assert all(len(rows) == 1 for rows in BLOCKS.values())


def test_every_variable_is_one_that_is_heard_or_that_points_a_client() -> None:
    known = set(variables("runcomfy", "", ""))
    for name, value in EVERY:
        if name.startswith("UNDERSTUDY_"):
            configured(ROOT / "docs", {name: value})
            assert name.removeprefix("UNDERSTUDY_").lower() in Settings.__dataclass_fields__
        elif name.startswith("RUNCOMFY_"):
            assert name in known
    assert {value for name, value in EVERY if name.endswith("_API_KEY")} == {KEY}
    assert f"`{KEY}`" in PAGE


def test_every_address_is_that_of_the_image() -> None:
    found = {value for name, value in EVERY if value.startswith("http")}
    assert {urlsplit(url).port for url in found} == {PORT}
    assert {urlsplit(url).path for url in found} == {"/runcomfy", CONTROL}
    assert {urlsplit(url).hostname for url in found} == {"127.0.0.1", "understudy"}
    service = block("GitHub: a service container")["jobs"]["test"]["services"]["understudy"]
    assert service["ports"] == [f"{PORT}:{PORT}"]
    assert block("GitLab: a service")["test"]["services"][0]["alias"] == "understudy"


def test_images_are_pinned() -> None:
    images = [value for name, value in EVERY if name == "image"]
    images.append(block("GitLab: a service")["test"]["services"][0]["name"])
    for image in images:
        assert re.fullmatch(r"(node:\d+-slim|(ghcr\.io/OWNER|registry\.example\.com/you)/understudy:REF)", image), image


def test_the_action_is_given_what_it_takes() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    steps = block("GitHub: the Action")["jobs"]["test"]["steps"]
    (step,) = (step for step in steps if step.get("uses") == "OWNER/understudy@REF")
    assert set(step["with"]) <= set(action["inputs"])
    assert step["with"]["scenario"] in ready()
    for output in re.findall(r"steps\.understudy\.outputs\.(\w+)", PAGE):
        assert output in action["outputs"]
    for name, row in action["inputs"].items():
        default = f"`{row['default']}`" if row["default"] else "-"
        assert f"| `{name}` | {default} | {row['description']} |" in PAGE
    for name, row in action["outputs"].items():
        assert f"| `{name}` | {row['description']} |" in PAGE


def test_every_route_that_it_asks_is_there() -> None:
    routes = {(route.method, route.path.replace("{sid}", DEFAULT)): route for route in promise().routes}
    asked = re.findall(r'\$CONTROL(/[\w/]+)(?:\?(\w+)=[\w-]+)?"', PAGE)
    assert len(asked) == 2
    for path, query in asked:
        assert query in ("", *routes["GET", path].query)
        assert routes["GET", path].answer == "verdict"
        assert "fails" in promise().schemas["verdict"]["properties"]


def test_the_compose_file_is_shown_as_it_is() -> None:
    ((_, text),) = BLOCKS["Compose"]
    assert text == (ROOT / "docs" / "examples" / "compose" / "compose.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("line", [line[2:] for line in BLOCKS["The container"][0][1].splitlines()])
def test_a_line_for_docker_says_what_there_is(line: str, capsys: pytest.CaptureFixture[str], alone: None) -> None:
    from understudy.cli import main

    words = line.split()
    assert words[0] == "docker"
    if words[1] == "build":
        assert (ROOT / words[-1] / "Dockerfile").is_file()
        return
    at = words.index("understudy")
    for flag, value in pairwise(words[:at]):
        if flag == "-p":
            assert value == f"127.0.0.1:{PORT}:{PORT}"
        if flag == "-e":
            configured(ROOT / "docs", dict([value.split("=")]))
    if words[at + 1 :]:
        assert main(words[at + 1 :], standalone_mode=False) in (0, None)
        assert capsys.readouterr().out
