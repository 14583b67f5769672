"""Prices on the wire and in the ledger: a known one is shown and charged, a placeholder is shown and nothing else."""

from __future__ import annotations

from copy import copy

import pytest
from understudy.contracts.contract import contract
from understudy.mocks.engine.ledger import UnknownPrice
from understudy.tests.mocks.errands import MODEL, send, submit, world


def test_a_known_price_is_shown_and_charged_and_a_placeholder_is_never_charged() -> None:
    with world(images="plain") as handle:
        dialect = handle.session.cast["runcomfy"]
        dialect.contract = copy(dialect.contract)
        dialect.contract._prices = {MODEL: 0.04}
        entries = send(handle, "GET", "/v1/models?limit=2").json()["models"]
        assert [entry["base_price_usd"] for entry in entries] == [0.04, 0.0]
        assert send(handle, "GET", f"/v1/models/{MODEL}").json()["base_price_usd"] == 0.04
        assert submit(handle).status_code == 200
        handle.settle()
        assert handle.ledger.spent == 0.04
        other = entries[1]["model_id"]
        body = contract("runcomfy").catalogue.models[other].example()
        assert send(handle, "POST", f"/v1/models/{other}", body).status_code == 200
        handle.settle()
        assert handle.ledger.unpriced == {other: 1}
        assert handle.ledger.charged == 0.04
        with pytest.raises(UnknownPrice):
            assert handle.ledger.spent == 0.04, "nobody takes the placeholder for a price"


def test_runcomfy_has_no_reason_of_its_own_for_a_quota() -> None:
    with world() as handle:
        assert handle.ledger.without_quota == "no-money"
        assert "no-quota" not in handle.session.cast["runcomfy"].contract.errors
