"""The interleaved rounds: floor, our server and the peers in turn, all started afresh; ratio per round, then median."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

from . import job, servers
from .figures import Bench
from .load import Load, LoadFailed, Rate, run
from .peers import PACKAGES, PEERS, Answers, NotInstalled, Peer, install
from .servers import NotStarted, Server
from .table import Figure

CONNECTIONS = (16, 64, 1)
OF_FLOOR = {"submit": 0.65, "status": 0.8, "result": 0.8}
OF_VALIDATING, OF_STATIC, OF_TAIL = 3.0, 1.5, 1.5
# A peer is hot after so many requests or after its own warm time, whichever is first.
WARM_REQUESTS = 50_000


@dataclass(frozen=True)
class Row:
    """One run of one target in one round; state is cold or hot for a peer."""

    round: int
    target: str
    operation: str
    state: str
    rate: Rate

    def as_json(self) -> dict[str, Any]:
        """The row for the file of raw numbers."""
        flat = asdict(self)
        return {**flat, **flat.pop("rate"), "rps": round(self.rate.rps, 1)}


@dataclass(frozen=True)
class Step:
    """One run that is to be made: by time, or with a count by whichever is first."""

    round: int
    operation: str
    state: str = ""
    connections: int = 16
    seconds: float = 0
    count: int = 0


@dataclass
class Rounds:
    """What is asked of the rounds, and what they have brought so far."""

    bench: Bench
    operations: tuple[str, ...]
    answers: Answers
    missing: dict[str, str]
    rows: list[Row] = field(default_factory=list)

    def measure(self, peers: Iterable[Peer]) -> None:
        """All rounds; a target that does not start is missing, with its reason, and does not stop the others."""
        peers = list(peers)
        for number in range(self.bench.rounds):
            self._floor_and_ours(number)
            # Who comes first changes, so that a machine that grows slower does not always hit the same one.
            for peer in peers[number % (len(peers) or 1) :] + peers[: number % (len(peers) or 1)]:
                self._peer(number, peer)

    def _floor_and_ours(self, number: int) -> None:
        with ExitStack() as stack:
            floors = {each: stack.enter_context(servers.floor(len(self.answers[each]))) for each in self.operations}
            ours = self._ours(stack)
            for operation in self.operations:
                pair = [each for each in (floors[operation], ours) if each]
                for server in pair:
                    self._row(server, Step(number, operation, "warm-up", seconds=1))
                for connections in CONNECTIONS:
                    for server in pair if number % 2 else reversed(pair):
                        self._row(server, Step(number, operation, connections=connections))

    def _ours(self, stack: ExitStack) -> Server | None:
        try:
            return stack.enter_context(servers.ours(self.bench.command))
        except NotStarted as error:
            self._gone("ours", error)
            return None

    def _peer(self, number: int, peer: Peer) -> None:
        if peer.name in self.missing:
            return
        try:
            with peer.start(self.answers) as server:
                for operation in self.operations:
                    self._row(server, Step(number, operation, "cold"))
                each = (peer.warm / len(self.operations), WARM_REQUESTS // len(self.operations))
                for operation in self.operations:
                    self._row(server, Step(number, operation, "warm-up", 16, *each))
                for operation in self.operations:
                    self._row(server, Step(number, operation, "hot"))
        except (NotStarted, OSError) as error:
            self._gone(peer.name, error)

    def _row(self, server: Server, step: Step) -> None:
        # One connection needs less time for a steady median.
        seconds = step.seconds or min(self.bench.seconds, 1.0 if step.connections == 1 else 60.0)
        try:
            if server.name == "ours" and step.connections != 1:
                servers.fill(server)
            rate = run(Load(server.port, server.requests(step.operation), step.connections, seconds, step.count))
        except (LoadFailed, OSError) as error:
            self._gone(f"{server.name}, {step.operation} at {step.connections}", error)
            return
        label = f"round {step.round + 1}/{self.bench.rounds}  {step.operation:6}  {server.name} {step.state}"
        came = f"{rate.rps:8,.0f}/s  p50 {rate.p50:7.3f}  p99 {rate.p99:7.3f} ms"
        self.bench.say(f"{label:48} {step.connections:2} conn {came}")
        if step.state != "warm-up":
            self.rows.append(Row(step.round, server.name, step.operation, step.state, rate))

    def _gone(self, name: str, error: Exception) -> None:
        self.missing.setdefault(name, str(error))
        self.bench.say(f"MISSING {name}: {error}")

    def generator(self) -> str:
        """How near the load generator came to its own limit."""
        most = max((row.rate.busy for row in self.rows if row.rate.connections > 1), default=0.0)
        limit = "some rates are ITS limit, not the server's" if most > 0.95 else "the rates are the servers'"
        return f"load generator busy for at most {most:.0%} of its core: {limit}"

    def figures(self) -> list[Figure]:
        """Everything the rows say, each beside its target."""
        found = [self._of_floor(each, connections) for each in self.operations for connections in (16, 64)]
        found += [self._tail(each) for each in self.operations]
        found += [self._alone(each) for each in self.operations]
        tried = {each.name for each in PEERS} & ({row.target for row in self.rows} | set(self.missing))
        for operation in self.operations if tried else ():
            found.append(self._of_peers(operation, True))
            found.append(self._of_peers(operation, False))
        return found

    def _rates(self, target: str, operation: str, connections: int, state: str = "") -> dict[int, Rate]:
        return {
            row.round: row.rate
            for row in self.rows
            if (row.target, row.operation, row.state, row.rate.connections) == (target, operation, state, connections)
        }

    def _of_floor(self, operation: str, connections: int) -> Figure:
        ours, floor = self._rates("ours", operation, connections), self._rates("floor", operation, connections)
        raw = [ours[n].rps / floor[n].rps for n in sorted(ours.keys() & floor.keys())]
        middle = ", ".join(
            f"{name} {median(each.rps for each in rates.values()):,.0f}/s"
            for name, rates in (("ours", ours), ("floor", floor))
            if rates
        )
        return Figure(
            f"{operation}, {connections} connections",
            _middle(raw),
            "of the floor",
            ">=",
            OF_FLOOR[operation],
            raw,
            middle,
        )

    def _tail(self, operation: str) -> Figure:
        ours, floor = self._rates("ours", operation, 64), self._rates("floor", operation, 64)
        raw = [(ours[n].p99 / ours[n].p50) / (floor[n].p99 / floor[n].p50) for n in sorted(ours.keys() & floor.keys())]
        middle = ", ".join(
            f"{name} {median(each.p99 / each.p50 for each in rates.values()):.2f}"
            for name, rates in (("ours", ours), ("floor", floor))
            if rates
        )
        return Figure(
            f"{operation}, p99/p50 at 64 connections", _middle(raw), "x the floor's", "<=", OF_TAIL, raw, middle
        )

    def _alone(self, operation: str) -> Figure:
        ours, floor = self._rates("ours", operation, 1), self._rates("floor", operation, 1)
        note = f"floor {median(each.p50 for each in floor.values()):.3f} ms" if floor else ""
        raw = [each.p50 for each in ours.values()]
        return Figure(f"{operation}, one connection, p50", _middle(raw), "ms", raw=raw, note=note)

    def _of_peers(self, operation: str, validating: bool) -> Figure:
        """Ours to the fastest peer of its kind: of all that validate, cold or hot, or of the hot ones that do not."""
        ours, best, name = self._rates("ours", operation, 16), 0.0, "none"
        raw: list[float] = []
        for peer in (each for each in PEERS if each.validates is validating):
            for state in ("cold", "hot") if validating else ("hot",):
                theirs = self._rates(peer.name, operation, 16, state)
                middle = median(each.rps for each in theirs.values()) if theirs else 0.0
                if middle > best:
                    best, name = middle, f"{peer.name} {state}, {middle:,.0f}/s"
                    raw = [ours[n].rps / theirs[n].rps for n in sorted(ours.keys() & theirs.keys())]
        kind, target = ("validating", OF_VALIDATING) if validating else ("hot static", OF_STATIC)
        gone = [
            each
            for each in sorted(self.missing)
            if each in {peer.name for peer in PEERS if peer.validates is validating}
        ]
        note = name + (f"; missing: {', '.join(gone)}" if gone else "")
        return Figure(f"{operation}, fastest {kind} peer", _middle(raw), "x", ">=", target, raw, note)


def _middle(raw: list[float]) -> float | None:
    return median(raw) if raw else None


def peers_at_hand(say: Callable[[str], None], missing: dict[str, str]) -> list[Peer]:
    """Install what is not there yet; what cannot be installed is missing, with the log."""
    for package, wanted in PACKAGES.items():
        say(f"peer {wanted}")
        try:
            install(package)
        except NotInstalled as error:
            say(f"MISSING {wanted}: {error}")
            missing |= {peer.name: f"install failed: {error}" for peer in PEERS if peer.package == package}
    return [peer for peer in PEERS if peer.name not in missing]


def answers_of(command: str, say: Callable[[str], None]) -> Answers:
    """Our server's own three answers, so that floor and peers send as much; stand-ins when it does not start."""
    try:
        with servers.ours(command) as server:
            answers = dict(zip(job.OPERATIONS, servers.fill(server), strict=True))
            say("our answers: " + ", ".join(f"{name} {len(each)} bytes" for name, each in answers.items()))
            return answers
    except (NotStarted, OSError, ValueError, KeyError) as error:
        say(f"our server gave no answers, sizes are guessed: {error}")
        return dict(job.ANSWERS)
