"""The ComfyUI of an instance, as the proxy hands it on; prompts that are sent to it are props of their account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

from ....contracts.document import read
from ....contracts.graph import Workflow
from ....contracts.graph import outputs as last_nodes
from ....contracts.nodes import kept
from ...comfyui import door, info
from ...comfyui.prompt import Prompt
from ...comfyui.runs import Ending, Run
from ...engine.prop import Prop
from ...engine.refusal import Refusal
from ...web.dialect import Answer, Route
from ...web.turn import Turn
from .deployments import API, alive_instances, found

KIND = "prompt"  # what is sent to an instance itself is a prop of its account: its state is told by the time


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance that lives, as whoever asks its ComfyUI finds it: it runs one prompt after the other."""

    turn: Turn
    prop: Prop
    name: str

    @property
    def graphs(self) -> list[Workflow]:
        """The workflow of its deployment."""
        return [self.prop.more.workflow]

    @property
    def card(self) -> tuple[str, int]:
        """The device of the hardware that its deployment names."""
        named = next(iter(self.prop.said["hardware"]), "")
        row = read("runcomfy", "comfyui", API)["hardware"]["values"].get(named, {"name": named, "vram": 24})
        return row["name"], row["vram"]

    def runs(self) -> list[Run]:
        """Its prompts, in the order in which they came."""
        turn = self.turn
        durations = turn.dialect.contract.of(turn.operation).life.durations
        free = -inf
        runs: list[Run] = []
        for prop in turn.session.own(turn.account, KIND):
            if prop.name != self.name:
                continue
            graph = prop.said["graph"]
            begins = max(prop.made, free)
            usual = begins + durations[kept(graph[last_nodes(graph)[0]]["class_type"]).kind][1]
            free = min(usual, prop.said.get("stopped", inf))
            prompt = Prompt(prop.said["number"], prop.id, graph, prop.said["extra"])
            ending = Ending.INTERRUPTED if free < usual else Ending.SUCCESS
            runs.append(Run(prompt, begins, free, ending, meant=usual, hidden=prop.said.get("hidden", False)))
        return runs

    def take(self, graph: Workflow, number: float, extra: Mapping[str, Any]) -> str:
        """Keeps a prompt."""
        row = {"graph": graph, "number": number, "extra": extra}
        return self.turn.session.add_prop(self.turn.account, KIND, self.name, row).id

    def stop(self, run: Run) -> None:
        """Stops the prompt that runs; a request of the API is cancelled by its own path."""
        self._change(run, stopped=self.turn.now)

    def drop(self, run: Run) -> None:
        """Forgets one that waits."""
        del self.turn.session.props[run.prompt.id]

    def hide(self, run: Run) -> None:
        """Leaves it out of the history; it took its time all the same."""
        self._change(run, hidden=True)

    def _change(self, run: Run, **said: Any) -> None:
        prop = self.turn.session.props[run.prompt.id]
        self.turn.session.props[prop.id] = prop.but(self.turn.now, said={**prop.said, **said})


def ask_instance(turn: Turn) -> Answer:
    """Asks the ComfyUI of an instance."""
    return door.ask(turn, _named(turn), turn.named["comfy_path"])


def call_instance(turn: Turn) -> Answer:
    """Hands something to the ComfyUI of an instance."""
    return door.call(turn, _named(turn), turn.named["comfy_path"])


def object_info(turn: Turn) -> Answer:
    """The classes of a deployment's nodes, whether or not an instance lives."""
    return Answer(200, info.object_info(found(turn).more.workflow))


def _named(turn: Turn) -> Instance:
    """The instance that the path names, which must live."""
    prop, name = found(turn), turn.named["instance_id"]
    if name not in alive_instances(turn.session, prop, turn.now):
        raise Refusal("unknown-id")
    return Instance(turn, prop, name)


ROUTES: dict[str, Route] = {
    "ask_instance": ask_instance,
    "call_instance": call_instance,
    "object_info": object_info,
}
