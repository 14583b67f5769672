"""Deliveries as HTTP: what the courier carries goes through the gate, and each attempt into the journal."""

from __future__ import annotations

from ...contracts.exchange import Exchange
from ...contracts.finding import Finding
from ..engine.courier import Attempt, Courier, Parcel, Receipt
from ..engine.fault import Fault, Place
from ..engine.session import Session
from .egress import Blocked, Gate, Unreachable


def courier(session: Session, gate: Gate) -> Courier:
    """The courier of a session, who leaves by this gate."""

    async def carry(parcel: Parcel, body: bytes, patience: float) -> Receipt:
        try:
            reply = await gate.send(parcel.method, parcel.to, parcel.headers, body, patience)
        except Blocked as no:
            return Receipt(trouble=str(no), final=True)
        except Unreachable as no:
            return Receipt(trouble=str(no))
        return Receipt(reply.status, reply.headers, reply.body)

    def write(attempt: Attempt, fine: bool) -> None:
        parcel, receipt = attempt.parcel, attempt.receipt
        findings = () if fine else (_finding(attempt),)
        if not fine:
            session.warn(f"{parcel.channel} to {parcel.to}: {receipt.trouble or f'answered {receipt.status}'}")
        session.journal.append(
            Exchange(
                parcel.method, parcel.to, parcel.headers, attempt.body, receipt.status, receipt.headers, receipt.body,
                parcel.provider, parcel.operation, parcel.channel, parcel.task, "", attempt.at,
                session.clock.client_now(), findings, attempt.bent, "out",
            )
        )  # fmt: skip

    def struck(parcel: Parcel) -> tuple[Fault | None, float]:
        if not session.wishes.faults:
            return None, 0.0
        place = Place("after", parcel.provider, parcel.channel, parcel.operation, session.clock.now)
        fault, seconds = session.wishes.fault(place, session.seed)
        if fault is None and parcel.answers:
            asked = session.cast[parcel.provider].contract.operations[parcel.operation]
            fault, seconds = session.wishes.fault(place._replace(channel=asked.channel, by="socket"), session.seed)
        return fault, seconds

    return Courier(session.clock, carry, write, struck)


def _finding(attempt: Attempt) -> Finding:
    parcel, receipt = attempt.parcel, attempt.receipt
    came = receipt.trouble or f"{receipt.status} at attempt {attempt.number}"
    if receipt.final and parcel.channel != "push":
        expected, cure = f"a {parcel.channel} to this machine", "name an address of this machine, or say --allow-host"
        return Finding("blocked-delivery", "doubtful", "", expected, came, cure, parcel.operation)
    expected, cure = f"somebody who takes the {parcel.channel}", "have it answer 2xx; every attempt was made"
    return Finding("undelivered", "doubtful", "", f"{expected} at {parcel.to}", came, cure, parcel.operation)
