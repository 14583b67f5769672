"""The veil: whatever is written down of a check holds no key, in no spelling."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st
from understudy.contracts.checks.case import Case
from understudy.contracts.checks.move import Move
from understudy.contracts.checks.subject import Ask
from understudy.contracts.report.baseline import Accepted
from understudy.contracts.report.files import Har, junit
from understudy.contracts.report.page import page
from understudy.contracts.report.report import Report
from understudy.contracts.report.text import text
from understudy.contracts.report.veil import Veil
from understudy.mocks.engine.clock import EPOCH
from understudy.tests.report.made import BASE, KEY, PROMISE, check, finding, said

OTHER = "0123456789abcdef0123456789abcdef"


def spelled(key: str) -> list[str]:
    """How a key could be found in a file by somebody who looks for it."""
    data = key.encode()
    inside = [base64.b64encode(b"x" * before + data).decode()[4:-4] for before in range(3)]
    whole = base64.b64encode(data).decode().rstrip("=")
    return [key, quote(key, safe=""), quote_plus(key), json.dumps(key)[1:-1], whole, data.hex(), *inside,
            "".join(f"%{byte:02X}" for byte in data)]  # fmt: skip


def leaky() -> Case:
    """A server that gives the key back in every place that there is."""
    basic = base64.b64encode(f"user:{KEY}".encode()).decode()
    echo = {"you_sent": KEY, "basic": basic, "escaped": quote(KEY, safe=""), "other": OTHER, "hex": KEY.encode().hex()}
    first = said("GET", f"/v1/models?api_key={quote(KEY, safe='')}&search={quote_plus(KEY)}", 400, echo, sent=echo)
    first = first._replace(answer_headers=[(b"content-type", b"text/plain"), (b"x-echo", KEY.encode()),
                                           (b"set-cookie", f"key={KEY}".encode())], task=KEY, account=KEY)  # fmt: skip
    binary = first._replace(answer_body=b"\x89PNG\xff" + KEY.encode() + b"\xfe")
    ask = Move("ask", Ask("GET", f"/v1/models?token={KEY}", (("Authorization", f"Bearer {KEY}"),), KEY.encode()))
    wrong = finding(
        where=f"/{KEY}", came=f"{KEY} and {basic}", expected=OTHER, cure=f"ask without {quote(KEY, safe='')}"
    )
    return Case(wrong, "fuzzing", (ask, binary, first), f"{BASE}?key={KEY}")


def written(folder: Path) -> dict[str, str]:
    """Every form of the report of a leaky check."""
    veil = Veil(KEY, OTHER)
    told = veil.checked(check(leaky(), accepted=[leaky()], gone=[{"check": KEY}], cut=KEY, not_exercised={KEY: OTHER},
                              subject=f"a server with {KEY}"))  # fmt: skip
    report = Report(told, PROMISE, "understudy check runcomfy")
    with Har(folder / "run.har", veil, BASE) as har:
        for each in leaky().story:
            if not isinstance(each, Move):
                har.saw(each)
    accepted = Accepted(folder / "baseline.json", EPOCH.date())
    accepted.update(report.checked)
    files = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    return {"text": text(report), "page": page(report), "junit": junit(report), "json": json.dumps(report.as_dict()),
            **files}  # fmt: skip


def test_no_form_of_a_report_holds_a_key(tmp_path: Path) -> None:
    forms = written(tmp_path)
    assert set(forms) == {"text", "page", "junit", "json", "run.har", "baseline.json"}
    for name, form in forms.items():
        assert "***" in form, name
        for key in (KEY, OTHER):
            for word in spelled(key):
                assert word.lower() not in form.lower(), (name, word)


def test_the_words_that_are_looked_for_are_there_without_a_veil() -> None:
    bare = page(Report(check(leaky()), PROMISE, "again"))
    assert OTHER in bare
    assert quote(KEY, safe="") in bare
    assert base64.b64encode(f"user:{KEY}".encode()).decode() in bare


def test_a_command_still_names_the_variable() -> None:
    case = Veil(KEY).case(leaky())
    assert '-H "Authorization: Bearer $KEY"' in case.curl
    assert KEY not in case.curl


def test_a_key_of_a_later_world_is_learnt() -> None:
    veil = Veil(KEY)
    assert veil.text(f"{KEY} {OTHER}") == f"*** {OTHER}"
    veil.learn(OTHER, "", "abc")
    assert veil.text(f"{KEY} {OTHER} abc") == "*** *** abc"


def test_without_keys_nothing_changes() -> None:
    assert Veil().text("as it is") == "as it is"
    assert Veil("", "x").body(b"\x00\xffx") == b"\x00\xffx"


@given(key=st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=8, max_size=40),
       before=st.binary(max_size=5), after=st.binary(max_size=5))  # fmt: skip
def test_a_key_is_found_wherever_it_stands_in_base64(key: str, before: bytes, after: bytes) -> None:
    spelled_out = base64.b64encode(before + key.encode() + after).decode()
    assert "***" in Veil(key).text(spelled_out)
    assert "***" in Veil(key).text(f"?q={quote(key, safe='')}")
    assert key not in Veil(key).text(f"<{key}>")


@pytest.mark.parametrize("body", [b"", b"plain", b"\xff\xfe\x00", '{"é": 1}'.encode()])
def test_bodies_stay_as_they_are(body: bytes) -> None:
    assert Veil(KEY).body(body) == body
