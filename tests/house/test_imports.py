"""What is loaded, and when: the plugin is imported by every pytest run of every user, so it must cost nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HEAVY = ("fastapi", "uvicorn", "pydantic", "httpx", "PIL", "jsonschema", "jsonschema_rs", "hypothesis", "schemathesis",
         "yaml", "orjson", "rich")  # fmt: skip


def run(code: str, folder: Path) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=folder, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_plugin_loads_pytest_and_the_standard_library_only(tmp_path: Path) -> None:
    code = f"""
import pytest, sys
before = set(sys.modules)
import understudy.fixtures.plugin
fresh = {{name.split('.')[0] for name in set(sys.modules) - before}}
print(sorted(fresh - set(sys.stdlib_module_names) - {{'understudy'}}))
print([name for name in {HEAVY!r} if name in sys.modules])
"""
    assert run(code, tmp_path).splitlines() == ["[]", "[]"]


def test_a_collect_only_run_loads_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "test_x.py").write_text("def test_x(runcomfy): pass\n", encoding="utf-8")
    code = f"""
import sys, pytest
pytest.main(['--collect-only', '-q', '-p', 'no:schemathesis', '-p', 'no:hypothesispytest', '-p', 'no:anyio'])
print('loaded', [name for name in {HEAVY!r} if name in sys.modules and name not in ('rich',)])
"""
    loaded = run(code, tmp_path).splitlines()[-1]
    assert not [name for name in ("fastapi", "uvicorn", "pydantic", "PIL", "jsonschema_rs", "orjson") if name in loaded]


def test_a_first_test_needs_neither_httpx_nor_fastapi(tmp_path: Path) -> None:
    code = """
import sys, urllib.request
import understudy
with understudy.stand_in("runcomfy") as handle:
    request = urllib.request.Request(handle.url + "/v1/models", headers={"Authorization": "Bearer " + handle.api_key})
    assert urllib.request.urlopen(request).status == 200
heavy = ("fastapi", "starlette", "pydantic", "httpx", "PIL", "schemathesis", "rich")
print([name for name in heavy if name in sys.modules])
"""
    assert run(code, tmp_path).splitlines() == ["[]"]


def test_help_loads_click_only(tmp_path: Path) -> None:
    code = f"""
import sys
from understudy.cli import main
sys.argv = ['understudy', '--help']
try:
    main()
except SystemExit:
    pass
print('loaded', [name for name in {HEAVY!r} if name in sys.modules])
"""
    assert run(code, tmp_path).splitlines()[-1] == "loaded []"
