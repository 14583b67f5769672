"""What the public face promises: nothing heavy before it is asked for, and a cure where something is missing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import understudy.contracts.checks as checks
from understudy import StandIn
from understudy.contracts.checks import published


def run(code: str, folder: Path) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=folder, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_nothing_heavy_is_loaded_before_it_is_asked_for(tmp_path: Path) -> None:
    code = """
import sys
from understudy.contracts.checks import Broken, File, bad_edges, good_edges, told
print([name for name in ("hypothesis", "schemathesis", "httpx", "PIL") if name in sys.modules])
"""
    assert run(code, tmp_path) == "[]"


@pytest.mark.parametrize(("name", "package"), [
    ("inputs", "hypothesis"), ("bad_inputs", "hypothesis"), ("machine", "hypothesis"), ("schema", "schemathesis"),
])  # fmt: skip
def test_a_missing_extra_is_told_with_its_cure(tmp_path: Path, name: str, package: str) -> None:
    code = f"""
import sys
sys.modules[{package!r}] = None
try:
    from understudy.contracts.checks import {name}
except ImportError as no:
    print(no)
"""
    told = f"expected {package}, which understudy.contracts.checks.{name} needs; came no such package; "
    assert run(code, tmp_path) == told + "pip install 'understudy[contracts]'"


def test_every_name_is_there_however_often_it_is_asked_for() -> None:
    folder = Path(checks.__file__).parent
    for name in checks.__all__:
        assert getattr(checks, name) is getattr(checks, name)
        assert callable(getattr(checks, name))
        assert not (folder / f"{name}.py").exists(), "a module of this name would hide it"
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        getattr(checks, "nothing")  # noqa: B009


def test_a_schema_is_about_the_models_that_are_named(runcomfy: StandIn) -> None:
    all_of_it = checks.schema(runcomfy.url, key="k")
    some = checks.schema(runcomfy, "tongyi-mai/z-image/turbo")
    assert len(all_of_it) > len(some) + 2 * 151, "of the one API that takes models"
    assert ("/prod/v2/balance" in list(all_of_it), "/prod/v2/balance" in list(some)) == (True, False)
    assert "/v1/models/tongyi-mai/z-image/turbo" in some
    assert (some.config.base_url, some.config.headers) == (
        runcomfy.url, {"Authorization": f"Bearer {runcomfy.api_key}"})  # fmt: skip
    assert all_of_it.config.headers == {"Authorization": "Bearer k"}
    assert isinstance(runcomfy, published.Handle)


def test_what_is_no_address_and_no_model_is_refused(runcomfy: StandIn) -> None:
    with pytest.raises(ValueError, match=r"came '127.0.0.1:8383'; write it as http://127.0.0.1:8383/runcomfy"):
        checks.schema("127.0.0.1:8383")
    with pytest.raises(LookupError, match="nearest: tongyi-mai/z-image/turbo"):
        checks.schema(runcomfy, "tongyi-mai/z-image/trubo")
